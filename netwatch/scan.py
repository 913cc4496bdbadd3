"""Captures through the engine: one, or many side by side with the same result.

`reading.py` is the way of one series; what is done with its sightings is decided here: `Kept` keeps
them for the judge, `Printed` prints them and forgets them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from netwatch.capture.series import Series
from netwatch.errors import NetwatchError
from netwatch.findings import log_name
from netwatch.fold import Fold
from netwatch.follow import follow
from netwatch.limits import CLAIMS_KEPT_MAX
from netwatch.match.signatures import Pack
from netwatch.model import ANOMALY_NAMES, Anomaly, Capture, Claim, Observation, Reply, Sighting
from netwatch.outputs.name_rows import name_rows
from netwatch.reading import Reading, Sink
from netwatch.repeats import Repeats
from netwatch.resume import ResumeFile
from netwatch.stop import Stop
from netwatch.workers import (
    TIME_NS_MAX,
    TIME_NS_MIN,
    Advance,
    Context,
    Done,
    Emit,
    Setup,
    each_series,
)


class Kept:
    """Everything that the judge wants of one capture, within the bounds of one capture."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._repeats = Repeats()
        self._claims: list[Claim] = []
        self._lost = 0

    def take(self, sightings: list[Sighting], replies: list[Reply], claims: list[Claim]) -> None:
        """See `Sink.take`."""
        self._repeats.add(sightings, replies)
        room = CLAIMS_KEPT_MAX - len(self._claims)
        self._claims.extend(claims[:room])
        self._lost += max(len(claims) - room, 0)

    def end(self) -> None:
        """See `Sink.end`."""
        seen = self._capture.observation
        repeats = self._repeats
        seen.sightings, seen.replies, seen.claims = repeats.sightings, repeats.replies, self._claims
        known = (client.address for client in seen.clients)
        seen.coverage.clients_lost = repeats.lost_clients(known)
        if lost := self._lost + repeats.lost:
            anomalies = seen.coverage.anomalies
            full = ANOMALY_NAMES[Anomaly.TABLE_FULL]
            anomalies[full] = anomalies.get(full, 0) + lost


class Printed:
    """Every sighting as a line of JSON, block by block; nothing is kept."""

    def __init__(self, capture: Capture, context: Context) -> None:
        self._capture = capture
        self._emit = context.emit
        self._ids = [signature.id for signature in context.setup.pack.signatures]

    def take(self, sightings: list[Sighting], _replies: list[Reply], _claims: list[Claim]) -> None:
        """See `Sink.take`."""
        capture = self._capture
        if capture.is_log or (len(capture.files) == 1 and sightings):
            log = log_name(capture.format)
            self._emit(name_rows(sightings, capture.path, self._ids, capture.site, log))
            return
        rows: dict[str, list[Sighting]] = {}
        for sighting in sightings:
            path, sighting.frame = capture.place(sighting.frame)
            rows.setdefault(path, []).append(sighting)
        for path, found in rows.items():
            self._emit(name_rows(found, path, self._ids, capture.site))

    def end(self) -> None:
        """See `Sink.end`."""
        seen = self._capture.observation
        self._capture.observation = Observation(coverage=seen.coverage)


def scan_captures(
    captures: Sequence[str | Series],
    pack: Pack,
    *,
    digest: bool = True,
    since_ns: int = TIME_NS_MIN,
    until_ns: int = TIME_NS_MAX,
    filter: str = "",
    log_zone_s: int = 0,
    jobs: int | None = None,
    stop: Stop | None = None,
    advance: Advance | None = None,
    resume: str | None = None,
) -> list[Capture]:
    """Every capture, in the order in which they are given; the result does not depend on `jobs`.

    A path is a capture by itself. `digest`: with the SHA-256 of each, which costs twice as much as
    reading the packets. `since_ns` <= time < `until_ns` of a frame; `filter`: an expression of
    libpcap; `log_zone_s`: of logs that say none. `jobs` None takes as many workers as pay.
    `advance` is told (octets, packets) as they are read. `resume`: a file that remembers what was
    read, for the next time. What cannot be begun is a Capture with its `error`; if nothing at all
    could be begun, that is raised (NetwatchError). After `stop` was requested the captures that
    were not finished say so in `error`. Many captures are put together, so that memory does not
    grow with them; then a Capture has `files`.
    """
    setup = Setup(
        pack=pack,
        digest=digest,
        since_ns=since_ns,
        until_ns=until_ns,
        filter=filter,
        log_zone_s=log_zone_s,
    )
    series = _as_series(captures)
    if resume is None:
        return _folded(
            each_series(scan_series, series, setup, jobs=jobs, stop=stop, advance=advance)
        )
    with ResumeFile(resume, setup) as known:
        missing = [one for one in series if one not in known]
        read = each_series(scan_series, missing, setup, jobs=jobs, stop=stop, advance=advance)
        return _folded(known.complete(series, read, advance))


