"""Ctrl-C: the first one asks for what was found so far, the second one ends everything at once.

Compiled code hears of a signal when it returns, half a mebibyte later, so a flag is enough there.
Only waiting for input may last for ever, so only there the flag becomes an exception.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """Whether to stop. `requested` is asked between blocks."""

    def __init__(self) -> None:
        self._requested = False
        self._waiting = False

    @property
    def requested(self) -> bool:
        """True from the first Ctrl-C on."""
        return self._requested

    def next_block(self, blocks: Iterator[bytes]) -> bytes | None:
        """The next block; None when there is none, or when to stop (also while waiting)."""
        if self.requested:
            return None
        self._waiting = True
        try:
            return next(blocks, None)
        except KeyboardInterrupt:
            return None
        finally:
            self._waiting = False

    def request(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ask to stop; raises KeyboardInterrupt while waiting for input, and when asked twice."""
        if self._requested or self._waiting:
            self._requested = True
            raise KeyboardInterrupt
        self._requested = True


@contextmanager
def stop_on_interrupt() -> Iterator[Stop]:
    """A Stop that Ctrl-C requests as long as the block runs (in the main thread)."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.signal(signal.SIGINT, stop.request)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
