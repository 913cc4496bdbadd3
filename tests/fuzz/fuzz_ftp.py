"""An FTP command's value stands in one whole line behind its verb, in any surroundings."""

from typing import Final

from invariants import alike

from netwatch.extract.ftp import HOST, USER, FtpCommands, ftp_begins
from netwatch.limits import FTP_LINE_BYTES_MAX
from netwatch.model import Answer

RUNS: Final = 10_000
DEPTHS: Final = ("user", "host", "waits", "gives up")
reached: set[str] = set()


def target(octets: bytes) -> None:
    """Read all commands."""
    alike(octets, read)


def read(data: bytes, start: int, end: int) -> tuple[object, ...]:
    """Every value, and where the reading ended."""
    commands = FtpCommands()
    commands.begin(data, start, end)
    found: list[bytes] = []
    while commands.next() == Answer.DONE:
        assert commands.verb in (USER, HOST)
        assert start < commands.value_start < commands.value_end < commands.position <= end
        found.append(data[commands.value_start : commands.value_end])
        assert b"\n" not in found[-1]
        reached.add("user" if commands.verb == USER else "host")
    rest = end - commands.position
    assert 0 <= rest <= FTP_LINE_BYTES_MAX
    if rest:
        reached.add("waits")
    elif end - start > FTP_LINE_BYTES_MAX:
        reached.add("gives up")
    return (ftp_begins(data, start, end), rest, *found)
