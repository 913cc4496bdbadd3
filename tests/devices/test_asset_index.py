"""All assets by their keys: shared ones, linked ones, prefixes, and how many have what."""

from ipaddress import ip_address, ip_network
from typing import Any

from netwatch.asset import Asset, AssetList
from netwatch.devices.asset_index import ADDRESS_STALE_NS, SHARED_ASSETS_MIN, Index, is_shared

MAC = bytes.fromhex("00163ec8000b")
DAY_NS = 86_400 * 10**9


def asset(name: str, **more: Any) -> Asset:
    return Asset(id=name, line=1, **more)


def index(*lists: list[Asset], first_ns: int | None = None) -> Index:
    made = [
        AssetList(path=str(n), format="csv", encoding="", sha256="", rows=0, assets=assets)
        for n, assets in enumerate(lists)
    ]
    return Index(made, first_ns)


def test_names_by_all_that_is_said_of_them() -> None:
    made = index([asset("a", names=("a-rather-long-name.corp.example", "pc1"))])
    for kind, value in (
        ("fqdn", "a-rather-long-name.corp.example"), ("bare", "pc1"), ("short", "pc1"),
        ("short", "a-rather-long-name"), ("cut", "a-rather-long-n"),
    ):  # fmt: skip
        assert [row.asset.id for row in made.get(kind, value)] == ["a"]
    assert made.get("cut", "pc1") == [] == made.get("mac", MAC)


def test_a_docking_station_is_shared_and_a_machine_enrolled_again_is_not() -> None:
    docked = [asset(f"a{n}", names=(f"pc{n}",), macs=(MAC,)) for n in range(SHARED_ASSETS_MIN)]
    assert ("mac", MAC) in index(docked).shared
    assert ("mac", MAC) not in index(docked[1:]).shared
    again = [asset(f"a{n}", names=("pc1",), macs=(MAC,), serials=("s1",)) for n in range(9)]
    assert index(again).shared == set()
    others = [asset(f"a{n}", names=("pc1",), serials=(f"s{n}",)) for n in range(3)]
    assert ("short", "pc1") in index(others).shared


def test_several_lists_with_one_machine_do_not_make_its_keys_shared() -> None:
    lists = [[asset(f"a{n}", names=(f"pc{n}",), macs=(MAC,))] for n in range(5)]
    made = index(*lists)
    assert made.shared == set() and len(made.get("mac", MAC)) == 5
    assert not is_shared(made.get("mac", MAC), "mac")


def test_shares_count_what_another_list_knows() -> None:
    directory = [asset(f"a{n}", names=(f"pc{n}",)) for n in range(4)]
    agents = [asset(f"b{n}", names=(f"pc{n}",), macs=(bytes((0, 0, 0, 0, 0, n)),)) for n in (1, 2)]
    assert index(directory).shares == {"mac": 0, "name": 1, "address": 0}
    assert index(directory, agents).shares["mac"] == 4 / 6
    assert index([]).shares == {"mac": 0, "name": 0, "address": 0}


def test_old_addresses_do_not_count() -> None:
    first_ns = 1_000 * DAY_NS
    address = ip_address("10.0.0.1").packed
    fresh = asset("a", addresses=(address,), last_seen_ns=first_ns - DAY_NS)
    old = asset("b", addresses=(address,), last_seen_ns=first_ns - ADDRESS_STALE_NS - 1)
    made = index([fresh, old], first_ns=first_ns)
    assert made.shares["address"] == 0.5
    assert (made.is_old(fresh), made.is_old(old)) == (False, True)
    assert not index([old]).is_old(old)


def test_networks_the_longest_first() -> None:
    wide = asset("w", prefixes=(ip_network("10.0.0.0/8"),))
    narrow = asset("n", prefixes=(ip_network("10.1.0.0/24"), ip_network("2001:db8::/32")))
    made = index([wide, narrow])
    assert [row.asset.id for row in made.networks(ip_address("10.1.0.9"))] == ["n", "w"]
    assert [row.asset.id for row in made.networks(ip_address("2001:db8::9"))] == ["n"]
    assert list(made.networks(ip_address("192.0.2.1"))) == []


def test_linked_rows() -> None:
    made = index([asset("a", names=("pc1",))], [asset("b", names=("pc1.corp",), macs=(MAC,))])
    assert {row.asset.id for row in made.linked(made.rows[0].asset)} == {"a", "b"}
    assert made.rows[1].name == (1, "b")
