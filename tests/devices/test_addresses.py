"""What an address or a MAC tells by itself."""

from ipaddress import ip_address

import pytest

from netwatch.devices.addresses import (
    is_host,
    is_link_local,
    is_ours,
    is_random,
    is_unicast,
    origin_of,
    outermost,
)
from netwatch.model import HttpFields, Sighting, Signal

MAC = bytes.fromhex("001122334401")
PC = bytes((10, 0, 0, 5))
LOCAL6 = bytes.fromhex("fe80000000000000021122fffe334401")
GLOBAL6 = bytes.fromhex("20010db8000000000000000000000000")


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("10.0.0.1", True), ("172.15.0.1", False), ("172.31.0.1", True), ("192.168.0.1", True),
        ("192.169.0.1", False), ("169.254.0.1", True), ("100.64.0.1", True),
        ("100.128.0.1", False), ("8.8.8.8", False), ("fe80::1", True), ("fd00::1", True),
        ("2001:db8::1", False), ("239.1.1.1", True),
    ],
)  # fmt: skip
def test_our_side(text: str, ours: bool) -> None:
    assert is_ours(ip_address(text).packed) is ours


def test_what_can_be_a_host() -> None:
    assert is_host(PC)
    assert is_host(LOCAL6)
    for address in (b"", bytes(4), bytes(16), b"\xe0\0\0\1", b"\xff\xff\xff\xff", b"\xff" * 16):
        assert not is_host(address)
    assert is_unicast(MAC)
    for mac in (b"", bytes(6), b"\xff" * 6, b"\1\0\x5e\0\0\1", MAC + b"\0"):
        assert not is_unicast(mac)
    assert is_link_local(LOCAL6)
    assert not is_link_local(GLOBAL6)
    assert is_random(b"\x02\0\0\0\0\1")
    assert not is_random(MAC)
    assert not is_random(b"")
    assert outermost((7, 8)) == 7
    assert outermost(()) == 0


@pytest.mark.parametrize(
    ("http", "origin"),
    [
        (None, ""),
        (HttpFields(), ""),
        (HttpFields(forwarded_for=b"10.0.0.5"), "10.0.0.5"),
        (HttpFields(forwarded_for=b"::ffff:10.0.0.5"), "10.0.0.5"),
        (HttpFields(forwarded_for=b"2001:db8::5"), "2001:db8::5"),
    ],
)
def test_for_whom_a_proxy_says_it_asks(http: HttpFields | None, origin: str) -> None:
    one = Sighting(time_ns=0, frame=1, signal=Signal.HTTP_HOST, name=b"", http=http)
    assert origin_of(one) == (ip_address(origin).packed if origin else b"")
