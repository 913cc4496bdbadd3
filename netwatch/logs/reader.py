"""A log from its first octet to its last: lines are cut and counted, those that mean nothing told.

Blocks come in any size. A line that is longer than the bound is passed over and counted.
"""

from typing import Final

from netwatch.limits import LOG_FRAME_BYTES_MAX, LOG_LINE_BYTES_MAX, LOG_LINES_TOLD_MAX
from netwatch.logs.entries import Entries
from netwatch.logs.formats import FORMATS, FRAMED, UTF8_MARK, Parser
from netwatch.logs.times import Clock

LENGTH_BYTES: Final = 4


class LogReader:
    """Feeds one log to its parser. `form` is a name of `formats`; `stop` says why it cannot go on.

    `skipped` counts the lines that were not understood.
    """

    def __init__(self, form: str, clock: Clock, entries: Entries) -> None:
        self.skipped = 0
        self.stop = ""
        self._framed = form in FRAMED
        self._parser: Parser = (FRAMED | FORMATS)[form].parser(clock, entries)
        self._entries = entries
        self._clock = clock
        self._rest = b""
        self._passing = False
        """Within a line that is too long."""
        self._control = False
        """The next frame is a control frame."""
        self._told: list[int] = []

    @property
    def lines(self) -> int:
        """Lines (of dnstap: frames) that were read."""
        return self._entries.line

    def feed(self, block: bytes) -> None:
        """Take the next octets; never raises, whatever they are."""
        if self.stop:
            return
        octets = self._rest + block
        if not self._entries.line:
            octets = octets.removeprefix(UTF8_MARK)
        self._rest = b""
        if self._framed:
            self._frames(octets)
        else:
            self._lines(octets)

    def finish(self) -> None:
        """There is no more: what is left is the last line, which may lack its end."""
        rest, self._rest = self._rest, b""
        if self._framed:
            if rest and not self.stop:
                self.stop = f"the input ends in the middle of a frame, after {self.lines} frames"
        elif rest or self._passing:
            self._line(rest)

    def notes(self) -> list[str]:
        """What a reader must know of it, in sentences."""
        notes = self._clock.notes
        if self.skipped:
            noun = "frame" if self._framed else "line"
            numbers = ", ".join(map(str, self._told))
            more = ", ..." if self.skipped > len(self._told) else ""
            verb = "was" if self.skipped == 1 else "were"
            several = noun if self.skipped == 1 else noun + "s"
            where = f"{several} {numbers}{more}"
            notes.append(f"{self.skipped} {several} {verb} not understood ({where})")
        return notes

    def _lines(self, octets: bytes) -> None:
        lines = octets.split(b"\n")
        rest = lines.pop()
        for line in lines:
            self._line(line)
        if len(rest) > LOG_LINE_BYTES_MAX:
            self._passing, rest = True, b""
        self._rest = rest

    def _line(self, line: bytes) -> None:
        self._entries.line += 1
        long = self._passing or len(line) > LOG_LINE_BYTES_MAX
        self._passing = False
        line = line.rstrip(b"\r")
        if long or (line and not self._is_understood(line)):
            self._skip()

    def _frames(self, octets: bytes) -> None:
        place = 0
        while place + LENGTH_BYTES <= len(octets):
            size = int.from_bytes(octets[place : place + LENGTH_BYTES], "big")
            if size == 0 and not self._control:
                self._control = True
                place += LENGTH_BYTES
                continue
            if size > LOG_FRAME_BYTES_MAX:
                self.stop = (
                    f"a frame of {size} octets found, at most {LOG_FRAME_BYTES_MAX} expected"
                )
                return
            end = place + LENGTH_BYTES + size
            if end > len(octets):
                break
            if not self._control:
                self._entries.line += 1
                if not self._is_understood(octets[place + LENGTH_BYTES : end]):
                    self._skip()
            self._control = False
            place = end
        self._rest = octets[place:]

    def _is_understood(self, line: bytes) -> bool:
        try:
            return self._parser.line(line)
        except ValueError:
            return False

    def _skip(self) -> None:
        self.skipped += 1
        if len(self._told) < LOG_LINES_TOLD_MAX:
            self._told.append(self._entries.line)
