"""Captures as they are opened: what they are, how far they are read, and what is said otherwise."""

import bz2
import gzip
import hashlib
import lzma
import struct
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from netwatch.capture import blocks as blocks_module
from netwatch.capture.files import (
    CaptureReader,
    format_of,
    open_capture,
    shown,
)
from netwatch.errors import DamagedCaptureError, RefusedCaptureError, UsageError
from netwatch.limits import BLOCK_BYTES, FRAME_BYTES_MAX
from netwatch.model import Answer

Row = tuple[int, int, int, bytes]
"""Number, time, length on the wire, octets."""

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


def pcap(*frames: bytes, network: int = 1) -> bytes:
    records = [
        struct.pack("<IIII", 1_700_000_000 + n, n, len(octets), len(octets)) + octets
        for n, octets in enumerate(frames)
    ]
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, network)
    return header + b"".join(records)


def pcapng(*frames: bytes) -> bytes:
    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        size = struct.pack("<I", len(body) + 12)
        return struct.pack("<I", kind) + size + body + size

    data = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    data += block(1, struct.pack("<HHI", 1, 0, 0))
    for octets in frames:
        data += block(6, struct.pack("<IIIII", 0, 0, 7, len(octets), len(octets)) + octets)
    return data


FRAMES = [bytes((n,)) * (60 + n * 7) for n in range(200)]
PCAP = pcap(*FRAMES)
PCAPNG = pcapng(*FRAMES)


def read(reader: CaptureReader) -> list[Row]:
    rows: list[Row] = []
    records = reader.records
    for block in reader:
        while records.next(block) == Answer.DONE:
            octets = block[records.start : records.end]
            rows.append((records.frame, records.time_ns, records.wire_bytes, octets))
    return rows


def read_file(path: Path, digest: bool = False) -> tuple[list[Row], CaptureReader]:
    with open_capture(str(path), digest=digest) as reader:
        return read(reader), reader


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


# --- formats and packings ---


@pytest.mark.parametrize(("data", "kind"), [(PCAP, "pcap"), (PCAPNG, "pcapng")])
@pytest.mark.parametrize("packing", ["", *PACK])
def test_every_format_in_every_packing(
    tmp_path: Path, data: bytes, kind: str, packing: str
) -> None:
    on_disk = PACK[packing](data) if packing else data
    path = written(tmp_path / "wrong.name", on_disk)
    rows, reader = read_file(path, digest=True)
    assert [row[3] for row in rows] == FRAMES
    assert reader.format == f"{packing} {kind}".strip()
    assert reader.error is None
    assert reader.sha256 == hashlib.sha256(on_disk).hexdigest()
    assert reader.bytes_read == reader.total_bytes == len(on_disk)
    assert reader.path == str(path)
    assert read_file(path)[1].sha256 == ""


def test_block_borders_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, data in (("a", PCAP), ("b", PCAPNG)):
        path = written(tmp_path / name, data)
        whole, _ = read_file(path)
        for size in (1, 16, 100, 4096):
            monkeypatch.setattr(blocks_module, "BLOCK_BYTES", size)
            assert read_file(path, digest=True)[0] == whole
        monkeypatch.undo()


@pytest.mark.parametrize("packing", ["", "gzip"])
def test_records_longer_than_a_block(tmp_path: Path, packing: str) -> None:
    # 262,144 octets fit into a block, but not into what is left of it.
    frames = [bytes((n,)) * FRAME_BYTES_MAX for n in range(7)]
    data = pcap(*frames) if not packing else PACK[packing](pcap(*frames))
    rows, reader = read_file(written(tmp_path / "long", data))
    assert [row[3] for row in rows] == frames
    assert reader.error is None
    skipped = struct.pack("<II", 10, 3_000_012) + bytes(3_000_000) + struct.pack("<I", 3_000_012)
    data = pcapng(b"one") + skipped + pcapng(b"two")
    data = data if not packing else PACK[packing](data)
    rows, reader = read_file(written(tmp_path / "ng", data))
    assert [row[3] for row in rows] == [b"one", b"two"]
    assert reader.error is None


