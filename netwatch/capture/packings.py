"""Packed captures: gzip, zstd, xz and bzip2, unpacked in small pieces with a bound on the whole.

Each packing is told by its first octets and may hold several members (streams, frames) in a row.
A decompressor is fed so little at a time that damage costs no more than the octets around it, and
what came out before is always handed on first. No length that a file claims is believed.
The libraries are imported when a packed file is met, so that commands without one start fast.
"""

import importlib
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from netwatch.errors import DamagedCaptureError
from netwatch.limits import UNPACK_CHUNK_BYTES, XZ_MEMORY_BYTES_MAX, ZSTD_WINDOW_BYTES_MAX

GZIP_MAGIC: Final = b"\x1f\x8b"
BZIP2_MAGIC: Final = b"BZh"
XZ_MAGIC: Final = b"\xfd7zXZ\x00"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
ZSTD_SKIPPABLE: Final = b"\x2a\x4d\x18"
"""The last three octets; the first is 0x50 to 0x5f (RFC 8878 section 3.1.2)."""

READ_BYTES: Final = 128 * 1024
GATHER_BYTES: Final = 256 * 1024
"""What is handed on at a time: the engine likes blocks better than crumbs."""
GZIP_PIECE_BYTES: Final = 4096
SLOW_PIECE_BYTES: Final = 256
"""For bzip2 and xz, which work so long on an octet that a call for 256 of them costs nothing."""


def packing_of(head: bytes) -> str:
    """`gzip`, `zstd`, `xz`, `bzip2`, or "" if the first octets are of none of them."""
    if head.startswith(GZIP_MAGIC) and head[2:3] == b"\x08":
        return "gzip"
    if head.startswith(ZSTD_MAGIC) or _is_skippable(head):
        return "zstd"
    if head.startswith(XZ_MAGIC):
        return "xz"
    if head.startswith(BZIP2_MAGIC) and head[3:4] in b"123456789" and len(head) > 3:
        return "bzip2"
    return ""


class PackedInput:
    """The octets of a packed input in their order. `offset`: how many of them were taken.

    `head` was read already; `read` gives up to so many octets more, nothing at the end.
    """

    def __init__(self, head: bytes, read: Callable[[int], bytes]) -> None:
        self.offset = 0
        self._ready = head
        self._place = 0
        self._read = read

    def take(self, size: int) -> bytes:
        """Some octets, at most `size`; nothing at the end only."""
        if self._place >= len(self._ready):
            self._ready = self._read(READ_BYTES)
            self._place = 0
        octets = self._ready[self._place : self._place + size]
        self._place += len(octets)
        self.offset += len(octets)
        return octets

    def exactly(self, size: int) -> bytes:
        """The next `size` octets; fewer only where the input ends."""
        octets = self.take(size)
        while len(octets) < size:
            more = self.take(size - len(octets))
            if not more:
                break
            octets += more
        return octets

    def give_back(self, octets: bytes) -> None:
        """The last `octets` were taken too early."""
        self._ready = octets + self._ready[self._place :]
        self._place = 0
        self.offset -= len(octets)


