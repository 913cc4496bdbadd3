"""Any octets are a list of assets or a UsageError of one line; every asset can be known by a key.

What is read is then joined with a few devices: each of them has one of three states.
"""

from ipaddress import ip_address
from typing import Final

from netwatch.asset import AssetList
from netwatch.assets.headings import Columns
from netwatch.assets.lists import list_of
from netwatch.devices.assets import STATES, join
from netwatch.errors import UsageError
from netwatch.report import Device, Time

RUNS: Final = 1_500
DEPTHS: Final = ("csv", "json", "json-lines", "yaml", "plain", "skipped", "refused", "managed")
reached: set[str] = set()
NOW: Final = Time(1_795_000_000 * 10**9)


def device(kind: str, mac: str, ip: str, name: str) -> Device:
    return Device(
        id=f"{kind}:{mac or ip}", verdict="running", cap=None, role="endpoint", zone=None,
        ips=[ip], macs=[mac] if mac else [], hostnames=[name] if name else [], first_seen=NOW,
        last_seen=NOW, products=[], purposes=[], reasons=[], evidence=[],
    )  # fmt: skip


DEVICES: Final = (
    device("mac", "00:16:3e:c8:00:0b", "10.0.0.7", "PC1"),
    device("random-mac", "02:16:3e:c8:00:0b", "10.0.0.8", "Annas-iPhone"),
    device("ip", "", "10.0.0.9", ""),
)


def read(octets: bytes) -> AssetList | str:
    """The list, or why it is none."""
    try:
        return list_of(octets, "list", Columns({"Box": "name"}))
    except UsageError as error:
        return str(error)


def target(octets: bytes) -> None:
    """Read it; join it."""
    found = read(octets)
    if isinstance(found, str):
        reached.add("refused")
        assert found.isprintable()
        return
    reached.add(found.format)
    if found.skipped:
        reached.add("skipped")
    assert all(row.line >= 0 and row.why.isprintable() for row in found.skipped)
    for asset in found.assets:
        assert asset.macs or asset.names or asset.addresses or asset.prefixes or asset.serials
        assert all(len(mac) == 6 for mac in asset.macs)
        assert all(ip_address(address) for address in asset.addresses)
        assert all(name.isascii() and name.isprintable() for name in asset.names)
    summary = join(DEVICES, [found], NOW)
    assert sum(summary.states.values()) == len(DEVICES)
    for one in DEVICES:
        assert one.managed is not None and one.managed.state in STATES
        reached.add(one.managed.state)
