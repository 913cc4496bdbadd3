"""Values as people and machines write them: what is none gives nothing, or ValueError."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lease_samples import AT, MAC, PC, PC6, SECOND

from netwatch.leases.notation import (
    address_of,
    calendar_ns,
    cells_of,
    epoch_ns,
    mac_of,
    name_of,
)


@pytest.mark.parametrize(
    ("text", "mac"),
    [
        ("00:16:3e:00:00:05", MAC), ("0:16:3E:0:0:5", MAC), ("00-16-3e-00-00-05", MAC),
        ("0016.3e00.0005", MAC), ("0016-3e00-0005", MAC), ("00163e000005", MAC),
        ("01:16:3e:00:00:05", b""), ("00:00:00:00:00:00", b""), ("00:16:3e:00:00", b""),
        ("00:16:3e:00:00:05:06", b""), ("", b""), ("ff-ff-ff-ff-ff-ff", b""),
    ],
)  # fmt: skip
def test_macs(text: str, mac: bytes) -> None:
    assert mac_of(text) == mac


@given(st.binary(min_size=6, max_size=6))
def test_every_notation_of_a_mac_is_read(octets: bytes) -> None:
    wanted = octets if not octets[0] & 1 and any(octets) else b""
    for text in (octets.hex(":"), octets.hex("-").upper(), octets.hex(".", 2), octets.hex()):
        assert mac_of(f" {text} ") == wanted


def test_addresses() -> None:
    assert (address_of("10.0.0.5 "), address_of("2001:db8::5%eth0")) == (PC, PC6)
    assert {address_of(text) for text in ("", "10.0.0", "10.0.0.256", "ten")} == {b""}


def test_times() -> None:
    assert epoch_ns(f" {AT}") == AT * SECOND
    assert calendar_ns("2025/11/19 10:00:00", "%Y/%m/%d %H:%M:%S") == AT * SECOND
    for text in ("", "soon", "-1", "9" * 20):
        with pytest.raises(ValueError, match=r".*"):
            epoch_ns(text)


def test_names() -> None:
    assert name_of(" laptop-5 ") == b"laptop-5"
    assert {name_of(text) for text in ("", "*", "-", "?")} == {b""}


def test_cells() -> None:
    assert cells_of('a,"b,c"') == ["a", "b,c"]
    assert cells_of("a;b", ";") == ["a", "b"]
    assert cells_of("a\nb") == []
