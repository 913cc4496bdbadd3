"""A list of managed assets, whatever made it: file -> `AssetList`.

A row that cannot be read is skipped and told, never fatal: one bad row must not keep a thousand
good ones from being compared. A list of which nothing can be read is refused, for without it every
device would look unmanaged.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Final

from netwatch.asset import Asset, AssetList, Network, short_name
from netwatch.assets import nested
from netwatch.assets.cells import (
    is_address,
    is_day_first,
    is_mac,
    is_nothing,
    read_cell,
    read_time,
    shown,
)
from netwatch.assets.delimited import read_delimited
from netwatch.assets.encodings import decoded
from netwatch.assets.headings import ASSET_RANKS, Columns, letters
from netwatch.assets.plain import read_plain
from netwatch.assets.rows import NoRowsError, Row, Rows
from netwatch.errors import UsageError
from netwatch.limits import ASSET_LIST_BYTES_MAX, ASSETS_MAX

KEYS: Final = ("mac", "name", "address", "prefix", "serial")
TIMES: Final = ("last-seen", "from", "until")
OWNERS: Final = frozenset(("device", "virtualmachine"))
"""Headings of NetBox for the machine that an interface or address belongs to."""
ZIP: Final = b"PK\x03\x04"
"""First octets of XLSX and ODS files as well."""
ID_CHARACTERS_MAX: Final = 200
UNUSED_MAX: Final = 100
"""Unknown headings that are told."""


def read_lists(paths: Sequence[str], given: Mapping[str, str]) -> list[AssetList]:
    """Read the lists; `given` is what `--map` says, heading -> field.

    UsageError for one that cannot be opened or read, for a heading of `--map` that none of them
    has, and for more than ASSETS_MAX assets.
    """
    columns = Columns(dict(given))
    lists: list[AssetList] = []
    for path in dict.fromkeys(paths):
        lists.append(list_of(_octets(path), path, columns))
        if sum(len(one.assets) for one in lists) > ASSETS_MAX:
            raise UsageError(f"{path}: found more than {ASSETS_MAX:,} assets in all lists")
    for heading in columns.unmet.values():
        raise UsageError(f"--map {heading}=...: no list has this heading")
    return lists


def _octets(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            octets = stream.read(ASSET_LIST_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot read: {getattr(error, 'strerror', error)}") from None
    if len(octets) > ASSET_LIST_BYTES_MAX:
        raise UsageError(f"{path}: found a list of more than {ASSET_LIST_BYTES_MAX >> 20} MiB")
    return octets


def list_of(octets: bytes, path: str, columns: Columns) -> AssetList:
    """The list in `octets`, read from `path`. UsageError if there is no asset in it."""
    if octets.startswith(ZIP):
        raise UsageError(f"{path}: found a spreadsheet or another ZIP file; save it as CSV")
    text, encoding = decoded(octets)
    name = os.path.basename(path)
    try:
        rows = _rows(text, path, columns)
    except NoRowsError as error:
        raise UsageError(f"{path}:{error}") from None
    digest = hashlib.sha256(octets).hexdigest()
    found = AssetList(
        path=path, format=rows.format, encoding=encoding, sha256=digest, rows=len(rows.rows)
    )
    found.rows += len(rows.skipped)
    for skipped in rows.skipped:
        found.skip(skipped.line, skipped.why)
    _Reader(found, columns).read(rows.rows)
    found.skipped.sort(key=lambda row: (row.line, row.why))
    if not found.assets:
        first = f": line {found.skipped[0].line}: {found.skipped[0].why}" if found.skipped else ""
        told = ", ".join(shown(heading) for heading in found.unused[:8])
        heads = f" (no known heading: {told}; --map HEADING=FIELD says what one means)"
        raise UsageError(f"{path}: no asset found in {name}{heads if told else first}")
    return found


def _rows(text: str, path: str, columns: Columns) -> Rows:
    if "\0" in text[:4096] or not text.strip():
        raise NoRowsError("1: found no text, expected CSV, JSON, YAML or a plain list")
    if nested.looks_like_json(text):
        return nested.read_json(text)
    if nested.looks_like_yaml(text):
        return nested.read_yaml_list(text, path)
    return read_delimited(text, columns.field) or _plain(text)


def _plain(text: str) -> Rows:
    """A plain list, unless its first line looks like headings of which none is known."""
    first = next(line for line in text.splitlines() if line.strip())
    rows = read_plain(text)
    if rows.skipped and any(mark in first for mark in ",;\t|") and rows.skipped[0].line == 1:
        raise NoRowsError(
            f"1: found {shown(first)}, expected a known heading (docs/managed.md lists them; "
            "--map HEADING=FIELD says what one means)"
        )
    return rows


class _Reader:
    """Takes the rows of one list."""

    def __init__(self, found: AssetList, columns: Columns) -> None:
        self._found = found
        self._columns = columns
        self._fields: dict[str, str] = {}
        self._unused: dict[str, None] = {}
        self._day_first = False
        self._told = 0
        """The last line of which something was told."""

    def read(self, rows: Sequence[Row]) -> None:
        """Fill the list's assets; several rows with one id are one asset."""
        times = [text for row in rows for head, text in row.cells if self._field(head) in TIMES]
        self._day_first = is_day_first(times)
        assets: dict[tuple[str, int | None, int | None], Asset] = {}
        for row in rows:
            asset = self._asset(row)
            if asset is None:
                continue
            same = (asset.id, asset.from_ns, asset.until_ns)  # leases of other times stay apart
            first = assets.get(same)
            assets[same] = asset if first is None else _together(first, asset)
        self._found.assets = list(assets.values())
        if self._found.format == "plain":
            return
        self._found.columns = {
            head: field for head, field in self._fields.items() if head and field
        }
        self._found.unused = list(self._unused)[:UNUSED_MAX]

    def _field(self, heading: str) -> str:
        """What a heading is; remembered, because there are as many cells as rows and columns."""
        field = self._fields.get(heading)
        if field is None:
            plain = self._found.format == "plain"
            field = heading if plain or not heading else self._columns.field(heading)
            self._fields[heading] = field
            if not field and heading:
                self._unused[heading] = None
        return field

    def _asset(self, row: Row) -> Asset | None:
        """The asset of a row; None, and told, if there is nothing to know it by."""
        keys, owner = _Keys(), _Keys()
        ids: list[tuple[int, str]] = []
        times: dict[str, int] = {}
        for heading, text in row.cells:
            field = self._field(heading) or ("" if heading else _kind(text))
            if field == "asset" and not is_nothing(text):
                ids.append((self._columns.rank(heading), text.strip()))
            elif field == "name" and letters(heading) in OWNERS:
                self._key(row.line, heading, field, text, owner)
            elif field in TIMES and not is_nothing(text):
                self._time(row.line, heading, text, times)
            elif field in KEYS:
                self._key(row.line, heading, field, text, keys)
        if owner.names:  # a row of a card or an address: its own id is not the machine's
            ids = [(rank, text) for rank, text in ids if rank != ASSET_RANKS["id"]]
        keys.put_before(owner)
        keys.settle()
        if keys.empty:
            if row.line != self._told:
                why = "found nothing to know a machine by, expected a MAC, host name or address"
                self._skip(row.line, why)
            return None
        return Asset(
            id=min(ids)[1][:ID_CHARACTERS_MAX] if ids else keys.name_of(row.line),
            line=row.line,
            macs=tuple(sorted(set(keys.macs))),
            names=tuple(sorted(set(keys.names))),
            addresses=tuple(sorted(set(keys.addresses))),
            prefixes=tuple(sorted(set(keys.prefixes), key=str)),
            serials=tuple(sorted(set(keys.serials))),
            from_ns=times.get("from"),
            until_ns=times.get("until"),
            last_seen_ns=times.get("last-seen"),
        )

    def _key(self, line: int, heading: str, field: str, text: str, keys: "_Keys") -> None:
        cell = read_cell(field, text)
        self._found.placeholders += cell.placeholders
        if cell.bad:
            self._skip(line, f"{heading}: {cell.bad}" if heading else cell.bad)
        keys.macs += cell.macs
        keys.names += cell.names
        keys.addresses += cell.packed
        keys.serials += cell.serials
        (keys.prefixes if field == "prefix" else keys.networks).extend(cell.networks)

    def _time(self, line: int, heading: str, text: str, times: dict[str, int]) -> None:
        field = self._field(heading)
        time_ns = read_time(text, self._day_first)
        if time_ns is None:
            self._skip(line, f"{heading}: found {shown(text)}, expected a time")
        else:
            times[field] = max(times.get(field, time_ns), time_ns)

    def _skip(self, line: int, why: str) -> None:
        self._told = line
        self._found.skip(line, why)


