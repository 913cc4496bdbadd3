"""Packed data gives the same octets in whatever pieces it is read, at most as many as allowed.

Damage may cost some octets before it, never change one. Nothing but DamagedCaptureError is raised.
The first octet chooses the limit. What comes out is then read as a capture, which never raises once
it was opened.
"""

import io
from typing import Final

from netwatch.capture.files import STDIN, CaptureReader
from netwatch.capture.packings import PackedInput, packing_of, unpack
from netwatch.errors import DamagedCaptureError
from netwatch.limits import UNPACK_CHUNK_BYTES
from netwatch.model import Answer

RUNS: Final = 1_000
DEPTHS: Final = ("gzip", "zstd", "xz", "bzip2", "whole", "limit", "capture")
reached: set[str] = set()
LIMITS: Final = (1 << 30, 1 << 14, 100, 0)


def target(octets: bytes) -> None:
    """Unpack, in three kinds of pieces; then read it as a capture."""
    if not octets:
        return
    most = LIMITS[octets[0] & 3]
    packed = octets[1:]
    packing = packing_of(packed[:16])
    if packing:
        reached.add(packing)
        first, *others = [unpacked(packing, packed, size, most) for size in (1 << 17, 1, 13)]
        for other in others:
            shorter, longer = sorted((first[0], other[0]), key=len)
            assert longer.startswith(shorter), "the size of the reads changes octets"
            assert len(shorter) == len(longer) or (packing != "gzip" and first[1] and other[1])
            assert bool(other[1]) == bool(first[1]), (first[1], other[1])
        if not first[1]:
            reached.add("whole")
        if "the limit" in first[1]:
            reached.add("limit")
    read_as_capture(packed, most)


def unpacked(packing: str, packed: bytes, size: int, most: int) -> tuple[bytes, str]:
    """All that comes out, and what ended it."""
    source = io.BytesIO(packed)
    chunks: list[bytes] = []
    total = 0
    try:
        for chunk in unpack(packing, PackedInput(b"", lambda n: source.read(min(n, size))), most):
            assert 0 < len(chunk) <= UNPACK_CHUNK_BYTES
            chunks.append(chunk)
            total += len(chunk)
            assert total <= most
    except DamagedCaptureError as damage:
        ended_by, told = str(damage), damage.offset
    else:
        ended_by, told = "", total
    assert told == total and (ended_by == "" or ended_by.isprintable())
    return b"".join(chunks), ended_by


def read_as_capture(packed: bytes, most: int) -> None:
    """Open it and walk every record."""
    try:
        reader = CaptureReader(STDIN, io.BytesIO(packed), digest=True, progress=None, most=most)
    except DamagedCaptureError:
        return
    with reader:
        for block in reader:
            while reader.records.next(block) == Answer.DONE:
                reached.add("capture")
    assert reader.error is None or reader.error.isprintable()
    assert len(reader.sha256) == 64
