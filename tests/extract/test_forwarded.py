"""X-Forwarded-For and Forwarded.

Invariant: whatever stands in a header, what is taken is an IP address that Python knows as one, and
one that a device can have; the last word of the header, or nothing.
"""

from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.forwarded import Forwarded, is_address


def xff(text: str) -> str:
    data = b"before " + text.encode() + b" behind"
    found = Forwarded()
    told = found.addresses(data, 7, 7 + len(text.encode()))
    assert told == (found.end > found.start)
    assert not (told and found.hidden)
    return "unknown" if found.hidden else data[found.start : found.end].decode()


def rfc7239(text: str) -> str:
    data = b"before " + text.encode() + b" behind"
    found = Forwarded()
    told = found.elements(data, 7, 7 + len(text.encode()))
    assert told == (found.end > found.start)
    assert not (told and found.hidden)
    return "unknown" if found.hidden else data[found.start : found.end].decode()


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("203.0.113.195", "203.0.113.195"),
        ("203.0.113.195, 2001:db8:85a3:8d3:1319:8a2e:370:7348",
         "2001:db8:85a3:8d3:1319:8a2e:370:7348"),
        ("  10.1.1.1 ,10.2.2.2", "10.2.2.2"),
        ("2001:db8::1, 10.0.0.1", "10.0.0.1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("10.1.1.1:55001", "10.1.1.1"),
        ("10.1.1.1, ,", "10.1.1.1"),
        ("10.9.9.9, 10.1.1.1:55001", "10.1.1.1"),
        ("10.9.9.9, unknown", "unknown"),
        ("10.9.9.9, _hidden", "unknown"),
        ("10.9.9.9, 127.0.0.1", ""),
        ("10.9.9.9, ::1", ""),
        ("10.9.9.9, 0.0.0.0", "unknown"),
        ('"10.1.1.1"', "10.1.1.1"),
        ("unknown", "unknown"),
        ("10.1.1", "unknown"),
        ("10.1.1.1.1", "unknown"),
        ("10.1.1.256", "unknown"),
        ("10..1.1", "unknown"),
        ("10.04.1.1", "unknown"),
        ("1000.1.1.1", "unknown"),
        ("host.example", "unknown"),
        ("", ""),
        (",,,", ""),
    ],
)  # fmt: skip
def test_x_forwarded_for(text: str, origin: str) -> None:
    assert xff(text) == origin


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        # RFC 7239 sections 4, 6.3 and 7.1
        ('for="_gazonk"', "unknown"),
        ('For="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"),
        ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
        ("for=192.0.2.43, for=198.51.100.17", "198.51.100.17"),
        ('for=192.0.2.43, for="[2001:db8:cafe::17]"', "2001:db8:cafe::17"),
        ('for=192.0.2.43,for="[2001:db8:cafe::17]",for=unknown', "unknown"),
        ('for=_hidden, for=_SEVKISEK, for="192.0.2.43:47011"', "192.0.2.43"),
        ("proto=https;FOR=10.1.1.1", "10.1.1.1"),
        ("by=203.0.113.43; for=10.1.1.1", "10.1.1.1"),
        ("by=203.0.113.43", ""),
        ('host="a,for=10.9.9.9";for=10.1.1.1', "10.1.1.1"),
        ("for=", ""),
        ("for", ""),
        ("fo=10.1.1.1", ""),
        ("10.1.1.1", ""),
    ],
)
def test_forwarded(text: str, origin: str) -> None:
    assert rfc7239(text) == origin


def test_a_long_chain_hides_nothing() -> None:
    assert xff("10.9.9.9," * 1_000 + "10.1.1.1") == "10.1.1.1"
    assert rfc7239("for=10.9.9.9," * 1_000 + "for=10.1.1.1") == "10.1.1.1"


@pytest.mark.parametrize(
    "text",
    [
        "1::",
        "::2",
        "::1:2",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "fe80::1",
        "2001:DB8::A",
        "::ffff:10.1.1.1",
        "64:ff9b::192.0.2.33",
        "1:2:3:4:5:6:10.1.1.1",
    ],
)
def test_ipv6(text: str) -> None:
    ip_address(text)
    assert is_address(text.encode(), 0, len(text))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "::",
            "::1",
            "0::1",
            "0:0:0:0:0:0:0:1",
            "ff02::1",
            "FF00::",
            ":",
            ":::",
            "1",
            "1:2",
            "1:",
        ),
        *(":1", "1::2::3", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "12345::"),
        *(
            "g::1",
            "1:2:3:4:5:6:7",
            "::1%eth0",
            "1::2:",
            ":2::1",
            "1::10.1.1",
            "1:::2",
            "::10.1.1.x",
            "1:2:10.1.1.1",
            "10.1.1.1:5:6",
            "a.1.1.1::",
        ),
    ],
)
def test_what_is_no_address_of_a_device(text: str) -> None:
    assert not is_address(text.encode(), 0, len(text))


PARTS = (
    "0",
    "1",
    ".1",
    "a",
    "ff02",
    "10.1.1.1",
    ":",
    ":",
    "::",
    ".",
    "[",
    "]",
    '"',
    ", ",
    ";",
    "for=",
    "_",
)
TEXTS = st.lists(st.sampled_from(PARTS), max_size=16).map("".join)


@settings(derandomize=True, max_examples=2_000, deadline=None)
@given(TEXTS)
def test_any_text_gives_an_address_or_nothing(text: str) -> None:
    for found in (xff(text), rfc7239(text)):
        if found not in ("", "unknown"):
            address = ip_address(found)
            assert not (address.is_multicast or address.is_unspecified or address.is_loopback)


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.ip_addresses())
def test_every_address_is_told(address: object) -> None:
    made = ip_address(str(address))
    wanted = not (made.is_multicast or made.is_unspecified or made.is_loopback)
    if made.version == 4:
        wanted = wanted and 0 < made.packed[0] < 224
    assert is_address(str(made).encode(), 0, len(str(made))) == wanted
    if made.version == 6:
        assert is_address(made.exploded.encode(), 0, 39) == wanted
