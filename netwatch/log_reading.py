"""A log on its way: its blocks through its parser, what it gave as a capture's observation."""

from collections.abc import Callable, Iterator

from netwatch.capture.files import CaptureReader
from netwatch.logs.entries import Entries
from netwatch.logs.reader import LogReader
from netwatch.logs.times import Clock
from netwatch.model import ANOMALY_NAMES, Anomaly, Capture, Sighting
from netwatch.workers import INTERRUPTED, Context

Take = Callable[[list[Sighting]], None]


def read_log(
    reader: CaptureReader,
    capture: Capture,
    context: Context,
    take: Take,
    is_over: Callable[[], bool],
    *,
    follow: bool = False,
) -> Iterator[bool]:
    """Read all of a log into `capture`; `take` is handed what each block gave.

    True after each block, False where a log that is followed (`follow`) has nothing new; `is_over`
    is asked whether it has ended then.
    """
    setup, stop = context.setup, context.stop
    entries = Entries(context.matcher, setup.names, setup.since_ns, setup.until_ns)
    log = LogReader(reader.log, Clock(setup.log_zone_s, reader.changed_ns), entries)
    octets = lines = 0
    with reader:
        blocks = iter(reader)
        while (block := stop.next_block(blocks)) is not None:
            if block:
                log.feed(block)
                reader.records.begin(len(block))
                _take(entries, take)
                context.advance(reader.bytes_read - octets, log.lines - lines)
                octets, lines = reader.bytes_read, log.lines
            elif is_over():
                break
            yield bool(block)
            if log.stop:
                break
    log.finish()
    _take(entries, take)
    _close(capture, reader, log, entries)
    if capture.error is None and stop.requested and not follow:
        capture.error = f"{INTERRUPTED}; {log.lines} lines were read before"


def _take(entries: Entries, take: Take) -> None:
    found, entries.found = entries.found, []
    take(found)


def _close(capture: Capture, reader: CaptureReader, log: LogReader, entries: Entries) -> None:
    """The counters, which say how far it was read and what was not understood."""
    coverage = entries.coverage
    if log.skipped:
        coverage.anomalies[ANOMALY_NAMES[Anomaly.LOG_LINE]] = log.skipped
    capture.observation.coverage = coverage
    capture.observation.clients = entries.clients()
    capture.error = log.stop or reader.error
    capture.sha256 = reader.sha256
    capture.bytes = max(reader.total_bytes, reader.bytes_read)
    capture.frames = log.lines
    capture.notes = log.notes()
