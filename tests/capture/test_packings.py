"""Unpacking.

Invariant: whatever is packed comes out as it was, in chunks that stay small; of what is cut or
damaged, everything that comes before, and then one DamagedCaptureError, never another exception.
"""

import bz2
import gzip
import hashlib
import lzma
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.capture.packings import READ_BYTES, PackedInput, packing_of, unpack
from netwatch.errors import DamagedCaptureError
from netwatch.limits import UNPACK_CHUNK_BYTES, UNPACKED_BYTES_MAX


def noise(seed: int, size: int) -> bytes:
    """Octets that no packing makes shorter."""
    return hashlib.shake_128(bytes((seed,))).digest(size)


MIXED = noise(1, 150_000) + b"frame " * 100_000


def pack_zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": pack_zstd,
}
EVERY = pytest.mark.parametrize("packing", sorted(PACK))


def packed_input(data: bytes, piece_bytes: int = READ_BYTES) -> PackedInput:
    place = 16

    def read(size: int) -> bytes:
        nonlocal place
        octets = data[place : place + min(size, piece_bytes)]
        place += len(octets)
        return octets

    return PackedInput(data[:16], read)


def unpacked(
    packing: str, data: bytes, piece_bytes: int = READ_BYTES, most: int = UNPACKED_BYTES_MAX
) -> tuple[bytes, str]:
    """What came out, and why it ended too early ("" if it did not)."""
    out, failure = drained(unpack(packing, packed_input(data, piece_bytes), most))
    if failure is None:
        return out, ""
    assert isinstance(failure, DamagedCaptureError)
    assert failure.offset == len(out)
    return out, str(failure)


def drained(chunks: Iterator[bytes]) -> tuple[bytes, Exception | None]:
    out = bytearray()
    try:
        for chunk in chunks:
            assert 0 < len(chunk) <= UNPACK_CHUNK_BYTES
            out += chunk
    except (DamagedCaptureError, OSError) as failure:
        return bytes(out), failure
    return bytes(out), None


@EVERY
def test_what_was_packed_comes_out(packing: str) -> None:
    for data in (b"", b"x", MIXED):
        packed = PACK[packing](data)
        assert packing_of(packed) == packing
        for piece_bytes in (1, 1000, READ_BYTES) if len(data) < 10 else (READ_BYTES, 5000):
            assert unpacked(packing, packed, piece_bytes) == (data, "")


@EVERY
def test_several_members_in_a_row(packing: str) -> None:
    pack = PACK[packing]
    packed = pack(b"one") + pack(b"") + pack(MIXED) + pack(b"two")
    assert unpacked(packing, packed) == (b"one" + MIXED + b"two", "")
    assert unpacked(packing, packed, 1000) == (b"one" + MIXED + b"two", "")


@pytest.mark.parametrize("packing", ["gzip", "xz", "bzip2"])
@pytest.mark.parametrize("zeros", [4, 512, READ_BYTES + 4])
def test_zeros_behind_a_member_are_padding(packing: str, zeros: int) -> None:
    packed = PACK[packing](b"one") + bytes(zeros)
    assert unpacked(packing, packed) == (b"one", "")
    assert unpacked(packing, packed + PACK[packing](b"two")) == (b"onetwo", "")


@EVERY
def test_something_else_behind_a_member(packing: str) -> None:
    out, why = unpacked(packing, PACK[packing](b"one") + b"garbage")
    assert out == b"one"
    assert "67 61" in why
    assert why.startswith(f"{packing} data is damaged near octet {len(PACK[packing](b'one'))} of")


@EVERY
def test_every_truncation_of_a_small_one(packing: str) -> None:
    whole = MIXED[:100] + b"frame " * 20
    packed = PACK[packing](whole)
    assert unpacked(packing, packed + packed[:1])[1] != ""
    for size in range(4, len(packed)):
        out, why = unpacked(packing, packed[:size])
        assert whole.startswith(out)
        assert why == f"{packing} data is cut off: the packed input ends after {size} octets"