class _Keys:
    """What one row says of its machine."""

    def __init__(self) -> None:
        self.macs: list[bytes] = []
        self.names: list[str] = []
        self.addresses: list[bytes] = []
        self.prefixes: list[Network] = []
        self.networks: list[Network] = []
        """Prefixes in a column of addresses."""
        self.serials: list[str] = []

    def put_before(self, owner: "_Keys") -> None:
        """Take what the row says of the machine that it is a part of, as what names it."""
        self.names = owner.names + self.names
        self.macs = owner.macs + self.macs
        self.addresses = owner.addresses + self.addresses

    def settle(self) -> None:
        """A prefix in a column of addresses says where a machine is, unless it is all there is."""
        if not (self.macs or self.names or self.addresses or self.serials):
            self.prefixes += self.networks

    @property
    def empty(self) -> bool:
        """Whether nothing identifies anybody."""
        return not (self.macs or self.names or self.addresses or self.prefixes or self.serials)

    def name_of(self, line: int) -> str:
        """What to call an asset that has no id."""
        texts = [*(short_name(name) for name in self.names[:1]), *self.serials[:1]]
        texts += [mac.hex(":") for mac in self.macs[:1]]
        texts += [str(ip_address(address)) for address in self.addresses[:1]]
        texts += [str(prefix) for prefix in self.prefixes[:1]]
        return texts[0] if texts else f"line {line}"


def _kind(text: str) -> str:
    """What a value without a heading is."""
    if is_mac(text.strip()):
        return "mac"
    if is_address(text.strip()):
        return "prefix" if "/" in text else "address"
    return "name"


def _together(first: Asset, more: Asset) -> Asset:
    """Two rows of one asset, of the same time."""
    return Asset(
        id=first.id,
        line=min(first.line, more.line),
        macs=tuple(sorted({*first.macs, *more.macs})),
        names=tuple(sorted({*first.names, *more.names})),
        addresses=tuple(sorted({*first.addresses, *more.addresses})),
        prefixes=tuple(sorted({*first.prefixes, *more.prefixes}, key=str)),
        serials=tuple(sorted({*first.serials, *more.serials})),
        from_ns=first.from_ns,
        until_ns=first.until_ns,
        last_seen_ns=max(filter(None, (first.last_seen_ns, more.last_seen_ns)), default=None),
    )
