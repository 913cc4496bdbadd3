"""Compiled. What was shown a moment ago, to tell the mirror's copies from what is said again."""

from typing import Final

from mypy_extensions import i64

from netwatch.limits import DUPLICATE_NS_MAX
from netwatch.state.table import WAYS, Table

FIELDS: Final = 2
TIME: Final = 0
MAC: Final = 1

NEW: Final = 0
COPY: Final = 1
"""Shown less than a moment ago, by another MAC than this one: the other side of a router."""
AGAIN: Final = 2
"""The same from the same MAC."""


class Recent(Table):
    """fingerprint -> when it was shown last, and by which MAC.

    Whatever is older than DUPLICATE_NS_MAX gives its place to the next one; where a whole set is
    younger, the oldest does, and its copies will count as messages of their own.
    """

    def __init__(self, slots: i64) -> None:
        super().__init__(slots, FIELDS)

    def show(self, fingerprint: i64, time_ns: i64, mac: i64) -> i64:
        """Note what is shown now; tell whether it is NEW, a COPY or shown AGAIN."""
        records = self.records
        answer: i64 = NEW
        place = self.get(fingerprint)
        if place < 0:
            slot = self.room(fingerprint & self.mask, time_ns)
            self.fingerprints[slot] = fingerprint
            place = slot * FIELDS
        elif 0 <= time_ns - records[place + TIME] < DUPLICATE_NS_MAX:
            answer = AGAIN if records[place + MAC] == mac else COPY
        records[place + TIME] = time_ns
        records[place + MAC] = mac
        return answer

    def room(self, base: i64, time_ns: i64) -> i64:
        """Give the slot of the set at `base` for something new."""
        slot = base
        while slot < base + WAYS:
            if not 0 <= time_ns - self.records[slot * FIELDS + TIME] < DUPLICATE_NS_MAX:
                return slot
            slot += 1
        self.evicted += 1
        return self.oldest(base)
