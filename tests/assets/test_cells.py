"""Cells: every form of a MAC, a name, an address, a serial and a time; what is nobody's."""

from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.assets.cells import (
    KEYS_OF_CELL_MAX,
    address_octets,
    is_address,
    is_day_first,
    is_mac,
    mac_octets,
    read_cell,
    read_time,
    shown,
)

MAC = bytes.fromhex("0016 3ec8 000b")


@pytest.mark.parametrize(
    "text",
    ["00:16:3e:c8:00:0b", "00-16-3E-C8-00-0B", "0016.3ec8.000b", "00163EC8000B", "0:16:3e:c8:0:b"],
)
def test_forms_of_a_mac(text: str) -> None:
    assert is_mac(text) and mac_octets(text) == MAC
    assert read_cell("mac", f" {text} ").macs == [MAC]


def test_several_in_one_cell() -> None:
    cell = read_cell("mac", "00:16:3e:c8:00:0b;00-16-3E-C8-00-0C | N/A\n0016.3ec8.000d")
    assert [mac[-1] for mac in cell.macs] == [0x0B, 0x0C, 0x0D] and not cell.bad
    cell = read_cell("address", '[{"IPAddress":"10.0.0.1","SubnetPrefix":24},{"IPAddress":"::2"}]')
    assert cell.packed == [address_octets("10.0.0.1"), address_octets("::2")] and not cell.bad


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("mac", "00:00:00:00:00:00"),
        ("mac", "ff:ff:ff:ff:ff:ff"),
        ("mac", "01:00:5e:00:00:01"),
        ("mac", "02:00:00:00:00:00"),
        ("mac", "00:05:9a:3c:7a:00"),
        ("mac", "N/A"),
        ("name", "localhost"),
        ("name", "iPhone"),
        ("name", "none"),
        ("address", "0.0.0.0"),  # noqa: S104 - nothing is bound to it
        ("address", "127.0.0.1"),
        ("address", "169.254.7.7"),
        ("address", "fe80::1%eth0"),
        ("address", "255.255.255.255"),
        ("serial", "To Be Filled By O.E.M."),
        ("serial", "0000000"),
        ("serial", "x1"),
    ],
)
def test_placeholders_are_nobody(field: str, text: str) -> None:
    cell = read_cell(field, text)
    assert (cell.macs, cell.names, cell.packed, cell.serials) == ([], [], [], [])
    assert cell.placeholders == 1 and not cell.bad


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("mac", "00-16-3E-C8", "a MAC"),
        ("mac", "00:16:3e:c8:00:0b:11:22", "a MAC"),
        ("address", "10.0.0.300", "an address or prefix"),
        ("address", "Main Street 1", "an address or prefix"),
        ("prefix", "0.0.0.0/0", "no wider prefix"),
        ("name", "a\x07b", "a host name"),
        ("name", "http://x/", "a host name"),
    ],
)
def test_what_cannot_be_is_told(field: str, text: str, expected: str) -> None:
    assert expected in read_cell(field, text).bad


def test_addresses_and_prefixes() -> None:
    cell = read_cell("address", "10.0.0.5/24, 10.1.0.0/24 2001:db8::1/128 ::ffff:10.0.0.6")
    addresses = [ip_address("10.0.0.5"), ip_address("2001:db8::1"), ip_address("10.0.0.6")]
    assert cell.packed == [address.packed for address in addresses]
    assert cell.networks == [ip_network("10.1.0.0/24")]


def test_names() -> None:
    assert read_cell("name", "CORP\\PC1$").names == ["pc1"]
    assert read_cell("name", "PC1.corp.example; PC2").names == ["pc1.corp.example", "pc2"]
    other = read_cell("name", "10.0.0.7")
    assert other.names == [] and other.packed == [address_octets("10.0.0.7")]
    assert read_cell("name", "00:16:3e:c8:00:0b").macs == [MAC]
    assert read_cell("name", "00163ec8000b").names == ["00163ec8000b"]


def test_a_cell_is_bounded() -> None:
    cell = read_cell("name", ",".join(f"pc-{n}" for n in range(1_000)))
    assert len(cell.names) == KEYS_OF_CELL_MAX
    assert len(shown("x" * 1_000)) < 80 and is_address("10.0.0.0/8")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T13:02:03Z",
        "2026-11-22 13:02:03",
        "2026-11-22T14:02:03.123456+01:00",
        "11/22/2026 1:02:03 PM",
        "22.11.2026 13:02:03",
        "1795352523",
        "1795352523000",
        "134398261230000000",
        "/Date(1795352523000)/",
    ],
)
def test_times(text: str) -> None:
    expected = datetime(2026, 11, 22, 13, 2, 3, tzinfo=UTC)
    assert read_time(text, day_first=False) == int(expected.timestamp()) * 10**9


def test_days_and_months() -> None:
    assert not is_day_first(["11/12/2026", "x"]) and is_day_first(["11/12/2026", "22/11/2026"])
    day, month = read_time("05/11/2026", True), read_time("05/11/2026", False)
    assert day is not None and month is not None and day > month


@pytest.mark.parametrize("text", ["", "soon", "7", "31/31/2026", "2026-13-01", "9" * 40, "0"])
def test_what_is_no_time(text: str) -> None:
    assert read_time(text, day_first=False) is None


@given(st.sampled_from(("mac", "name", "address", "prefix", "serial")), st.text(max_size=60))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_nothing_fails(field: str, text: str) -> None:
    """Any text gives keys of the right size, and a message that is one line."""
    cell = read_cell(field, text)
    assert all(len(mac) == 6 for mac in cell.macs)
    assert all(len(address) in (4, 16) for address in cell.packed)
    assert all(name.isascii() and name.isprintable() for name in cell.names)
    assert cell.bad.isprintable()
    read_time(text, day_first=True)
