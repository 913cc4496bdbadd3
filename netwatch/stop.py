"""Ctrl-C: the first one asks for what was found so far, the second one ends everything at once.

Compiled code hears of a signal when it returns, half a mebibyte later, so a flag is enough there.
Only waiting for input may last for ever, so only there the flag becomes an exception. A SIGTERM
(`kill`, `timeout`, systemd) and Ctrl-Break ask for the same.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, TypeVar

SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)
)

Result = TypeVar("Result")


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
        return self.during(lambda: next(blocks, None))

    def during(self, wait: Callable[[], Result]) -> Result | None:
        """What `wait` gives, which may take for ever; None when to stop instead."""
        try:
            try:
                self._waiting = True  # first: what is asked for from here on ends the wait
                return None if self.requested else wait()
            finally:
                self._waiting = False
        except KeyboardInterrupt:  # also one that came in the line above
            return None

    def sleep(self, seconds: float) -> None:
        """Wait until the time is over, or until to stop."""
        self.during(lambda: time.sleep(seconds))

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
    before = [(number, signal.signal(number, stop.request)) for number in SIGNALS]
    try:
        yield stop
    finally:
        for number, handler in before:
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
