"""Which names go into a list: those of the chosen entries, and what must be left alone for it.

Inside netwatch the most specific pattern wins. In a block list the wildcard `*.kaspersky-labs.com`
would take the web site below it along, so what other entries claim inside of a chosen wildcard is
handed to the formats as well: those that know exceptions write them.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import product
from typing import Final

import msgspec

from netwatch.errors import UsageError
from netwatch.limits import WRITTEN_OUT_MAX
from netwatch.match.patterns import (
    GLOB_CHARACTERS,
    Pattern,
    class_characters,
    glob_pieces,
    name_patterns,
    pattern_line,
    within,
)
from netwatch.match.signatures import Pack
from netwatch.names import Name
from netwatch.signature import Signature

DEFAULT_STRENGTHS: Final = ("strong", "medium")
"""Weak names are said by browsers, readers and mail gateways: nothing to block or to alert on."""


class Options(msgspec.Struct, frozen=True):
    """What only some formats need."""

    sinkholes: tuple[str, ...] = ()
    """Addresses that a zone answers with, instead of that there is no such name."""
    serial: int = 1
    """Of a zone."""


class Listed(msgspec.Struct, frozen=True):
    """One chosen entry. No name stands twice in a list."""

    signature: Signature
    exact: tuple[str, ...]
    """Names as they are."""
    written: tuple[str, ...]
    """Names that a finite glob stands for, as far as they are this entry's."""
    below: tuple[str, ...]
    """Names below these, at any depth; not these themselves."""
    globs: tuple[Pattern, ...]
    """What is neither, without braces."""


class NameList(msgspec.Struct, frozen=True):
    """All chosen entries, and what lies inside their wildcards but is not theirs."""

    chosen: tuple[Listed, ...]
    spared: tuple[tuple[Pattern, Signature], ...]
    total: int
    """Entries there are."""
    elsewhere: tuple[tuple[str, int], ...]
    """(kind, patterns) of the chosen entries that are no names: no list of names has them."""
    filters: str
    """What was asked for, in words."""
    versions: tuple[tuple[str, str, str], ...]
    """Of the packs, as in `Pack`."""


def name_list(
    pack: Pack,
    purposes: Collection[str] = (),
    strengths: Collection[str] = (),
    services: Collection[str] = (),
) -> NameList:
    """The list of what is wanted; nothing given for a filter takes every purpose and service, and
    strong and medium entries. UsageError if nothing is left.
    """
    wanted = strengths or DEFAULT_STRENGTHS
    fitting = [
        (number, signature)
        for number, signature in enumerate(pack.signatures)
        if (not purposes or signature.purpose in purposes)
        and (not services or any(text.lower() in signature.service.lower() for text in services))
    ]
    taken = [(number, signature) for number, signature in fitting if signature.strength in wanted]
    if not any(signature.names for _, signature in taken):
        raise UsageError(_nothing_left(fitting, taken, wanted))
    matcher_name = _Claims(pack)
    chosen = tuple(_listed(number, signature, matcher_name) for number, signature in taken)
    numbers = {number for number, _ in taken}
    others = [s for number, s in enumerate(pack.signatures) if number not in numbers]
    kinds = ("paths", "issuers", "subjects", "magics", "prefixes", "ports", "users")
    counts = ((kind, sum(len(getattr(s, kind)) for _, s in taken)) for kind in kinds)
    return NameList(
        chosen=chosen,
        spared=tuple(_spared([s for _, s in taken], [*others, *pack.disabled])),
        total=len(pack.signatures),
        elsewhere=tuple((kind, count) for kind, count in counts if count),
        filters=_filters(purposes, wanted, services),
        versions=pack.versions,
    )


def _nothing_left(
    fitting: Sequence[tuple[int, Signature]],
    taken: Sequence[tuple[int, Signature]],
    wanted: Collection[str],
) -> str:
    if taken:
        return "what was asked for has no names, only other kinds of patterns"
    strengths = sorted({signature.strength for _, signature in fitting})
    if not strengths:
        return "no entry has this purpose and service"
    return (
        f"of {len(fitting)} entries none is {' or '.join(wanted)};"
        f" to have them: --strength {' --strength '.join(strengths)}"
    )


def _filters(
    purposes: Collection[str], strengths: Collection[str], services: Collection[str]
) -> str:
    parts = [f"strength {' or '.join(strengths)}"]
    if purposes:
        parts.append(f"purpose {' or '.join(purposes)}")
    if services:
        parts.append(f"service {' or '.join(services)}")
    return ", ".join(parts)


class _Claims:
    """Whether a name is an entry's own: of a glob that is written out others may have a part."""

    def __init__(self, pack: Pack) -> None:
        self._matcher = pack.matcher()
        self._name = Name()

    def own(self, number: int, text: str) -> bool:
        octets = text.encode()
        self._name.set_dotted(octets, 0, len(octets))
        return self._matcher.name(self._name) == number