class Decompressor(Protocol):
    """What bz2 and lzma offer, and `GzipMember` as well. `decompress` returns at most max_length
    octets and is called with nothing while it needs no input.
    """

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class GzipMember:
    """zlib (or zlib-ng, twice as fast, where it is installed) with the manners of bz2 and lzma.

    zlib keeps what it unpacked in the call that meets damage, the last check sum included, to
    itself. So a call that fails is repeated octet by octet from a copy, and fails at the next call.
    """

    def __init__(self) -> None:
        # Any: the module is zlib or its drop-in replacement, which has no type stubs.
        self._zlib: Any = zlib
        try:
            self._zlib = importlib.import_module("zlib_ng.zlib_ng")
        except ImportError:
            pass
        self._stream = self._zlib.decompressobj(31)
        self._left = b""
        self._full = False
        self._failure: Exception | None = None

    @property
    def eof(self) -> bool:
        """The member was unpacked to its end, and its check sum was right."""
        return bool(self._stream.eof)

    @property
    def needs_input(self) -> bool:
        """Everything was unpacked that the octets given so far allow."""
        return not self._left and not self._full and self._failure is None

    @property
    def unused_data(self) -> bytes:
        """What was given but lies behind the member."""
        return bytes(self._stream.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """See `Decompressor`; zlib.error where the member is damaged."""
        if self._failure is not None:
            raise zlib.error(str(self._failure))
        data = self._left + data
        before = self._stream.copy()
        try:
            octets: bytes = self._stream.decompress(data, max_length)
        except self._zlib.error as failure:
            self._failure = failure
            return self._again(before, data, max_length)
        self._left = self._stream.unconsumed_tail
        self._full = len(octets) == max_length and not self._stream.eof
        return octets

    def _again(self, stream: Any, data: bytes, max_length: int) -> bytes:
        parts: list[bytes] = []
        left = b""
        try:
            for octet in data:
                parts.append(stream.decompress(left + bytes((octet,)), max_length))
                left = bytes(stream.unconsumed_tail)
        except self._zlib.error:
            pass
        return b"".join(parts)


def unpack(packing: str, packed: PackedInput, bytes_max: int) -> Iterator[bytes]:
    """What `packed` holds, in chunks of at most UNPACK_CHUNK_BYTES.

    Raises DamagedCaptureError, after everything before it was handed on: damage, an early end,
    something that is not the packing behind it, or more than `bytes_max` octets. Its offset counts
    unpacked octets. An OSError of the input comes through in the same way.
    """
    gathered: list[bytes] = []
    size = 0
    total = 0
    failure: DamagedCaptureError | OSError | None = None
    parts = UNPACKERS[packing](packed)
    while failure is None:
        try:
            part = next(parts, None)
        except (DamagedCaptureError, OSError) as stopped:
            failure = stopped
            break
        if part is None:
            break
        if total + len(part) > bytes_max:
            part = part[: bytes_max - total]
            failure = DamagedCaptureError(
                f"{packing} data unpacks to more than {bytes_max} octets, which is the limit", 0
            )
        gathered.append(part)
        size += len(part)
        total += len(part)
        if size >= GATHER_BYTES:
            yield b"".join(gathered)
            gathered = []
            size = 0
    if size:
        yield b"".join(gathered)
    if isinstance(failure, DamagedCaptureError):
        raise DamagedCaptureError(str(failure), total)
    if failure is not None:
        raise failure


def _gzip(packed: PackedInput) -> Iterator[bytes]:
    return _members("gzip", GZIP_MAGIC, packed, GzipMember, zlib.error, GZIP_PIECE_BYTES)


def _bzip2(packed: PackedInput) -> Iterator[bytes]:
    import bz2

    return _members(
        "bzip2", BZIP2_MAGIC, packed, bz2.BZ2Decompressor, (OSError, ValueError), SLOW_PIECE_BYTES
    )


def _xz(packed: PackedInput) -> Iterator[bytes]:
    import lzma

    def start() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY_BYTES_MAX)

    return _members("xz", XZ_MAGIC, packed, start, lzma.LZMAError, SLOW_PIECE_BYTES)


def _members(
    packing: str,
    magic: bytes,
    packed: PackedInput,
    start: Callable[[], Decompressor],
    failures: type[Exception] | tuple[type[Exception], ...],
    piece_bytes: int,
) -> Iterator[bytes]:
    """One member after the other; zeros behind a member are padding, as their own tools hold it."""
    chunk_bytes = min(GATHER_BYTES, UNPACK_CHUNK_BYTES)
    while True:
        member = start()
        while not member.eof:
            piece = packed.take(piece_bytes) if member.needs_input else b""
            if not piece and member.needs_input:
                raise _cut(packing, packed)
            try:
                part = member.decompress(piece, chunk_bytes)
            except failures as failure:
                raise _damaged(packing, packed, str(failure)) from failure
            if part:
                yield part
        packed.give_back(member.unused_data)
        if not _another(packing, magic, packed):
            return


