"""What a person may ask about, in one line: for `explain`, and for `matches` and `ignores`.

`s01.upd.kaspersky.com` · `/index/u1313g.xml` · `37.203.128.5` · `tcp/13000` · `issuer:O=X, CN=Y` ·
`subject:O=X` · `magic:KLZF` · `user:kavdumps`
"""

import ipaddress
import re
from typing import Final

import msgspec

from netwatch.match.matcher import Matcher
from netwatch.match.patterns import PatternError
from netwatch.match.ranges import magic_octets, ports, user
from netwatch.names import Name

_PORT: Final = re.compile(r"(?:tcp|udp)/.*")


class Asked(msgspec.Struct, frozen=True):
    """One question, read; only what its `kind` needs is filled in."""

    text: str
    kind: str
    """`name`, `path`, `address`, `port`, `issuer`, `subject`, `magic` or `user`."""
    octets: bytes = b""
    """The name as dotted text, the path, the packed address, first octets of a file, an account."""
    labels: tuple[bytes, ...] = ()
    """Of a name: its labels in lower case. Of a path: its segments."""
    transport: int = 0
    port: int = 0
    certificate: str = ""
    """The issuer's or subject's name."""


def asked(text: str) -> Asked:
    """Read one question; PatternError if it is none."""
    if text.startswith("/"):
        octets = text.encode("utf-8", "surrogateescape")
        return Asked(text, "path", octets=octets, labels=tuple(octets[1:].split(b"/")))
    if _PORT.fullmatch(text):
        transport, port, last = ports(text)
        if port != last:
            raise PatternError(f"found {text!r}, expected one port")
        return Asked(text, "port", transport=transport, port=port)
    kind, colon, rest = text.partition(":")
    if colon and kind in ("issuer", "subject"):
        return Asked(text, kind, certificate=rest.strip())
    if colon and kind == "magic":
        return Asked(text, "magic", octets=magic_octets(rest))
    if colon and kind == "user":
        return Asked(text, "user", octets=user(rest))
    try:
        return Asked(text, "address", octets=ipaddress.ip_address(text).packed)
    except ValueError:
        return _asked_name(text)


def _asked_name(text: str) -> Asked:
    octets = text.encode("utf-8", "surrogateescape")
    if not Name().set_dotted(octets, 0, len(octets)) or b" " in octets:
        raise PatternError(
            f"found {text!r}, expected a name, a /path, an address, tcp/PORT, udp/PORT,"
            " issuer:NAME, subject:NAME, magic:TEXT or user:NAME"
        )
    return Asked(text, "name", octets=octets, labels=tuple(octets.lower().rstrip(b".").split(b".")))


def answer(matcher: Matcher, question: Asked) -> int:
    """The matcher's answer: an index into `Pack.signatures`, or -1."""
    octets = question.octets
    if question.kind == "name":
        name = Name()
        name.set_dotted(octets, 0, len(octets))
        return matcher.name(name)
    if question.kind == "path":
        return matcher.path(octets, 0, len(octets))
    if question.kind == "address":
        return matcher.address(octets, 0, len(octets))
    if question.kind == "port":
        return matcher.port(question.transport, question.port)
    if question.kind == "magic":
        return matcher.magic(octets, 0, len(octets))
    if question.kind == "user":
        return matcher.user(octets, 0, len(octets))
    if question.kind == "issuer":
        return matcher.certificate("", question.certificate)
    return matcher.certificate(question.certificate, "")