def test_a_cut_gives_nearly_everything_before_it() -> None:
    data = noise(2, 400_000)
    for packing, least in (("gzip", 190_000), ("zstd", 131_072), ("xz", 190_000)):
        packed = PACK[packing](data)
        out, why = unpacked(packing, packed[: len(packed) // 2])
        assert len(out) >= least
        assert data.startswith(out)
        assert "cut off" in why
    # bzip2 unpacks blocks of up to 900,000 octets, so a smaller one is used.
    packed = bz2.compress(data, 1)
    out, why = unpacked("bzip2", packed[: len(packed) // 2])
    assert len(out) >= 99_000
    assert "cut off" in why


@EVERY
def test_a_changed_octet_costs_what_is_near_it(packing: str) -> None:
    data = noise(3, 300_000)
    packed = bytearray(PACK[packing](data))
    place = len(packed) * 9 // 10
    packed[place : place + 40] = bytes(40)
    out, why = unpacked(packing, bytes(packed))
    assert why.startswith(f"{packing} data is damaged near octet ")
    if packing != "bzip2":
        assert out[:131_072] == data[:131_072]


def test_a_wrong_check_sum_costs_nothing() -> None:
    packed = bytearray(gzip.compress(MIXED))
    packed[-6] ^= 1
    assert unpacked("gzip", bytes(packed)) == (
        MIXED,
        f"gzip data is damaged near octet {len(packed)} of the packed input: "
        "Error -3 while decompressing data: incorrect data check",
    )
    packed = bytearray(pack_zstd(MIXED))
    packed[-2] ^= 1
    out, why = unpacked("zstd", bytes(packed))
    assert out == MIXED
    assert "checksum" in why


@EVERY
def test_the_limit_is_on_what_comes_out(packing: str) -> None:
    packed = PACK[packing](bytes(5000))
    assert unpacked(packing, packed, most=5000) == (bytes(5000), "")
    assert unpacked(packing, packed, most=4999) == (
        bytes(4999),
        f"{packing} data unpacks to more than 4999 octets, which is the limit",
    )


@EVERY
def test_a_bomb_costs_no_memory(packing: str) -> None:
    packed = PACK[packing](bytes(64_000_000))
    assert len(packed) < 100_000
    most = 40_000_000
    total = 0
    tracemalloc.start()
    chunks = unpack(packing, packed_input(packed), most)
    while total < most:
        total += len(next(chunks))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    with pytest.raises(DamagedCaptureError, match="more than 40000000 octets"):
        next(chunks)
    # xz has a dictionary of 8 MiB, Python keeps a second one for its input.
    assert peak < 24_000_000


def zstd_window(log: int) -> bytes:
    parameters = zstandard.ZstdCompressionParameters(window_log=log)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return compressor.compress(b"x" * 1000) + compressor.flush()


def test_zstd_windows_up_to_the_limit() -> None:
    assert unpacked("zstd", zstd_window(27)) == (b"x" * 1000, "")
    out, why = unpacked("zstd", zstd_window(28))
    assert out == b""
    assert "too much memory" in why


def test_zstd_frames_of_every_form() -> None:
    compressor = zstandard.ZstdCompressor(write_content_size=False)
    streaming = compressor.compressobj()
    parts = streaming.compress(b"one") + streaming.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    parts += streaming.compress(b"two") + streaming.flush()
    skippable = b"\x5f\x2a\x4d\x18" + (300_000).to_bytes(4, "little") + bytes(300_000)
    data = skippable + parts + b"\x50\x2a\x4d\x18" + bytes(4) + pack_zstd(b"a" * 200)
    assert packing_of(data) == "zstd"
    assert unpacked("zstd", data) == (b"onetwo" + b"a" * 200, "")
    out, why = unpacked("zstd", parts + skippable[:-1])
    assert out == b"onetwo"
    assert "cut off" in why


@pytest.mark.parametrize("kind", [0, 1, 2, 3])
@pytest.mark.parametrize("size", [131_073, 0x1FFFFF])
def test_zstd_blocks_that_are_too_long(kind: int, size: int) -> None:
    # Section 3.1.1.2.4: 128 KiB at most. The window here is 16 MiB.
    head = b"\x28\xb5\x2f\xfd\x00\x70"
    block = (size << 3 | kind << 1 | 1).to_bytes(3, "little")
    out, why = unpacked("zstd", head + block + bytes(0x200000))
    assert len(out) <= UNPACK_CHUNK_BYTES
    assert why.startswith("zstd data is damaged near octet ")


def test_an_xz_dictionary_that_wants_our_memory() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 256 * 1024 * 1024}]
    packed = lzma.compress(b"x" * 1000, filters=filters)
    out, why = unpacked("xz", packed)
    assert out == b""
    assert "emory usage limit" in why


@pytest.mark.parametrize(
    ("head", "packing"),
    [
        (b"", ""),
        (b"\x1f\x8b", ""),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x1f\x9d\x90", ""),
        (b"BZh", ""),
        (b"BZh0", ""),
        (b"BZh9", "bzip2"),
        (b"BZhello", ""),
        (b"\xfd7zXZ", ""),
        (b"\xfd7zXZ\0", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"\x58\x2a\x4d\x18", "zstd"),
        (b"\x60\x2a\x4d\x18", ""),
        (b"\xd4\xc3\xb2\xa1", ""),
        (b"PK\x03\x04", ""),
    ],
)
def test_told_by_magic(head: bytes, packing: str) -> None:
    assert packing_of(head) == packing


def test_a_failing_disk_comes_through_after_what_was_unpacked() -> None:
    packed = gzip.compress(MIXED)
    left = [packed[16:100_000]]

    def read(size: int) -> bytes:
        del size
        if left:
            return left.pop()
        raise OSError(5, "Input/output error")

    out, failure = drained(unpack("gzip", PackedInput(packed[:16], read), UNPACKED_BYTES_MAX))
    assert isinstance(failure, OSError)
    assert len(out) > 90_000
    assert MIXED.startswith(out)


def test_octets_given_back_come_again() -> None:
    packed = packed_input(bytes(range(100)), 7)
    assert packed.exactly(20) == bytes(range(20))
    packed.give_back(bytes(range(15, 20)))
    assert packed.offset == 15
    assert packed.take(3) == bytes((15, 16, 17))
    assert packed.exactly(200) == bytes(range(18, 100))
    assert (packed.take(1), packed.offset) == (b"", 100)


def test_zlib_ng_is_taken_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    used = []
    package = ModuleType("zlib_ng")
    inner = ModuleType("zlib_ng.zlib_ng")

    def decompressobj(bits: int) -> object:
        used.append(bits)
        return zlib.decompressobj(bits)

    inner.__dict__.update(decompressobj=decompressobj, error=zlib.error)
    monkeypatch.setitem(sys.modules, "zlib_ng", package)
    monkeypatch.setitem(sys.modules, "zlib_ng.zlib_ng", inner)
    assert unpacked("gzip", gzip.compress(b"one")) == (b"one", "")
    assert used == [31]
    # Negative control: without it, the standard library does the work.
    monkeypatch.setitem(sys.modules, "zlib_ng.zlib_ng", None)
    assert unpacked("gzip", gzip.compress(b"one")) == (b"one", "")
    assert used == [31]


@EVERY
@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=5))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_any_damage(packing: str, changes: list[tuple[int, int]]) -> None:
    packed = bytearray(PACK[packing](MIXED[:900] + b"frame " * 200) * 2)
    for place, octet in changes:
        packed[place % len(packed)] = octet
    if packing_of(bytes(packed)) == packing:
        unpacked(packing, bytes(packed))
