"""Compiled. What DNS answered: which addresses stand for a matched name, and for whom.

Two tables of one kind. By address: was it answered for a matched name, and also for others (then it
is shared: a CDN, a sink-hole, a block page)? By client and address: what was this client answered?
"""

from typing import Final

from mypy_extensions import i64

from netwatch.state.table import Table

FIELDS: Final = 4
VALUE: Final = 1
TIME: Final = 2
SPAN: Final = 3
"""For how many nanoseconds after TIME it stands; 0 until somebody says so."""

MATCHED: Final = 1
UNMATCHED: Final = 2


class Remembered(Table):
    """fingerprint -> a small number and times; the one told longest ago of a set gives way."""

    def __init__(self, slots: i64) -> None:
        super().__init__(slots, FIELDS)

    def put(self, fingerprint: i64, time_ns: i64) -> i64:
        """Give the place of the record, told again; a new one has VALUE and SPAN 0."""
        place = self.find(fingerprint, time_ns)
        self.records[place + TIME] = time_ns
        return place

    def begin(self, place: i64, fingerprint: i64, time_ns: i64) -> None:
        """Something is told for the first time."""
        del time_ns
        records = self.records
        records[place] = fingerprint
        records[place + VALUE] = 0
        records[place + SPAN] = 0

    def touched(self, place: i64) -> i64:
        """Give when it was told last."""
        return self.records[place + TIME]
