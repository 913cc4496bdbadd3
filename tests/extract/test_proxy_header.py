"""PROXY headers.

Invariant: a whole header ends where its own length says, in whatever stands around it; every
truncation of one waits for more; the origin is an IP address that a device can have, or nothing.
"""

from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.proxy_header import NONE, ProxyHeader, address_text
from netwatch.selftest.proxies import SIGNATURE, proxy_header, proxy_line


def read(octets: bytes, behind: bytes = b"\x16\x03\x01") -> tuple[int, bytes]:
    header = ProxyHeader()
    data = b"before" + octets + behind
    answer = header.read(data, 6, len(data))
    assert answer in (NONE, 0) or 6 < answer <= len(data)
    return (answer - 6 if answer > 0 else answer), header.origin


PORTS = (56_324, 443)
HEADERS = [
    (proxy_line("192.168.0.1", "192.168.0.11", PORTS), b"192.168.0.1"),
    (proxy_line("2001:DB8::1", "fd00::2", PORTS), b"2001:db8::1"),
    (b"PROXY UNKNOWN\r\n", b""),
    (b"PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", b""),
    (b"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", b""),
    (proxy_header("192.168.0.1", "192.168.0.11", PORTS), b"192.168.0.1"),
    (proxy_header("2001:db8::1", "fd00::2", PORTS, b"\x04\0\x03abc"), b"2001:db8::1"),
    (proxy_header("127.0.0.1", "127.0.0.1", PORTS), b""),
    (SIGNATURE + b"\x20\x00\x00\x00", b""),
    (SIGNATURE + b"\x20\x11\x00\x0c" + bytes(12), b""),
    (SIGNATURE + b"\x21\x31\x00\xd8" + bytes(216), b""),
    (SIGNATURE + b"\x21\x00\x00\x00", b""),
]


@pytest.mark.parametrize(("octets", "origin"), HEADERS)
def test_headers(octets: bytes, origin: bytes) -> None:
    assert read(octets) == (len(octets), origin)
    assert read(octets, b"") == (len(octets), origin)
    for end in range(1, len(octets)):
        assert read(octets[:end], b"")[0] == 0, end


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"POST / HTTP/1.1\r\n",
        b"PROXY\r\n\r\n\r\n",
        b"PROXY TCP4\r\n",
        b"PROXY TCP5 1.1.1.1 2.2.2.2 1 2\r\n",
        b"PROXY TCP4 10.1.1.1\r\n",
        b"PROXY TCP4 10.1.1.1 10.1.1.2 1 2\n",
        b"PROXY " + b"x" * 120 + b"\r\n",
        b"PROXY " + b"x" * 120,
        b"\r\n\r\nGET / HTTP/1.1\r\n",
        SIGNATURE + b"\x11\x11\x00\x0c" + bytes(12),
        SIGNATURE + b"\x22\x11\x00\x0c" + bytes(12),
        SIGNATURE + b"\x21\x11\x00\x0b" + bytes(11),
        SIGNATURE + b"\x21\x21\x00\x0c" + bytes(12),
    ],
)
def test_what_is_none(octets: bytes) -> None:
    assert read(octets) == (NONE, b"")


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.ip_addresses())
def test_addresses_as_python_writes_them(address: object) -> None:
    made = ip_address(str(address))
    if not (made.version == 6 and made.packed[:12] == bytes(10) + b"\xff\xff"):
        assert address_text(made.packed).decode() == str(made)


def test_gaps_of_addresses() -> None:
    """RFC 5952 section 4.2."""
    for text in ("::", "::1", "1::", "1:0:2::3", "1::2:0:0:3:4", "0:1::", "1:2:3:4:5:6:0:8"):
        assert address_text(ip_address(text).packed).decode() == str(ip_address(text))


@settings(derandomize=True, max_examples=800, deadline=None)
@given(st.sampled_from(HEADERS), st.integers(0, 60), st.binary(max_size=6), st.integers(0, 90))
def test_any_octets(header: tuple[bytes, bytes], at: int, noise: bytes, end: int) -> None:
    octets = (header[0][:at] + noise + header[0][at + len(noise) :])[:end]
    answer, origin = read(octets)
    assert answer > 0 or origin == b""
    if origin:
        ip_address(origin.decode())
