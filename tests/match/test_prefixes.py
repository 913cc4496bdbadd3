"""Invariant: the table gives the value of the longest prefix that holds an address, else -1."""

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.match.prefixes import PrefixTable
from netwatch.match.ranges import boundaries

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def table_of(*texts: str) -> PrefixTable:
    """The value of a prefix is its place in the list."""
    networks = [ipaddress.ip_network(text) for text in texts]
    made: dict[int, list[tuple[int, int]]] = {}
    for version in (4, 6):
        ranges = [
            (int(network.network_address), int(network.broadcast_address), value)
            for value, network in enumerate(networks)
            if network.version == version
        ]
        made[version] = boundaries(ranges, (1 << (32 if version == 4 else 128)) - 1)
    low = (1 << 64) - 1
    return PrefixTable(made[4], [(start >> 64, start & low, value) for start, value in made[6]])


def find(table: PrefixTable, address: str) -> int:
    """With octets before and behind, which must not count."""
    packed = ipaddress.ip_address(address).packed
    answer = table.find(b"\xff" * 3 + packed + b"\x00", 3, len(packed))
    assert table.find(packed, 0, len(packed)) == answer
    return int(answer)


TEXTS = (
    "37.203.128.0/23",
    "37.203.129.7",
    "185.85.12.0/24",
    "185.85.14.0/23",
    "185.0.0.0/8",
    "255.255.255.0/24",
    "2a03:2480:68::/47",
    "2a03:2480:68:ffff::/64",
    "2a03:2480:8000::/48",
    "fe80::/16",
    "ffff::/16",
    "2a03:2480:9000::8000:0:0:1/128",
)


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("37.203.127.255", -1),
        ("37.203.128.0", 0),
        ("37.203.129.6", 0),
        ("37.203.129.7", 1),
        ("37.203.129.8", 0),
        ("37.203.129.255", 0),
        ("37.203.130.0", -1),
        ("184.255.255.255", -1),
        ("185.0.0.0", 4),
        ("185.85.12.1", 2),
        ("185.85.13.1", 4),
        ("185.85.15.255", 3),
        ("185.255.255.255", 4),
        ("186.0.0.0", -1),
        ("255.255.254.255", -1),
        ("255.255.255.255", 5),
        ("0.0.0.1", -1),
        ("::", -1),
        ("2a03:2480:67:ffff:ffff:ffff:ffff:ffff", -1),
        ("2a03:2480:68::", 6),
        ("2a03:2480:68:ffff::1", 7),
        ("2a03:2480:68:ffff:8000::1", 7),
        ("2a03:2480:69:0:ffff::", 6),
        ("2a03:2480:69:ffff:ffff:ffff:ffff:ffff", 6),
        ("2a03:2480:6a::", -1),
        ("2a03:2480:8000:8000::", 8),
        ("2a03:2480:8001::", -1),
        ("2a03:2480:9000:0:8000:0:0:1", 11),
        ("2a03:2480:9000:0:8000:0:0:2", -1),
        ("2a03:2480:9000:0:8000::", -1),
        ("fe80::1", 9),
        ("fe81::1", -1),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 10),
        ("2001:db8::1", -1),
    ],
)
def test_the_longest_prefix_wins(address: str, value: int) -> None:
    assert find(table_of(*TEXTS), address) == value


def test_an_address_that_is_not_wholly_there_is_none() -> None:
    table = table_of("0.0.0.0/8", "::/16")
    assert table.find(b"\x00" * 16, 0, 16) == 1
    for length in (4, 16):
        for missing in range(1, length + 1):
            assert table.find(b"\x00" * (length - missing), 0, length) == -1
    assert table.find(b"\x00" * 16, -1, 4) == -1
    assert table.find(b"\x00" * 16, 0, 6) == -1
    assert table.find(b"\x00" * 16, 0, 0) == -1


def test_an_empty_table_knows_nothing() -> None:
    assert find(table_of(), "8.8.8.8") == -1
    assert find(table_of(), "2001:db8::1") == -1


def network4(address: int, length: int) -> Network:
    return ipaddress.ip_network((address & (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF, length))


def network6(address: int, length: int) -> Network:
    mask = ((1 << length) - 1) << (128 - length)
    return ipaddress.IPv6Network((address & mask, length))


# Few different octets, so that prefixes nest and addresses hit.
SMALL4 = st.lists(st.sampled_from([0, 1, 127, 128, 255]), min_size=4, max_size=4).map(
    lambda octets: int.from_bytes(bytes(octets))
)
SMALL6 = st.lists(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]), min_size=16, max_size=16).map(
    lambda octets: int.from_bytes(bytes(octets))
)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.lists(st.builds(network4, SMALL4, st.integers(1, 32)), max_size=8, unique=True),
    st.lists(st.builds(network6, SMALL6, st.integers(1, 128)), max_size=8, unique=True),
    st.lists(SMALL4, max_size=8),
    st.lists(SMALL6, max_size=8),
)
def test_agrees_with_trying_every_prefix(
    four: list[Network], six: list[Network], addresses4: list[int], addresses6: list[int]
) -> None:
    networks = four + six
    table = table_of(*map(str, networks))
    asked = [ipaddress.ip_address(a.to_bytes(4)) for a in addresses4]
    asked6 = [ipaddress.ip_address(a.to_bytes(16)) for a in addresses6]
    for address in [*asked, *asked6]:
        holding = [network for network in networks if address in network]
        longest = max(holding, key=lambda network: network.prefixlen) if holding else None
        expected = networks.index(longest) if longest else -1
        assert find(table, str(address)) == expected
