"""DNS messages and HTTP heads as octets (RFC 1035, RFC 9112).

Names are given as wire labels, so that traps can be built: a dot inside a label, octets that no
terminal should print.
"""

import ipaddress
from collections.abc import Sequence
from typing import Final

import msgspec

from netwatch.names import name_wire

TYPES: Final = {
    "A": 1,
    "NS": 2,
    "CNAME": 5,
    "PTR": 12,
    "MX": 15,
    "TXT": 16,
    "AAAA": 28,
    "HTTPS": 65,
}
NXDOMAIN: Final = 3
REFUSED: Final = 5
RECURSION_DESIRED: Final = 0x0100
OWNER_OF_QUESTION: Final = 12
"""Where the first question's name begins: what compression pointers of answers point to."""


class Record(msgspec.Struct, frozen=True):
    """One record of an answer. `owner` empty: the name that was asked for."""

    kind: str
    value: bytes
    """Wire labels of a name, a packed address, or the octets as they are."""
    owner: bytes = b""
    ttl_s: int = 300


def addresses(*texts: str) -> tuple[Record, ...]:
    """A and AAAA records."""
    packed = [ipaddress.ip_address(text).packed for text in texts]
    return tuple(Record("A" if len(octets) == 4 else "AAAA", octets) for octets in packed)


def alias(target: str, *texts: str) -> tuple[Record, ...]:
    """A CNAME to `target`, and the addresses of that."""
    wire = name_wire(target)
    found = [msgspec.structs.replace(record, owner=wire) for record in addresses(*texts)]
    return (Record("CNAME", wire), *found)


def question(name: bytes, kind: str, number: int, *, recursion: bool = True) -> bytes:
    """A question for `name` (wire labels without the root)."""
    flags = RECURSION_DESIRED if recursion else 0
    return _head(number, flags, 1, 0) + _asked(name, kind)


def answer(
    name: bytes,
    kind: str,
    number: int,
    records: Sequence[Record] = (),
    *,
    rcode: int = 0,
    recursion: bool = True,
) -> bytes:
    """The answer to the question of the same `number`."""
    flags = 0x8080 | (RECURSION_DESIRED if recursion else 0) | rcode
    head = _head(number, flags, 1, len(records))
    return head + _asked(name, kind) + b"".join(_record(record, b"") for record in records)


def announcement(name: bytes, record: Record) -> bytes:
    """A multicast DNS announcement: one answer, no question (RFC 6762 section 8.3)."""
    return _head(0, 0x8400, 0, 1) + _record(record, name)


def for_tcp(*messages: bytes) -> bytes:
    """Messages with their lengths before them (RFC 7766 section 8)."""
    return b"".join(len(message).to_bytes(2, "big") + message for message in messages)


def _head(number: int, flags: int, questions: int, answers: int) -> bytes:
    words = (number & 0xFFFF, flags, questions, answers, 0, 0)
    return b"".join(word.to_bytes(2, "big") for word in words)


def _asked(name: bytes, kind: str) -> bytes:
    return name + b"\0" + TYPES[kind].to_bytes(2, "big") + b"\0\1"


def _record(record: Record, owner: bytes) -> bytes:
    name = record.owner or owner
    written = name + b"\0" if name else (0xC000 | OWNER_OF_QUESTION).to_bytes(2, "big")
    value = record.value
    if record.kind in ("CNAME", "NS", "PTR"):
        value += b"\0"
    kind = TYPES[record.kind].to_bytes(2, "big")
    ttl = record.ttl_s.to_bytes(4, "big")
    return written + kind + b"\0\1" + ttl + len(value).to_bytes(2, "big") + value


def request(
    target: str, host: str = "", *, method: str = "GET", fields: Sequence[str] = ()
) -> bytes:
    """An HTTP/1.1 request head; no Host line if `host` is empty."""
    lines = [f"{method} {target} HTTP/1.1", *([f"Host: {host}"] if host else []), *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def response(body: bytes, *, status: str = "200 OK", kind: str = "application/xml") -> bytes:
    """An HTTP/1.1 response with its body."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
