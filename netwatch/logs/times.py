"""Times of logs, as nanoseconds since the epoch; what a log leaves out is taken from elsewhere.

Without a zone: the one that the operator gave, else UTC. Without a year: the latest one that does
not put the line behind the time at which the file was last changed. Without any time: that time.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Final

SECOND_NS: Final = 1_000_000_000
DAY_NS: Final = 86_400 * SECOND_NS
EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
NS_MAX: Final = 0x7FFF_FFFF_FFFF_FFFF
MONTHS: Final = {
    name: number
    for number, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)
}
ISO: Final = re.compile(
    rb"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)? ?(Z|[+-]\d\d:?\d\d)?"
)
NO_ZONE: Final = "times without a zone were taken as {zone}"
NO_YEAR: Final = "times without a year were taken as the last ones before the file was changed"
NO_TIME: Final = "lines without a time were taken as of when the file was last changed"


class Clock:
    """The times of one log. `zone_s`: seconds east of UTC; `changed_ns`: of the file's change."""

    def __init__(self, zone_s: int = 0, changed_ns: int = 0) -> None:
        self._zone_s = zone_s
        self._changed_ns = changed_ns
        self._notes: dict[str, None] = {}

    @property
    def notes(self) -> list[str]:
        """What had to be assumed, in sentences."""
        return list(self._notes)

    def at(
        self, day: tuple[int, int, int], clock: bytes, fraction: bytes | None, zone: bytes | None
    ) -> int:
        """The time of a day (year, 0 = not said; month; day) and `HH:MM:SS`. ValueError."""
        hour, minute, second = int(clock[0:2]), int(clock[3:5]), int(clock[6:8])
        if hour > 23 or minute > 59 or second > 60:
            raise ValueError(clock)
        within = (hour * 3600 + minute * 60 + second) * SECOND_NS
        within += int((fraction or b"").ljust(9, b"0")[:9] or 0)
        within -= self._zone(zone) * SECOND_NS
        year, month, number = day
        if year:
            return _bounded(_day_ns(year, month, number) + within)
        self._notes[NO_YEAR] = None
        year = 1970 + self._changed_ns // (DAY_NS * 365) + 1
        for earlier in range(9):  # a 29th of February is at most eight years away
            try:
                time_ns = _day_ns(year - earlier, month, number) + within
            except ValueError:
                continue
            if time_ns <= self._changed_ns + DAY_NS:
                return _bounded(time_ns)
        raise ValueError(day)

    def iso(self, text: bytes) -> int:
        """`2026-11-22T10:00:00.123+01:00`, with or without fraction and zone. ValueError."""
        found = ISO.fullmatch(text)
        if found is None:
            raise ValueError(text)
        year, month, day, hour, minute, second, fraction, zone = found.groups()
        clock = hour + b":" + minute + b":" + second
        return self.at((int(year), int(month), int(day)), clock, fraction, zone)

    def month_day(self, month: bytes, day: bytes, clock: bytes, fraction: bytes | None) -> int:
        """`Nov 22 10:00:00` (RFC 3164 section 4.1.2). ValueError."""
        return self.at((0, month_of(month), int(day)), clock, fraction, None)

    def epoch(self, text: bytes) -> int:
        """Seconds since the epoch, with or without a fraction. ValueError."""
        whole, _, fraction = text.partition(b".")
        return _bounded(int(whole) * SECOND_NS + int(fraction.ljust(9, b"0")[:9] or 0))

    def unknown(self) -> int:
        """Of a line that says none."""
        self._notes[NO_TIME] = None
        return self._changed_ns

    def _zone(self, zone: bytes | None) -> int:
        if zone is None:
            sign, rest = "-" if self._zone_s < 0 else "+", abs(self._zone_s)
            text = f"{sign}{rest // 3600:02d}:{rest // 60 % 60:02d}" if rest else "UTC"
            self._notes[NO_ZONE.format(zone=text)] = None
            return self._zone_s
        if zone == b"Z":
            return 0
        seconds = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
        return -seconds if zone[:1] == b"-" else seconds


def month_of(name: bytes) -> int:
    """1 to 12 of `Jan` to `Dec`. ValueError."""
    number = MONTHS.get(name)
    if number is None:
        raise ValueError(name)
    return number


@lru_cache(maxsize=256)
def _day_ns(year: int, month: int, day: int) -> int:
    return (date(year, month, day).toordinal() - EPOCH_DAY) * DAY_NS


def _bounded(time_ns: int) -> int:
    if not 0 <= time_ns <= NS_MAX:
        raise ValueError(time_ns)
    return time_ns
