"""Captures that come out of a pipe: stdin and named pipes."""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from netwatch.capture.files import STDIN, CaptureReader, open_capture
from netwatch.errors import RefusedCaptureError, UsageError
from netwatch.model import Answer

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}
FRAMES = [bytes((n,)) * (60 + n * 7) for n in range(200)]


def pcap(*frames: bytes) -> bytes:
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    return header + b"".join(
        struct.pack("<IIII", 1, 2, len(octets), len(octets)) + octets for octets in frames
    )


PCAP = pcap(*FRAMES)


def read_all(path: str) -> tuple[list[bytes], CaptureReader]:
    frames: list[bytes] = []
    with open_capture(path, digest=True) as reader:
        records = reader.records
        for block in reader:
            while records.next(block) == Answer.DONE:
                frames.append(block[records.start : records.end])
    return frames, reader


class Stdin:
    """A sys.stdin around some octets."""

    def __init__(self, file: io.BufferedIOBase | io.BytesIO, terminal: bool = False) -> None:
        self.buffer = file
        self.terminal = terminal
        self.closed = False

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize("packing", ["", *PACK])
def test_stdin(monkeypatch: pytest.MonkeyPatch, packing: str) -> None:
    data = PACK[packing](PCAP) if packing else PCAP
    monkeypatch.setattr(sys, "stdin", Stdin(io.BytesIO(data)))
    frames, reader = read_all(STDIN)
    assert frames == FRAMES
    assert reader.sha256 == hashlib.sha256(data).hexdigest()
    assert (reader.path, reader.total_bytes, reader.bytes_read) == ("-", 0, len(data))
    assert not sys.stdin.buffer.closed


def test_stdin_from_a_file_goes_on_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before" + PCAP)
    with path.open("rb") as file:
        file.seek(6)
        monkeypatch.setattr(sys, "stdin", Stdin(file))
        frames, reader = read_all(STDIN)
    assert frames == FRAMES
    assert reader.total_bytes == len(PCAP) + 6


def test_stdin_that_nobody_feeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(io.BytesIO(PCAP), terminal=True))
    with pytest.raises(UsageError, match="stdin is a terminal"):
        open_capture(STDIN)
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(RefusedCaptureError, match="stdin is closed"):
        open_capture(STDIN)


def test_frames_of_a_pipe_are_given_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver, sender = os.pipe()
    with os.fdopen(receiver, "rb") as file, os.fdopen(sender, "wb", buffering=0) as other:
        monkeypatch.setattr(sys, "stdin", Stdin(file))
        other.write(pcap(b"one")[:30])
        with open_capture(STDIN, digest=True) as reader:
            records = reader.records
            blocks = iter(reader)
            assert records.next(next(blocks)) == Answer.NEED_MORE
            other.write(pcap(b"one")[30:])
            assert records.next(next(blocks)) == Answer.DONE
        assert reader.sha256 == hashlib.sha256(pcap(b"one")).hexdigest()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def feed() -> None:
        path.write_bytes(gzip.compress(PCAP))

    feeder = threading.Thread(target=feed)
    feeder.start()
    frames, reader = read_all(str(path))
    feeder.join()
    assert frames == FRAMES
    assert (reader.format, reader.error) == ("gzip pcap", None)
    assert reader.sha256 != ""
