"""Anything that can be opened as a capture: files, directories, pipes, packed or not.

A reader hands out blocks of octets; whoever consumes them walks `reader.records` over each. What
is then left of a block (the start of a record) is read again from a file, and carried over from a
stream. What an input is, its first octets say, never its name. Damage ends the reading and is told
in `reader.error`; only what cannot be begun at all raises.

A path that does not exist is a mistake on the command line (UsageError, exit code 2), one that may
not be read is refused (RefusedCaptureError, 4), one that holds something else is damaged
(DamagedCaptureError, 3).
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import IO, Final, Self, cast

from netwatch.capture.blocks import Disk, GrowingBlocks, PlainBlocks, StreamBlocks
from netwatch.capture.over_ip import is_address, open_address
from netwatch.capture.packings import PackedInput, packing_of, unpack
from netwatch.capture.pcap import PcapRecords
from netwatch.capture.pcapng import PcapngRecords
from netwatch.capture.records import Records
from netwatch.errors import DamagedCaptureError, RefusedCaptureError, UsageError
from netwatch.limits import BLOCK_BYTES, LOG_HEAD_BYTES, UNPACKED_BYTES_MAX

STDIN: Final = "-"
LOG_SUFFIX: Final = " log"
"""What the format of a log ends in, as `Capture.is_log` knows it."""
HEAD_BYTES: Final = 16
"""Enough to know every format and packing by."""
PCAP_MAGICS: Final = frozenset(
    bytes.fromhex(magic)
    for magic in ("a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1", "a1b2cd34", "34cdb2a1")
)
PCAPNG_MAGIC: Final = bytes.fromhex("0a0d0d0a")
PCAPNG_BYTE_ORDERS: Final = (bytes.fromhex("1a2b3c4d"), bytes.fromhex("4d3c2b1a"))


class CaptureReader:
    """One capture. Iterating gives blocks; the consumer calls `records.next(block)` for each until
    it no longer says DONE. Iterate once. Where a file is followed, an empty block says that nothing
    came since the last one; it is not to be walked over.
    """

    def __init__(
        self,
        path: str,
        file: IO[bytes],
        *,
        digest: bool,
        progress: "Progress | None",
        most: int,
        follow: bool = False,
        logs: "Teller | None" = None,
    ) -> None:
        self.path = path
        self.log = ""
        """The format of a log, whose records the consumer cuts himself: it is to set
        `records.position` to the end of each block."""
        self._teller = logs
        self.format = ""
        """`pcap`, `pcapng`, with the packing before it: `gzip pcapng`."""
        self.error: str | None = None
        """What ended the reading too early, on one line: what was found and expected, at which
        octet of the unpacked input, and how many packets were read before."""
        self.sha256 = ""
        """Of the input as it lies on disk, in hex, once it was read to its end or its damage (of a
        stream: of the octets that were read); empty unless asked for."""
        self._file = file
        self._disk = Disk(file, digest=digest, stream=path == STDIN)
        self._follow = follow and self._disk.is_file
        self._progress = progress
        self._offset = 0
        self._blocks, head = self._open(most)
        self.records = self._records(head)

    @property
    def changed_ns(self) -> int:
        """When the input was last changed: a stream, now. For logs whose lines do not say when."""
        if not self._disk.is_file:
            return time.time_ns()
        return os.fstat(self._file.fileno()).st_mtime_ns

    @property
    def bytes_read(self) -> int:
        """Octets of the input as on disk that were read so far."""
        return self._disk.bytes_read

    @property
    def total_bytes(self) -> int:
        """Octets of the input as on disk; 0 where nobody knows."""
        return self._disk.total_bytes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the input; stdin stays open."""
        if self._follow or not self._disk.is_file:
            self.sha256 = self._disk.sha256()
        if self.path != STDIN:
            self._file.close()

    def __iter__(self) -> Iterator[bytes]:
        records = self.records
        used = 0
        left = 0
        while True:
            try:
                block = self._blocks.block(used, records.needed)
            except DamagedCaptureError as damage:
                self._fail(str(damage), damage.offset)
                break
            except OSError as failure:
                self._fail(f"cannot be read: {failure.strerror}", self._offset + max(left, 0))
                break
            if len(block) <= max(left, 0):
                if self._follow:
                    yield b""
                    used = 0
                    continue
                if left > 0 or self._blocks.missing():
                    self._fail_cut(left)
                break
            records.begin(0)
            yield block
            if self._progress is not None:
                self._progress(self)
            used = int(records.position)
            left = len(block) - used
            self._offset += used
            if records.damage:
                self._fail(records.damage, self._offset)
                break
        self.sha256 = self._disk.sha256()

    def _fail_cut(self, left: int) -> None:
        if left < 0:
            what = "the input ends in the middle of a record"
        else:
            what = (
                "the input ends in the middle of a record: "
                f"{left} octets found, at least {self.records.needed} expected"
            )
        self._fail(what, self._offset)

    def _fail(self, what: str, offset: int) -> None:
        self.error = f"{what}; at octet {offset}, {self.records.packets} packets were read before"

    def _open(self, most: int) -> tuple[PlainBlocks | StreamBlocks, bytes]:
        """Find out what the input is; the blocks begin with its (unpacked) first octet."""
        if self._disk.is_file:
            head = self._disk.read_at(0, HEAD_BYTES)
        else:
            head = _fill(lambda: self._disk.read(BLOCK_BYTES))
        packing = packing_of(head)
        if not packing and self._disk.is_file and self._teller and not format_of(head):
            head = self._disk.read_at(0, LOG_HEAD_BYTES)
        if self._follow:
            if packing:
                raise UsageError(
                    f"{shown(self.path)}: {packing} data found, to be followed it must be unpacked"
                )
            return GrowingBlocks(self._disk, self.path), head
        if not packing:
            if self._disk.is_file:
                return PlainBlocks(self._disk), head
            head = self._log_head(head, lambda: self._disk.read(BLOCK_BYTES))
            return _stream(head, lambda: self._disk.read(BLOCK_BYTES)), head
        self.format = packing + " "
        chunks = unpack(packing, PackedInput(head, self._disk.read), most)
        try:
            head = _fill(lambda: next(chunks, b""))
        except DamagedCaptureError as damage:
            raise DamagedCaptureError(f"{shown(self.path)}: {damage}", damage.offset) from damage
        inner = packing_of(head)
        if inner:
            raise DamagedCaptureError(
                f"{shown(self.path)}: {inner} data found inside {packing} data, "
                "a capture expected: what is packed twice is not unpacked",
                0,
            )
        head = self._log_head(head, lambda: next(chunks, b""))
        return _stream(head, lambda: next(chunks, b"")), head

    def _log_head(self, head: bytes, read: Callable[[], bytes]) -> bytes:
        """Enough of a stream to tell a log by; of a capture no more is read."""
        if self._teller is None or format_of(head):
            return head
        while len(head) < LOG_HEAD_BYTES and not self._teller(head):
            try:
                more = read()
            except (OSError, DamagedCaptureError):
                break
            if not more:
                break
            head += more
        return head

    def _records(self, head: bytes) -> Records:
        kind = format_of(head)
        if kind == "pcap":
            self.format += kind
            return PcapRecords()
        if kind == "pcapng":
            self.format += kind
            return PcapngRecords()
        self.log = self._teller(head) if self._teller is not None else ""
        if self.log:
            self.format += self.log + LOG_SUFFIX
            return Records()
        inside = f" inside {self.format.strip()} data" if self.format else ""
        found = f"{head[:8].hex(' ')} ({head[:8]!r})" if head else "nothing"
        raise DamagedCaptureError(
            f"{shown(self.path)}: {found} found{inside} at the start, the magic of pcap or pcapng "
            "(or of gzip, zstd, xz or bzip2 around it)"
            f"{', or a log that is known,' if self._teller else ''} expected",
            0,
        )


