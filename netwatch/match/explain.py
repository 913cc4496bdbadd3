"""Why a name (path, address, port, certificate, file) gets the answer that it gets.

Everything that fits is looked for again here, slowly and without the matcher, and put in order: so
this is also the referee that the tests hold against the matcher.
"""

import ipaddress
from typing import Final

import msgspec

from netwatch.match.certificates import fits, name_parts
from netwatch.match.index import Index
from netwatch.match.notation import Asked
from netwatch.match.patterns import Pattern, plain_fitting, plain_key, takes
from netwatch.signature import Signature


class Candidate(msgspec.Struct, frozen=True):
    """One entry that fits. `index` counts in `Pack.signatures`."""

    index: int
    signature: Signature
    pattern: str
    """The text of the pack that fits."""
    why: str
    """In words; of one that lost, what the winner has more."""
    disabled: bool = False
    """`disable` or `only` leaves it out: what it claims is nobody's. Such an `index` lies behind
    those of all other signatures."""


class Explanation(msgspec.Struct, frozen=True):
    """`kind` of question (`name`, `path`, `address`, `port`, `issuer`, `subject`, `magic`)."""

    text: str
    kind: str
    winner: Candidate | None
    losers: tuple[Candidate, ...] = ()


_Fitting = tuple[tuple[int, ...], int, str]
"""(key: greater is more specific, signature, the text that fits)."""

# What each number of a key counts, in the same order.
_COUNTED: Final = {
    "name": ("labels", "exact names", "labels without a glob", "octets fixed by its globs"),
    "path": ("segments", "exact paths", "segments without a glob", "octets fixed by its globs"),
    "address": ("bits",),
    "port": ("ports fewer than all",),
    "magic": ("octets",),
    "user": (),
    "issuer": ("subjects", "parts", "characters fixed"),
    "subject": ("subjects", "parts", "characters fixed"),
}


def explain(index: Index, question: Asked) -> Explanation:
    """All entries that fit, the one that the matcher answers first; one candidate an entry."""
    best: dict[int, _Fitting] = {}
    for found in sorted(_fitting(index, question), key=lambda item: item[0], reverse=True):
        best.setdefault(found[1], found)
    ordered = list(best.values())
    if not ordered:
        return Explanation(question.text, question.kind, None)
    winner = ordered[0]
    return Explanation(
        question.text,
        question.kind,
        _candidate(index, winner, "the most specific that fits"),
        tuple(
            _candidate(index, lost, _why_lost(question.kind, lost[0], winner[0]))
            for lost in ordered[1:]
        ),
    )


def _candidate(index: Index, fitting: _Fitting, why: str) -> Candidate:
    _, number, text = fitting
    return Candidate(number, index.signatures[number], text, why, number >= index.enabled)


def _why_lost(kind: str, lost: tuple[int, ...], won: tuple[int, ...]) -> str:
    """The first thing in which the winner has more."""
    for counted, less, more in zip(_COUNTED[kind], lost, won, strict=True):
        if less != more:
            return f"{less} {counted}, the winner {more}"
    return "equal"


def _fitting(index: Index, question: Asked) -> list[_Fitting]:
    if question.kind == "name":
        return _fitting_plain(index, question.labels) + _fitting_patterns(
            index.names, question.labels
        )
    if question.kind == "path":
        return _fitting_patterns(index.paths, question.labels)
    if question.kind == "address":
        return _fitting_prefixes(index, question.octets)
    if question.kind == "port":
        return [
            ((65_535 - (last - first),), number, _port_text(transport, first, last))
            for (transport, first, last), number in index.ports
            if transport == question.transport and first <= question.port <= last
        ]
    if question.kind == "magic":
        return [
            ((len(magic),), number, repr(magic)[2:-1])
            for magic, number in index.magics
            if question.octets.startswith(magic)
        ]
    if question.kind == "user":
        return [((), n, user.decode()) for user, n in index.users if user == question.octets]
    return _fitting_rules(index, question)


def _port_text(transport: int, first: int, last: int) -> str:
    name = "tcp" if transport == 6 else "udp"
    return f"{name}/{first}-{last}" if last > first else f"{name}/{first}"


def _fitting_plain(index: Index, labels: tuple[bytes, ...]) -> list[_Fitting]:
    return [
        (plain_key(text), index.plain_names[text], text)
        for text in plain_fitting(labels)
        if text in index.plain_names
    ]


def _fitting_patterns(
    patterns: list[tuple[Pattern, int]], labels: tuple[bytes, ...]
) -> list[_Fitting]:
    return [
        (pattern.key, number, pattern.text)
        for pattern, number in patterns
        if takes(pattern, labels)
    ]


def _fitting_prefixes(index: Index, octets: bytes) -> list[_Fitting]:
    address = int.from_bytes(octets)
    version = 4 if len(octets) == 4 else 6
    bits = len(octets) * 8
    fitting: list[_Fitting] = []
    for (family, first, last), number in index.prefixes:
        if family == version and first <= address <= last:
            length = bits - (last - first).bit_length()
            network = ipaddress.ip_address(first.to_bytes(bits // 8))
            fitting.append(((length,), number, f"{network}/{length}"))
    return fitting


def _fitting_rules(index: Index, question: Asked) -> list[_Fitting]:
    parts = name_parts(question.certificate)
    of_subject = question.kind == "subject"
    return [
        (rule.key, number, rule.text)
        for rule, number in index.certificates
        if rule.key[0] == of_subject and fits(rule, parts)
    ]
