"""The patterns of all signatures by kind, conflicts refused, and the native matcher made of them.

Two entries that are equally specific for the same thing would leave the answer to chance, so they
are a mistake: the same name, prefix, port or magic twice, or two globs of equal weight that meet.
There is no exception for equal strength: an operator who reads the report wants one id.
"""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from itertools import pairwise
from typing import TypeVar

from netwatch.limits import PATTERNS_MAX, PORT_SIGNATURES_MAX
from netwatch.match.certificates import CertificateRule, CertificateRules, certificate_rules
from netwatch.match.matcher import Matcher
from netwatch.match.patterns import (
    Pattern,
    PatternError,
    is_plain_name,
    name_patterns,
    overlap,
    path_patterns,
    pattern_line,
    plain_key,
)
from netwatch.match.prefixes import PrefixTable
from netwatch.match.ranges import boundaries, ports, prefix, user
from netwatch.match.suffix import SuffixTree
from netwatch.signature import Signature

_Parsed = TypeVar("_Parsed", bound=Hashable)

_ADDRESSES4_LAST = (1 << 32) - 1
_ADDRESSES6_LAST = (1 << 128) - 1
_LOW_MASK = (1 << 64) - 1


class Conflict(Exception):  # noqa: N818 - it becomes a SignatureError as soon as its place is known
    """A mistake in `field` of one signature: what was found, and what was expected."""

    def __init__(self, signature: int, field: str, text: str, message: str) -> None:
        super().__init__(message)
        self.signature = signature
        self.field = field
        self.text = text


