"""Which device is which asset of the managed lists: a join, pure and total.

A false "unmanaged" sends somebody after a managed machine, and a false "managed" hides one that
nobody manages. So a device is `managed` only by a key that is its own and that stands in the list
for one machine; `unmanaged` only if it was seen by something that nearly all assets are known by;
else it is `unidentified`, with the reason. Keys, the surest first: the MAC that its maker gave out,
host names, a serial number inside a host name, an address or a prefix at that time.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from netwatch.asset import Asset, AssetList, plain_name, short_name
from netwatch.charge import Role
from netwatch.devices.asset_index import KINDS, NETBIOS_CHARACTERS, Index, Row, is_shared
from netwatch.model import VERDICTS
from netwatch.report import (
    AssetConflict,
    AssetMatch,
    AssetRow,
    Assets,
    Device,
    Managed,
    Report,
    SkippedRow,
    Time,
)
from netwatch.report import AssetList as ListRecord

STATES: Final = ("unmanaged", "unidentified", "managed")
"""As they are sorted within a verdict: what matters most first."""
KEYS: Final = ("mac", "fqdn", "hostname", "serial", "address", "prefix")
"""The surest first."""
STALE_NS: Final = 30 * 86_400 * 1_000_000_000
"""An asset that the list saw last so long before the captures is told as stale."""
KNOWN_SHARE_MIN: Final = 0.9
"""Share of assets that must have a kind of key before its absence shows that a device is none of
them."""
SERIAL_CHARACTERS_MIN: Final = 6
"""Of a serial number inside a host name; shorter ones are met by chance."""
SURE: Final = frozenset(("running", "likely"))

DOUBTS_MAX: Final = 3
"""Reasons that are told of one device."""
_KEY_WORDS: Final = {
    "mac": "MAC",
    "name": "host name",
    "fqdn": "full host name",
    "hostname": "host name",
    "serial": "serial number",
    "address": "address",
    "prefix": "address, of a managed prefix",
}
_PARTS: Final = re.compile(r"[-_.]")


class Seen:
    """What a device may be recognised by."""

    def __init__(self, device: Device, held: dict[str, int]) -> None:
        """`held`: address -> how many devices have it."""
        macs = [bytes.fromhex(mac.replace(":", "")) for mac in device.macs]
        self.macs = macs if device.id.startswith("mac:") else []
        """Only those that its maker gave out."""
        self.has_mac = bool(macs)
        names = dict.fromkeys(plain_name(name) for name in device.hostnames)
        self.names = [name for name in names if name]
        self.shared = device.role == Role.NAT
        self.addresses: list[IPv4Address | IPv6Address] = []
        if not self.shared:
            self.addresses = [ip_address(a) for a in device.ips if held.get(a) == 1]
        self.addresses = [a for a in self.addresses if not a.is_link_local]
        self.first_ns, self.last_ns = device.first_seen, device.last_seen


class Found:
    """What the lists have of one device."""

    def __init__(self) -> None:
        self.matches: list[tuple[str, str, Row]] = []
        """(key, value, row), the surest first."""
        self.doubts: list[str] = []
        """Why something that is the same does not make it managed."""

    def add(self, key: str, value: str, rows: Iterable[Row]) -> None:
        """Take rows that are this device by this key."""
        self.matches += [(key, value, row) for row in rows]


# --- one device ---


def find(seen: Seen, index: Index) -> Found:
    """Everything that the lists have of a device."""
    found = Found()
    for mac in seen.macs:
        _take(found, index, "mac", mac, "mac")
    for name in seen.names:
        _by_name(found, index, name)
    for name in seen.names:
        for part in {short_name(name), *_PARTS.split(name)}:
            if len(part) >= SERIAL_CHARACTERS_MIN and any(c.isdigit() for c in part):
                _take(found, index, "serial", part, "serial")
    if not found.matches:
        for address in seen.addresses:
            _by_address(found, index, seen, address)
    found.matches.sort(key=lambda m: (KEYS.index(m[0]), m[2].list, m[2].asset.id, m[1]))
    return found


def _take(found: Found, index: Index, kind: str, value: str | bytes, key: str) -> None:
    """Take the rows with this key, unless it is one of many machines."""
    rows = index.get(kind, value)
    text = value.hex(":") if isinstance(value, bytes) else value
    if (kind, value) in index.shared:
        count = len({row.name for row in rows})
        found.doubts.append(f"its {_KEY_WORDS[key]} {text} stands in {count:,} assets of the lists")
    else:
        found.add(key, text, rows)


def _by_name(found: Found, index: Index, name: str) -> None:
    if "." in name:
        _take(found, index, "fqdn", name, "fqdn")
        _take(found, index, "bare", short_name(name), "hostname")
        return
    _take(found, index, "short", name, "hostname")
    if len(name) == NETBIOS_CHARACTERS:
        rows = index.get("cut", name)
        if len({short_name(n) for row in rows for n in row.asset.names}) > 1:
            found.doubts.append(f"its host name {name} may be the start of several assets' names")
        else:
            found.add("hostname", name, rows)


def _by_address(found: Found, index: Index, seen: Seen, address: IPv4Address | IPv6Address) -> None:
    """What an address is worth: only as much as nothing else speaks against it."""
    rows = index.get("address", address.packed)
    rows = [row for row in rows if _overlap(row.asset, seen) is not False]
    if is_shared(rows, "address"):
        found.doubts.append(f"its address {address} stands in {len(rows):,} assets of the lists")
        return
    for row in rows:
        doubt = _doubt(row.asset, seen, index)
        if doubt is None:
            found.add("address", str(address), [row])
        elif doubt:
            found.doubts.append(
                f"the list has its address {address} as {row.asset.id}, but {doubt}"
            )
    for row in index.networks(address):
        whole = _overlap(row.asset, seen)
        if whole is True:
            found.add("prefix", str(address), [row])
        elif whole is None:
            found.doubts.append(f"{address} was managed as {row.asset.id} for a part of the time")


def _doubt(asset: Asset, seen: Seen, index: Index) -> str | None:
    """Why an address alone does not make a device this asset; "" if it surely is another one."""
    overlap = _overlap(asset, seen)
    other_mac = bool(asset.macs) and seen.has_mac
    other_name = bool(asset.names and seen.names)
    if overlap is False or (other_mac and other_name):
        return ""
    if overlap is None:
        return "for a part of the time only"
    if other_mac or other_name:
        return f"with another {'MAC' if other_mac else 'host name'}"
    return "told that long ago" if index.is_old(asset) else None


def _overlap(asset: Asset, seen: Seen) -> bool | None:
    """Whether an asset had its address all the time of the device: None = for a part of it."""
    start = asset.from_ns if asset.from_ns is not None else seen.first_ns
    end = asset.until_ns if asset.until_ns is not None else seen.last_ns
    if start > seen.last_ns or end < seen.first_ns:
        return False
    return True if start <= seen.first_ns and end >= seen.last_ns else None


def _unmatched(seen: Seen, found: Found, index: Index) -> Managed:
    """Of a device that is no asset for sure: whether it is none of them for sure."""
    if found.doubts:
        doubts = list(dict.fromkeys(found.doubts))[:DOUBTS_MAX]
        return Managed(state="unidentified", reason="; ".join(doubts))
    own = (seen.macs, seen.names, seen.addresses)
    told = [kind for kind, values in zip(KINDS, own, strict=True) if values]
    decisive = [kind for kind in told if index.shares[kind] >= KNOWN_SHARE_MIN]
    if decisive and not seen.shared:
        words = " or ".join(_KEY_WORDS[kind] for kind in decisive)
        then = " at that time" if decisive[-1] == "address" else ""
        return Managed(state="unmanaged", reason=f"no asset has its {words}{then}")
    if seen.shared:
        reason = "it is a gateway, and what was seen of it may be of a machine behind it"
    elif not told:
        reason = "it was seen by nothing that a list could have of it alone"
    else:
        shares = (f"{int(index.shares[kind] * 100)}% have the {_KEY_WORDS[kind]}" for kind in told)
        by = " and ".join(_KEY_WORDS[kind] for kind in told)
        reason = f"known only by its {by}, and of the assets {' and '.join(shares)}"
    return Managed(state="unidentified", reason=reason)


# --- all of them ---


def compare(report: Report, lists: Sequence[AssetList]) -> None:
    """Compare a report with lists of managed assets: fills in `assets` and every `managed`.

    Within a verdict unmanaged devices come first, then those that cannot be told.
    """
    report.assets = join(report.devices, lists, report.coverage.first_time)
    report.devices.sort(key=lambda device: (VERDICTS.index(device.verdict), _rank(device)))


def join(devices: Sequence[Device], lists: Sequence[AssetList], first_ns: int | None) -> Assets:
    """Say of every device whether it is managed, and what else the lists and the devices tell.

    Sets `managed` of each; their order stays. `first_ns`: when the captures begin.
    """
    index = Index(lists, first_ns)
    held: dict[str, int] = {}
    for device in devices:
        for address in device.ips:
            held[address] = held.get(address, 0) + 1
    recognised: dict[tuple[int, str], list[str]] = {}
    pools: set[tuple[int, str]] = set()
    conflicts: list[AssetConflict] = []
    paths = [one.path for one in lists]
    for device in devices:
        seen = Seen(device, held)
        found = find(seen, index)
        if not found.matches:
            device.managed = _unmatched(seen, found, index)
            continue
        device.managed = _managed(found, paths)
        for key, _, row in found.matches:
            if key == "prefix":
                pools.add(row.name)
            elif device.id not in recognised.setdefault(row.name, []):
                recognised[row.name].append(device.id)
        conflicts += _several_assets(device, found, paths)
    for (number, name), ids in recognised.items():
        if len(ids) > 1:
            several = AssetConflict(
                kind="several-devices", path=paths[number], assets=[name], devices=sorted(ids)
            )
            conflicts.append(several)
    conflicts.sort(key=lambda one: (one.kind, one.path, one.assets, one.devices))
    return _summary(devices, lists, index, conflicts, recognised, pools)


def _managed(found: Found, paths: Sequence[str]) -> Managed:
    """The best match of every asset, and what to say of it."""
    best: dict[tuple[int, str], AssetMatch] = {}
    for key, value, row in found.matches:
        match = AssetMatch(
            asset=row.asset.id, path=paths[row.list], line=row.asset.line, key=key, value=value
        )
        best.setdefault(row.name, match)
    matches = list(best.values())
    reason = f"asset {matches[0].asset}, by its {_KEY_WORDS[matches[0].key]}"
    return Managed(state="managed", reason=reason, matches=matches)


def _several_assets(device: Device, found: Found, paths: Sequence[str]) -> Iterator[AssetConflict]:
    by_list: dict[int, dict[str, None]] = {}
    for key, _, row in found.matches:
        if key != "prefix":
            by_list.setdefault(row.list, {})[row.asset.id] = None
    for number, ids in by_list.items():
        if len(ids) > 1:
            yield AssetConflict(
                kind="several-assets", path=paths[number], assets=sorted(ids), devices=[device.id]
            )


def _summary(
    devices: Sequence[Device],
    lists: Sequence[AssetList],
    index: Index,
    conflicts: list[AssetConflict],
    recognised: dict[tuple[int, str], list[str]],
    pools: set[tuple[int, str]],
) -> Assets:
    seen = pools | set(recognised)
    # An asset of another list that is the same machine was seen as well.
    for row in index.rows:
        if row.name in recognised:
            seen.update(other.name for other in index.linked(row.asset))
    stale: dict[tuple[int, str], AssetRow] = {}
    never: dict[tuple[int, str], AssetRow] = {}
    last: dict[tuple[int, str], int] = {}
    for row in index.rows:
        last[row.name] = max(last.get(row.name, 0), row.asset.last_seen_ns or 0)
    for row in index.rows:
        time_ns = last[row.name]
        record = AssetRow(
            asset=row.asset.id,
            path=lists[row.list].path,
            line=row.asset.line,
            last_seen=Time(time_ns) if time_ns else None,
            devices=sorted(recognised.get(row.name, [])),
        )
        if time_ns and index.first_ns is not None and time_ns + STALE_NS < index.first_ns:
            stale.setdefault(row.name, record)
        if row.name not in seen:
            never.setdefault(row.name, record)
    states = [device.managed.state for device in devices if device.managed is not None]
    sure = [d.managed.state for d in devices if d.managed is not None and d.verdict in SURE]
    return Assets(
        lists=[_list_record(n, one, seen) for n, one in enumerate(lists)],
        states={state: states.count(state) for state in STATES},
        running={state: sure.count(state) for state in STATES},
        conflicts=conflicts,
        stale=list(stale.values()),
        never_seen=list(never.values()),
    )


def _list_record(number: int, one: AssetList, seen: set[tuple[int, str]]) -> ListRecord:
    ids = {asset.id for asset in one.assets}
    return ListRecord(
        path=one.path,
        format=one.format,
        encoding=one.encoding,
        sha256=one.sha256,
        rows=one.rows,
        assets=len(ids),
        seen=len({name for at, name in seen if at == number}),
        columns=one.columns,
        unused=one.unused,
        placeholders=one.placeholders,
        skipped=one.skipped_count,
        skipped_rows=[SkippedRow(line=row.line, why=row.why) for row in one.skipped],
    )


def _rank(device: Device) -> int:
    """Where a device stands among those of its verdict: unmanaged ones first."""
    return STATES.index(device.managed.state) if device.managed is not None else 0
