"""Blocks of an input: positional, or carried over; each octet is counted and hashed once."""

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netwatch.capture.blocks import Disk, PlainBlocks, StreamBlocks
from netwatch.errors import DamagedCaptureError
from netwatch.limits import BLOCK_BYTES

OCTETS = bytes(range(256)) * 4 * 1024


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "input"
    found.write_bytes(OCTETS)
    return found


def test_positional_reads_are_counted_and_hashed_once(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        disk = Disk(file, digest=True, stream=False)
        assert disk.is_file
        assert disk.total_bytes == len(OCTETS)
        assert disk.read_at(0, 16) == OCTETS[:16]
        assert disk.read_at(0, 1000) == OCTETS[:1000]
        assert disk.read_at(900, 200) == OCTETS[900:1100]
        assert disk.bytes_read == 1100
        assert disk.read_at(700_000, 10) == OCTETS[700_000:700_010]
        assert disk.bytes_read == 700_010
        assert disk.read_at(5, 5) == OCTETS[5:10]
        assert disk.read_at(len(OCTETS) - 3, 10) == OCTETS[-3:]
        assert disk.read_at(len(OCTETS) + 3, 10) == b""
        assert disk.sha256() == hashlib.sha256(OCTETS).hexdigest()
        assert disk.end() == len(OCTETS)


def test_the_digest_is_of_the_whole_file_wherever_reading_stopped(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        disk = Disk(file, digest=True, stream=False)
        disk.read(100)
        assert disk.sha256() == hashlib.sha256(OCTETS).hexdigest()
        assert disk.bytes_read == len(OCTETS)


def test_no_digest_unless_asked_for(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        disk = Disk(file, digest=False, stream=False)
        disk.read_at(0, 10)
        assert disk.sha256() == ""
        assert disk.bytes_read == 10


def test_a_stream_is_hashed_as_far_as_it_was_read(path: Path) -> None:
    with path.open("rb") as file:
        disk = Disk(file, digest=True, stream=True)
        assert not disk.is_file
        assert disk.total_bytes == len(OCTETS)
        assert disk.read(100) == OCTETS[:100]
        assert disk.sha256() == hashlib.sha256(OCTETS[:100]).hexdigest()


def test_what_has_no_descriptor_is_a_stream() -> None:
    disk = Disk(io.BytesIO(OCTETS), digest=False, stream=False)
    assert (disk.is_file, disk.total_bytes) == (False, 0)


def test_a_pipe_gives_what_is_there() -> None:
    receiver, sender = os.pipe()
    with os.fdopen(receiver, "rb") as file, os.fdopen(sender, "wb", buffering=0) as other:
        disk = Disk(file, digest=False, stream=True)
        other.write(b"some")
        assert disk.read(BLOCK_BYTES) == b"some"


class Failing(io.FileIO):
    """A file of which only the start can be read."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= 10:
            raise OSError(5, "Input/output error")
        return super().read(-1 if size is None else size)


def test_a_digest_that_cannot_be_finished_is_none(path: Path) -> None:
    with Failing(path, "rb") as file:
        disk = Disk(file, digest=True, stream=False)
        assert disk.read(10) == OCTETS[:10]
        assert disk.sha256() == ""


def test_plain_blocks_go_on_where_the_last_one_was_left(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        blocks = PlainBlocks(Disk(file, digest=False, stream=False))
        assert blocks.block(0, 0) == OCTETS[:BLOCK_BYTES]
        assert blocks.block(BLOCK_BYTES - 7, 0) == OCTETS[BLOCK_BYTES - 7 : 2 * BLOCK_BYTES - 7]
        rest = OCTETS[BLOCK_BYTES - 2 :]
        assert blocks.block(5, BLOCK_BYTES + 1) == rest[: BLOCK_BYTES + 1]
        assert blocks.block(len(rest), 0) == b""
        assert blocks.missing() == 0
        assert blocks.block(3, 0) == b""
        assert blocks.missing() == 3


def chunks(*parts: bytes) -> Callable[[], bytes]:
    left = iter(parts)
    return lambda: next(left, b"")


def test_stream_blocks_carry_the_rest_over() -> None:
    blocks = StreamBlocks(chunks(b"abcd", b"ef", b"ghi", b"j"))
    assert blocks.block(0, 0) == b"abcd"
    assert blocks.block(3, 0) == b"def"
    assert blocks.block(1, 6) == b"efghij"
    assert blocks.block(2, 0) == b"ghij"
    assert blocks.block(4, 0) == b""
    assert blocks.missing() == 0


def test_stream_blocks_pass_over_what_is_not_wanted() -> None:
    blocks = StreamBlocks(chunks(b"abcd", b"ef", b"ghi"))
    assert blocks.block(0, 0) == b"abcd"
    assert blocks.block(7, 0) == b"hi"
    assert blocks.block(4, 0) == b""
    assert blocks.missing() == 2


def test_a_failure_comes_after_everything_before_it() -> None:
    def parts() -> Iterator[bytes]:
        yield b"abc"
        raise DamagedCaptureError("bad", 3)

    left = parts()
    blocks = StreamBlocks(lambda: next(left))
    assert blocks.block(0, 100) == b"abc"
    with pytest.raises(DamagedCaptureError, match="bad"):
        blocks.block(1, 100)
    with pytest.raises(DamagedCaptureError, match="bad"):
        blocks.block(0, 100)
