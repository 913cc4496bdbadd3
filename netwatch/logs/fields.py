"""Addresses, names and numbers as logs write them. What cannot be is a ValueError."""

import socket
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from netwatch.names import Name

QTYPES: Final = {
    b"A": 1, b"NS": 2, b"CNAME": 5, b"SOA": 6, b"PTR": 12, b"MX": 15, b"TXT": 16, b"AAAA": 28,
    b"SRV": 33, b"NAPTR": 35, b"DS": 43, b"DNSKEY": 48, b"SVCB": 64, b"HTTPS": 65, b"ANY": 255,
}  # fmt: skip
RCODES: Final = {
    b"NOERROR": 0, b"FORMERR": 1, b"SERVFAIL": 2, b"NXDOMAIN": 3, b"NOTIMP": 4, b"REFUSED": 5,
}  # fmt: skip
NXDOMAIN: Final = 3
REFUSED: Final = 5
BACKSLASH: Final = 0x5C
DOT: Final = 0x2E


@lru_cache(maxsize=16_384)
def address_of(text: bytes) -> bytes:
    """Packed address; `%zone` is dropped, an IPv4 address inside IPv6 is IPv4. ValueError."""
    written = text.partition(b"%")[0].decode("ascii", "strict")
    try:
        if ":" not in written:
            return socket.inet_pton(socket.AF_INET, written)
        packed = socket.inet_pton(socket.AF_INET6, written)
    except OSError:
        raise ValueError(text) from None
    return packed[12:] if packed.startswith(bytes(10) + b"\xff\xff") else packed


def is_address(text: bytes) -> bool:
    """Whether this is an address, also one in brackets."""
    try:
        address_of(text.strip(b"[]"))
    except ValueError:
        return False
    return True


@lru_cache(maxsize=16_384)
def is_public(address: bytes) -> bool:
    """Whether a packed address (empty: not known) is one of the public Internet's."""
    return bool(address) and ip_address(address).is_global


def port_of(text: bytes) -> int:
    """0 to 65,535. ValueError."""
    port = int(text)
    if not 0 <= port <= 0xFFFF:
        raise ValueError(text)
    return port


def qtype_of(text: bytes) -> int:
    """The number of `AAAA`, `TYPE65`, `type=65` or `65`; 0 for a type that is not known here."""
    known = QTYPES.get(text.upper())
    if known is not None:
        return known
    digits = text.upper().removeprefix(b"TYPE").lstrip(b"=")
    return int(digits) & 0xFFFF if digits.isdigit() and len(digits) <= 5 else 0


def rcode_of(text: bytes) -> int:
    """The number of `NXDOMAIN` or `3`; 2 (SERVFAIL) for one that is not known here."""
    known = RCODES.get(text.upper())
    if known is not None:
        return known
    return int(text) if text.isdigit() and len(text) <= 4 else 2


def set_name(name: Name, text: bytes) -> bool:
    """Take a name as text, escaped as in master files (RFC 1035 section 5.1) or plain.

    False for the root and for what cannot be a name.
    """
    if BACKSLASH not in text:
        return name.set_dotted(text, 0, len(text))
    label, wire = bytearray(), bytearray()
    place = 0
    while place < len(text):
        octet = text[place]
        place += 1
        if octet == DOT:
            if not 0 < len(label) <= 63:
                return False
            wire += bytes((len(label),)) + label
            label.clear()
            continue
        if octet == BACKSLASH:
            octet, place = _escaped(text, place)
        label.append(octet)
    if len(label) > 63:
        return False
    if label:
        wire += bytes((len(label),)) + label
    return len(wire) <= 254 and name.set_wire(bytes(wire))


def _escaped(text: bytes, place: int) -> tuple[int, int]:
    """The octet of `\\DDD`, `\\xHH` (Zeek) or `\\X`, and where the text goes on."""
    digits = text[place : place + 3]
    if len(digits) == 3 and digits.isdigit():
        return int(digits) & 0xFF, place + 3
    if digits[:1] == b"x" and len(digits) == 3:
        try:
            return int(digits[1:], 16), place + 3
        except ValueError:
            return digits[0], place + 1
    return (digits[0], place + 1) if digits else (BACKSLASH, place)


def host_and_port(authority: bytes) -> tuple[bytes, int]:
    """`host:443` or `[2001:db8::1]:443` as host and port; 0 where none is said. ValueError."""
    authority = authority.rpartition(b"@")[2]
    host, colon, port = authority.rpartition(b":")
    if not colon or (authority.endswith(b"]") or not port.isdigit()):
        return authority.rstrip(b":"), 0
    return host, port_of(port)
