"""Blocks of an input: positional reads of a file, or what a stream gives with the rest carried on.

Half a record at the end of a block is read again, not kept: joining octets costs twice as much.
Only of what cannot be read twice is it kept.
"""

import io
import os
import select
import stat
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Final

from netwatch.errors import DamagedCaptureError
from netwatch.limits import BLOCK_BYTES

if TYPE_CHECKING:
    from hashlib import _Hash

WAKE_MS: Final = 500
"""A wait for a pipe looks up so often: a Ctrl-C that comes just before it would not end it."""


class Disk:
    """The octets of an input as they lie on disk or come out of a pipe, counted and hashed once."""

    def __init__(self, file: IO[bytes], *, digest: bool, stream: bool) -> None:
        self.bytes_read = 0
        """Octets from the start that were read at least once."""
        self.total_bytes = _file_bytes(file)
        """Size of a file; 0 of everything else."""
        self.is_file = self.total_bytes > 0 and not stream
        self._file = file
        # A buffered reader's `read` waits for all octets, its `read1` gives what a pipe has.
        self._read = file.read1 if isinstance(file, io.BufferedReader) else file.read
        self._poll = None if self.is_file else _poll_of(file)
        self._hash: _Hash | None = None
        if digest:
            import hashlib

            self._hash = hashlib.sha256()

    def read(self, size: int) -> bytes:
        """The next octets, at most `size`; nothing at the end only."""
        while self._poll is not None and not self._poll.poll(WAKE_MS):
            pass
        octets = self._read(size)
        self.bytes_read += len(octets)
        if self._hash is not None:
            self._hash.update(octets)
        return octets

    def read_at(self, offset: int, size: int) -> bytes:
        """`size` octets from `offset` of a file; fewer only where it ends."""
        while self._hash is not None and self.bytes_read < offset:
            self._file.seek(self.bytes_read)
            if not self.read(min(BLOCK_BYTES, offset - self.bytes_read)):
                return b""
        self._file.seek(offset)
        octets = self._file.read(size)
        while 0 < len(octets) < size:
            more = self._file.read(size - len(octets))
            if not more:
                break
            octets += more
        end = offset + len(octets)
        if end > self.bytes_read and octets:
            if self._hash is not None:
                self._hash.update(memoryview(octets)[self.bytes_read - offset :])
            self.bytes_read = end
        return octets

    def sha256(self) -> str:
        """The digest of everything: what of a file was not read yet is read now. Empty if nobody
        asked for it, or if the rest cannot be read.
        """
        if self._hash is None:
            return ""
        try:
            if self.is_file:
                self._file.seek(self.bytes_read)
                while self.read(BLOCK_BYTES):
                    pass
        except OSError:
            return ""
        return self._hash.hexdigest()

    def end(self) -> int:
        """Where a file ends now."""
        return self._file.seek(0, os.SEEK_END)

    def is_at(self, path: str) -> bool:
        """Whether `path` still leads to this file."""
        try:
            there, here = os.stat(path), os.fstat(self._file.fileno())
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


class PlainBlocks:
    """Blocks of a file that lies there unpacked, each read from where the last one was left."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._offset = 0

    def block(self, used: int, needed: int) -> bytes:
        """Octets from `used` of the last block on, at least `needed` unless the input ends."""
        self._offset += used
        return self._disk.read_at(self._offset, max(BLOCK_BYTES, needed))

    def missing(self) -> int:
        """After an empty block: octets that were to be passed over but are not there."""
        return max(0, self._offset - self._disk.end())


class GrowingBlocks(PlainBlocks):
    """Blocks of a file that somebody still writes: there may be more at its end the next time."""

    def __init__(self, disk: Disk, path: str) -> None:
        super().__init__(disk)
        self._path = path

    def block(self, used: int, needed: int) -> bytes:
        """See `PlainBlocks.block`; `needed` octets may not be there yet.

        DamagedCaptureError if what was read is gone, or is no longer what the path leads to.
        """
        before = self._disk.bytes_read
        octets = super().block(used, needed)
        if self._disk.bytes_read > before:
            return octets
        size = self._disk.end()
        if size < before:
            raise DamagedCaptureError(
                f"cut to {size} octets while it was followed, {before} had been read", self._offset
            )
        if not self._disk.is_at(self._path):
            raise DamagedCaptureError("removed or replaced while it was followed", self._offset)
        return octets


class StreamBlocks:
    """Blocks of what can be read only once: a pipe, or something packed."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._last = b""
        self._skip = 0
        self._failure: OSError | DamagedCaptureError | None = None

    def block(self, used: int, needed: int) -> bytes:
        """Like `PlainBlocks.block`. A failure of the input is raised when there is nothing more in
        front of it.
        """
        self._skip = max(0, used - len(self._last))
        carried = self._last[used:]
        parts = [carried] if carried else []
        size = len(carried)
        while size == len(carried) or size < needed:
            chunk = self._chunk()
            if not chunk:
                break
            skipped = min(self._skip, len(chunk))
            self._skip -= skipped
            parts.append(chunk[skipped:])
            size += len(chunk) - skipped
        self._last = parts[0] if len(parts) == 1 else b"".join(parts)
        if self._failure is not None and size == len(carried):
            raise self._failure
        return self._last

    def missing(self) -> int:
        """See `PlainBlocks.missing`."""
        return self._skip

    def _chunk(self) -> bytes:
        if self._failure is None:
            try:
                return self._read()
            except (OSError, DamagedCaptureError) as failure:
                self._failure = failure
        return b""


def _poll_of(file: IO[bytes]) -> "select.poll | None":
    """What tells when there is something to read; None where the system or the file has none."""
    try:
        poll = select.poll()
        poll.register(file, select.POLLIN)
    except (AttributeError, OSError, ValueError):
        return None
    return poll


def _file_bytes(file: IO[bytes]) -> int:
    try:
        status = os.fstat(file.fileno())
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
