"""The debug log of Windows' DNS server: one line for each packet.

`DATE TIME THREAD PACKET ID UDP Rcv ADDRESS XID R Q [FLAGS LETTERS RCODE] TYPE (3)dnl(9)kaspersky..`
Only what clients ask (received, no `R`) and are answered (sent, `R`) is told of them; what the
server asks its forwarders and is answered is its own. Dates are as the server's language has them.
"""

import re
from typing import Final

from netwatch.logs.entries import Ends, Entries
from netwatch.logs.fields import address_of, qtype_of, rcode_of
from netwatch.logs.times import Clock

PACKET: Final = re.compile(
    rb"(\d{1,4})([./-])(\d{1,2})[./-](\d{1,4}) (\d{1,2})[:.](\d\d)[:.](\d\d)"
    rb"(?: ?([AaPp])\.?[Mm]\.?)?"
    rb" +[0-9A-Fa-f]+ +PACKET +[0-9A-Fa-f]+ (UDP|TCP) (Rcv|Snd) ([0-9a-fA-F:.%]+) +[0-9a-fA-F]+"
    rb" ([R ])(?: |  )?([QNU?]) \[[0-9A-Fa-f]+ +([ATDR ]*?) *([A-Z]+|0x[0-9a-f]+)\] (\S+) +(\S+)"
)
LABEL: Final = re.compile(rb"\((\d{1,2})\)")


class WindowsDns:
    """Reads the lines of Windows' DNS server."""

    def __init__(self, clock: Clock, entries: Entries) -> None:
        self._clock = clock
        self._entries = entries
        self._day_first: bool | None = None
        """Whether 11/12/2026 is the 11th of December; None until a date tells."""

    def line(self, line: bytes) -> bool:
        """See the package."""
        if b" PACKET " not in line:
            return True
        found = PACKET.match(line)
        if found is None:
            return False
        transport, way, client, response, opcode, letters, rcode, qtype, name = found.groups()[8:]
        if opcode != b"Q" or (way == b"Snd") != (response == b"R"):
            return True
        ends = Ends(
            time_ns=self._time_ns(found),
            client=address_of(client),
            server_port=53,
            transport=6 if transport == b"TCP" else 17,
        )
        recursive = b"D" in letters
        text = master_form(name)
        if response == b"R":
            code = rcode_of(rcode)
            self._entries.answered(ends, text, qtype_of(qtype), rcode=code, recursive=recursive)
        else:
            self._entries.asked(ends, text, qtype_of(qtype), recursive=recursive)
        return True

    def _time_ns(self, found: re.Match[bytes]) -> int:
        first, between, second, third, hour, minute, seconds, half = found.groups()[:8]
        hours = int(hour)
        if half is not None:
            hours = hours % 12 + (12 if half in b"Pp" else 0)
        time = b"%02d:%s:%s" % (hours, minute, seconds)
        if len(first) == 4:
            day = (int(first), int(second), int(third))
        elif between != b"." and not self._is_day_first(int(first), int(second), half):
            day = (int(third), int(first), int(second))
        else:
            day = (int(third), int(second), int(first))
        return self._clock.at(day, time, None, None)

    def _is_day_first(self, first: int, second: int, half: bytes | None) -> bool:
        """Told by a number above 12, once and for all; until then by the clock of 12 hours."""
        if self._day_first is None and (first > 12) != (second > 12):
            self._day_first = first > 12
        return half is None if self._day_first is None else self._day_first


def master_form(name: bytes) -> bytes:
    """`(3)dnl(9)kaspersky(3)com(0)` as text of master files. ValueError."""
    labels: list[bytes] = []
    place = 0
    while True:
        length = LABEL.match(name, place)
        if length is None:
            raise ValueError(name)
        size = int(length[1])
        if size == 0:
            return b".".join(labels) or b"."
        place = length.end() + size
        label = name[length.end() : place].replace(b"\\", b"\\\\").replace(b".", b"\\.")
        labels.append(label)


def knows(line: bytes) -> bool:
    """Whether this is surely a line of the debug log of Windows' DNS server."""
    return PACKET.match(line) is not None