class Index:
    """Every pattern with the index of its signature. Conflict if a pack contradicts itself.

    `disabled` entries are counted on behind `signatures`. They claim what they always claim, so
    that nothing falls to a wider entry that proves something else; the matcher then answers nobody.
    """

    def __init__(self, signatures: Sequence[Signature], disabled: Sequence[Signature] = ()) -> None:
        self.enabled = len(signatures)
        self.signatures = (*signatures, *disabled)
        self.plain_names: dict[str, int] = {}
        self.names = self._patterns("names", name_patterns)
        self.paths = self._patterns("paths", path_patterns)
        self.prefixes = self._read("prefixes", prefix)
        self.ports = self._read("ports", ports)
        self.users = self._read("users", user)
        self.magics = self._magics()
        self.certificates: list[tuple[CertificateRule, int]] = []
        for field, of_subject in (("issuers", False), ("subjects", True)):
            read = self._read(field, partial(certificate_rules, of_subject=of_subject))
            rules = [(rule, number) for several, number in read for rule in several]
            self._refuse_equal_rules(field, rules)
            self.certificates += rules
        self._refuse_port_conflicts()

    def _read(self, field: str, parse: Callable[[str], _Parsed]) -> list[tuple[_Parsed, int]]:
        """All texts of one field, parsed; the same thing in two entries is refused."""
        known: dict[Hashable, int] = {}
        found: list[tuple[_Parsed, int]] = []
        for number, signature in enumerate(self.signatures):
            for text in getattr(signature, field):
                parsed = self._parsed_one(field, parse, text, number)
                self._refuse_known(known, parsed, text, number, field)
                found.append((parsed, number))
        return found

    def _parsed_one(
        self, field: str, parse: Callable[[str], _Parsed], text: str, number: int
    ) -> _Parsed:
        try:
            return parse(text)
        except PatternError as error:
            raise Conflict(number, field, text, str(error)) from None

    def _refuse_known(
        self, known: dict[Hashable, int], parsed: Hashable, text: str, number: int, field: str
    ) -> None:
        other = known.setdefault(parsed, number)
        if other != number:
            message = f"found {text!r}, which entry {self._name(other)} has as well"
            raise Conflict(number, field, text, message)

    def _refuse_equal_rules(self, field: str, rules: list[tuple[CertificateRule, int]]) -> None:
        known: dict[Hashable, int] = {}
        for rule, number in rules:
            self._refuse_known(known, frozenset(rule.parts), rule.text, number, field)

    def _name(self, number: int) -> str:
        signature = self.signatures[number]
        return f"{signature.id!r} ({signature.place})" if signature.place else repr(signature.id)

    def _patterns(
        self, field: str, parse: Callable[[str], tuple[Pattern, ...]]
    ) -> list[tuple[Pattern, int]]:
        """All patterns of a field; plain names, the many, go to `plain_names` as they stand."""
        total = 0
        found: list[tuple[Pattern, int]] = []
        for number, signature in enumerate(self.signatures):
            for text in getattr(signature, field):
                if field == "names" and is_plain_name(text):
                    total += 1
                    rival = self.plain_names.setdefault(text, number)
                    if rival != number:
                        self._refuse_tie(field, (text, number), (text, rival))
                else:
                    patterns = self._parsed_one(field, parse, text, number)
                    total += len(patterns)
                    found += [(pattern, number) for pattern in patterns]
                if total > PATTERNS_MAX:
                    message = f"found more than {PATTERNS_MAX} patterns, expected fewer"
                    raise Conflict(number, field, text, message)
        self._refuse_ties(field, found)
        return found

    def _refuse_ties(self, field: str, found: list[tuple[Pattern, int]]) -> None:
        """Equal patterns of two entries, or two globs of equal weight that some name fits."""
        equal: dict[tuple[bool, tuple[str, ...]], tuple[Pattern, int]] = {}
        globs: dict[Hashable, list[tuple[Pattern, int]]] = {}
        for pattern, number in found:
            rival = equal.setdefault((pattern.below, pattern.labels), (pattern, number))
            if rival[1] != number:
                self._refuse_tie(field, (pattern.text, number), (rival[0].text, rival[1]))
            if pattern.key[2] == len(pattern.labels):
                if field == "names":
                    plain = pattern_line(pattern, ".")
                    owner = self.plain_names.get(plain, number)
                    self._refuse_tie(field, (pattern.text, number), (plain, owner))
                continue
            # Only globs with the same key can tie, and names only below one domain.
            domain = pattern.labels[-2:] if field == "names" else ()
            alike = globs.setdefault((pattern.key, domain), [])
            for rival in alike:
                if rival[1] != number and overlap(rival[0], pattern):
                    self._refuse_tie(field, (pattern.text, number), (rival[0].text, rival[1]))
            alike.append((pattern, number))

    def _refuse_tie(self, field: str, one: tuple[str, int], other: tuple[str, int]) -> None:
        """Refuse the later of two (text, signature), unless both are of one entry."""
        if one[1] == other[1]:
            return
        (rival, owner), (text, number) = sorted((one, other), key=lambda item: item[1])
        message = (
            f"found {text!r}, which is as specific as {rival!r} of entry"
            f" {self._name(owner)} for the same {field}; expected one of them to say more"
        )
        raise Conflict(number, field, text, message)

    def _magics(self) -> list[tuple[bytes, int]]:
        """From long to short, so that the first that fits is the most specific."""
        found: list[tuple[bytes, int]] = []
        known: dict[Hashable, int] = {}
        for number, signature in enumerate(self.signatures):
            for octets in signature.magics:
                if known.setdefault(octets, number) != number:
                    message = (
                        f"found the magic {octets!r}, which entry {self._name(known[octets])}"
                        " has as well"
                    )
                    raise Conflict(number, "magics", repr(octets), message)
                found.append((octets, number))
        found.sort(key=lambda item: len(item[0]), reverse=True)
        return found

    def _refuse_port_conflicts(self) -> None:
        """Nested ranges are fine (the narrow one wins); equally wide ones must not meet."""
        if len({number for _, number in self.ports}) > PORT_SIGNATURES_MAX:
            number = self.ports[-1][1]
            message = f"expected ports in at most {PORT_SIGNATURES_MAX} entries"
            raise Conflict(number, "ports", self.signatures[number].ports[0], message)
        ranges = sorted(self.ports, key=lambda item: (item[0][2] - item[0][1], item[0]))
        for (one, first), (other, second) in pairwise(ranges):
            alike = one[0] == other[0] and one[2] - one[1] == other[2] - other[1]
            if alike and first != second and other[1] <= one[2]:
                text = f"{one[1]}-{one[2]} of entry {self._name(first)}"
                message = f"found ports that meet {text} and are as wide"
                raise Conflict(second, "ports", self.signatures[second].ports[0], message)

    def matcher(self) -> Matcher:
        """The native object that the engine holds."""
        port_signatures = sorted({number for _, number in self.ports})
        names, name_signatures = self._tree(self.names, self.plain_names, ".")
        paths, path_signatures = self._tree(self.paths, {}, "/")
        rules = CertificateRules([(rule, self._answer(n)) for rule, n in self.certificates])
        return Matcher(
            names,
            name_signatures,
            paths,
            path_signatures,
            self._prefix_table(),
            self._port_table(6, port_signatures),
            self._port_table(17, port_signatures),
            [self._answer(number) for number in port_signatures],
            [octets for octets, _ in self.magics],
            [self._answer(number) for _, number in self.magics],
            rules.find,
            {octets: self._answer(number) for octets, number in self.users},
        )

    def _answer(self, number: int) -> int:
        """What the matcher says of this signature: a disabled one's things are nobody's."""
        return number if number < self.enabled else -1

    def _tree(
        self, patterns: list[tuple[Pattern, int]], plain: dict[str, int], separator: str
    ) -> tuple[SuffixTree, list[int]]:
        """The tree of some patterns, and the answer for each of its ranks.

        Patterns that are equally specific never take the same name unless they are of one entry:
        so they share a rank, and a long list has few.
        """
        lines = [*plain, *(pattern_line(pattern, separator) for pattern, _ in patterns)]
        owners = [(plain_key(text), number) for text, number in plain.items()]
        owners += [(pattern.key, number) for pattern, number in patterns]
        ranks = {owner: rank for rank, owner in enumerate(sorted(set(owners)))}
        tree = SuffixTree(fold=separator == ".")
        text = "".join(f"{line}\n" for line in lines)
        tree.build(text.encode(), ord(separator), [ranks[owner] for owner in owners])
        return tree, [self._answer(number) for _, number in ranks]

    def _prefix_table(self) -> PrefixTable:
        ranges: dict[int, list[tuple[int, int, int]]] = {4: [], 6: []}
        for (version, first, last), number in self.prefixes:
            ranges[version].append((first, last, self._answer(number)))
        wide = boundaries(ranges[6], _ADDRESSES6_LAST)
        return PrefixTable(
            boundaries(ranges[4], _ADDRESSES4_LAST),
            [(start >> 64, start & _LOW_MASK, value) for start, value in wide],
        )

    def _port_table(self, transport: int, port_signatures: list[int]) -> bytes:
        table = bytearray(65_536)
        # The widest first, so that narrower ranges are written over it.
        for (protocol, first, last), number in sorted(
            self.ports, key=lambda item: item[0][1] - item[0][2]
        ):
            if protocol == transport:
                entry = port_signatures.index(number) + 1
                table[first : last + 1] = bytes([entry]) * (last + 1 - first)
        return bytes(table)
