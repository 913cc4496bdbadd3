"""Compiled. The set-associative table that everything remembered across packets lies in.

A fingerprint chooses a set of eight slots and stands in one of them. Fingerprints lie apart from
the records, so that a look-up touches two cache lines. Never larger than it was made: in a full set
one record gives way. What a record holds, and which one gives way, the kinds of table say.
"""

from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

WAYS: Final = 8
SET_MASK: Final = 0x3FFFFFFFFFFFFFF8
"""Of a fingerprint (below 2^62, not 0): all but the place within the set."""


class Table:
    """`slots` (a power of two) records of `fields` numbers each.

    The base of `Flows`, `Clients`, `Remembered` and `Recent`.
    """

    def __init__(self, slots: i64, fields: i64) -> None:
        self.mask: i64 = (slots - 1) & SET_MASK
        self.slots: i64 = slots
        self.fields: i64 = fields
        self.fingerprints: vec[i64] = vec[i64]([i64(0)] * slots)
        """0: the slot is empty."""
        self.records: vec[i64] = vec[i64]([i64(0)] * (slots * fields))
        self.fresh: bool = False
        """The last `find` made a new record."""
        self.evicted: i64 = 0

    def get(self, fingerprint: i64) -> i64:
        """Give the place of the record in `records`, -1 if there is none."""
        fingerprints = self.fingerprints
        slot = fingerprint & self.mask
        end = slot + WAYS
        while slot < end:
            if fingerprints[slot] == fingerprint:
                return slot * self.fields
            slot += 1
        return -1

    def find(self, fingerprint: i64, time_ns: i64) -> i64:
        """Give the place of the record in `records`; one is begun where there is none."""
        fingerprints = self.fingerprints
        slot = fingerprint & self.mask
        end = slot + WAYS
        while slot < end:
            held = fingerprints[slot]
            if held == fingerprint:
                self.fresh = False
                return slot * self.fields
            if held == 0:
                break
            slot += 1
        if slot == end:
            slot = self.oldest(end - WAYS)
            self.evicted += 1
        fingerprints[slot] = fingerprint
        self.fresh = True
        place = slot * self.fields
        self.begin(place, fingerprint, time_ns)
        return place

    def oldest(self, base: i64) -> i64:
        """Give the slot that gives way, of the set that begins at slot `base`."""
        end = base + WAYS
        oldest = base
        oldest_ns = self.touched(base * self.fields)
        slot = base + 1
        while slot < end:
            touched_ns = self.touched(slot * self.fields)
            if touched_ns < oldest_ns:
                oldest_ns = touched_ns
                oldest = slot
            slot += 1
        return oldest

    def touched(self, place: i64) -> i64:
        """Tell when the record was touched; the lowest number of a full set gives way."""
        return self.records[place]

    def begin(self, place: i64, fingerprint: i64, time_ns: i64) -> None:
        """Fill in a new record over what stood there."""
        del fingerprint
        self.records[place] = time_ns