def _another(packing: str, magic: bytes, packed: PackedInput) -> bool:
    """Whether another member follows; False at the end."""
    octets = packed.take(READ_BYTES)
    while octets and not octets.lstrip(b"\0"):
        octets = packed.take(READ_BYTES)
    packed.give_back(octets.lstrip(b"\0"))
    head = packed.exactly(len(magic))
    packed.give_back(head)
    if head and head != magic:
        raise _damaged(
            packing,
            packed,
            f"{head.hex(' ')} found behind it, {magic.hex(' ')} or the end expected",
        )
    return bool(head)


def _zstd(packed: PackedInput) -> Iterator[bytes]:
    """Frames in a row (RFC 8878 section 3.1). Their blocks are told apart here, because the library
    returns all that its input unpacks to at once, a gigabyte for some kilobytes, and does not say
    when the input ends early. One block unpacks to 128 KiB at most.
    """
    while head := packed.exactly(4):
        if _is_skippable(head):
            _pass_skippable(packed)
        elif head == ZSTD_MAGIC:
            yield from _zstd_frame(packed)
        elif len(head) < 4:
            raise _cut("zstd", packed)
        else:
            packed.give_back(head)
            raise _damaged("zstd", packed, f"{head.hex(' ')} found, {ZSTD_MAGIC.hex(' ')} expected")


def _pass_skippable(packed: PackedInput) -> None:
    left = int.from_bytes(_whole(packed, 4), "little")
    while left:
        left -= len(_whole(packed, min(left, READ_BYTES)))


def _zstd_frame(packed: PackedInput) -> Iterator[bytes]:
    import zstandard

    frame = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES_MAX).decompressobj()

    def feed(octets: bytes) -> bytes:
        try:
            return frame.decompress(octets)
        except zstandard.ZstdError as failure:
            raise _damaged("zstd", packed, str(failure)) from failure

    # Section 3.1.1.1: the descriptor says how long the rest of the frame's header is.
    descriptor = _whole(packed, 1)[0]
    single_segment = descriptor >> 5 & 1
    content = (single_segment, 2, 4, 8)[descriptor >> 6]
    dictionary = (0, 1, 2, 4)[descriptor & 3]
    rest = _whole(packed, 1 - single_segment + dictionary + content)
    yield feed(ZSTD_MAGIC + bytes((descriptor,)) + rest)
    last = False
    while not last:
        # Section 3.1.1.2: last (1 bit), type (2), size (21); a run is one octet long, whatever its
        # size says.
        head = _whole(packed, 3)
        block = int.from_bytes(head, "little")
        last = bool(block & 1)
        size = 1 if block >> 1 & 3 == 1 else block >> 3
        yield feed(head + (_whole(packed, size) if size <= READ_BYTES else b""))
    if descriptor >> 2 & 1:
        yield feed(_whole(packed, 4))


def _whole(packed: PackedInput, size: int) -> bytes:
    octets = packed.exactly(size)
    if len(octets) < size:
        raise _cut("zstd", packed)
    return octets


def _is_skippable(head: bytes) -> bool:
    return head[1:4] == ZSTD_SKIPPABLE and head[0] & 0xF0 == 0x50


def _cut(packing: str, packed: PackedInput) -> DamagedCaptureError:
    return DamagedCaptureError(
        f"{packing} data is cut off: the packed input ends after {packed.offset} octets", 0
    )


def _damaged(packing: str, packed: PackedInput, why: str) -> DamagedCaptureError:
    why = why.strip().rstrip(".") or "unreadable"
    return DamagedCaptureError(
        f"{packing} data is damaged near octet {packed.offset} of the packed input: {why}", 0
    )


UNPACKERS: Final[dict[str, Callable[[PackedInput], Iterator[bytes]]]] = {
    "gzip": _gzip,
    "zstd": _zstd,
    "xz": _xz,
    "bzip2": _bzip2,
}
