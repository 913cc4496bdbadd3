"""CSV: delimiters, what stands above the heading, quotes, and rows with too many cells."""

import pytest

from netwatch.assets.delimited import DELIMITERS, read_delimited
from netwatch.assets.headings import Columns

HEADING = ("Name", "Owner, or team", "MAC Address")


def cells(text: str) -> list[tuple[int, dict[str, str]]]:
    rows = read_delimited(text, Columns({}).field)
    assert rows is not None
    return [(row.line, dict(row.cells)) for row in rows.rows]


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_delimiter(delimiter: str, end: str) -> None:
    quoted = delimiter.join(f'"{name}"' for name in HEADING)
    text = quoted + end + delimiter.join(("PC1", "x", "00:11:22:33:44:55")) + end
    assert cells(text) == [
        (2, {"Name": "PC1", "Owner, or team": "x", "MAC Address": "00:11:22:33:44:55"})
    ]


@pytest.mark.parametrize(
    "before",
    ["", "\n\n", "sep=;\n", "#TYPE Selected.Microsoft.ActiveDirectory\n", "All systems\n\nx;y\n"],
)
def test_what_stands_above_the_heading(before: str) -> None:
    found = cells(before + "Name;MAC Address\nPC1;x\n")
    assert [row for _, row in found] == [{"Name": "PC1", "MAC Address": "x"}]
    assert found[0][0] == before.count("\n") + 2


def test_lines_are_counted_through_quotes() -> None:
    found = cells('Name,Note\nPC1,"a\nb"\n\nPC2,c\n')
    assert found == [(2, {"Name": "PC1", "Note": "a\nb"}), (5, {"Name": "PC2", "Note": "c"})]


def test_short_rows_are_taken_and_long_ones_told() -> None:
    rows = read_delimited("Name,MAC\nPC1\nPC2,x,y\nPC3,x,\n", Columns({}).field)
    assert rows is not None
    assert [row.line for row in rows.rows] == [2, 4]
    assert [(row.line, row.why) for row in rows.skipped] == [
        (3, "found 3 cells, expected at most 2: a cell with a comma in it needs quotes")
    ]


@pytest.mark.parametrize("text", ["pc1\npc2\n", "Foo;Bar\n1;2\n", "pc1\nhost\nmac\n", ""])
def test_what_has_no_known_heading(text: str) -> None:
    assert read_delimited(text, Columns({}).field) is None


def test_a_quote_that_never_ends_is_no_endless_work() -> None:
    text = 'Name,MAC\n"PC1,' + "x,\n" * 10_000
    rows = read_delimited(text, Columns({}).field)
    assert rows is not None and len(rows.rows) == 1
