"""What the lists of managed assets say, for people: counts first, then what does not fit."""

from collections.abc import Sequence
from typing import Final

from netwatch.outputs.page import Page
from netwatch.outputs.text import shortened, time_text
from netwatch.outputs.words import counted
from netwatch.report import AssetConflict, AssetList, AssetRow, Assets, Managed

LISTED_MAX: Final = 10
"""Conflicts, assets and rows of each kind that are shown; all of them are in the JSON."""
NAME_COLUMNS_MAX: Final = 40
KEY_WORDS: Final = {"mac": "MAC", "fqdn": "name", "hostname": "name", "prefix": "network"}
COLUMNS: Final = 13
SECTION: Final = "The managed lists"


def managed_words(managed: Managed) -> str:
    """Whether one device is managed, in a few words for its line."""
    if managed.state == "managed":
        match = managed.matches[0]
        more = len(managed.matches) - 1
        others = f" and {more:,} more" if more else ""
        by = KEY_WORDS.get(match.key, match.key)
        return f"managed as {shortened(match.asset, NAME_COLUMNS_MAX)}{others} by its {by}"
    return "on no managed list" if managed.state == "unmanaged" else "perhaps managed"


def managed_lists(page: Page, assets: Assets, show_all: bool) -> None:
    """The section at the end of the page. `show_all` lists what is else cut at LISTED_MAX."""
    most = None if show_all else LISTED_MAX
    counts = (assets.states.get(state, 0) for state in ("unmanaged", "managed", "unidentified"))
    devices = "{:,} on no managed list, {:,} managed, {:,} that cannot be told".format(*counts)
    page.heading(SECTION)
    page.item("Devices", devices, columns=COLUMNS)
    for one in assets.lists:
        page.item("List", _list(one), columns=COLUMNS)
    several = [one for one in assets.conflicts if one.kind == "several-devices"]
    both = [one for one in assets.conflicts if one.kind == "several-assets"]
    _some(page, "Conflicts", "asset", "on several devices", [_devices(c) for c in several], most)
    _some(page, "Conflicts", "device", "with several assets", [_assets(c) for c in both], most)
    stale = [_stale(row) for row in assets.stale]
    _some(page, "Stale", "asset", "last seen long before these captures", stale, most)
    never = [shortened(row.asset, NAME_COLUMNS_MAX) for row in assets.never_seen]
    _some(page, "Never seen", "asset", "not recognised in these captures", never, most)
    for one in assets.lists:
        skipped = [f"line {row.line}: {row.why}" for row in one.skipped_rows[:LISTED_MAX]]
        _some(page, "Skipped", "row or cell", f"of {one.path}", skipped, most, one.skipped)


def _list(one: AssetList) -> str:
    seen = f"{one.seen:,} of {counted(one.assets, 'asset')} seen"
    nobody = f", {counted(one.placeholders, 'placeholder')} left out" if one.placeholders else ""
    return f"{shortened(one.path, 60)}: {seen} ({one.format}, {one.encoding}{nobody})"


def _devices(conflict: AssetConflict) -> str:
    name = shortened(conflict.assets[0], NAME_COLUMNS_MAX)
    return f"{name} on {' and '.join(conflict.devices[:3])}"


def _assets(conflict: AssetConflict) -> str:
    names = (shortened(asset, NAME_COLUMNS_MAX) for asset in conflict.assets[:3])
    return f"{conflict.devices[0]} is {' and '.join(names)}"


def _stale(row: AssetRow) -> str:
    day = time_text(row.last_seen)[:10] if row.last_seen is not None else ""
    here = ", but here now" if row.devices else ""
    return f"{shortened(row.asset, NAME_COLUMNS_MAX)} ({day}{here})"


def _some(
    page: Page,
    label: str,
    noun: str,
    what: str,
    texts: Sequence[str],
    most: int | None,
    number: int | None = None,
) -> None:
    """One line or more of one kind, its count first."""
    number = len(texts) if number is None else number
    if not number:
        return
    shown = texts[:most]
    more = number - len(shown)
    rest = f" and {more:,} more" if more else ""
    page.item(label, f"{counted(number, noun)} {what}: {'; '.join(shown)}{rest}", columns=COLUMNS)
