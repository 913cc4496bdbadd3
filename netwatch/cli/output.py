"""Where a command's result goes: standard output, or a file that appears whole or not at all."""

import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Final

from netwatch.errors import ClosedOutputError, OutputError

PIECES_BYTES: Final = 1024 * 1024
"""Octets that are gathered before they are written."""


class Output:
    """Octets out, unbuffered. Raises OutputError, ClosedOutputError where a pipe's reader left."""

    def __init__(self, stream: IO[bytes], name: str, encoding: str, terminal: bool) -> None:
        self.terminal = terminal
        self._stream = stream
        self._name = name
        self._encoding = encoding

    def write(self, octets: bytes) -> None:
        """Write all of `octets`."""
        rest = memoryview(octets)
        try:
            while rest:
                rest = rest[self._stream.write(rest) :]
        except BrokenPipeError:
            raise ClosedOutputError(f"{self._name}: nobody reads") from None
        except OSError as error:
            raise OutputError(f"{self._name}: cannot write: {error.strerror}") from None

    def write_all(self, pieces: Iterable[bytes]) -> None:
        """Write pieces as they come, some at a time."""
        waiting: list[bytes] = []
        octets = 0
        for piece in pieces:
            waiting.append(piece)
            octets += len(piece)
            if octets >= PIECES_BYTES:
                self.write(b"".join(waiting))
                waiting, octets = [], 0
        self.write(b"".join(waiting))

    def write_text(self, text: str) -> None:
        """Write text for people; what the terminal's encoding lacks is escaped."""
        self.write(text.encode(self._encoding, "backslashreplace"))


@contextmanager
def opened_output(path: str | None) -> Iterator[Output]:
    """Standard output for None or `-`, else the file `path`.

    The file is written beside its place, readable by its owner only, and moved there when the block
    ends well; opening it fails at once (OutputError), not after an hour of reading. A device, a
    pipe or a link is written in place.
    """
    if path is None or path == "-":
        if sys.stdout is None:  # started with `>&-`
            raise OutputError("standard output is closed")
        stdout = sys.stdout
        stdout.flush()
        # Unbuffered: octets left in a buffer would fail once more when Python flushes it at exit.
        raw = getattr(stdout.buffer, "raw", stdout.buffer)
        yield Output(raw, "standard output", stdout.encoding, stdout.isatty())
        return
    try:
        direct = _is_direct(path)
        stream = open(path, "wb", buffering=0) if direct else _beside(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot write: {error.strerror}") from None
    try:
        with stream:
            yield Output(stream, path, "utf-8", stream.isatty())
        if not direct:
            _put_in_place(stream.name, path)
    except BaseException:
        if not direct:
            with suppress(OSError):
                os.unlink(stream.name)
        raise


def _is_direct(path: str) -> bool:
    """Whether `path` is there and is no plain file: /dev/stdout must not be replaced."""
    try:
        return not stat.S_ISREG(os.lstat(path).st_mode)
    except FileNotFoundError:
        return False


def _beside(path: str) -> IO[bytes]:
    folder, name = os.path.split(os.path.abspath(path))
    return tempfile.NamedTemporaryFile(dir=folder, prefix=f".{name}.", buffering=0, delete=False)


def _put_in_place(written: str, path: str) -> None:
    try:
        with open(written, "rb+") as stream:
            os.fsync(stream.fileno())
        os.replace(written, path)
    except OSError as error:
        raise OutputError(f"{path}: cannot write: {error.strerror}") from None
