"""What lists of managed assets say, for people: counts first, and never a page of ids."""

import pytest
from managed_states import MANAGED

from netwatch.outputs.managed import LISTED_MAX, SECTION, managed_lists, managed_words
from netwatch.outputs.page import Page
from netwatch.report import AssetConflict, AssetList, AssetMatch, AssetRow, Assets, SkippedRow, Time

STATES = {"unmanaged": 3, "unidentified": 1, "managed": 1_200}


def assets(rows: int = 0, skipped: int = 0) -> Assets:
    row = AssetRow(asset="NB-1", path="a.csv", line=2, last_seen=Time(0), devices=[])
    here = AssetRow(asset="NB-2", path="a.csv", line=3, last_seen=Time(0), devices=["mac:x"])
    return Assets(
        lists=[
            AssetList(
                path="a.csv", format="csv", encoding="utf-8", sha256="", rows=9, assets=8, seen=7,
                columns={}, unused=[], placeholders=2, skipped=skipped,
                skipped_rows=[SkippedRow(line=n, why="bad") for n in range(1, skipped + 1)],
            )
        ],
        states=STATES,
        running=STATES,
        conflicts=[
            AssetConflict(kind="several-devices", path="a", assets=["NB-3"], devices=["x", "y"]),
            AssetConflict(kind="several-assets", path="a", assets=["NB-4", "NB-5"], devices=["z"]),
        ] if rows else [],
        stale=[here, row] if rows else [],
        never_seen=[row] * rows,
    )  # fmt: skip


def page(found: Assets, show_all: bool = False) -> list[str]:
    written = Page(colour=False)
    managed_lists(written, found, show_all)
    return written.text().splitlines()


def test_a_list_without_trouble_is_three_lines() -> None:
    assert page(assets()) == [
        SECTION,
        "Devices      3 on no managed list, 1,200 managed, 1 that cannot be told",
        "List         a.csv: 7 of 8 assets seen (csv, utf-8, 2 placeholders left out)",
    ]


def test_trouble_is_counted_and_then_listed() -> None:
    lines = page(assets(rows=1, skipped=1))
    assert lines[3:] == [
        "Conflicts    1 asset on several devices: NB-3 on x and y",
        "Conflicts    1 device with several assets: z is NB-4 and NB-5",
        "Stale        2 assets last seen long before these captures: NB-2 (1970-01-01,",
        "             but here now); NB-1 (1970-01-01)",
        "Never seen   1 asset not recognised in these captures: NB-1",
        "Skipped      1 row or cell of a.csv: line 1: bad",
    ]


@pytest.mark.parametrize("show_all", [False, True])
def test_long_lists_are_cut_unless_all_is_asked_for(show_all: bool) -> None:
    text = " ".join(" ".join(page(assets(rows=30), show_all)).split())
    assert ("30 assets not recognised in these captures" in text) and text.count("NB-1;") >= 9
    assert ("and 20 more" in text) != show_all
    assert LISTED_MAX == 10


def test_words_of_one_device() -> None:
    assert managed_words(MANAGED["managed"]) == "managed as NB-1 by its MAC"
    assert managed_words(MANAGED["unmanaged"]) == "on no managed list"
    assert managed_words(MANAGED["unidentified"]) == "perhaps managed"
    two = MANAGED["managed"].matches * 2
    both = type(MANAGED["managed"])(state="managed", reason="", matches=two)
    assert managed_words(both) == "managed as NB-1 and 1 more by its MAC"
    long = AssetMatch(asset="x" * 500, path="", line=1, key="fqdn", value="")
    words = managed_words(type(both)(state="managed", reason="", matches=[long]))
    assert len(words) < 80 and words.endswith("by its name")
