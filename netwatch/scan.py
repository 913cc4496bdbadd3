"""Captures through the engine: one, or many side by side with the same result.

`read_capture` is the way of one capture; what is done with its sightings is the caller's business:
`scan_capture` keeps them for the judge, `netwatch names` prints them and forgets them.
"""

from collections.abc import Callable, Iterable, Sequence

from netwatch.capture.files import open_capture
from netwatch.capture.records import Records
from netwatch.capture.window import WindowRecords
from netwatch.errors import NetwatchError
from netwatch.limits import CLAIMS_KEPT_MAX
from netwatch.match.signatures import Pack
from netwatch.model import (
    ANOMALY_NAMES,
    Anomaly,
    Capture,
    Claim,
    Reply,
    Sighting,
)
from netwatch.observe import build_engine, observation, take
from netwatch.outputs.name_rows import name_rows
from netwatch.outputs.text import line_text
from netwatch.repeats import Repeats
from netwatch.stop import Stop
from netwatch.workers import (
    INTERRUPTED,
    TIME_NS_MAX,
    TIME_NS_MIN,
    Advance,
    Context,
    Done,
    Emit,
    Setup,
    each_capture,
)

Take = Callable[[list[Sighting], list[Reply], list[Claim]], None]
"""Is handed what each block gave, and keeps the lists."""


def read_capture(path: str, context: Context, take_found: Take) -> Capture:
    """Run one capture through an engine of its own; `-` is standard input.

    The observation that comes back holds what the end of the capture gave (clients, coverage);
    sightings, replies and claims went to `take_found`, the last ones too. NetwatchError if reading
    cannot begin; damage further on is told in `error`.
    """
    setup = context.setup
    with open_capture(path, digest=setup.digest) as reader:
        engine = build_engine(context.matcher, names=setup.names)
        records: Records = reader.records
        if setup.since_ns > TIME_NS_MIN or setup.until_ns < TIME_NS_MAX:
            records = WindowRecords(reader.records, setup.since_ns, setup.until_ns)
        blocks = iter(reader)
        octets = packets = 0
        while (block := context.stop.next_block(blocks)) is not None:
            engine.feed(block, records)
            take_found(*take(engine))
            context.advance(reader.bytes_read - octets, reader.records.packets - packets)
            octets, packets = reader.bytes_read, int(reader.records.packets)
        seen = observation(engine)
        take_found(seen.sightings, seen.replies, seen.claims)
        seen.sightings, seen.replies, seen.claims = [], [], []
    error = reader.error
    if error is None and context.stop.requested:
        error = f"{INTERRUPTED}; {packets} packets were read before"
    return Capture(
        path=capture_name(path),
        format=reader.format,
        sha256=reader.sha256,
        bytes=reader.total_bytes or reader.bytes_read,
        error=error,
        observation=seen,
    )


def scan_capture(path: str, context: Context) -> Capture:
    """One capture with everything that the judge wants of it; raises as `read_capture` does."""
    repeats = Repeats()
    claims: list[Claim] = []
    lost = 0

    def keep(sightings: list[Sighting], replies: list[Reply], more: list[Claim]) -> None:
        nonlocal lost
        repeats.add(sightings, replies)
        room = CLAIMS_KEPT_MAX - len(claims)
        claims.extend(more[:room])
        lost += max(len(more) - room, 0)

    capture = read_capture(path, context, keep)
    seen = capture.observation
    seen.sightings, seen.replies, seen.claims = repeats.sightings, repeats.replies, claims
    lost += repeats.lost
    if lost:
        anomalies = seen.coverage.anomalies
        full = ANOMALY_NAMES[Anomaly.TABLE_FULL]
        anomalies[full] = anomalies.get(full, 0) + lost
    return capture


def scan_captures(
    paths: Sequence[str],
    pack: Pack,
    *,
    digest: bool = True,
    since_ns: int = TIME_NS_MIN,
    until_ns: int = TIME_NS_MAX,
    jobs: int | None = None,
    stop: Stop | None = None,
    advance: Advance | None = None,
) -> list[Capture]:
    """Every capture, in the order of `paths`; the result does not depend on `jobs`.

    `digest`: with the SHA-256 of each, which costs twice as much as reading the packets.
    `since_ns` <= time < `until_ns` of a frame. `jobs` None takes as many workers as pay. `advance`
    is told (octets, packets) as they are read. What cannot be begun is a Capture with its `error`;
    if nothing at all could be begun, that is raised (NetwatchError). After `stop` was requested the
    captures that were not finished say so in `error`.
    """
    setup = Setup(pack=pack, digest=digest, since_ns=since_ns, until_ns=until_ns)
    return _all_begun(
        each_capture(scan_capture, paths, setup, jobs=jobs, stop=stop, advance=advance)
    )


def print_names(
    paths: Sequence[str],
    setup: Setup,
    emit: Emit,
    *,
    jobs: int | None = None,
    stop: Stop | None = None,
    advance: Advance | None = None,
) -> list[Capture]:
    """Hand every sighting of every capture to `emit` as lines of JSON, in the order of `paths`.

    One capture is written as it is read, block by block. What comes back has no sightings any more.
    """
    tasked = each_capture(
        _print_capture, paths, setup, jobs=jobs, stop=stop, advance=advance, emit=emit
    )
    return _all_begun(tasked)


def _print_capture(path: str, context: Context) -> Capture:
    name = capture_name(path)
    ids = [signature.id for signature in context.setup.pack.signatures]

    def write(sightings: list[Sighting], _replies: list[Reply], _claims: list[Claim]) -> None:
        if sightings:
            context.emit(name_rows(sightings, name, ids))

    return read_capture(path, context, write)


def _all_begun(results: Iterable[Done]) -> list[Capture]:
    """The captures; if not one of them could be begun, the first failure is raised instead."""
    captures: list[Capture] = []
    failures: list[tuple[str, int]] = []
    for done in results:
        captures.append(done.capture)
        if done.failure is not None:
            failures.append(done.failure)
    if failures and len(failures) == len(captures):
        raise _failure(*failures[0])
    return captures


def _failure(message: str, exit_code: int) -> NetwatchError:
    error = NetwatchError(message)
    error.exit_code = exit_code
    return error


def capture_name(path: str) -> str:
    """What a capture is called in every output: its path on one line, `-` for standard input."""
    return line_text(path)
