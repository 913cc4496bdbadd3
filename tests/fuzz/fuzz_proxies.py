"""A PROXY header or SOCKS request ends inside what is there, and names an address or a host.

What is whole is the same with anything behind it; every origin is an address that Python knows. A
database's envelope ends where a hello begins.
"""

from ipaddress import ip_address
from typing import Final

from invariants import alike, prefixes

from netwatch.extract.envelopes import behind_envelope
from netwatch.extract.forwarded import Forwarded
from netwatch.extract.proxy_header import ProxyHeader
from netwatch.extract.socks import HANDSHAKE, NONE, SocksRequest

RUNS: Final = 20_000
DEPTHS: Final = ("origin", "nobody", "name", "address", "forwarded", "envelope")
reached: set[str] = set()

Facts = tuple[int, bytes]


def target(octets: bytes) -> None:
    """Read the octets as each of them."""
    for read in (header, socks):
        behind, told = read(octets, 0, len(octets))
        for cut in prefixes(octets):
            shorter = read(cut, 0, len(cut))
            if behind > 0 and len(cut) < behind:
                assert shorter[0] in (0, NONE), "whole before its end"
        if behind > 0:
            assert alike(octets[:behind] + bytes((HANDSHAKE,)), read) == (behind, told)
    alike(octets, lambda data, start, end: forwarded(data, start, end, False))
    alike(octets, lambda data, start, end: forwarded(data, start, end, True))
    alike(octets, envelope)


def header(data: bytes, start: int, end: int) -> Facts:
    """Where a PROXY header ends, and its origin."""
    found = ProxyHeader()
    behind = found.read(data, start, end)
    if behind <= 0:
        assert behind in (0, NONE)
        return behind, b""
    assert start < behind <= end
    reached.add("origin" if found.origin else "nobody")
    assert not found.origin or ip_address(found.origin.decode())
    return behind - start, found.origin


def socks(data: bytes, start: int, end: int) -> Facts:
    """Where a SOCKS request ends, and its name."""
    found = SocksRequest()
    behind = found.read(data, start, end)
    if behind <= 0:
        assert behind in (0, NONE)
        return behind, b""
    assert start < behind <= end and 0 < found.port <= 0xFFFF
    assert (found.name_start, found.name_end) == (0, 0) or start < found.name_start < found.name_end
    assert found.name_end <= behind
    reached.add("name" if found.name_end else "address")
    return behind - start, data[found.name_start : found.name_end]


def envelope(data: bytes, start: int, end: int) -> int:
    """Where what an envelope holds begins."""
    behind = behind_envelope(data, start, end)
    if behind == NONE:
        return NONE
    assert start < behind < end and data[behind] == HANDSHAKE
    reached.add("envelope")
    return behind - start


def forwarded(data: bytes, start: int, end: int, elements: bool) -> bytes:
    """The origin that a header names."""
    found = Forwarded()
    told = found.elements(data, start, end) if elements else found.addresses(data, start, end)
    if not told:
        assert found.start == found.end
        return b""
    assert start <= found.start < found.end <= end
    reached.add("forwarded")
    origin = data[found.start : found.end]
    assert ip_address(origin.decode())
    return origin
