"""All assets of the managed lists, by everything that they may be recognised by."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Final, NamedTuple

from netwatch.asset import Asset, AssetList, short_name

ADDRESS_STALE_NS: Final = 7 * 86_400 * 1_000_000_000
"""So long after the list saw an address it may be another machine's: leases last days."""
SHARED_ASSETS_MIN: Final = 3
"""Machines of one list with the same key: it is a docking station's, or a placeholder."""
NETBIOS_CHARACTERS: Final = 15
"""A longer name is cut to them (RFC 1001 section 14.1)."""
KINDS: Final = ("mac", "name", "address")
"""What nearly all assets of a list may have, and a device be seen by."""

_LINKS: Final = frozenset(("mac", "fqdn", "short", "serial"))
"""Keys by which an asset of one list is known to be one of another."""
_NAMED: Final = frozenset(("fqdn", "bare", "short"))

Key = tuple[str, str | bytes]
"""(`mac`, `address`, `serial`, `fqdn`, `bare` (a name without domain), `short` (any name's first
label) or `cut` (what NetBIOS leaves of a long one), value)."""


class Row(NamedTuple):
    """An asset and its list, as a number."""

    list: int
    asset: Asset

    @property
    def name(self) -> tuple[int, str]:
        """What it is the same asset by, also in another row."""
        return self.list, self.asset.id


class Index:
    """All assets by what they are known by."""

    def __init__(self, lists: Sequence[AssetList], first_ns: int | None) -> None:
        """`first_ns`: when the captures begin, None if they hold nothing."""
        self.rows = [Row(n, asset) for n, one in enumerate(lists) for asset in one.assets]
        self.rows.sort(key=lambda row: (row.list, row.asset.id, row.asset.line))
        self.first_ns = first_ns
        self.by: dict[Key, list[Row]] = {}
        self.prefixes: dict[tuple[int, int], dict[int, list[Row]]] = {}
        """(version, length) -> leading bits -> rows."""
        for row in self.rows:
            for key in _keys(row.asset):
                self.by.setdefault(key, []).append(row)
            for prefix in row.asset.prefixes:
                length = (prefix.version, prefix.prefixlen)
                bits = int(prefix.network_address) >> (prefix.max_prefixlen - prefix.prefixlen)
                self.prefixes.setdefault(length, {}).setdefault(bits, []).append(row)
        self.shared = {key for key, rows in self.by.items() if is_shared(rows, key[0])}
        """Keys that stand for so many machines of one list that they tell none of them."""
        self.shares = {kind: self._share(kind) for kind in KINDS}
        """Kind of key -> share of the assets that have it."""

    def get(self, kind: str, value: str | bytes) -> list[Row]:
        """The rows that have this key."""
        return self.by.get((kind, value), [])

    def linked(self, asset: Asset) -> Iterator[Row]:
        """Rows, of any list, that have a key with this asset in common: itself among them."""
        for key in _keys(asset):
            if key[0] in _LINKS and key not in self.shared:
                yield from self.by[key]

    def networks(self, address: IPv4Address | IPv6Address) -> Iterator[Row]:
        """The rows with a prefix that this address is in, the longest first."""
        for version, length in sorted(self.prefixes, reverse=True):
            if version == address.version:
                bits = int(address) >> (address.max_prefixlen - length)
                yield from self.prefixes[version, length].get(bits, [])

    def is_old(self, asset: Asset) -> bool:
        """Whether its addresses were told too long ago to be worth anything by themselves."""
        if asset.last_seen_ns is None or self.first_ns is None or asset.until_ns is not None:
            return False
        return asset.last_seen_ns + ADDRESS_STALE_NS < self.first_ns

    def _share(self, kind: str) -> float:
        """Share of the assets that have a kind of key, by themselves or in another list."""
        having = {row.name for row in self.rows if self._has(row.asset, kind)}
        every = {row.name for row in self.rows}
        lacking = [row for row in self.rows if row.name not in having]
        helped = {
            row.name
            for row in lacking
            if kind != "address" and any(other.name in having for other in self.linked(row.asset))
        }
        return len(having | helped) / len(every) if every else 0.0

    def _has(self, asset: Asset, kind: str) -> bool:
        if kind == "mac":
            return bool(asset.macs)
        if kind == "name":
            return bool(asset.names)
        return bool(asset.prefixes or asset.addresses) and not self.is_old(asset)


def _keys(asset: Asset) -> Iterator[Key]:
    """Everything that an asset can be looked up by."""
    yield from (("mac", mac) for mac in asset.macs)
    yield from (("address", address) for address in asset.addresses)
    yield from (("serial", serial) for serial in asset.serials)
    for name in asset.names:
        yield ("fqdn" if "." in name else "bare", name)
    for short in {short_name(name) for name in asset.names}:
        yield "short", short
        if len(short) > NETBIOS_CHARACTERS:
            yield "cut", short[:NETBIOS_CHARACTERS]


def is_shared(rows: Sequence[Row], kind: str) -> bool:
    """Whether a key stands for so many machines of one list that it tells none of them."""
    if len(rows) < SHARED_ASSETS_MIN:
        return False
    machines: dict[int, set[object]] = {}
    named = kind in _NAMED
    for row in rows:
        asset = row.asset
        # One machine that was enrolled again has the same name and serial number, and a new id.
        by_parts = asset.serials or asset.macs or (asset.id,)
        by_name = tuple(short_name(name) for name in asset.names[:1]) or (asset.id,)
        machines.setdefault(row.list, set()).add((by_parts if named else by_name)[0])
    return max(map(len, machines.values())) >= SHARED_ASSETS_MIN
