"""`--resume`: what a long scan has finished, so that after an interruption only the rest is read.

One file, that grows by one record for each series that was read to its end (or to its damage). A
record carries its lengths and a check sum, so that one that was half written when the power went or
the process was killed is seen, and written anew. A file of another version, of other signatures or
of other options is refused: its results would not be those of this scan. A capture whose size or
time of change is no longer what it was is read again.
"""

import hashlib
import os
import struct
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import IO, Final, Self

import msgspec

from netwatch import __version__
from netwatch.capture.files import is_stream, shown
from netwatch.capture.series import Series
from netwatch.errors import OutputError, UsageError
from netwatch.limits import RESUME_RECORD_BYTES_MAX
from netwatch.model import Capture
from netwatch.workers import INTERRUPTED, Advance, Done, Setup

MAGIC: Final = b"netwatch resume 1\n"
LENGTHS: Final = struct.Struct(">III")
"""Octets of the key and of the result, and the CRC-32 of both."""
COMPRESSION: Final = 1


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the results depend on; the names are what the operator is told of a difference."""

    netwatch: str
    signatures: str
    """SHA-256 of all signatures."""
    since: int
    until: int
    filter: str
    log_zone: int
    digest: bool
    """Whether the SHA-256 of every capture is there."""


class Key(msgspec.Struct, frozen=True):
    """A series as it lay on disk: path, size and time of change of each file."""

    files: tuple[tuple[str, int, int], ...]
    site: str
    joined: bool


class ResumeFile:
    """The results of an earlier run, and of this one as they come.

    UsageError if `path` holds something else, or the results of a scan with other options;
    OutputError if it cannot be written.
    """

    def __init__(self, path: str, setup: Setup) -> None:
        self._path = path
        self._keys: dict[Series, Key | None] = {}
        self._known: dict[Key, tuple[int, int]] = {}
        """Where the result of a series lies in the file, and how many octets it has."""
        options = _options(setup)
        try:
            if not os.path.exists(path):
                _begin(path, options)
            self._file: IO[bytes] = open(path, "r+b")
        except OSError as failure:
            raise OutputError(f"{shown(path)}: cannot write: {failure.strerror}") from None
        try:
            self._load(options)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def __contains__(self, series: Series) -> bool:
        """Whether the result of `series` is known, and its files are what they were."""
        key = self._keys[series] = key_of(series)
        return key is not None and key in self._known

    def complete(
        self, series: Sequence[Series], read: Iterator[Done], advance: Advance | None
    ) -> Iterator[Done]:
        """The results of all `series` in their order; `read` gives those that were not known."""
        for one in series:
            key = self._keys[one]
            if key is not None and key in self._known:
                done = Done(captures=self._result(key))
                if advance is not None:
                    seen = [capture.observation.coverage.packets for capture in done.captures]
                    advance(sum(size for _, size, _ in key.files), sum(seen))
            else:
                done = next(read)
                if key is not None and _is_final(done) and key == key_of(one):
                    self._add(key, done)
            yield done

    def _load(self, options: Options) -> None:
        """Learn what is there; what was half written at the end is cut off."""
        file = self._file
        if file.read(len(MAGIC)) != MAGIC:
            raise UsageError(f"{shown(self._path)}: found something else, a --resume file expected")
        head = self._record(file.tell())
        if head is None:
            raise UsageError(f"{shown(self._path)}: damaged: remove it to begin anew")
        self._compare(msgspec.msgpack.decode(head[0], type=Options), options)
        end = file.tell()
        while (record := self._record(end)) is not None:
            key, place, size = record
            self._known[msgspec.msgpack.decode(key, type=Key)] = (place, size)
            end = file.tell()
        file.seek(end)
        file.truncate()

    def _record(self, place: int) -> tuple[bytes, int, int] | None:
        """Key of the record at `place`, place and size of its result; None if it is not whole."""
        file = self._file
        file.seek(place)
        head = file.read(LENGTHS.size)
        if len(head) < LENGTHS.size:
            return None
        key_bytes, result_bytes, check = LENGTHS.unpack(head)
        if max(key_bytes, result_bytes) > RESUME_RECORD_BYTES_MAX:
            return None
        key, result = file.read(key_bytes), file.read(result_bytes)
        if len(result) < result_bytes or zlib.crc32(result, zlib.crc32(key)) != check:
            return None
        return key, file.tell() - result_bytes, result_bytes

    def _compare(self, found: Options, wanted: Options) -> None:
        for name in Options.__struct_fields__:
            there, here = getattr(found, name), getattr(wanted, name)
            if there != here and not (name == "digest" and there):
                raise UsageError(
                    f"{shown(self._path)}: written by a scan with another {WORDS[name]} "
                    f"({there!r} found, {here!r} expected); remove it to begin anew"
                )

    def _result(self, key: Key) -> list[Capture]:
        place, size = self._known[key]
        self._file.seek(place)
        packed = self._file.read(size)
        return msgspec.msgpack.decode(zlib.decompress(packed), type=list[Capture])

    def _add(self, key: Key, done: Done) -> None:
        named = msgspec.msgpack.encode(key)
        result = zlib.compress(msgspec.msgpack.encode(done.captures), COMPRESSION)
        file = self._file
        try:
            place = file.seek(0, os.SEEK_END)
            file.write(_framed(named, result))
            file.flush()
        except OSError as failure:
            raise OutputError(f"{shown(self._path)}: cannot write: {failure.strerror}") from None
        self._known[key] = (place + LENGTHS.size + len(named), len(result))


WORDS: Final = {
    "netwatch": "version of netwatch",
    "signatures": "set of signatures",
    "since": "--since",
    "until": "--until",
    "filter": "--filter",
    "log_zone": "--log-zone",
    "digest": "--format, without digests",
}


def key_of(series: Series) -> Key | None:
    """The files of a series as they are now; None if there is anything else than plain files."""
    files: list[tuple[str, int, int]] = []
    for path in series.paths:
        if is_stream(path) or not os.path.isfile(path):
            return None
        try:
            status = os.stat(path)
        except OSError:
            return None
        files.append((path, status.st_size, status.st_mtime_ns))
    return Key(tuple(files), series.site, series.joined)


def _options(setup: Setup) -> Options:
    signatures = msgspec.msgpack.encode(setup.pack.signatures)
    return Options(
        netwatch=__version__,
        signatures=hashlib.sha256(signatures).hexdigest()[:16],
        since=setup.since_ns,
        until=setup.until_ns,
        filter=setup.filter,
        log_zone=setup.log_zone_s,
        digest=setup.digest,
    )


def _is_final(done: Done) -> bool:
    """Whether reading these files again would give the same."""
    parts = [part for capture in done.captures for part in capture.parts()]
    return not done.failures and not any((p.error or "").startswith(INTERRUPTED) for p in parts)


def _framed(key: bytes, result: bytes) -> bytes:
    check = zlib.crc32(result, zlib.crc32(key))
    return LENGTHS.pack(len(key), len(result), check) + key + result


def _begin(path: str, options: Options) -> None:
    """A new file, readable by its owner only, with its head or not at all."""
    folder, name = os.path.split(os.path.abspath(path))
    file = tempfile.NamedTemporaryFile(dir=folder, prefix=f".{name}.", delete=False)
    try:
        with file:
            file.write(MAGIC + _framed(msgspec.msgpack.encode(options), b""))
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(file.name)
        raise