Teller = Callable[[bytes], str]
"""The format of the log that begins with these octets, or "": `logs.formats.log_format_of`."""
Progress = Callable[[CaptureReader], None]
"""Is called after each block with the reader, whose counters say how far it is."""


def open_capture(
    path: str,
    *,
    digest: bool = False,
    progress: Progress | None = None,
    unpacked_bytes_max: int = UNPACKED_BYTES_MAX,
    follow: bool = False,
    logs: Teller | None = None,
) -> CaptureReader:
    """Open the capture at `path`: a file, "-" for stdin, or an address (`over_ip`), which waits for
    the sender. Raises as the head of this file says.

    `digest` asks for the SHA-256 of the input. Packed data beyond `unpacked_bytes_max` octets is an
    error of the reading. `follow`: at the end of a file, wait for more of it. `logs` tells logs,
    which are refused without it.
    """
    file = _open_stdin() if path == STDIN else _open_file(path)
    try:
        return CaptureReader(
            path,
            file,
            digest=digest,
            progress=progress,
            most=unpacked_bytes_max,
            follow=follow,
            logs=logs,
        )
    except OSError as failure:
        _close(path, file)
        raise RefusedCaptureError(f"{shown(path)}: cannot be read: {failure.strerror}") from failure
    except BaseException:
        _close(path, file)
        raise


def format_of(head: bytes) -> str:
    """`pcap`, `pcapng`, or "" if the first HEAD_BYTES octets are of neither."""
    if head[:4] in PCAP_MAGICS:
        return "pcap"
    if head[:4] == PCAPNG_MAGIC and (head[8:12] in PCAPNG_BYTE_ORDERS or len(head) < 12):
        return "pcapng"
    return ""


def is_stream(path: str) -> bool:
    """Whether `path` names no file: standard input, or a sender of packets on the network."""
    return path == STDIN or is_address(path)


def shown(path: str) -> str:
    """`path` for a message of one line: escaped if it holds anything unprintable."""
    return path if path.isprintable() else repr(path)


def _open_stdin() -> IO[bytes]:
    if sys.stdin is None or sys.stdin.closed:
        raise RefusedCaptureError("-: stdin is closed")
    if sys.stdin.isatty():
        raise UsageError("-: stdin is a terminal, a capture from a pipe or a file expected")
    return sys.stdin.buffer


def _open_file(path: str) -> IO[bytes]:
    if is_address(path):
        return cast(IO[bytes], open_address(path))  # all that is asked of it is `read` and `close`
    try:
        return open(path, "rb", buffering=0)
    except (FileNotFoundError, NotADirectoryError) as failure:
        raise UsageError(f"{shown(path)}: there is no such file or directory") from failure
    except ValueError as failure:
        raise UsageError(f"{shown(path)}: not a path: {failure}") from failure
    except OSError as failure:
        raise RefusedCaptureError(
            f"{shown(path)}: cannot be opened: {failure.strerror}"
        ) from failure


def _close(path: str, file: IO[bytes]) -> None:
    if path != STDIN:
        file.close()


def _fill(read: Callable[[], bytes]) -> bytes:
    """The first octets, at least HEAD_BYTES unless the input ends."""
    head = read()
    while 0 < len(head) < HEAD_BYTES:
        more = read()
        if not more:
            break
        head += more
    return head


def _stream(head: bytes, read: Callable[[], bytes]) -> StreamBlocks:
    """Blocks that begin with the `head` that was read already."""
    first = [head]
    return StreamBlocks(lambda: first.pop() if first else read())
