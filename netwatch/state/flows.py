"""Compiled. The flow table: what is known of each TCP connection and UDP conversation.

A flow has two sides, told by the order of their endpoint fingerprints: side 0 is the smaller one.
All bits of a side lie in `state` at the same place, shifted by `SIDE` for side 1.
"""

from typing import Final

from mypy_extensions import i64

from netwatch.limits import FLOW_SLOTS
from netwatch.state.table import Table

FIELDS: Final = 4
STATE: Final = 0
TIME: Final = 1
NEXT: Final = 2
"""NEXT + side: how far a side has come, as `state.sequences` tells; -1 before its first packet."""

SIDE: Final = 8
"""Shift between the bits of side 0 and side 1."""

PHASE: Final = 0x07
"""Of one direction's octets: where the reader stands."""
FRESH: Final = 0
YOUNG: Final = 1
HTTP: Final = 2
DNS: Final = 3
BODY: Final = 4
"""Server side of HTTP: the next octets begin a body."""
PASSING: Final = 5
"""Client side of HTTP: a body is passed over; NEXT says where the next request begins."""
STRANGE: Final = 6
"""UDP: it began with nothing known, but a hello may still come."""
OVER: Final = 7
HTTP2: Final = 8
"""Client side of HTTP/2: of young streams only, never of a flow, where it is YOUNG."""
SEEN: Final = 0x08
SYN_SEEN: Final = 0x10
TRIED: Final = 0xE0
"""How many segments that begin nothing known were looked at (0-7)."""
TRIED_ONE: Final = 0x20

CLIENT_KNOWN: Final = 0x10000
CLIENT_SIDE: Final = 0x20000
"""Set: side 1 is the client."""
NAMED: Final = 0x40000
"""The connection's name was seen (or its address was answered)."""
WATCHED: Final = 0x80000
"""A sighting hangs on this flow: the first packet of the other side is worth a Reply."""
REPLIED: Final = 0x100000
REFUSED: Final = 0x400000
"""An ICMP error about it was told."""
COUNTED: Final = 0x200000
"""The flow was charged to its client as a connection."""
TUNNELLED: Final = 0x800000
"""HTTP CONNECT was seen: the streams begin anew inside."""
GUESSED: Final = 0x1000000
"""A sighting by answered address hangs on it; another name takes that back."""
TO_PUBLIC: Final = 0x2000000
ORIGIN_TOLD: Final = 0x4000000
"""A PROXY header said whose stream this is."""
LINES_0: Final = 0x1F00000000
"""How many lines of a talk side 0 said that begin nothing known (0-31)."""
LINES_0_ONE: Final = 0x100000000
LINES_1: Final = 0x3E000000000
"""The same of side 1."""
LINES_1_ONE: Final = 0x2000000000
HIDES_DNS: Final = 0x10000000
"""It was counted as one of encrypted DNS."""


class Flows(Table):
    """What is known of each flow; `find` gives the place of the record, new or old."""

    def __init__(self, slots: i64 = FLOW_SLOTS) -> None:
        super().__init__(slots, FIELDS)
        self.total: i64 = 0

    def begin(self, place: i64, fingerprint: i64, time_ns: i64) -> None:
        """A flow begins: state 0, TIME = time_ns and NEXT = -1."""
        del fingerprint
        self.renew(place, time_ns)

    def renew(self, place: i64, time_ns: i64) -> None:
        """Make the record at `place` that of a flow just begun."""
        self.total += 1
        records = self.records
        records[place] = 0
        records[place + TIME] = time_ns
        records[place + NEXT] = -1
        records[place + NEXT + 1] = -1

    def touched(self, place: i64) -> i64:
        """Half-open flows give way first, then the one that was touched longest ago."""
        state = self.records[place]
        touched_ns = self.records[place + TIME]
        if state & SEEN == 0 or (state >> SIDE) & SEEN == 0:
            return touched_ns >> 1
        return touched_ns
