"""Why a name (path, address, port, certificate, file) gets the answer that it gets.

Everything that fits is looked for again here, slowly and without the matcher, and put in order: so
this is also the referee that the tests hold against the matcher.
"""

import ipaddress

import msgspec

from netwatch.match.certificates import fits, name_parts
from netwatch.match.index import Index
from netwatch.match.notation import Asked
from netwatch.match.patterns import Pattern, takes
from netwatch.model import Signature


class Candidate(msgspec.Struct, frozen=True):
    """One entry that fits. `index` counts in `Pack.signatures`."""

    index: int
    signature: Signature
    pattern: str
    """The text of the pack that fits."""
    why: str
    """Of the winner: how it fits; of the others: what the winner has more."""


class Explanation(msgspec.Struct, frozen=True):
    """`kind` of question (`name`, `path`, `address`, `port`, `issuer`, `subject`, `magic`)."""

    text: str
    kind: str
    winner: Candidate | None
    losers: tuple[Candidate, ...] = ()


_Fitting = tuple[tuple[int, ...], int, str, str]
"""(key: greater is more specific, signature, text, how it fits)."""


def explain(index: Index, question: Asked) -> Explanation:
    """All entries that fit, the one that the matcher answers first; one candidate an entry."""
    if question.kind in ("name", "path"):
        fitting = _fitting_patterns(
            index.names if question.kind == "name" else index.paths, question.labels
        )
    elif question.kind == "address":
        fitting = _fitting_prefixes(index, question.octets)
    elif question.kind == "port":
        fitting = [
            ((first - last,), number, f"{first}-{last}" if first != last else str(first), "port")
            for (transport, first, last), number in index.ports
            if transport == question.transport and first <= question.port <= last
        ]
    elif question.kind == "magic":
        fitting = [
            ((len(magic),), number, repr(magic)[2:-1], f"{len(magic)} octets")
            for magic, number in index.magics
            if question.octets.startswith(magic)
        ]
    else:
        fitting = _fitting_rules(index, question)
    best: dict[int, _Fitting] = {}
    for found in sorted(fitting, key=lambda item: item[0], reverse=True):
        best.setdefault(found[1], found)
    ordered = list(best.values())
    if not ordered:
        return Explanation(question.text, question.kind, None)
    signatures = index.signatures
    winner = ordered[0]
    return Explanation(
        question.text,
        question.kind,
        Candidate(winner[1], signatures[winner[1]], winner[2], winner[3]),
        tuple(
            Candidate(
                found[1], signatures[found[1]], found[2], f"{found[3]}; the winner: {winner[3]}"
            )
            for found in ordered[1:]
        ),
    )


def _fitting_patterns(
    patterns: list[tuple[Pattern, int]], labels: tuple[bytes, ...]
) -> list[_Fitting]:
    return [
        (pattern.key, number, pattern.text, _pattern_text(pattern))
        for pattern, number in patterns
        if takes(pattern, labels)
    ]


def _pattern_text(pattern: Pattern) -> str:
    count = len(pattern.labels)
    kind = "any name below" if pattern.below else "fixes"
    globs = count - pattern.key[2]
    return f"{kind} {count} {'parts' if count > 1 else 'part'}, {globs or 'none'} of them by a glob"


def _fitting_prefixes(index: Index, octets: bytes) -> list[_Fitting]:
    address = int.from_bytes(octets)
    version = 4 if len(octets) == 4 else 6
    bits = len(octets) * 8
    fitting: list[_Fitting] = []
    for (family, first, last), number in index.prefixes:
        if family == version and first <= address <= last:
            length = bits - (last - first).bit_length()
            network = ipaddress.ip_address(octets[:0] + first.to_bytes(bits // 8))
            fitting.append(((length,), number, f"{network}/{length}", f"{length} bits"))
    return fitting


def _fitting_rules(index: Index, question: Asked) -> list[_Fitting]:
    parts = name_parts(question.certificate)
    of_subject = question.kind == "subject"
    return [
        (rule.key, number, rule.text, f"{len(rule.parts)} parts of the {question.kind}")
        for rule, number in index.certificates
        if rule.key[0] == of_subject and fits(rule, parts)
    ]