@pytest.mark.parametrize("packing", ["", "gzip"])
@pytest.mark.parametrize("cut", [0, 1, 2_000_000])
def test_what_no_block_holds_is_passed_over(tmp_path: Path, packing: str, cut: int) -> None:
    message = bytes(2_000_000)
    data = pcap(message, b"end", network=231) if not cut else pcap(message, network=231)[:-cut]
    path = written(tmp_path / "dbus", PACK[packing](data) if packing else data)
    with open_capture(str(path), digest=True) as reader:
        sizes = [len(row[3]) for row in read(reader)]
    if cut == 2_000_000:
        assert sizes == []
        assert reader.error is not None
        assert "16 octets found, at least 262160 expected" in reader.error
    elif cut:
        assert sizes == [FRAME_BYTES_MAX]
        assert reader.error == (
            "the input ends in the middle of a record; at octet 2000040, 1 packets were read before"
        )
    else:
        assert sizes == [FRAME_BYTES_MAX, 3]
        assert reader.error is None
    assert reader.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    octets = bytes(1500)
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.write(pcap())
        record = struct.pack("<IIII", 1, 2, 1500, 1500) + octets
        for _ in range(100):
            file.write(record * 300)
    packed = written(tmp_path / "packed", gzip.compress(path.read_bytes(), 1))
    for each in (path, packed):
        tracemalloc.start()
        with open_capture(str(each)) as reader:
            for block in reader:
                while reader.records.next(block) == Answer.DONE:
                    pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert reader.records.packets == 30_000
        assert peak < 4 * BLOCK_BYTES


# --- damage ---


@pytest.mark.parametrize("packing", ["", *PACK])
def test_a_cut_capture_is_read_to_the_cut(tmp_path: Path, packing: str) -> None:
    data = pcap(*FRAMES[:3])
    for size in range(24, len(data)):
        cut = data[:size]
        path = written(tmp_path / "cut", PACK[packing](cut) if packing else cut)
        rows, reader = read_file(path)
        ends = [24, 24 + 76, 24 + 76 + 83, len(data)]
        whole = max(n for n in range(4) if ends[n] <= size)
        assert [row[3] for row in rows] == FRAMES[:whole]
        if size in ends:
            assert reader.error is None
            continue
        found = size - ends[whole]
        needed = 16 if found < 16 else 16 + len(FRAMES[whole])
        assert reader.error == (
            f"the input ends in the middle of a record: {found} octets found, at least {needed} "
            f"expected; at octet {ends[whole]}, {whole} packets were read before"
        )


def test_a_lie_ends_the_reading_where_it_stands(tmp_path: Path) -> None:
    lie = struct.pack("<IIII", 1, 2, 0xFFFFFFFF, 60) + bytes(60)
    data = PCAP + lie + PCAP[24:]
    for on_disk in (data, gzip.compress(data)):
        path = written(tmp_path / "lie", on_disk)
        rows, reader = read_file(path, digest=True)
        assert [row[3] for row in rows] == FRAMES
        assert reader.error == (
            "captured length 4294967295 found, at most 262144 expected; "
            f"at octet {len(PCAP)}, 200 packets were read before"
        )
        assert reader.sha256 == hashlib.sha256(on_disk).hexdigest()


@pytest.mark.parametrize("packing", PACK)
def test_a_cut_packing_gives_what_was_unpacked(tmp_path: Path, packing: str) -> None:
    noise = hashlib.shake_128(b"frames").digest(400_000)
    frames = [noise[n * 1000 : n * 1000 + 1000] for n in range(400)]
    data = pcap(*frames)
    # bzip2 unpacks whole blocks of up to 900,000 octets, so small ones are used.
    packed = bz2.compress(data, 1) if packing == "bzip2" else PACK[packing](data)
    path = written(tmp_path / "cut", packed[: len(packed) // 2])
    rows, reader = read_file(path, digest=True)
    assert len(rows) >= 90
    assert [row[3] for row in rows] == frames[: len(rows)]
    assert reader.error is not None
    assert reader.error.startswith(
        f"{packing} data is cut off: the packed input ends after {len(packed) // 2} octets; "
        "at octet "
    )
    assert reader.error.endswith(f", {len(rows)} packets were read before")
    assert reader.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_limit_on_unpacked_octets(tmp_path: Path) -> None:
    path = written(tmp_path / "bomb", PACK["zstd"](pcap(*[b""] * 1_000_000)))
    with open_capture(str(path), unpacked_bytes_max=24 + 16 * 1000) as reader:
        assert len(read(reader)) == 1000
    assert reader.error == (
        "zstd data unpacks to more than 16024 octets, which is the limit; at octet 16024, "
        "1000 packets were read before"
    )


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "nothing found at the start"),
        (b"\xd4\xc3", "d4 c3 (b'\\xd4\\xc3') found at the start"),
        (b"PK\x03\x04" + bytes(30), "50 4b 03 04 00 00 00 00 (b'PK\\x03\\x04\\x00"),
        (b"\n\r\r\n" + bytes(30), "0a 0d 0d 0a 00 00 00 00"),
        (gzip.compress(b"hello, world, hello", mtime=0), "found inside gzip data at the start"),
        (gzip.compress(b"", mtime=0), "nothing found inside gzip data"),
        (
            gzip.compress(PCAP, mtime=0)[:12],
            "gzip data is cut off: the packed input ends after 12 octets",
        ),
        (b"BZh9" + bytes(99), "bzip2 data is damaged near octet "),
        (
            gzip.compress(lzma.compress(PCAP), mtime=0),
            "xz data found inside gzip data, a capture expected",
        ),
        (
            gzip.compress(gzip.compress(PCAP, mtime=0), mtime=0),
            "what is packed twice is not unpacked",
        ),
    ],
)
def test_what_is_no_capture_is_said_with_its_octets(
    tmp_path: Path, data: bytes, found: str
) -> None:
    path = written(tmp_path / "other.pcap", data)
    with pytest.raises(DamagedCaptureError) as raised:
        open_capture(str(path))
    assert str(raised.value).startswith(f"{path}: ")
    assert found in str(raised.value)
    assert raised.value.exit_code == 3
    assert "\n" not in str(raised.value)