def print_names(
    captures: Sequence[str | Series],
    setup: Setup,
    emit: Emit,
    *,
    jobs: int | None = None,
    stop: Stop | None = None,
    advance: Advance | None = None,
) -> list[Capture]:
    """Hand every sighting of every capture to `emit` as lines of JSON, in the order of `captures`.

    One capture is written as it is read, block by block. What comes back has no sightings any more.
    """
    read = each_series(
        print_series,
        _as_series(captures),
        setup,
        jobs=jobs,
        stop=stop,
        advance=advance,
        emit=emit,
    )
    return _all_begun(read)


def scan_followed(
    series: Sequence[Series], setup: Setup, stop: Stop, advance: Advance, idle_s: float | None
) -> list[Capture]:
    """Like `scan_captures`, of captures that grow, until `stop` or until nothing new came for
    `idle_s` seconds. Those that are not followed are read first.
    """
    context = Context(setup, stop, advance, _nowhere)
    return _folded(_followed(series, context, idle_s, Kept))


def print_followed(
    series: Sequence[Series],
    setup: Setup,
    emit: Emit,
    stop: Stop,
    advance: Advance,
    idle_s: float | None,
) -> list[Capture]:
    """Like `print_names`, of captures that grow; lines come as their frames do."""
    context = Context(setup, stop, advance, emit)
    sink = _printing(context)
    return _all_begun(_followed(series, context, idle_s, sink))


def scan_series(series: Series, context: Context) -> Done:
    """One series with everything that the judge wants of it."""
    return _read(series, context, Kept)


def print_series(series: Series, context: Context) -> Done:
    """One series, printed; what comes back has only its counters."""
    return _read(series, context, _printing(context))


def _read(series: Series, context: Context, sink: Callable[[Capture], Sink]) -> Done:
    reading = Reading(series, context, sink)
    for _ in reading.turns():
        pass
    return reading.done


def _followed(
    series: Sequence[Series],
    context: Context,
    idle_s: float | None,
    sink: Callable[[Capture], Sink],
) -> Iterator[Done]:
    for one in series:
        if not one.follow:
            yield _read(one, context, sink)
    readings = [Reading(one, context, sink) for one in series if one.follow]
    follow([reading.turns() for reading in readings], context, idle_s)
    for reading in readings:
        yield reading.done


def _printing(context: Context) -> Callable[[Capture], Sink]:
    return lambda capture: Printed(capture, context)


def _nowhere(_output: bytes) -> None:
    pass


def _as_series(captures: Sequence[str | Series]) -> list[Series]:
    return [Series((one,)) if isinstance(one, str) else one for one in captures]


def _folded(results: Iterable[Done]) -> list[Capture]:
    fold = Fold()
    for capture in _begun(results):
        fold.add(capture)
    return fold.captures()


def _all_begun(results: Iterable[Done]) -> list[Capture]:
    return list(_begun(results))


def _begun(results: Iterable[Done]) -> Iterable[Capture]:
    """The captures; if not one of them could be begun, the first failure is raised instead."""
    captures = 0
    failures: list[tuple[str, int]] = []
    for done in results:
        captures += len(done.captures)
        failures += done.failures
        yield from done.captures
    if failures and len(failures) == captures:
        raise _failure(*failures[0])


def _failure(message: str, exit_code: int) -> NetwatchError:
    error = NetwatchError(message)
    error.exit_code = exit_code
    return error
