"""A series through one engine: its files one after the other, as if they had never been cut.

The engine counts frames over all files and is not told where one ends; so what begins in one file
and is complete in the next is found, and lies in the frame in which it was complete. A file that
does not go on where the one before ended begins a new stretch, with an engine of its own.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from netwatch.capture.bpf import FilteredRecords
from netwatch.capture.files import HEAD_BYTES, CaptureReader, is_stream, open_capture
from netwatch.capture.peek import Ends, ends_of
from netwatch.capture.records import Records
from netwatch.capture.series import Series, follows, successor
from netwatch.capture.window import WindowRecords
from netwatch.errors import NetwatchError
from netwatch.log_reading import read_log
from netwatch.logs.formats import log_format_of
from netwatch.model import Capture, Claim, Reply, Sighting
from netwatch.observe import Books, build_engine, observation, take
from netwatch.outputs.text import line_text
from netwatch.workers import (
    INTERRUPTED,
    TIME_NS_MAX,
    TIME_NS_MIN,
    UNREAD,
    Context,
    Done,
    unread,
)

FRAMES_MAX: Final = 1 << 62
"""Frames of a file that was not read to its end yet."""
LOOKS: Final = 4
"""A folder is looked through for the next file of a rotation in one of so many idle turns."""


class Sink(Protocol):
    """Takes what one stretch gives."""

    def take(self, sightings: list[Sighting], replies: list[Reply], claims: list[Claim]) -> None:
        """Is handed what each block gave, and keeps the lists. Frames count over all files of the
        capture; its `place` says in which of them one lies.
        """

    def end(self) -> None:
        """The capture's observation is there, without what was taken."""


class Reading:
    """One series on its way; `done` is what came of it, once `turns` has ended.

    `sink` is asked for a place for everything that a stretch gives, by its capture.
    """

    def __init__(self, series: Series, context: Context, sink: Callable[[Capture], Sink]) -> None:
        self.done = Done()
        self._paths = deque(series.paths)
        self._series = series
        self._context = context
        self._sink = sink
        self._stretch: Stretch | None = None
        self._next: str | None = None
        self._idle = 0

    def turns(self) -> Iterator[bool]:
        """Read: True after each block, False where a file that is followed has nothing new."""
        while self._paths:
            path = self._paths.popleft()
            follow = self._series.follow and not self._paths and not is_stream(path)
            if follow:
                yield from self._beginning(path)
            reader = self._opened(path, follow)
            if reader is not None and reader.log:
                yield from self._log(path, reader)
            elif reader is not None:
                yield from self._stretch_for(path, follow).read(reader, self._is_over)
                if self._next is not None:
                    self._paths.append(self._next)
        if self._stretch is not None:
            self._stretch.close()

    def _beginning(self, path: str) -> Iterator[bool]:
        """Wait until something was written; whoever begins a capture may do so slowly."""
        while os.path.isfile(path) and os.path.getsize(path) < HEAD_BYTES and not self._is_over():
            yield False

    def _opened(self, path: str, follow: bool) -> CaptureReader | None:
        """The reader of one file; None, with the reason booked, if reading cannot begin."""
        digest = self._context.setup.digest
        try:
            reader = self._context.stop.during(
                lambda: open_capture(path, digest=digest, follow=follow, logs=log_format_of)
            )
        except NetwatchError as error:
            self.done.fail(self._series, path, str(error), error.exit_code)
            return None
        if reader is None:
            self.done.captures.append(unread(self._series, path, UNREAD))
        return reader

    def _log(self, path: str, reader: CaptureReader) -> Iterator[bool]:
        """A log is by itself, also between the files of a capture."""
        capture = Capture(
            path=line_text(path), site=line_text(self._series.site), format=reader.format
        )
        self.done.captures.append(capture)
        sink = self._sink(capture)
        yield from read_log(
            reader,
            capture,
            self._context,
            lambda found: sink.take(found, [], []),
            self._is_over,
            follow=self._series.follow,
        )
        sink.end()

    def _stretch_for(self, path: str, follow: bool) -> "Stretch":
        """The one that goes on in this file, or a new one. What was only begun goes on."""
        stretch, ends = self._stretch, None
        if len(self._series.paths) > 1 or self._next is not None:
            ends = ends_of(path)
        if stretch is not None and not (self._series.joined or self._next is not None):
            before = stretch.ends()
            goes_on = follow if ends is None else before is not None and follows(before, ends)
            if not goes_on:
                stretch.close()
                stretch = None
        self._next = None
        if stretch is None:
            capture = Capture(path=line_text(path), site=line_text(self._series.site))
            self.done.captures.append(capture)
            stretch = Stretch(capture, self._series, self._context, self._sink(capture))
            self._stretch = stretch
        stretch.begins = ends
        return stretch

    def _is_over(self) -> bool:
        """Whether a file that is followed, and has nothing new, has ended."""
        if self._context.over or self._context.stop.requested:
            return True
        if self._next is not None:
            return True  # one turn after the next file had begun there was still nothing new
        self._idle += 1
        if self._series.rotates and self._idle % LOOKS == 0 and self._stretch is not None:
            following = successor(self._stretch.path)
            if following and os.path.getsize(following) >= HEAD_BYTES:
                self._next = following
        return False


