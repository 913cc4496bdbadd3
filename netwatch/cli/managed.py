"""`--managed` and `--map`: lists of managed assets, and what of them could not be read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from netwatch.errors import UsageError

if TYPE_CHECKING:
    from netwatch.asset import AssetList
    from netwatch.report import Report

SKIPPED_TOLD_MAX: Final = 5
"""Rows of one list that are told on standard error; the report has more."""


class ManagedLists:
    """The lists that were asked for; none of them: the report says null."""

    def __init__(self, paths: Sequence[str], headings: Sequence[str]) -> None:
        """Read them at once: a mistake in one must not be told after an hour of reading.

        `headings`: `HEADING=FIELD` each. UsageError for a list or heading that cannot be.
        """
        self._lists: list[AssetList] = []
        if headings and not paths:
            raise UsageError("--map says what a heading of a --managed list means: there is none")
        if paths:
            from netwatch.assets.headings import parse_map
            from netwatch.assets.lists import read_lists

            self._lists = read_lists(paths, dict(map(parse_map, headings)))

    def compare(self, report: "Report") -> None:
        """Say of every device of a report whether it is managed."""
        if self._lists:
            from netwatch.devices.assets import compare

            compare(report, self._lists)

    def skipped(self) -> list[str]:
        """What could not be read, the first ones of each list."""
        told: list[str] = []
        for one in self._lists:
            told += [f"{one.path}:{row.line}: {row.why}" for row in one.skipped[:SKIPPED_TOLD_MAX]]
            more = one.skipped_count - SKIPPED_TOLD_MAX
            told += [f"{one.path}: and {more:,} more like these"] if more > 0 else []
        return told
