"""Compiled. What an FTP client says before it is let in: HOST (RFC 7151) and USER (RFC 959).

Commands are lines of one verb and one value. What comes after a login, or in TLS, is not looked at.
"""

from typing import Final

from librt.strings import read_i32_be
from mypy_extensions import i64

from netwatch.extract.lines import find_line_feed, line_stop, skip_blanks, strip_blanks
from netwatch.limits import FTP_LINE_BYTES_MAX
from netwatch.model import Answer

USER: Final = 0x55534552
HOST: Final = 0x484F5354
SMALL: Final = 0x20202020
SPACE: Final = 0x20


def ftp_begins(data: bytes, start: i64, end: i64) -> bool:
    """Whether a command that names somebody begins at `start`, in capitals or small letters."""
    if end - start < 5 or i64(data[start + 4]) != SPACE:
        return False
    verb = i64(read_i32_be(data, start)) & 0xFFFFFFFF & ~SMALL
    return verb == USER or verb == HOST


class FtpCommands:
    """A cursor over a client's lines; `value_start`, `value_end` span the value of `verb`."""

    def __init__(self) -> None:
        self.data: bytes = b""
        self.position: i64 = 0
        self.end: i64 = 0
        self.verb: i64 = 0
        self.value_start: i64 = 0
        self.value_end: i64 = 0

    def begin(self, data: bytes, start: i64, end: i64) -> None:
        """Read data[start:end], which begins with a line."""
        self.data = data
        self.position = start
        self.end = end

    def next(self) -> i64:
        """Go to the next USER or HOST with a value: DONE, or NEED_MORE.

        After NEED_MORE `position` is where a line begins that goes on behind the end, or the end.
        A line that is too long ends the reading.
        """
        data = self.data
        while self.position < self.end:
            start = self.position
            feed = find_line_feed(data, start, self.end)
            if feed < 0:
                if self.end - start > FTP_LINE_BYTES_MAX:
                    self.position = self.end
                return Answer.NEED_MORE
            self.position = feed + 1
            if not ftp_begins(data, start, feed):
                continue
            self.value_start = skip_blanks(data, start + 5, feed)
            self.value_end = strip_blanks(data, self.value_start, line_stop(data, start, feed))
            if self.value_end > self.value_start:
                self.verb = i64(read_i32_be(data, start)) & 0xFFFFFFFF & ~SMALL
                return Answer.DONE
        return Answer.NEED_MORE
