"""Invariant: for any octets and bounds the matcher answers an index or -1, and never raises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.match.signatures import Pack
from netwatch.names import Name
from netwatch.signature import Signature


def entry(number: int, **fields: tuple[str, ...] | tuple[bytes, ...]) -> Signature:
    return Signature(
        id=f"e{number}",
        service="s",
        product="p",
        purpose="update",
        strength="weak",
        **fields,  # type: ignore[arg-type]  # each test gives one field its own type
    )


PACK = Pack(
    (
        entry(0, names=("kaspersky.com", "*.kaspersky.com")),
        entry(1, names=("s[01][0-9].upd.kaspersky.com",)),
        entry(2, paths=("/index/u{0607,1313}g.xml", "/*/index/u*.xml")),
        entry(3, prefixes=("37.203.128.0/23", "2a03:2480:68::/47")),
        entry(4, prefixes=("37.203.129.0/24",)),
        entry(5, ports=("tcp/23100-23199", "udp/15000")),
        entry(6, ports=("tcp/23150",)),
        entry(7, magics=(b"KLZF",)),
        entry(8, magics=(b"KLZFx", b"\x00\x01\x02\x03")),
        entry(9, issuers=("O=Kaspersky",)),
    )
)
MATCHER = PACK.matcher()


def name(text: bytes) -> int:
    it = Name()
    it.set_dotted(text, 0, len(text))
    return int(MATCHER.name(it))


def test_names() -> None:
    assert name(b"s07.upd.kaspersky.com") == 1
    assert name(b"S07.Upd.Kaspersky.COM.") == 1
    assert name(b"www.kaspersky.com") == 0
    assert name(b"www.example.com") == -1


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (b"/index/u1313g.xml", 2),
        (b"/index/u0607g.xml", 2),
        (b"/v6/index/u1.xml", 2),
        (b"/index/u1313h.xml", -1),
        (b"/Index/u1313g.xml", -1),
        (b"/index/u1313g.xml/", -1),
        (b"//index/u1313g.xml", 2),  # `*` also stands for nothing
        (b"/a/b/index/u1313g.xml", -1),
        (b"/u1313g.xml", -1),
        (b"/index/u1313g.xml?x", -1),
        (b"/index/u1313g%2exml", -1),
        (b"index/u1313g.xml", -1),
        (b"/", -1),
        (b"", -1),
        (b"/" * 200 + b"index/u1313g.xml", -1),
        (b"/x" * 200 + b"/index/u1313g.xml", -1),
    ],
)
def test_paths(path: bytes, expected: int) -> None:
    assert MATCHER.path(path, 0, len(path)) == expected
    framed = b"GET " + path + b" HTTP/1.1"
    assert MATCHER.path(framed, 4, 4 + len(path)) == expected


def test_paths_outside_of_the_octets() -> None:
    path = b"/index/u1313g.xml"
    assert MATCHER.path(path, 0, len(path) + 1) == -1
    assert MATCHER.path(path, -1, len(path)) == -1
    assert MATCHER.path(path, 5, 5) == -1
    for end in range(len(path)):
        assert MATCHER.path(path, 0, end) == -1


def test_addresses() -> None:
    assert MATCHER.address(bytes([37, 203, 128, 1]), 0, 4) == 3
    assert MATCHER.address(bytes([37, 203, 129, 1]), 0, 4) == 4
    assert MATCHER.address(bytes([8, 8, 8, 8]), 0, 4) == -1
    assert MATCHER.address(bytes.fromhex("2a0324800068") + bytes(10), 0, 16) == 3
    assert MATCHER.address(bytes(3), 0, 4) == -1


def test_ports() -> None:
    answers = {
        (transport, port): int(MATCHER.port(transport, port))
        for transport in (0, 6, 17, 132)
        for port in range(65_536)
    }
    assert {key: value for key, value in answers.items() if value >= 0} == {
        **{(6, port): 5 for port in range(23100, 23200)},
        (6, 23150): 6,
        (17, 15000): 5,
    }
    assert MATCHER.port(6, -1) == -1
    assert MATCHER.port(6, 65_536) == -1


def test_magics() -> None:
    assert MATCHER.magic(b"..KLZF....", 2, 10) == 7
    assert MATCHER.magic(b"KLZFxyz", 0, 7) == 8
    assert MATCHER.magic(b"KLZFxyz", 0, 4) == 7
    assert MATCHER.magic(b"\x00\x01\x02\x03", 0, 4) == 8
    assert MATCHER.magic(b"klzf", 0, 4) == -1
    for end in range(4):
        assert MATCHER.magic(b"KLZF", 0, end) == -1
    assert MATCHER.magic(b"KLZ", 0, 4) == -1


def test_beginnings_of_magics() -> None:
    for begun in (b"K", b"KLZ", b"KLZF", b"\x00\x01"):
        assert MATCHER.magic_cut(b".." + begun + b"..", 2, 2 + len(begun))
    for other in (b"", b"KLZFx", b"KLx", b"L", b"\x00\x00", b"\x00\x01\x02\x03"):
        assert not MATCHER.magic_cut(other, 0, len(other))
    assert not MATCHER.magic_cut(b"KLZ", -1, 2)
    assert not MATCHER.magic_cut(b"KLZ", 0, 9)
    assert MATCHER.magic(b"KLZF", -1, 3) == -1


def test_users() -> None:
    matcher = Pack((entry(3, users=("kavdumps", "Other!")),)).matcher()
    assert matcher.user(b"xkavdumpsx", 1, 9) == matcher.user(b"Other!", 0, 6) == 0
    for text in (b"kavdump", b"kavdumpsx", b"KAVDUMPS", b"other!", b""):
        assert matcher.user(text, 0, len(text)) == -1
    assert matcher.user(b"kavdumps", -1, 8) == matcher.user(b"kavdumps", 0, 9) == -1
    assert MATCHER.user(b"kavdumps", 0, 8) == -1


def test_certificates() -> None:
    assert MATCHER.certificate("CN=x", "O=Kaspersky,CN=y") == 9
    assert MATCHER.certificate("O=Kaspersky", "O=Other") == -1


def test_what_a_pack_holds_is_told_beforehand() -> None:
    assert (MATCHER.has_paths, MATCHER.has_ports, MATCHER.has_magics) == (True, True, True)
    names_only = Pack((entry(0, names=("kaspersky.com",)),)).matcher()
    flags = (names_only.has_paths, names_only.has_ports, names_only.has_magics)
    assert flags == (False, False, False)
    assert names_only.path(b"/index/u1313g.xml", 0, 17) == -1
    assert names_only.magic(b"KLZF", 0, 4) == -1
    assert names_only.port(6, 13000) == -1
    assert names_only.address(bytes(4), 0, 4) == -1
    assert names_only.certificate("O=Kaspersky", "O=Kaspersky") == -1


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.binary(max_size=60), st.integers(-2, 64), st.integers(-2, 64))
def test_no_octets_and_no_bounds_raise(data: bytes, start: int, end: int) -> None:
    count = len(PACK.signatures)
    assert -1 <= MATCHER.path(data, start, end) < count
    assert -1 <= MATCHER.magic(data, start, end) < count
    assert -1 <= MATCHER.address(data, start, 4) < count
    assert -1 <= MATCHER.address(data, start, 16) < count
    assert -1 <= MATCHER.path(b"/" + data, 0, len(data) + 1) < count