def test_a_header_that_is_cut_is_an_error_of_the_reading(tmp_path: Path) -> None:
    rows, reader = read_file(written(tmp_path / "short", PCAP[:20]))
    assert rows == []
    assert reader.error == (
        "the input ends in the middle of a record: 20 octets found, at least 24 expected; "
        "at octet 0, 0 packets were read before"
    )


def test_a_disk_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "bad", pcap(*[bytes(1000)] * 2000))
    with open_capture(str(path), digest=True) as reader:
        real = reader._disk.read_at

        def failing(offset: int, size: int) -> bytes:
            if offset > BLOCK_BYTES:
                raise OSError(5, "Input/output error")
            return real(offset, size)

        monkeypatch.setattr(reader._disk, "read_at", failing)
        rows = read(reader)
    assert 500 < len(rows) < 2000
    assert reader.error is not None
    assert reader.error.startswith("cannot be read: Input/output error; at octet ")


def test_a_consumer_that_does_not_read_is_no_endless_loop(tmp_path: Path) -> None:
    with open_capture(str(written(tmp_path / "a", PCAP))) as reader:
        assert sum(1 for _ in reader) == 1
    assert reader.error is not None


# --- what cannot be opened ---


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    for path in (str(tmp_path / "none"), str(written(tmp_path / "a", PCAP) / "b")):
        with pytest.raises(UsageError, match="there is no such file or directory"):
            open_capture(path)
    with pytest.raises(UsageError, match="not a path"):
        open_capture("a\0b")


def test_a_path_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "secret", PCAP)
    with pytest.raises(RefusedCaptureError, match=r"cannot be opened: Is a directory|denied"):
        open_capture(str(tmp_path))

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    # The tests may run as root, whom no mode refuses.
    monkeypatch.setattr("builtins.open", refused)
    with pytest.raises(RefusedCaptureError, match="secret: cannot be opened: Permission denied"):
        open_capture(str(path))


def test_messages_stay_on_one_line() -> None:
    assert shown("a b.pcap") == "a b.pcap"
    assert shown("a\nb\x1b[2J") == r"'a\nb\x1b[2J'"
    assert shown("a\udcff") == r"'a\udcff'"


# --- progress ---


@pytest.mark.parametrize("packing", ["", "gzip"])
def test_progress_only_grows_and_ends_whole(tmp_path: Path, packing: str) -> None:
    data = pcap(*[bytes(1000)] * 3000)
    path = written(tmp_path / "a", PACK[packing](data) if packing else data)
    seen: list[tuple[int, int]] = []

    def note(reader: CaptureReader) -> None:
        seen.append((reader.bytes_read, int(reader.records.packets)))

    with open_capture(str(path), progress=note) as reader:
        read(reader)
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[-1] == (path.stat().st_size, 3000)


def test_an_interrupted_reading_has_no_digest_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "a", pcap(*[bytes(1000)] * 3000))
    with open_capture(str(path), digest=True) as reader:
        for block in reader:
            while reader.records.next(block) == Answer.DONE:
                pass
            break
    assert 0 < reader.records.packets < 3000
    assert (reader.sha256, reader.error) == ("", None)


def test_formats_are_told_by_their_first_octets() -> None:
    for magic in ("a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1", "a1b2cd34", "34cdb2a1"):
        assert format_of(bytes.fromhex(magic) + bytes(12)) == "pcap"
    assert format_of(PCAPNG[:16]) == "pcapng"
    assert format_of(bytes.fromhex("0a0d0d0a0000001c1a2b3c4d")) == "pcapng"
    assert format_of(bytes.fromhex("0a0d0d0a0000001c1a2b3c4e")) == ""
    assert format_of(bytes.fromhex("a1b234cd")) == ""


def test_opening_a_plain_capture_imports_no_packing(tmp_path: Path) -> None:
    path = written(tmp_path / "a", PCAP)
    code = (
        "import sys; from netwatch.capture.files import open_capture\n"
        f"reader = open_capture({str(path)!r})\n"
        "print(sorted({'bz2', 'lzma', 'zstandard', 'hashlib', 'fcntl'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
