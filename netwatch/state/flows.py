"""Compiled. The flow table: what is known of each TCP connection and UDP conversation.

Fingerprints lie apart from the records, so that a look-up touches two cache lines. A flow has two
sides, told by the order of their endpoint fingerprints: side 0 is the smaller one. All bits of a
side lie in `state` at the same place, shifted by `SIDE` for side 1.
"""

from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

from netwatch.limits import FLOW_SLOTS

WAYS: Final = 8
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
OVER: Final = 7
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
COUNTED: Final = 0x200000
"""The flow was charged to its client as a connection."""
TUNNELLED: Final = 0x800000
"""HTTP CONNECT was seen: the streams begin anew inside."""
GUESSED: Final = 0x1000000
"""A sighting by answered address hangs on it; another name takes that back."""
TO_PUBLIC: Final = 0x2000000


class Flows:
    """A set-associative table; `find` gives the index of the record, new or old."""

    def __init__(self, slots: i64 = FLOW_SLOTS) -> None:
        self.mask: i64 = slots - 1
        self.fingerprints: vec[i64] = vec[i64]([i64(0)] * slots)
        self.records: vec[i64] = vec[i64]([i64(0)] * (slots * FIELDS))
        self.fresh: bool = False
        """The last `find` made a new record."""
        self.evicted: i64 = 0
        self.total: i64 = 0

    def find(self, fingerprint: i64, time_ns: i64) -> i64:
        """Give the place of the flow's record in `records`; make one where there is none.

        A new record has state 0, TIME = time_ns and NEXT = -1. In a full set the record that was
        touched longest ago gives way.
        """
        fingerprints = self.fingerprints
        base = fingerprint & self.mask & 0x3FFFFFFFFFFFFFF8
        slot = base
        while slot < base + WAYS:
            held = fingerprints[slot]
            if held == fingerprint:
                self.fresh = False
                return slot * FIELDS
            if held == 0:
                return self.fill(slot, fingerprint, time_ns)
            slot += 1
        return self.replace(base, fingerprint, time_ns)

    def fill(self, slot: i64, fingerprint: i64, time_ns: i64) -> i64:
        """Begin a record in `slot`."""
        self.fingerprints[slot] = fingerprint
        self.fresh = True
        place = slot * FIELDS
        self.renew(place, time_ns)
        return place

    def renew(self, place: i64, time_ns: i64) -> None:
        """Make the record at `place` that of a flow just begun."""
        self.total += 1
        records = self.records
        records[place] = 0
        records[place + TIME] = time_ns
        records[place + NEXT] = -1
        records[place + NEXT + 1] = -1

    def replace(self, base: i64, fingerprint: i64, time_ns: i64) -> i64:
        """Evict the record of the set that was touched longest ago; half-open ones go first."""
        records = self.records
        slot = base
        oldest = base
        oldest_ns: i64 = 0x7FFFFFFFFFFFFFFF
        while slot < base + WAYS:
            state = records[slot * FIELDS]
            touched = records[slot * FIELDS + TIME]
            if state & SEEN == 0 or (state >> SIDE) & SEEN == 0:
                touched = touched >> 1
            if touched < oldest_ns:
                oldest_ns = touched
                oldest = slot
            slot += 1
        self.evicted += 1
        return self.fill(oldest, fingerprint, time_ns)
