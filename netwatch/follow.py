"""Several growing captures at once: each has its turn, and where nothing is new everybody waits.

Files are looked at again a few times a second rather than watched with the means of one system:
that works on every file system, on network drives as well, and a look costs microseconds.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from netwatch.workers import Context

LOOK_S: Final = 0.25
"""From one look to the next where nothing is new."""


def follow(
    turns: Iterable[Iterator[bool]],
    context: Context,
    idle_s: float | None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Give every reading its turns until all have ended.

    They are told to end when the operator stops, or when nothing new came for `idle_s` seconds.
    """
    going = list(turns)
    quiet_since = clock()
    while going:
        grew = False
        for reading in list(going):
            answer = next(reading, None)
            if answer is None:
                going.remove(reading)
            grew = grew or answer is True
        if grew:
            quiet_since = clock()
        elif idle_s is not None and clock() - quiet_since >= idle_s:
            context.over = True
        elif going:
            context.stop.sleep(LOOK_S)
