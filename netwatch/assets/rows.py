"""What every format becomes: rows of cells, each with its heading and the line that it stood in."""

from typing import NamedTuple

from netwatch.asset import SkippedRow


class Row(NamedTuple):
    """One record of a list."""

    line: int
    """From 1."""
    cells: list[tuple[str, str]]
    """(heading, text); of JSON and YAML the heading is the way to the value, joined by dots."""


class Rows:
    """All records of a list, and what was no record."""

    def __init__(self, form: str) -> None:
        self.format = form
        self.rows: list[Row] = []
        self.skipped: list[SkippedRow] = []

    def skip(self, line: int, why: str) -> None:
        """Note what could not be read."""
        self.skipped.append(SkippedRow(line, why))


class NoRowsError(Exception):
    """A list cannot be read at all; the message says where, what was found and expected."""
