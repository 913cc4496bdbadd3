"""Several captures side by side, one process each, with results in the order of the paths.

Workers are spawned, not forked, so that it works wherever Python does. They get the checked pack,
never a path to it: all of them match against the same list. The parent hears of progress through
two shared counters and tells the workers to stop through one flag.
"""

import os
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.sharedctypes import SynchronizedArray
from multiprocessing.synchronize import Event
from typing import Final

import msgspec

from netwatch.build import engine_kind
from netwatch.capture.bpf import Programs
from netwatch.capture.files import is_stream, shown
from netwatch.capture.filters import compiled_filter
from netwatch.capture.series import PACKED, Series
from netwatch.errors import DamagedCaptureError
from netwatch.match.matcher import Matcher
from netwatch.match.signatures import Pack
from netwatch.model import Capture
from netwatch.outputs.text import line_text
from netwatch.stop import Stop

TIME_NS_MIN: Final = 0
TIME_NS_MAX: Final = 0x7FFF_FFFF_FFFF_FFFF
INTERRUPTED: Final = "interrupted"
UNREAD: Final = f"{INTERRUPTED} before it was read"
WORKER_PAYS_BYTES: Final = {"compiled": 256 * 1024 * 1024, "interpreted": 16 * 1024 * 1024}
"""Octets of input for which starting one more worker (about 0.45 s) pays, by the kind of engine."""
PACKED_WORTH: Final = 8
"""So many octets one of a packed capture is worth: unpacking it takes longer than reading it."""
AHEAD_MAX: Final = 4
"""Series for each worker that are begun before the first one's result was taken."""
SPOOL_BYTES_MAX: Final = 4 * 1024 * 1024
"""Octets of one capture's output that a worker keeps in memory; more go to a temporary file."""
POLL_S: Final = 0.1

Advance = Callable[[int, int], None]
"""Is told (octets, packets) that were read since the last call."""
Emit = Callable[[bytes], None]
"""Takes output; each capture's output comes whole and in the order of the paths."""


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with every series; goes to the workers as it is."""

    pack: Pack
    names: bool = False
    """Every name leaves the engine, matched or not."""
    digest: bool = False
    since_ns: int = TIME_NS_MIN
    until_ns: int = TIME_NS_MAX
    """Frames with since_ns <= time < until_ns."""
    filter: str = ""
    """An expression of libpcap; empty: all frames."""
    log_zone_s: int = 0
    """Seconds east of UTC of the times in logs that say no zone."""


class Context:
    """What a task has beside the series."""

    def __init__(self, setup: Setup, stop: Stop, advance: Advance, emit: Emit) -> None:
        self.setup = setup
        self.matcher: Matcher = setup.pack.matcher()
        self.programs: Programs | None = compiled_filter(setup.filter) if setup.filter else None
        self.over = False
        """What is followed has ended."""
        self.stop = stop
        self.advance = advance
        self.emit = emit


class Done(msgspec.Struct, kw_only=True):
    """What became of one series."""

    captures: list[Capture] = []
    """One, unless the series broke up or a file of it could not be begun."""
    failures: list[tuple[str, int]] = []
    """Message and exit code of each capture whose reading could not even begin."""
    output: bytes = b""
    spool: str = ""
    """A file with the output, where there was much of it."""

    def fail(self, series: Series, path: str, message: str, exit_code: int) -> None:
        """Book a capture that could not be begun."""
        error = line_text(message.removeprefix(f"{shown(path)}: "))
        self.captures.append(unread(series, path, error))
        self.failures.append((message, exit_code))


Task = Callable[[Series, Context], Done]
"""Reads one series. A function of a module, because workers must find it by its name."""


def each_series(
    task: Task,
    series: Sequence[Series],
    setup: Setup,
    *,
    jobs: int | None = None,
    stop: Stop | None = None,
    advance: Advance | None = None,
    emit: Emit | None = None,
) -> Iterator[Done]:
    """Run `task` on every series, and give what became of each, in their order.

    `jobs` None takes as many workers as pay. What `emit` raises ends everything.
    """
    workers = workers_for(series, jobs)
    stop = stop or Stop()
    advance = advance or _nothing
    if workers == 1:
        context = Context(setup, stop, advance, emit or _no_output)
        for one in series:
            yield interrupted(one) if stop.requested else task(one, context)
        return
    if setup.filter:
        compiled_filter(setup.filter)  # a mistake in it must be told here, not break the workers
    with tempfile.TemporaryDirectory(prefix="netwatch-") as folder:
        pool = _Pool(task, setup, workers, folder)
        for done in pool.run(series, stop, advance):
            if emit is not None:
                _emit(done, emit)
            yield done


def workers_for(series: Sequence[Series], jobs: int | None) -> int:
    """How many processes: never more than series, and only this one where a pipe is read.

    A worker has no standard input, and waiting for a pipe it would not hear that it has to stop.
    """
    paths = [path for one in series for path in one.paths]
    if len(series) < 2 or any(is_stream(path) or _is_pipe(path) for path in paths):
        return 1
    if jobs is not None:
        return min(jobs, len(series))
    octets = sum(
        os.path.getsize(path) * (PACKED_WORTH if PACKED.search(path) else 1)
        for path in paths
        if os.path.isfile(path)
    )
    return max(1, min(cores(), len(series), octets // WORKER_PAYS_BYTES[engine_kind()]))


def _is_pipe(path: str) -> bool:
    return os.path.exists(path) and not os.path.isfile(path)


def unread(series: Series, path: str, error: str) -> Capture:
    """A capture of which nothing was read, and why."""
    return Capture(path=line_text(path), site=line_text(series.site), error=error)


def interrupted(series: Series) -> Done:
    """What becomes of a series that is not begun any more."""
    return Done(captures=[unread(series, path, UNREAD) for path in series.paths])


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _nothing(_octets: int, _packets: int) -> None:
    pass


def _no_output(_output: bytes) -> None:
    raise AssertionError("a task that prints was given no place to print to")


def _emit(done: Done, emit: Emit) -> None:
    if done.spool:
        with open(done.spool, "rb") as spool:
            while octets := spool.read(SPOOL_BYTES_MAX):
                emit(octets)
        os.unlink(done.spool)
    elif done.output:
        emit(done.output)


# --- the parent's side ---


class _Pool:
    def __init__(self, task: Task, setup: Setup, workers: int, folder: str) -> None:
        spawned = get_context("spawn")
        self._task = task
        self._ahead = workers * AHEAD_MAX
        self._counters = spawned.Array("q", 2)
        self._told = [0, 0]
        self._flag = spawned.Event()
        self._executor = ProcessPoolExecutor(
            workers,
            mp_context=spawned,
            initializer=_begin_worker,
            initargs=(setup, self._counters, self._flag, folder),
        )

    def run(self, series: Sequence[Series], stop: Stop, advance: Advance) -> Iterator[Done]:
        """Results in their order; the workers are gone when this ends, however it ends."""
        rest = deque(series)
        begun: deque[tuple[Series, Future[Done]]] = deque()
        try:
            while rest or begun:
                if stop.requested:
                    self._cancel(begun)
                while rest and len(begun) < self._ahead and not stop.requested:
                    one = rest.popleft()
                    begun.append((one, self._submit(one)))
                if not begun:
                    yield interrupted(rest.popleft())
                    continue
                wait({begun[0][1]}, timeout=POLL_S)
                self._tell(advance)
                if begun[0][1].done():
                    yield self._result(*begun.popleft())
        finally:
            self._flag.set()
            self._executor.shutdown(cancel_futures=True)

    def _submit(self, series: Series) -> "Future[Done]":
        # A submit may start a worker, which inherits that Ctrl-C is none of its business.
        with _interrupt_held():
            try:
                return self._executor.submit(_run_in_worker, self._task, series)
            except BrokenProcessPool as error:
                future: Future[Done] = Future()
                future.set_exception(error)
                return future

    def _cancel(self, begun: "deque[tuple[Series, Future[Done]]]") -> None:
        self._flag.set()
        for _, future in begun:
            future.cancel()

    def _tell(self, advance: Advance) -> None:
        octets, packets = self._counters[:]
        advance(octets - self._told[0], packets - self._told[1])
        self._told = [octets, packets]

    def _result(self, series: Series, future: "Future[Done]") -> Done:
        if future.cancelled():
            return interrupted(series)
        try:
            return future.result()
        except BrokenProcessPool:
            why = "a worker process was killed (out of memory?); --jobs 1 reads one at a time"
            done = Done()
            for path in series.paths:
                done.fail(series, path, f"{shown(path)}: {why}", DamagedCaptureError.exit_code)
            return done


@contextmanager
def _interrupt_held() -> Iterator[None]:
    """SIGINT waits until the end of the block, where the system can do that."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- the worker's side ---


