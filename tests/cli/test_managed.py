"""`netwatch scan --managed` as it is typed: every format, mistakes, and what is said where."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

MAC = "00:11:5e:7f:ab:cd"
HEADING = "Asset tag,Name,MAC Address\n"


@pytest.fixture
def managed(tmp_path: Path) -> Path:
    path = tmp_path / "managed.csv"
    path.write_text(f"{HEADING}A1,pc1,{MAC}\nA2,pc2,00:16:3e:00:00:01\nA3,,nonsense\n")
    return path


@pytest.fixture
def others(tmp_path: Path) -> Path:
    path = tmp_path / "others.csv"
    path.write_text(f"{HEADING}A2,pc2,00:16:3e:00:00:01\n")
    return path


def test_the_page(shell: Any, captures: Path, managed: Path) -> None:
    code, out, err = shell.here("scan", str(captures), "--managed", str(managed))
    lines = out.decode().splitlines()
    assert code == 0
    assert lines[0] == "1 device here runs a Kaspersky product, on the managed list."
    text = " ".join(out.decode().split())
    assert "managed as A1 by its MAC" in text
    assert "1 asset not recognised in these captures: A2" in text
    assert "line 4: MAC Address: found 'nonsense', expected a MAC" in text
    assert all(len(line) <= 80 for line in lines)
    assert err.decode() == (
        f"netwatch: warning: {managed}:4: MAC Address: found 'nonsense', expected a MAC\n"
    )


def test_the_page_of_one_that_nobody_manages(shell: Any, captures: Path, others: Path) -> None:
    out = shell.here("scan", str(captures), "--managed", str(others)).text
    assert out.startswith("1 device here runs a Kaspersky product, on no managed list.\n")


def test_without_a_list_nothing_is_said(shell: Any, captures: Path) -> None:
    assert "managed" not in shell.here("scan", str(captures)).text
    read = json.loads(shell.here("scan", str(captures), "--format", "json").out)
    assert read["assets"] is None
    assert {device["managed"] for device in read["devices"]} == {None}
    rows = shell.here("scan", str(captures), "--format", "jsonl").text.splitlines()
    assert "assets" not in {json.loads(row)["kind"] for row in rows}


def test_programs_are_told_the_same(shell: Any, captures: Path, managed: Path) -> None:
    asked = ("scan", str(captures), "--managed", str(managed), "--format")
    whole = json.loads(shell.here(*asked, "json").out)
    device = whole["devices"][0]
    assert device["managed"] == {
        "state": "managed",
        "reason": "asset A1, by its MAC",
        "matches": [{"asset": "A1", "path": str(managed), "line": 2, "key": "mac", "value": MAC}],
    }
    assert whole["assets"]["states"]["managed"] == 1
    assert [row["asset"] for row in whole["assets"]["never_seen"]] == ["A2"]
    lines = [json.loads(line) for line in shell.here(*asked, "jsonl").text.splitlines()]
    (assets,) = [line for line in lines if line.pop("kind") == "assets"]
    assert assets == whole["assets"]
    (row, *_) = csv.DictReader(io.StringIO(shell.here(*asked, "csv").text, newline=""))
    assert (row["managed"], row["asset"], row["asset_key"]) == ("managed", "A1", "mac")


def test_several_lists_and_headings_of_ones_own(
    shell: Any, captures: Path, others: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.csv"
    own.write_text(f"Box;Card\nB1;{MAC}\n")
    asked = ("scan", str(captures), "--managed", str(others), "--managed", str(own))
    code, _, err = shell.here(*asked)
    assert (code, err.decode()) == (
        2,
        f"netwatch: {own}:1: found 'Box;Card', expected a known heading (docs/managed.md lists "
        "them; --map HEADING=FIELD says what one means)\n",
    )
    out = shell.here(*asked, "--map", "card=mac", "--map", "Box=asset", "--format", "json").out
    assert json.loads(out)["devices"][0]["managed"]["matches"][0]["asset"] == "B1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--managed", "none.csv"), "none.csv: cannot read: No such file or directory"),
        (("--map", "a=mac"), "--map says what a heading of a --managed list means: there is none"),
        (("--managed", "LIST", "--map", "mac"), "--map mac: expected HEADING=FIELD, FIELD one of"),
        (("--managed", "LIST", "--map", "a=b"), "--map a=b: expected a field: asset, mac, name"),
        (("--managed", "LIST", "--map", "a=mac"), "--map a=...: no list has this heading"),
    ],
)
def test_mistakes_are_told_before_anything_is_read(
    shell: Any, captures: Path, managed: Path, arguments: tuple[str, ...], message: str
) -> None:
    given = [str(managed) if word == "LIST" else word for word in arguments]
    code, out, err = shell.here("scan", str(captures), *given)
    assert (code, out) == (2, b"") and err.decode().startswith(f"netwatch: {message}")


def test_many_bad_rows_are_not_many_warnings(shell: Any, captures: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(HEADING + f"A1,pc1,{MAC}\n" + "A,,nonsense\n" * 500)
    err = shell.here("scan", str(captures), "--managed", str(path)).err.decode()
    assert len(err.splitlines()) == 6
    assert err.endswith("bad.csv: and 495 more like these\n")
