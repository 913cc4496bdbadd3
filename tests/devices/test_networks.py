"""Coverage network by network. Invariant: every client of ours counts in exactly one network."""

from typing import Any

import msgspec

from netwatch.charge import Key
from netwatch.devices import networks
from netwatch.devices.networks import Seen, by_network
from netwatch.model import Client

FOUR = bytes((10, 1, 2, 3))
SIX = bytes.fromhex("20010db8000100020000000000000009")


def seen(address: bytes, verdict: str = "unknown", site: str = "", **fields: Any) -> Seen:
    client = msgspec.convert({"address": address, "first_ns": 5, "last_ns": 9, **fields}, Client)
    return Key(address=address), verdict, site, client


def test_one_network() -> None:
    (one,) = by_network(
        [
            seen(FOUR, "clean", connections=3, connections_named=3, connections_answered=2, ech=0),
            seen(FOUR, "clean", connections=1, questions=4, answers=3, hellos=2, hellos_ech=1),
            seen(bytes((10, 1, 2, 4)), quic=1, encrypted_dns=2, tunnels=3, first_ns=1, last_ns=11),
        ]
    )
    assert (one.prefix, one.vlan, one.site) == ("10.1.2.0/24", None, None)
    assert (one.devices, one.judged, one.first_time, one.last_time) == (2, 1, 1, 11)
    assert (one.connections, one.names_visible, one.both_directions) == (4, 0.75, 0.5)
    assert (one.dns_questions, one.dns_answers, one.hellos, one.ech) == (4, 3, 2, 1)
    assert (one.quic, one.encrypted_dns, one.vpn) == (1, 2, 3)


def test_networks_are_apart_by_prefix_vlan_and_site() -> None:
    found = by_network(
        [
            seen(FOUR),
            seen(FOUR, vlan=5),
            seen(FOUR, site="berlin"),
            seen(SIX),
            seen(bytes((10, 1, 3, 3))),
        ]
    )
    assert {(one.site, one.vlan, one.prefix) for one in found} == {
        (None, None, "10.1.2.0/24"),
        (None, 5, "10.1.2.0/24"),
        ("berlin", None, "10.1.2.0/24"),
        (None, None, "2001:db8:1:2::/64"),
        (None, None, "10.1.3.0/24"),
    }
    assert {one.names_visible for one in found} == {None}


def test_link_local_and_odd_addresses_are_no_network() -> None:
    assert by_network([seen(bytes.fromhex("fe80") + bytes(14)), seen(b"")]) == []


def test_the_largest_come_first_and_only_so_many(monkeypatch: Any) -> None:
    monkeypatch.setattr(networks, "NETWORKS_MAX", 2)
    clients = [seen(bytes((10, 1, third, n))) for third in range(4) for n in range(third + 1)]
    assert [one.prefix for one in by_network(clients)] == ["10.1.3.0/24", "10.1.2.0/24"]
