"""Prefixes, ports and magics as a pack writes them; each mistake with its message."""

import pytest

from netwatch.match.patterns import PatternError
from netwatch.match.ranges import boundaries, magic, magic_octets, ports, prefix, user


def test_prefixes_and_single_addresses() -> None:
    assert prefix("192.0.2.0/24") == (4, 0xC0000200, 0xC00002FF)
    assert prefix("192.0.2.7") == (4, 0xC0000207, 0xC0000207)
    assert prefix("2001:db8::/32") == (6, 0x20010DB8 << 96, (0x20010DB9 << 96) - 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "192.0.2.1/24",
            "found the prefix '192.0.2.1/24', expected an address or a prefix"
            " (192.0.2.1/24 has host bits set)",
        ),
        ("0.0.0.0/0", "found the prefix '0.0.0.0/0', expected /8 or longer"),
        ("::/0", "found the prefix '::/0', expected /16 or longer"),
        (
            "example.com",
            "found the prefix 'example.com', expected an address or a prefix"
            " ('example.com' does not appear to be an IPv4 or IPv6 network)",
        ),
    ],
)
def test_wrong_prefixes(text: str, message: str) -> None:
    with pytest.raises(PatternError) as caught:
        prefix(text)
    assert str(caught.value) == message


def test_ports() -> None:
    assert ports("tcp/13000") == (6, 13000, 13000)
    assert ports("udp/1-65535") == (17, 1, 65535)


@pytest.mark.parametrize("text", ["13000", "TCP/1", "tcp/", "sctp/1", "tcp/1-", "tcp/1 ", "tcp/٣"])
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(PatternError, match=r"expected tcp/NUMBER, udp/NUMBER or a range$"):
        ports(text)


@pytest.mark.parametrize("text", ["tcp/0", "tcp/65536", "tcp/200-100", "tcp/1-70000"])
def test_ports_that_cannot_be(text: str) -> None:
    with pytest.raises(PatternError, match=r"expected a rising range within 1-65535$"):
        ports(text)


def test_magics() -> None:
    assert magic("KLZF") == b"KLZF"
    assert magic(r"\x00\xffPK\x5c") == b"\x00\xffPK\\"
    assert magic_octets("") == b""
    with pytest.raises(PatternError, match=r"expected at least 4 octets$"):
        magic("KLZ")
    for wrong in ("ABC\\", "ABC\\x1", "ABC\\xFF", "ABCé", "ABC\n"):
        with pytest.raises(PatternError, match="expected printable ASCII"):
            magic(wrong)


def test_users() -> None:
    assert user("kavdumps") == b"kavdumps"
    for wrong in ("abc", "kav dumps", "kavdumps\n", "kavdümps", ""):
        with pytest.raises(PatternError, match="expected at least 4 printable characters"):
            user(wrong)


def test_boundaries_of_nested_and_touching_ranges() -> None:
    assert boundaries([], 99) == [(0, -1)]
    assert boundaries([(0, 99, 7)], 99) == [(0, 7)]
    assert boundaries([(10, 19, 1), (20, 29, 2)], 99) == [(0, -1), (10, 1), (20, 2), (30, -1)]
    nested = [(10, 49, 1), (20, 29, 2), (20, 24, 3), (40, 49, 4)]
    assert boundaries(nested, 99) == [
        (0, -1), (10, 1), (20, 3), (25, 2), (30, 1), (40, 4), (50, -1),
    ]  # fmt: skip
    assert boundaries([(90, 99, 1), (95, 99, 2)], 99) == [(0, -1), (90, 1), (95, 2)]
