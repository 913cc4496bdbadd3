"""What an address or a MAC tells by itself: whose side it is on, and whether it is one host's."""

from ipaddress import IPv6Address, ip_address
from typing import Final

from netwatch.model import Sighting

UNKNOWN_ORIGIN: Final = b"?"
"""Somebody else, as the sender says, but not who."""


def outermost(vlans: tuple[int, ...]) -> int:
    """The VLAN that keeps equal addresses apart, 0 = none."""
    return vlans[0] if vlans else 0


def is_unicast(mac: bytes) -> bool:
    """Whether these octets can be one interface's MAC."""
    return len(mac) == 6 and not mac[0] & 1 and mac != bytes(6)


def is_random(mac: bytes) -> bool:
    """Whether a MAC was made up by its owner (the locally administered bit, RFC 9542 section 2)."""
    return bool(mac) and bool(mac[0] & 2)


def is_ours(address: bytes) -> bool:
    """Whether an address is none of the public Internet's (RFC 6890, RFC 4291): our side."""
    if len(address) == 16:
        return address[0] & 0xE0 != 0x20
    if len(address) != 4:
        return True
    first, second = address[0], address[1]
    return (
        first in (0, 10, 127)
        or first >= 224
        or (first == 172 and second & 0xF0 == 16)
        or (first == 192 and second == 168)
        or (first == 169 and second == 254)
        or (first == 100 and second & 0xC0 == 64)
    )


def is_host(address: bytes) -> bool:
    """Whether an address can be one host's: not unspecified, multicast or broadcast."""
    if len(address) == 16:
        return address[0] != 0xFF and any(address)
    return len(address) == 4 and 0 < address[0] < 224


def is_loopback(address: bytes) -> bool:
    """Whether an address is a machine's own: 127.0.0.0/8 or ::1."""
    if len(address) == 16:
        return address == bytes(15) + b"\1"
    return address[:1] == b"\x7f"


def is_link_local(address: bytes) -> bool:
    """Whether an IPv6 address is fe80::/10."""
    return len(address) == 16 and address[0] == 0xFE and address[1] & 0xC0 == 0x80


def origin_of(sighting: Sighting) -> bytes:
    """For whom the sender says that it sent this: an address, or UNKNOWN_ORIGIN; empty: itself.

    A proxy's header says so, and anybody can write one.
    """
    told = sighting.http.forwarded_for if sighting.http is not None else b""
    if not told:
        return b""
    if told == b"unknown":
        return UNKNOWN_ORIGIN
    address = ip_address(told.decode())
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).packed
