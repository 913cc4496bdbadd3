"""What devices say of themselves on their link: NetBIOS, SSDP, LLDP and CDP, octet by octet."""

from collections.abc import Sequence
from typing import Final

from netwatch.selftest.hellos import counted, words

LLDP_GROUP: Final = "01:80:c2:00:00:0e"
LLDP: Final = 0x88CC
CDP_GROUP: Final = "01:00:0c:cc:cc:cc"
CDP_SNAP: Final = bytes.fromhex("aaaa0300000c2000")
QUERY: Final = 0
REGISTRATION: Final = 5
REFRESH: Final = 8
WORKSTATION: Final = 0x00
FILE_SERVER: Final = 0x20
GROUP: Final = 0x8000
TTL_S: Final = 300_000


def netbios_name(name: str | bytes, suffix: int = WORKSTATION, scope: bytes = b"") -> bytes:
    """A name in its first-level encoding (RFC 1001 section 14.1), with its scope."""
    octets = name if isinstance(name, bytes) else name.encode()
    padded = octets.ljust(15)[:15] + bytes((suffix,))
    letters = bytes(0x41 + half for octet in padded for half in (octet >> 4, octet & 15))
    return counted(1, letters) + scope + b"\0"


def netbios_question(name: bytes, *, kind: int = 0x20, number: int = 1) -> bytes:
    """Somebody asks all of them who has the (encoded) name."""
    return words((number, 0x0110, 1, 0, 0, 0)) + name + words((kind, 1))


def netbios_claim(
    name: bytes, address: bytes, *, opcode: int = REGISTRATION, flags: int = 0, number: int = 1
) -> bytes:
    """A registration or refresh: the name in a question and in a record that points there."""
    head = words((number, opcode << 11 | 0x0110, 1, 0, 0, 1)) + name + words((0x20, 1))
    record = b"\xc0\x0c" + words((0x20, 1)) + TTL_S.to_bytes(4, "big")
    return head + record + counted(2, words((flags,)) + address)


def netbios_answer(name: bytes, address: bytes, *, flags: int = 0, number: int = 1) -> bytes:
    """A positive answer (RFC 1002 section 4.2.13)."""
    head = words((number, 0x8500, 0, 1, 0, 0)) + name + words((0x20, 1))
    return head + TTL_S.to_bytes(4, "big") + counted(2, words((flags,)) + address)


def netbios_status(names: Sequence[tuple[str, int, int]], mac: bytes, *, number: int = 1) -> bytes:
    """A node status: (name, suffix, flags) of each name, then the MAC."""
    listed = b"".join(n.encode().ljust(15) + bytes((s,)) + words((f,)) for n, s, f in names)
    rdata = bytes((len(names),)) + listed + mac + bytes(40)
    head = words((number, 0x8400, 0, 1, 0, 0)) + netbios_name(b"*" + bytes(14)) + words((0x21, 1))
    return head + bytes(4) + counted(2, rdata)


def netbios_datagram(name: bytes, address: bytes, comment: bytes | None = None) -> bytes:
    """A datagram to the work group; with a comment it is a host announcement."""
    user = netbios_name("WORKGROUP", 0x1D)
    if comment is not None:
        said = b"\x01\0" + bytes(4) + b"ANY".ljust(16, b"\0") + b"\x0a\0" + bytes(4)
        user += b"\xffSMB\x25" + bytes(60) + b"\\MAILSLOT\\BROWSE\0" + said
        user += b"\x0f\1\x55\xaa" + comment + b"\0"
    body = name + user
    return b"\x11\x0a\0\1" + address + words((138, len(body), 0)) + body


def ssdp(first: str, *fields: str) -> bytes:
    """An SSDP message: `NOTIFY * HTTP/1.1`, `M-SEARCH * HTTP/1.1` or `HTTP/1.1 200 OK`."""
    return "\r\n".join((first, *fields, "", "")).encode()


def lldp_value(kind: int, value: bytes) -> bytes:
    """One value of LLDP."""
    return words((kind << 9 | len(value),)) + value


def lldp(
    mac: bytes,
    name: str = "",
    *,
    port: str = "Gi0/1",
    description: str = "",
    capabilities: int = 0,
    address: bytes = b"",
    ttl_s: int = 120,
) -> bytes:
    """An LLDP data unit."""
    family = 1 if len(address) == 4 else 2
    values = (
        (1, b"\4" + mac),
        (2, b"\5" + port.encode()),
        (3, words((ttl_s,))),
        (5, name.encode()),
        (6, description.encode()),
        (7, words((0xFF, capabilities)) if capabilities else b""),
        (8, counted(1, bytes((family,)) + address) + b"\2\0\0\0\1\0" if address else b""),
    )
    return b"".join(lldp_value(kind, value) for kind, value in values if value) + b"\0\0"


def cdp_value(kind: int, value: bytes) -> bytes:
    """One value of CDP."""
    return words((kind, len(value) + 4)) + value


def cdp(
    name: str,
    *,
    port: str = "GigabitEthernet0/1",
    platform: str = "",
    capabilities: int = 0,
    address: bytes = b"",
    ttl_s: int = 180,
) -> bytes:
    """A CDP message, without its SNAP header; its checksum is left zero."""
    protocol = b"\1\1\xcc" if len(address) == 4 else b"\2\x08" + bytes.fromhex("aaaa0300000086dd")
    values = (
        (1, name.encode()),
        (2, b"\0\0\0\1" + protocol + counted(2, address) if address else b""),
        (3, port.encode()),
        (4, capabilities.to_bytes(4, "big") if capabilities else b""),
        (5, b"Some Software, Version 1"),
        (6, platform.encode()),
    )
    made = b"".join(cdp_value(kind, value) for kind, value in values if value)
    return bytes((2, ttl_s, 0, 0)) + made