class _FlagStop(Stop):
    """Stops when the parent says so."""

    def __init__(self, flag: Event) -> None:
        super().__init__()
        self._flag = flag

    @property
    def requested(self) -> bool:
        return self._flag.is_set()


class _Spool:
    """Output of one capture: in memory as long as it is little, then in a file."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._parts: list[bytes] = []
        self._size = 0
        self._path = ""

    def write(self, output: bytes) -> None:
        self._parts.append(output)
        self._size += len(output)
        if self._size > SPOOL_BYTES_MAX:
            self._flush()

    def _flush(self) -> None:
        if not self._path:
            descriptor, self._path = tempfile.mkstemp(dir=self._folder)
            os.close(descriptor)
        with open(self._path, "ab") as file:
            file.writelines(self._parts)
        self._parts, self._size = [], 0

    def settle(self, done: Done) -> None:
        """Hand the output over with `done`."""
        if self._path:
            self._flush()
            done.spool = self._path
        else:
            done.output = b"".join(self._parts)


class _Worker:
    """What one worker process keeps from capture to capture."""

    def __init__(
        self, setup: Setup, counters: "SynchronizedArray[int]", flag: Event, folder: str
    ) -> None:
        self._counters = counters
        self._folder = folder
        self._context = Context(setup, _FlagStop(flag), self._advance, _no_output)

    def run(self, task: Task, series: Series) -> Done:
        spool = _Spool(self._folder)
        self._context.emit = spool.write
        done = task(series, self._context)
        spool.settle(done)
        return done

    def _advance(self, octets: int, packets: int) -> None:
        with self._counters.get_lock():
            self._counters[0] += octets
            self._counters[1] += packets


_workers: list[_Worker] = []
"""The worker of this process: one in a spawned process, none in the parent."""


def _begin_worker(
    setup: Setup, counters: "SynchronizedArray[int]", flag: Event, folder: str
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _workers[:] = [_Worker(setup, counters, flag, folder)]


def _run_in_worker(task: Task, series: Series) -> Done:
    return _workers[0].run(task, series)


def _end_with_parent() -> None:
    """A parent that was killed outright says nothing; without this its workers would wait on."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
