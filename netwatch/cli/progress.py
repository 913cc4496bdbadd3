"""The progress bar: octets, packets and rate, on standard error, only when that is a terminal."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

Advance = Callable[[int, int], None]
"""Told (octets, packets) read since the last call."""


def _nothing(_octets: int, _packets: int) -> None:
    pass


@contextmanager
def progress_bar(captures: Sequence[str]) -> Iterator[Advance]:
    """A callable to tell what was read of these captures; it draws only on a terminal."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _nothing
        return
    with _drawn_bar(_total_bytes(captures)) as advance:
        yield advance


def _total_bytes(captures: Sequence[str]) -> int | None:
    """Octets of all captures; None where nobody knows (standard input, a pipe)."""
    if not all(os.path.isfile(path) for path in captures):
        return None
    return sum(os.path.getsize(path) for path in captures)


@contextmanager
def _drawn_bar(total_bytes: int | None) -> Iterator[Advance]:
    # rich is slow to import, and most runs draw nothing.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    progress = Progress(
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TextColumn("{task.fields[packets]:,} packets"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    packets = 0
    task = progress.add_task("", total=total_bytes, packets=0)

    def advance(octets_read: int, packets_read: int) -> None:
        nonlocal packets
        packets += packets_read
        progress.update(task, advance=octets_read, packets=packets)

    with progress:
        yield advance
