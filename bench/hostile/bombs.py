"""Compressed captures that unpack to far more than they are: stopped by the limit."""

import bz2
import gzip
import io
import lzma
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import zstandard

from hostile.checks import Outcome
from hostile.wires import FILE_HEADER, matcher
from netwatch.capture.files import open_capture
from netwatch.observe import build_engine

MIB = 1024 * 1024
LIMIT = 256 * MIB
SLOW_LIMIT = 48 * MIB
UNPACKED = 2 * LIMIT
RECORD = bytes(8) + (1_000).to_bytes(4, "little") * 2 + bytes(1_000)


def gzip_bomb() -> bytes:
    """Members of 16 MiB, each some 1000 times smaller."""
    plain = (RECORD * (16 * MIB // len(RECORD) + 1))[: 16 * MIB]
    return gzip.compress(FILE_HEADER) + gzip.compress(plain, 9, mtime=0) * (UNPACKED // len(plain))


def zstd_bomb() -> bytes:
    """One frame with the largest window that is allowed."""
    parameters = zstandard.ZstdCompressionParameters(window_log=27, compression_level=1)
    stream = io.BytesIO()
    packer = zstandard.ZstdCompressor(compression_params=parameters)
    with packer.stream_writer(stream, closefd=False) as writer:
        writer.write(FILE_HEADER)
        for _ in range(UNPACKED // MIB):
            writer.write(bytes(MIB))
    return stream.getvalue()


def xz_bomb() -> bytes:
    """A dictionary of 64 MiB, as xz -9 writes it."""
    plain = bytes(SLOW_LIMIT + MIB)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 1, "dict_size": 64 * MIB}]
    return lzma.compress(FILE_HEADER) + lzma.compress(plain, lzma.FORMAT_XZ, filters=filters)


def bzip2_bomb() -> bytes:
    """Streams of 8 MiB, each some 180,000 times smaller."""
    return bz2.compress(FILE_HEADER) + bz2.compress(bytes(8 * MIB)) * (2 * SLOW_LIMIT // (8 * MIB))


def bomb(make: Callable[[], bytes], limit: int) -> Outcome:
    """Read one bomb through the engine; it must stop at the limit."""
    with tempfile.NamedTemporaryFile() as file:
        # Packing takes more memory than unpacking may: another process does it.
        code = f"import hostile.bombs as b; open({file.name!r}, 'wb').write(b.{make.__name__}())"
        subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code
        packed_bytes = Path(file.name).stat().st_size
        began = time.thread_time()
        engine = build_engine(matcher(), strict=True)
        with open_capture(file.name, unpacked_bytes_max=limit) as reader:
            octets = 0
            for block in reader:
                octets += len(block)
                engine.feed(block, reader.records)
        seconds = time.thread_time() - began
    outcome = Outcome(int(reader.records.packets), seconds)
    outcome.notes = f"{packed_bytes:,} octets, stopped at {octets / MIB:.0f} MiB"
    outcome.at_most("octets unpacked", octets, limit + MIB)
    outcome.at_least("octets unpacked", octets, limit - MIB)
    outcome.at_least("it says so", "the limit" in (reader.error or ""), True)
    return outcome


def gzip_bombs() -> Outcome:
    """gzip."""
    return bomb(gzip_bomb, LIMIT)


def zstd_bombs() -> Outcome:
    """zstd."""
    return bomb(zstd_bomb, LIMIT)


def xz_bombs() -> Outcome:
    """xz."""
    return bomb(xz_bomb, SLOW_LIMIT)


def bzip2_bombs() -> Outcome:
    """bzip2."""
    return bomb(bzip2_bomb, SLOW_LIMIT)
