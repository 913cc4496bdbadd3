"""Signatures -> things that they must claim: names, paths, certificates, files, addresses, ports.

Every `matches` of a pack is one, and besides every pattern (with its braces written out) gives one
of its own, because an author's examples seldom show them all. What another, more specific entry
claims is no example; a pattern without any is told as such.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Final

import msgspec

from netwatch.match.certificates import certificate_rules
from netwatch.match.matcher import Matcher
from netwatch.match.notation import answer, asked
from netwatch.match.patterns import PatternError, name_patterns, path_patterns
from netwatch.match.ranges import ports
from netwatch.signature import Signature

FILLS: Final = ("selftest", "x", "q7")
"""What is written for a `*`, one after the other until the entry claims the result."""
TRIES_MAX: Final = 64
_STEP: Final = re.compile(r"\*|\?|\[[^\]]+\]|.")


class Example(msgspec.Struct, frozen=True):
    """One thing; `text` is in the words of `netwatch signatures explain`."""

    signature: int
    kind: str
    """`name`, `path`, `issuer`, `subject`, `magic`, `address` or `port`."""
    text: str


def examples(signatures: Sequence[Signature], matcher: Matcher) -> tuple[list[Example], list[str]]:
    """All examples, each once; and the patterns (`id: pattern`) for which none was found."""
    found: dict[Example, None] = {}
    barren: list[str] = []
    for number, signature in enumerate(signatures):
        for text in signature.matches:
            question = asked(text)
            found[Example(number, question.kind, text)] = None
        for pattern, candidates in _candidates(signature):
            claimed = next((c for c in candidates if _claims(matcher, c, number)), None)
            if claimed is None:
                barren.append(f"{signature.id}: {pattern}")
            else:
                found[Example(number, asked(claimed).kind, claimed)] = None
    return list(found), barren


def _claims(matcher: Matcher, text: str, number: int) -> bool:
    try:
        return answer(matcher, asked(text)) == number
    except PatternError:
        return False


def _candidates(signature: Signature) -> Iterable[tuple[str, Iterable[str]]]:
    """(pattern, what may be an example of it) for everything that the entry claims."""
    for text in signature.names:
        for name in name_patterns(text):
            dotted = ".".join(name.labels)
            yield text, _written_out(f"*.{dotted}" if name.below else dotted)
    for text in signature.paths:
        for path in path_patterns(text):
            yield text, _written_out("/" + "/".join(path.labels))
    for texts, kind in ((signature.issuers, "issuer"), (signature.subjects, "subject")):
        for text in texts:
            for rule in certificate_rules(text, kind == "subject"):
                named = ", ".join(f"{attribute}={value}" for attribute, value in rule.parts)
                yield text, (f"{kind}:{plain}" for plain in _written_out(named))
    for magic in signature.magics:
        yield repr(magic), ("magic:" + _escaped(magic),)
    for text in signature.users:
        yield text, (f"user:{text}",)
    for text in signature.prefixes:
        network = ipaddress.ip_network(text)
        yield text, (str(network.network_address),)
        yield text, (str(network.broadcast_address),)
    for text in signature.ports:
        transport, first, last = ports(text)
        word = "tcp" if transport == 6 else "udp"
        yield text, (f"{word}/{first}",)
        yield text, (f"{word}/{last}",)


def _written_out(glob: str) -> Iterable[str]:
    """Plain texts that fit the glob, not too many."""
    steps = _STEP.findall(glob)
    for tries, fill in enumerate(product(FILLS, range(10)), 1):
        if tries > TRIES_MAX:
            return
        yield "".join(_filled(step, *fill) for step in steps)
        if not any(len(step) > 1 or step in "*?" for step in steps):
            return


def _filled(step: str, word: str, turn: int) -> str:
    if step == "*":
        return word
    if step == "?":
        return word[turn % len(word)]
    if len(step) > 1:
        members = _members(step[1:-1])
        return members[turn % len(members)]
    return step


def _members(inner: str) -> str:
    """All characters of a class; ranges rise, as the packs' syntax wants it."""
    return "".join(
        "".join(map(chr, range(ord(first), ord(last or first) + 1)))
        for first, last in re.findall(r"(.)(?:-(.))?", inner)
    )


def _escaped(octets: bytes) -> str:
    return "".join(
        chr(octet) if 0x20 <= octet <= 0x7E and octet != 0x5C else f"\\x{octet:02x}"
        for octet in octets
    )
