"""Compiled. Only the frames of some span of time, for `--since` and `--until`.

A reader around a reader: whoever feeds the blocks goes on asking the inner one where it stands, so
that what is passed over here costs no more than reading its header.
"""

from mypy_extensions import i64

from netwatch.capture.records import Records
from netwatch.model import Answer


class WindowRecords(Records):
    """The frames of `inner` with since_ns <= time_ns < until_ns, under their own numbers.

    `packets` counts those; the inner reader's `packets` goes on counting all.
    """

    def __init__(self, inner: Records, since_ns: i64, until_ns: i64) -> None:
        super().__init__()
        self.inner: Records = inner
        self.since_ns: i64 = since_ns
        self.until_ns: i64 = until_ns

    def begin(self, position: i64) -> None:
        """See `Records.begin`."""
        self.inner.begin(position)
        self.position = position
        self.needed = 0

    def next(self, block: bytes) -> i64:
        """See `Records.next`; DONE only for a frame of the span."""
        inner = self.inner
        while True:
            answer = inner.next(block)
            if answer != Answer.DONE:
                self.position = inner.position
                self.needed = inner.needed
                self.damage = inner.damage
                return answer
            if self.since_ns <= inner.time_ns and inner.time_ns < self.until_ns:
                break
        self.packets += 1
        self.stand_on(inner)
        return answer
