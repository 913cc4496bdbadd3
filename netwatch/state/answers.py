"""Compiled. What DNS answered: which addresses stand for a matched name, and for whom.

Two tables of one kind. By address: was it answered for a matched name, and also for others (then it
is shared: a CDN, a sink-hole, a block page)? By client and address: what was this client answered?
"""

from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

WAYS: Final = 8
FIELDS: Final = 4
VALUE: Final = 1
TIME: Final = 2

MATCHED: Final = 1
UNMATCHED: Final = 2


class Remembered:
    """fingerprint -> a small number and a time; the oldest of a set gives way."""

    def __init__(self, slots: i64) -> None:
        self.mask: i64 = slots - 1
        self.records: vec[i64] = vec[i64]([i64(0)] * (slots * FIELDS))
        self.evicted: i64 = 0

    def get(self, fingerprint: i64) -> i64:
        """Give the place of the record, -1 if there is none."""
        records = self.records
        place = (fingerprint & self.mask & 0x3FFFFFFFFFFFFFF8) * FIELDS
        end = place + WAYS * FIELDS
        while place < end:
            if records[place] == fingerprint:
                return place
            place += FIELDS
        return -1

    def put(self, fingerprint: i64, time_ns: i64) -> i64:
        """Give the place of the record, a new one with VALUE 0 if there is none."""
        records = self.records
        place = (fingerprint & self.mask & 0x3FFFFFFFFFFFFFF8) * FIELDS
        end = place + WAYS * FIELDS
        oldest = place
        oldest_ns: i64 = 0x7FFFFFFFFFFFFFFF
        while place < end:
            held = records[place]
            if held == fingerprint:
                records[place + TIME] = time_ns
                return place
            if held == 0:
                oldest = place
                oldest_ns = -1
                break
            if records[place + TIME] < oldest_ns:
                oldest_ns = records[place + TIME]
                oldest = place
            place += FIELDS
        if oldest_ns >= 0:
            self.evicted += 1
        records[oldest] = fingerprint
        records[oldest + VALUE] = 0
        records[oldest + TIME] = time_ns
        return oldest
