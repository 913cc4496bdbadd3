"""CSV -> rows: comma, semicolon, tab or pipe, told by the heading that has the most known columns.

RFC 4180 with what products do to it: titles above the heading (reports of SCCM), `#TYPE` of
PowerShell, `sep=;` of Excel, rows that lack their last cells, line ends inside quotes.
"""

import csv
import io
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from netwatch.assets.rows import NoRowsError, Row, Rows
from netwatch.limits import ASSET_COLUMNS_MAX, ASSET_LIST_BYTES_MAX

DELIMITERS: Final = (",", ";", "\t", "|")
_LINES_BEFORE_MAX: Final = 20
"""Lines in which the heading is looked for."""
Field = Callable[[str], str]
"""Heading -> field, empty if it is not known."""


def read_delimited(text: str, field: Field) -> Rows | None:
    """The rows of a CSV file; None if no line of its first ones has a heading that is known.

    NoRowsError for one that no reader of CSV can take.
    """
    csv.field_size_limit(ASSET_LIST_BYTES_MAX)
    found = _heading(text, field)
    if found is None:
        return None
    delimiter, before = found
    rows = Rows("csv")
    lines = _numbered(text, delimiter)
    heading: list[str] = []
    for number, (line, cells) in enumerate(lines):
        if number < before or not any(cell.strip() for cell in cells):
            continue
        if not heading:
            heading = [cell.strip() for cell in cells[:ASSET_COLUMNS_MAX]]
        elif any(cell.strip() for cell in cells[len(heading) :]):
            more = f"found {len(cells)} cells, expected at most {len(heading)}"
            rows.skip(line, f"{more}: a cell with {_NAMES[delimiter]} in it needs quotes")
        else:
            rows.rows.append(Row(line, list(zip(heading, cells, strict=False))))
    return rows


def _heading(text: str, field: Field) -> tuple[str, int] | None:
    """(delimiter, records before the heading) of the line with the most known columns."""
    best: tuple[int, int, str, int] | None = None
    for delimiter in DELIMITERS:
        blank = True
        for number, (_, cells) in enumerate(islice(_numbered(text, delimiter), _LINES_BEFORE_MAX)):
            first, blank = blank, blank and not any(cells)
            if len(cells) == 1 and not first:
                continue  # a machine in a plain list may be called like a heading
            known = {field(cell.strip()) for cell in cells[:ASSET_COLUMNS_MAX]} - {"", "ignore"}
            rank = (len(known), len(cells), delimiter, number)
            if known and (best is None or rank[:2] > best[:2]):
                best = rank
    return best and best[2:]


def _numbered(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the line in which each begins."""
    # Titles and `#TYPE` may hold a quote; a heading or row that begins with one is quoted whole.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise NoRowsError(f"{line}: found CSV that cannot be read: {error}") from None
        yield line, cells
        line = reader.line_num + 1


_NAMES: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a pipe"}
