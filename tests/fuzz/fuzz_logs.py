"""Whatever a log holds, nothing is raised, two halves give the same, and every line counts once.

The first octet chooses the format and where it is cut; the rest is the log.
"""

from typing import Final

from netwatch.logs.entries import Entries
from netwatch.logs.formats import FORMATS, FRAMED, log_format_of
from netwatch.logs.reader import LogReader
from netwatch.logs.times import Clock
from netwatch.model import Sighting

RUNS: Final = 3_000
FORMS: Final = (*FORMATS, *FRAMED)
DEPTHS: Final = (*FORMS, "skipped", "answer")
CHANGED_NS: Final = 1_795_390_000_000_000_000
reached: set[str] = set()


class NoPack:
    """Nothing matches; all names are wanted."""

    def name(self, name: object) -> int:
        """See `Matching`."""
        del name
        return -1

    def path(self, data: bytes, start: int, end: int) -> int:
        """See `Matching`."""
        assert 0 <= start <= end <= len(data)
        return -1

    def address(self, data: bytes, start: int, length: int) -> int:
        """See `Matching`."""
        assert start == 0
        assert length == len(data)
        return 0

    def port(self, transport: int, port: int) -> int:
        """See `Matching`."""
        assert 0 <= port <= 0xFFFF
        return -1 if transport == 0 else 0


def target(octets: bytes) -> None:
    """Read it whole and in two halves."""
    chosen, log = octets[0] if octets else 0, octets[1:]
    form = FORMS[chosen % len(FORMS)]
    whole = _read(form, log)
    assert _read(form, log[: chosen * 3], log[chosen * 3 :]) == whole
    found, lines, skipped, _ = whole
    assert skipped <= lines <= len(log)
    for sighting in found:
        assert len(sighting.client) in (4, 16)
        assert len(sighting.server) in (0, 4, 16)
        assert sighting.time_ns >= 0
        assert 0 < sighting.frame <= lines
        reached.add(form)
        if sighting.two_way:
            reached.add("answer")
    if skipped:
        reached.add("skipped")
    assert log_format_of(log) in ("", *FORMS)


def _read(form: str, *blocks: bytes) -> tuple[list[Sighting], int, int, list[str]]:
    entries = Entries(NoPack(), True, 0, 1 << 63)
    reader = LogReader(form, Clock(0, CHANGED_NS), entries)
    for block in blocks:
        reader.feed(block)
    reader.finish()
    return entries.found, reader.lines, reader.skipped, reader.notes()