def _listed(number: int, signature: Signature, claims: _Claims) -> Listed:
    exact: dict[str, None] = {}
    written: dict[str, None] = {}
    below: dict[str, None] = {}
    globs: list[Pattern] = []
    for pattern in (one for text in signature.names for one in name_patterns(text)):
        name = ".".join(pattern.labels)
        plain = not GLOB_CHARACTERS.search(name)
        if plain and pattern.below:
            below[name] = None
        elif plain:
            exact[name] = None
        elif pattern.below or (texts := _written_out(name)) is None:
            globs.append(pattern)
        else:
            written.update(dict.fromkeys(text for text in texts if claims.own(number, text)))
    return Listed(signature, tuple(exact), tuple(written), tuple(below), tuple(globs))


def _written_out(name: str) -> list[str] | None:
    """Every name that classes stand for; None if they are too many, or a `*` or `?` is there."""
    if "*" in name or "?" in name:
        return None
    choices: list[str] = []
    count = 1
    for piece in glob_pieces(name):
        characters = class_characters(piece)
        count *= len(characters)
        if count > WRITTEN_OUT_MAX:
            return None
        choices.append(characters)
    return ["".join(chosen) for chosen in product(*choices)]


def _spared(
    chosen: Sequence[Signature], others: Sequence[Signature]
) -> Iterator[tuple[Pattern, Signature]]:
    """The patterns of `others` that take names away from a wildcard or glob of the chosen ones."""
    wide: dict[tuple[str, ...], list[Pattern]] = {}
    for signature in chosen:
        for pattern in (one for text in signature.names for one in name_patterns(text)):
            if pattern.below or pattern.key[2] < len(pattern.labels):
                wide.setdefault(pattern.labels[-2:], []).append(pattern)
    for signature in others:
        for pattern in (one for text in signature.names for one in name_patterns(text)):
            if any(within(around, pattern) for around in wide.get(pattern.labels[-2:], ())):
                yield pattern, signature


def uncovered(names: NameList) -> dict[str, tuple[str, ...]]:
    """Id -> its names and those of its globs, for formats that have wildcards.

    What a wildcard of the list has anyway is not written out below it.
    """
    wildcards = {base: True for listed in names.chosen for base in listed.below}
    wildcards |= {".".join(p.labels): False for p, _ in names.spared if p.below}

    def covered(name: str) -> bool:
        labels = name.split(".")
        above = (".".join(labels[start:]) for start in range(1, len(labels)))
        return next((wildcards[text] for text in above if text in wildcards), False)

    return {
        listed.signature.id: (
            *listed.exact,
            *(name for name in listed.written if not covered(name)),
        )
        for listed in names.chosen
    }


def exceptions(names: NameList) -> tuple[list[str], list[str]]:
    """(names and wildcards to be left alone, globs that cannot be said), for formats without globs.

    Like names, exceptions are written out where they are few.
    """
    own = {name for listed in names.chosen for name in (*listed.exact, *listed.written)}
    said: dict[str, None] = {}
    unsaid: list[str] = []
    for pattern, signature in names.spared:
        name = ".".join(pattern.labels)
        if not GLOB_CHARACTERS.search(name):
            said[pattern_line(pattern, ".")] = None
        elif pattern.below or (texts := _written_out(name)) is None:
            unsaid.append(f"exception {pattern_line(pattern, '.')} ({signature.id})")
        else:
            said.update(dict.fromkeys(text for text in texts if text not in own))
    return list(said), unsaid


def preface(names: NameList, form: str, unsaid: Sequence[str], notes: Sequence[str]) -> list[str]:
    """What stands at the head of every list, one comment a line, without comment characters.

    `unsaid`: the patterns that this format cannot say. `notes`: what its reader should know.
    """
    lines = [f"netwatch signatures export --format {form}"]
    lines += [
        f"pack {one_line(name)} {one_line(version)} (sha256 {digest}...)"
        for name, version, digest in names.versions
    ]
    lines.append(f"chosen: {one_line(names.filters)}: {len(names.chosen)} of {names.total} entries")
    if names.elsewhere:
        kinds = ", ".join(f"{kind} {count}" for kind, count in names.elsewhere)
        lines.append(f"not here, because they are no names: {kinds}")
    if unsaid:
        lines.append(f"not here, because this format cannot say them: {len(unsaid)} patterns:")
        lines += [f"  {text}" for text in unsaid]
    lines += notes
    return lines


def unsaid_patterns(names: NameList, below: bool) -> list[str]:
    """The globs of a list, and with `below` its wildcards too, each with its entry."""
    found: list[str] = []
    for listed in names.chosen:
        texts = [f"*.{base}" for base in listed.below] if below else []
        texts += [pattern_line(pattern, ".") for pattern in listed.globs]
        found += [f"{text} ({listed.signature.id})" for text in texts]
    return found


def about(signature: Signature) -> str:
    """An entry in one line: what it is, and what makes it prove less."""
    marks = [signature.purpose, signature.strength]
    if signature.decoy:
        marks.append("decoy: circumvention tools say it too")
    if signature.shared:
        marks.append("shared: other vendors' products say it too")
    return f"{signature.id}: {one_line(signature.service)} ({', '.join(marks)})"


def one_line(text: str) -> str:
    """`text` with every run of white space as one space."""
    return " ".join(text.split())
