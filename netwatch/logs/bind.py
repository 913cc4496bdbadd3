"""BIND's query log: `client @0x... ADDRESS#PORT (NAME): query: NAME IN A +E(0)K (SERVER)`.

Before it stand, as `print-time`, `print-category` and `print-severity` say, the time in one of four
forms, the category and the severity; or the head of syslog. In the flags `+` is a question that
wants recursion and `T` one over TCP. BIND 9.20 can log responses too, with their code.
"""

import re
from typing import Final

from netwatch.logs.entries import Ends, Entries
from netwatch.logs.fields import address_of, port_of, qtype_of, rcode_of
from netwatch.logs.syslog import head_of
from netwatch.logs.times import Clock, month_of

QUERY: Final = re.compile(
    rb"client (?:@0x[0-9a-fA-F]+ )?([0-9a-fA-F:.%\w]+)#(\d{1,5})(?:/key \S+)?(?: \([^ ]*\))?:"
    rb"(?: view [^:]+:)? (query|response): (\S+) ([A-Z]+\d*) ([\w-]+)"
    rb"(?: ([A-Z]+))? ([+-]\S*)(.*)"
)
SERVER: Final = re.compile(rb"\(([0-9a-fA-F:.%\w]+)\)")
OWN_TIME: Final = re.compile(
    rb"(\d\d)-([A-Z][a-z]{2})-(\d{4}) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))? |(\d{4}-\d\d-\d\dT\S+) "
)
WORDS: Final = (b": query: ", b": response: ")
UDP: Final = 17
TCP: Final = 6


class Bind:
    """Reads BIND's lines."""

    def __init__(self, clock: Clock, entries: Entries) -> None:
        self._clock = clock
        self._entries = entries

    def line(self, line: bytes) -> bool:
        """See the package."""
        start = line.find(b"client ")
        if start < 0 or not any(word in line for word in WORDS):
            return True  # something else that BIND has to say
        found = QUERY.match(line, start)
        if found is None:
            return False
        client, port, kind, name, _, qtype, rcode, flags, rest = found.groups()
        server = SERVER.search(rest)
        ends = Ends(
            time_ns=self._time_ns(line),
            client=address_of(client),
            client_port=port_of(port),
            server=address_of(server[1]) if server else b"",
            server_port=53,
            transport=TCP if b"T" in flags else UDP,
        )
        recursive = flags.startswith(b"+")
        if kind == b"query":
            self._entries.asked(ends, name, qtype_of(qtype), recursive=recursive)
            self._entries.served(ends)
        else:
            code = rcode_of(rcode or b"NOERROR")
            self._entries.answered(ends, name, qtype_of(qtype), rcode=code, recursive=recursive)
        return True

    def _time_ns(self, line: bytes) -> int:
        own = OWN_TIME.match(line)
        if own is None:
            head = head_of(line)
            if head is None:
                return self._clock.unknown()
            inner = OWN_TIME.match(line, head.end)
            if inner is None:
                return head.time_ns(self._clock)
            own = inner
        day, month, year, time, fraction, iso = own.groups()
        if iso is not None:
            return self._clock.iso(iso)
        return self._clock.at((int(year), month_of(month), int(day)), time, fraction, None)


def knows(line: bytes) -> bool:
    """Whether this is surely a line of BIND's query log."""
    start = line.find(b"client ")
    return start >= 0 and QUERY.match(line, start) is not None