class Stretch:
    """One engine and the files that it reads; `capture` is what comes of them."""

    def __init__(self, capture: Capture, series: Series, context: Context, sink: Sink) -> None:
        self.path = ""
        self.begins: Ends | None = None
        """The ends of the current file as far as they could be told before reading it."""
        self._capture = capture
        self._follow = series.follow
        self._context = context
        self._sink = sink
        self._engine = build_engine(context.matcher, names=context.setup.names)
        self._books = Books(self._engine)
        self._frames = 0
        self._reached: Ends | None = None

    def ends(self) -> Ends | None:
        """The ends of the file that was read last; None if it had no frame."""
        return self._reached

    def read(self, reader: CaptureReader, is_over: Callable[[], bool]) -> Iterator[bool]:
        """Read one file; `is_over` is asked where a followed one has nothing new."""
        engine, stop, advance = self._engine, self._context.stop, self._context.advance
        self.path = reader.path
        file = Capture(path=line_text(reader.path), frames=FRAMES_MAX)
        self._capture.files.append(file)
        self._books.begin_file()
        reader.records.frame = self._frames
        records, filtered = self._wanted(reader.records)
        octets = packets = 0
        with reader:
            blocks = iter(reader)
            while (block := stop.next_block(blocks)) is not None:
                if block:
                    engine.feed(block, records)
                    self._sink.take(*take(engine))
                    advance(reader.bytes_read - octets, reader.records.packets - packets)
                    octets, packets = reader.bytes_read, int(reader.records.packets)
                elif is_over():
                    break
                yield bool(block)
        self._close_file(file, reader)
        if filtered is not None:
            self._capture.tagged_dropped += int(filtered.tagged_dropped)

    def _wanted(self, records: Records) -> tuple[Records, FilteredRecords | None]:
        """The frames that are asked for, and what counts those that a filter drops."""
        setup, filtered = self._context.setup, None
        if self._context.programs is not None:
            records = filtered = FilteredRecords(records, self._context.programs)
        if setup.since_ns > TIME_NS_MIN or setup.until_ns < TIME_NS_MAX:
            records = WindowRecords(records, setup.since_ns, setup.until_ns)
        return records, filtered

    def _close_file(self, file: Capture, reader: CaptureReader) -> None:
        packets = int(reader.records.packets)
        file.error = reader.error
        if file.error is None and self._context.stop.requested and not self._follow:
            file.error = f"{INTERRUPTED}; {packets} packets were read before"
        file.format = reader.format
        file.sha256 = reader.sha256
        file.bytes = max(reader.total_bytes, reader.bytes_read)
        file.frames = int(reader.records.frame) - self._frames
        file.observation.coverage = self._books.file()
        self._frames += file.frames
        self._reached = None
        if packets:
            self._reached = Ends(
                first_ns=self.begins.first_ns if self.begins else 0,
                link_type=int(reader.records.link_type),
                last_ns=int(reader.records.time_ns),
            )

    def close(self) -> None:
        """There are no more files: read what never became whole, and close the books."""
        capture, files = self._capture, self._capture.files
        capture.observation = seen = observation(self._engine)
        files[-1].observation.coverage = self._books.file()
        times = [file.observation.coverage for file in files]
        seen.coverage.first_ns = min((c.first_ns for c in times if c.packets), default=0)
        seen.coverage.last_ns = max(c.last_ns for c in times)
        self._sink.take(seen.sightings, seen.replies, seen.claims)
        seen.sightings, seen.replies, seen.claims = [], [], []
        capture.format = files[0].format
        capture.bytes = sum(file.bytes for file in files)
        capture.error = next((file.error for file in files if file.error is not None), None)
        capture.frames = self._frames
        if len(files) == 1:
            capture.sha256 = files[0].sha256
            capture.files = []
        self._sink.end()
