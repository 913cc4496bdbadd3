"""The head that syslog puts before a line (RFC 3164, RFC 5424, and with the times of rsyslog).

Daemons that write their own files begin their lines like it, without the host's name (unbound also
without the colon).
"""

import re
from typing import Final, NamedTuple

from netwatch.logs.times import Clock

HEAD: Final = re.compile(
    rb"(?:<\d{1,3}>)?(?:1 )?"
    rb"(?:([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:\d{4} )?(\d\d:\d\d:\d\d)(\.\d{1,9})?"
    rb"|(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?))"
    rb" (?:[^ :\[\]]{1,255} )?([A-Za-z][\w.()/-]{0,63})"
    rb"(?:(?:\[[\d:]{1,24}\])?: ?|\[[\d:]{1,24}\] | [\w-]+ [\w-]+ - )"
)


class Head(NamedTuple):
    """What stands before the program's own words, which begin at `end`."""

    program: bytes
    end: int
    parts: tuple[bytes | None, ...]

    def time_ns(self, clock: Clock) -> int:
        """When the line was written. ValueError."""
        month, day, time, fraction, iso = self.parts
        if iso is not None:
            return clock.iso(iso)
        if month is None or day is None or time is None:
            raise ValueError(self.parts)
        return clock.month_day(month, day, time, fraction[1:] if fraction else None)


def head_of(line: bytes) -> Head | None:
    """The head of a line; None if it has none."""
    found = HEAD.match(line)
    if found is None:
        return None
    *parts, program = found.groups()
    return Head(program, found.end(), tuple(parts))
