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
    name_patterns,
    overlap,
    path_patterns,
)
from netwatch.match.prefixes import PrefixTable
from netwatch.match.ranges import boundaries, ports, prefix
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
    """Every pattern with the index of its signature. Conflict if a pack contradicts itself."""

    def __init__(self, signatures: Sequence[Signature]) -> None:
        self.signatures = signatures
        self.names = self._patterns("names", name_patterns)
        self.paths = self._patterns("paths", path_patterns)
        self.prefixes = self._read("prefixes", prefix)
        self.ports = self._read("ports", ports)
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
        found = self._parsed(field, parse)
        for parsed, number, text in found:
            self._refuse_known(known, parsed, text, number, field)
        return [(parsed, number) for parsed, number, _ in found]

    def _parsed(
        self, field: str, parse: Callable[[str], _Parsed]
    ) -> list[tuple[_Parsed, int, str]]:
        found: list[tuple[_Parsed, int, str]] = []
        for number, signature in enumerate(self.signatures):
            for text in getattr(signature, field):
                try:
                    found.append((parse(text), number, text))
                except PatternError as error:
                    raise Conflict(number, field, text, str(error)) from None
        return found

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
        """All patterns of a field, the least specific first, so that the place is the rank."""
        total = 0

        def parse_counted(text: str) -> tuple[Pattern, ...]:
            nonlocal total
            parsed = parse(text)
            total += len(parsed)
            if total > PATTERNS_MAX:
                raise PatternError(f"found more than {PATTERNS_MAX} patterns, expected fewer")
            return parsed

        found = [
            (pattern, number)
            for patterns, number, _ in self._parsed(field, parse_counted)
            for pattern in patterns
        ]
        self._refuse_ties(field, found)
        found.sort(key=lambda item: item[0].key)
        return found

    def _refuse_ties(self, field: str, found: list[tuple[Pattern, int]]) -> None:
        """Equal patterns of two entries, or two globs of equal weight that some name fits."""
        equal: dict[tuple[bool, tuple[str, ...]], tuple[Pattern, int]] = {}
        globs: dict[Hashable, list[tuple[Pattern, int]]] = {}
        for pattern, number in found:
            rival = equal.setdefault((pattern.below, pattern.labels), (pattern, number))
            if rival[1] != number:
                self._refuse_tie(field, pattern, number, *rival)
            if pattern.key[2] == len(pattern.labels):
                continue
            # Only globs with the same key can tie, and names only below one domain.
            domain = pattern.labels[-2:] if field == "names" else ()
            alike = globs.setdefault((pattern.key, domain), [])
            for rival in alike:
                if rival[1] != number and overlap(rival[0], pattern):
                    self._refuse_tie(field, pattern, number, *rival)
            alike.append((pattern, number))

    def _refuse_tie(
        self, field: str, pattern: Pattern, number: int, rival: Pattern, rival_number: int
    ) -> None:
        message = (
            f"found {pattern.text!r}, which is as specific as {rival.text!r} of entry"
            f" {self._name(rival_number)} for the same {field}; expected one of them to say more"
        )
        raise Conflict(number, field, pattern.text, message)

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
        return Matcher(
            self._tree(self.names, fold=True),
            [number for _, number in self.names],
            self._tree(self.paths, fold=False),
            [number for _, number in self.paths],
            self._prefix_table(),
            self._port_table(6, port_signatures),
            self._port_table(17, port_signatures),
            port_signatures,
            [octets for octets, _ in self.magics],
            [number for _, number in self.magics],
            CertificateRules(self.certificates).find,
        )

    def _tree(self, patterns: list[tuple[Pattern, int]], fold: bool) -> SuffixTree:
        tree = SuffixTree(fold)
        for rank, (pattern, _) in enumerate(patterns):
            tree.add([label.encode() for label in pattern.labels], pattern.below, rank)
        tree.freeze()
        return tree

    def _prefix_table(self) -> PrefixTable:
        ranges: dict[int, list[tuple[int, int, int]]] = {4: [], 6: []}
        for (version, first, last), number in self.prefixes:
            ranges[version].append((first, last, number))
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
