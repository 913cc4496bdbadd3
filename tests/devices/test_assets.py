"""The join of devices and managed lists: by which key, when not, and when it cannot be told."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.asset import Asset, AssetList
from netwatch.devices.assets import KEYS, STALE_NS, STATES, compare, join
from netwatch.report import Assets, Coverage, Device, Report, Time

MAC = "00:16:3e:c8:00:0b"
DAY_NS = 86_400 * 10**9
NOW_NS = 20_000 * DAY_NS


def octets(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


def device(
    mac: str = "", ip: str = "", name: str = "", role: str = "endpoint", verdict: str = "running"
) -> Device:
    kind = ("random-mac" if octets(mac)[0] & 2 else "mac") if mac else "ip"
    return Device(
        id=f"{kind}:{mac or ip}", verdict=verdict, cap=None, role=role, zone=None,
        ips=[ip] if ip else [], macs=[mac] if mac else [], hostnames=[name] if name else [],
        first_seen=Time(NOW_NS), last_seen=Time(NOW_NS + DAY_NS),
        products=[], purposes=[], reasons=[], evidence=[],
    )  # fmt: skip


def asset(id: str, mac: str = "", ip: str = "", **more: Any) -> Asset:
    return Asset(
        id=id,
        line=1,
        macs=(octets(mac),) if mac else (),
        addresses=(ip_address(ip).packed,) if ip else (),
        **more,
    )


def listed(*assets: Asset, path: str = "list.csv") -> AssetList:
    return AssetList(path=path, format="csv", encoding="utf-8", sha256="", rows=0,
                     assets=list(assets))  # fmt: skip


def joined(devices: Sequence[Device], *lists: AssetList) -> Assets:
    return join(devices, lists, NOW_NS)


def state(one: Device, *assets: Asset) -> str:
    """State and, if it is managed, the key; else a part of the reason to compare with."""
    joined([one], listed(*assets))
    assert one.managed is not None
    managed = one.managed
    assert managed.state in STATES and managed.reason
    assert bool(managed.matches) == (managed.state == "managed")
    assert all(match.key in KEYS for match in managed.matches)
    return f"managed {managed.matches[0].key}" if managed.matches else managed.state


FULL = asset("A1", MAC, "10.0.0.7", names=("pc1", "pc1.corp.example"), serials=("5cg1200aa1",))


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (device(MAC), "managed mac"),
        (device(MAC, "10.0.0.9", "other"), "managed mac"),
        (device("00:16:3e:00:00:01", "10.0.0.9", "PC1"), "managed hostname"),
        (device("00:16:3e:00:00:01", name="pc1.corp.example"), "managed fqdn"),
        (device("00:16:3e:00:00:01", name="pc1.local"), "managed hostname"),
        (device("02:16:3e:00:00:01", name="PC1"), "managed hostname"),
        (device(name="LT-5CG1200AA1", ip="10.0.0.9"), "managed serial"),
        (device(ip="10.0.0.7"), "managed address"),
        (device("00:16:3e:00:00:01", "10.0.0.9", "pc2"), "unmanaged"),
        (device("00:16:3e:00:00:01"), "unmanaged"),
        (device(ip="10.0.0.9"), "unmanaged"),
        (device("02:16:3e:00:00:01"), "unidentified"),
        # Its address, and something else that is not the same: it may be the next one's lease.
        (device("00:16:3e:00:00:01", "10.0.0.7"), "unidentified"),
        (device("02:16:3e:00:00:01", "10.0.0.7"), "unidentified"),
        (device(ip="10.0.0.7", name="pc9"), "unidentified"),
        (device("00:16:3e:00:00:01", "10.0.0.7", "pc9"), "unmanaged"),
        (device(ip="10.0.0.7", role="nat"), "unidentified"),
        (device("00:16:3e:00:00:01", "10.0.0.9", role="nat"), "unidentified"),
        (device(MAC, role="nat"), "managed mac"),
        (device(), "unidentified"),
    ],
)  # fmt: skip
def test_keys(one: Device, expected: str) -> None:
    assert state(one, FULL) == expected


def test_a_random_mac_never_matches_by_mac() -> None:
    random = "02:16:3e:00:00:01"
    assert state(device(random), asset("A", random)) == "unidentified"


def test_a_short_name_of_another_domain_is_the_machine_only_where_the_list_has_no_domain() -> None:
    one = asset("A", MAC, names=("pc1.corp.example",))
    assert state(device("00:16:3e:00:00:01", name="pc1"), one) == "managed hostname"
    assert state(device("00:16:3e:00:00:01", name="pc1.other.example"), one) == "unmanaged"


def test_names_that_netbios_cut() -> None:
    one = asset("A", names=("a-rather-long-name-1",))
    other = asset("B", names=("a-rather-long-name-2",))
    said = device("00:16:3e:00:00:01", name="A-RATHER-LONG-N")
    assert state(said, one) == "managed hostname"
    assert state(said, one, other) == "unidentified"


def test_what_too_few_assets_have_shows_nothing() -> None:
    names = [asset(f"A{n}", names=(f"pc{n}",)) for n in range(20)]
    macs = [asset(f"B{n}", f"00:16:3e:00:01:{n:02x}") for n in range(20)]
    assert state(device(MAC), *names) == "unidentified"
    assert state(device(MAC, name="nobody"), *names) == "unmanaged"
    assert state(device(ip="10.0.0.1"), *names) == "unidentified"
    assert state(device(MAC), *macs) == "unmanaged"
    assert state(device(ip="10.0.0.1"), *macs) == "unidentified"
    assert state(device(MAC), *macs, *names[:2]) == "unmanaged"
    assert state(device(MAC), *macs, *names[:3]) == "unidentified"


def test_a_docking_station() -> None:
    docked = [asset(f"A{n}", MAC, names=(f"pc{n}",)) for n in range(5)]
    assert state(device(MAC), *docked) == "unidentified"
    assert state(device(MAC, name="pc3"), *docked) == "managed hostname"
    assert state(device(MAC), *docked[:2]) == "managed mac"


def test_old_addresses() -> None:
    fresh = asset("A", ip="10.0.0.7", last_seen_ns=NOW_NS - DAY_NS)
    old = asset("A", ip="10.0.0.7", last_seen_ns=NOW_NS - 20 * DAY_NS)
    assert state(device(ip="10.0.0.7"), fresh) == "managed address"
    assert state(device(ip="10.0.0.7"), old) == "unidentified"
    assert state(device(ip="10.0.0.8"), fresh) == "unmanaged"
    assert state(device(ip="10.0.0.8"), old) == "unidentified"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, "managed address"),
        (0, 2, "managed address"),
        (-1, None, "managed address"),
        (None, -1, "unmanaged"),
        (3, None, "unmanaged"),
        (None, 0.5, "unidentified"),
        (0.5, 2, "unidentified"),
    ],
)
def test_an_address_at_its_time(start: float | None, end: float | None, expected: str) -> None:
    bounds: dict[str, Any] = {
        "from_ns": None if start is None else NOW_NS + int(start * DAY_NS),
        "until_ns": None if end is None else NOW_NS + int(end * DAY_NS),
    }
    assert state(device(ip="10.0.0.7"), asset("A", ip="10.0.0.7", **bounds)) == expected


def test_leases_that_follow_each_other_are_not_one_shared_address() -> None:
    hour = DAY_NS // 24
    leases = [
        asset(
            f"A{n}", ip="10.0.0.7", from_ns=NOW_NS + n * hour, until_ns=NOW_NS + n * hour + hour - 1
        )
        for n in (-5, -4, -3, -2, 100)
    ]
    now = asset("B", ip="10.0.0.7", from_ns=NOW_NS - hour)
    assert state(device(ip="10.0.0.7"), *leases) == "unmanaged"
    assert state(device(ip="10.0.0.7"), *leases, now) == "managed address"
    same = [asset(f"C{n}", ip="10.0.0.7") for n in range(3)]
    assert state(device(ip="10.0.0.7"), *same) == "unidentified"


def test_prefixes() -> None:
    pool = asset("printers", prefixes=(ip_network("10.9.0.0/24"),))
    devices = [device(MAC, "10.9.0.4"), device(ip="10.9.0.5"), device(ip="10.8.0.5")]
    found = joined(devices, listed(pool))
    assert [d.managed and d.managed.state for d in devices] == ["managed", "managed", "unmanaged"]
    assert found.conflicts == [] and found.never_seen == [] and found.lists[0].seen == 1


def test_an_address_of_two_devices_tells_neither() -> None:
    devices = [device(ip="10.0.0.7"), device(MAC, "10.0.0.7")]
    joined(devices, listed(asset("A", ip="10.0.0.7")))
    assert [d.managed and d.managed.state for d in devices] == ["unidentified", "unidentified"]


def test_conflicts() -> None:
    both = device(MAC, name="pc2")
    found = joined([both], listed(asset("A", MAC), asset("B", names=("pc2",))))
    assert [(c.kind, c.assets, c.devices) for c in found.conflicts] == [
        ("several-assets", ["A", "B"], [both.id])
    ]
    assert both.managed is not None and [m.asset for m in both.managed.matches] == ["A", "B"]
    one = asset("A", MAC, names=("pc1",))
    devices = [device(MAC), device("00:16:3e:00:00:01", name="pc1")]
    found = joined(devices, listed(one))
    assert [(c.kind, c.assets, len(c.devices)) for c in found.conflicts] == [
        ("several-devices", ["A"], 2)
    ]


def test_two_lists_that_agree_are_no_conflict_and_neither_asset_is_missed() -> None:
    agents = listed(asset("A", MAC, names=("pc1",)), path="agents")
    directory = listed(asset("D", names=("pc1",)), asset("E", names=("pc2",)), path="directory")
    found = joined([device(MAC)], agents, directory)
    assert found.conflicts == []
    assert [(row.path, row.asset) for row in found.never_seen] == [("directory", "E")]
    assert [one.seen for one in found.lists] == [1, 1]


def test_stale_and_never_seen() -> None:
    stale = asset("A", MAC, last_seen_ns=NOW_NS - STALE_NS - 1)
    fresh = asset("B", "00:16:3e:00:00:01", last_seen_ns=NOW_NS - STALE_NS)
    one = device(MAC)
    found = joined([one], listed(stale, fresh))
    assert [(row.asset, row.devices) for row in found.stale] == [("A", [one.id])]
    assert [(row.asset, row.devices) for row in found.never_seen] == [("B", [])]
    assert found.states == {"unmanaged": 0, "unidentified": 0, "managed": 1}
    assert found.running == {"unmanaged": 0, "unidentified": 0, "managed": 1}


def test_unmanaged_ones_come_first_within_their_verdict() -> None:
    other = "00:16:3e:00:00:01"
    devices = [
        device(MAC),
        device("02:00:00:00:00:07"),
        device(other),
        device(other, verdict="clean"),
    ]
    numbers = dict.fromkeys(Coverage.__struct_fields__, 0)
    coverage = Coverage(**{**numbers, "first_time": Time(NOW_NS)})  # type: ignore[arg-type]  # zeros
    report = Report(captures=[], devices=[devices[3], *devices[:3]], unattributed=[],
                    coverage=coverage)  # fmt: skip
    compare(report, [listed(asset("A", MAC))])
    told = [(d.verdict, d.managed and d.managed.state) for d in report.devices]
    assert told == [
        ("running", "unmanaged"), ("running", "unidentified"), ("running", "managed"),
        ("clean", "unmanaged"),
    ]  # fmt: skip
    assert report.assets is not None and report.assets.running["unmanaged"] == 1


# --- properties: the order of rows does not matter; a row makes only devices managed that have a
# key of it

NAMES = st.sampled_from(("pc1", "pc2", "pc1.corp.example", "pc2.corp.example", "long-name-of-15"))
MACS = st.sampled_from((MAC, "00:16:3e:00:00:01", "00:16:3e:00:00:02", "02:00:00:00:00:01"))
IPS = st.sampled_from(("10.0.0.1", "10.0.0.2", "2001:db8::1"))
SOME_ASSETS = st.lists(
    st.builds(
        asset,
        st.sampled_from(("A", "B", "C", "D")),
        MACS | st.just(""),
        IPS | st.just(""),
        names=st.lists(NAMES, max_size=2, unique=True).map(tuple),
        last_seen_ns=st.sampled_from((None, NOW_NS, NOW_NS - 60 * DAY_NS)),
    ),
    max_size=8,
)
SOME_DEVICES = st.lists(
    st.builds(device, MACS | st.just(""), IPS | st.just(""), NAMES | st.just("")), max_size=6
)


def states(devices: list[Device], assets: list[Asset]) -> list[str]:
    joined(devices, listed(*assets))
    return [d.managed.state for d in devices if d.managed is not None]


@given(SOME_DEVICES, SOME_ASSETS, st.randoms(use_true_random=False))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_the_order_of_rows_does_not_matter(
    devices: list[Device], assets: list[Asset], random: Any
) -> None:
    first = states(devices, assets)
    matches = [d.managed and [(m.asset, m.key) for m in d.managed.matches] for d in devices]
    shuffled = assets.copy()
    random.shuffle(shuffled)
    assert states(devices, shuffled) == first
    assert [d.managed and [(m.asset, m.key) for m in d.managed.matches] for d in devices] == matches


@given(SOME_DEVICES, SOME_ASSETS, SOME_ASSETS.filter(bool))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_a_row_makes_only_devices_managed_that_have_a_key_of_it(
    devices: list[Device], assets: list[Asset], more: list[Asset]
) -> None:
    row = more[0]
    before = states(devices, assets)
    after = states(devices, [*assets, row])
    shorts = {name.partition(".")[0] for name in row.names}
    for one, was, now in zip(devices, before, after, strict=True):
        if now == "managed" != was:
            own = {*one.macs, *one.ips, *(name.partition(".")[0] for name in one.hostnames)}
            keys = {mac.hex(":") for mac in row.macs} | shorts
            keys |= {str(ip_address(address)) for address in row.addresses}
            assert own & keys
