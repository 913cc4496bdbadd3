"""Addresses, names and numbers as logs write them."""

import pytest

from netwatch.logs import fields
from netwatch.names import Name, name_text


@pytest.mark.parametrize(
    ("text", "packed"),
    [
        (b"10.0.0.1", b"\x0a\0\0\1"),
        (b"::ffff:10.0.0.1", b"\x0a\0\0\1"),
        (b"fe80::1%eth0", b"\xfe\x80" + bytes(13) + b"\1"),
    ],
)
def test_addresses(text: bytes, packed: bytes) -> None:
    assert fields.address_of(text) == packed
    assert fields.is_address(text)


@pytest.mark.parametrize("text", [b"", b"x", b"10.0.0", b"10.0.0.1.2", b"\xff", b"1\0", b"a.test"])
def test_no_addresses(text: bytes) -> None:
    assert not fields.is_address(text)
    with pytest.raises(ValueError, match=r".?"):
        fields.address_of(text)


def test_public() -> None:
    assert fields.is_public(bytes((8, 8, 8, 8)))
    assert not fields.is_public(bytes((10, 0, 0, 1)))
    assert not fields.is_public(b"")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (b"a.TEST.", "a.test"),
        (b"a\\.b.test", "a\\.b.test"),
        (b"a\\032b.test", "a\\032b.test"),
        (b"a\\x20b.test", "a\\032b.test"),
        (b"a\\\\.test", "a\\\\.test"),
        (b"a\\.test\\", "a\\.test\\\\"),
    ],
)
def test_names(text: bytes, name: str) -> None:
    taken = Name()
    assert fields.set_name(taken, text)
    assert name_text(taken.wire()) == name


@pytest.mark.parametrize(
    "text", [b"", b".", b"a..b", b"\\...", b"x" * 64, b"\\x" * 64, b"a\\.." + b"b." * 130]
)
def test_no_names(text: bytes) -> None:
    assert not fields.set_name(Name(), text)


def test_numbers() -> None:
    assert [fields.qtype_of(t) for t in (b"aaaa", b"TYPE65", b"type=65", b"7", b"?", b"TYPE")] == [
        28, 65, 65, 7, 0, 0,
    ]  # fmt: skip
    assert [fields.rcode_of(t) for t in (b"nxdomain", b"3", b"BADVERS")] == [3, 3, 2]
    assert fields.port_of(b"65535") == 65535
    for text in (b"65536", b"-1", b"x"):
        with pytest.raises(ValueError, match=r".?"):
            fields.port_of(text)


@pytest.mark.parametrize(
    ("authority", "host", "port"),
    [
        (b"a.test:443", b"a.test", 443),
        (b"a.test", b"a.test", 0),
        (b"a.test:", b"a.test", 0),
        (b"u:p@a.test:80", b"a.test", 80),
        (b"[fd00::1]:443", b"[fd00::1]", 443),
        (b"[fd00::1]", b"[fd00::1]", 0),
    ],
)
def test_authorities(authority: bytes, host: bytes, port: int) -> None:
    assert fields.host_and_port(authority) == (host, port)
