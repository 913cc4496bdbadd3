"""Both ends of a capture without what lies between; the full reading is the referee."""

import gzip
import random
import struct
import time
from pathlib import Path

import pytest

from netwatch.capture.files import open_capture
from netwatch.capture.peek import END_BYTES, Ends, ends_of
from netwatch.model import Answer

MAGICS = {
    "<": (0xA1B2C3D4, 1_000, 16),
    ">": (0xA1B2C3D4, 1_000, 16),
    "<ns": (0xA1B23C4D, 1, 16),
    ">ns": (0xA1B23C4D, 1, 16),
    "<modified": (0xA1B2CD34, 1_000, 24),
    ">modified": (0xA1B2CD34, 1_000, 24),
}


def pcap(kind: str, sizes: list[int], link_type: int = 1) -> bytes:
    order, (magic, _, header_bytes) = kind[0], MAGICS[kind]
    chance = random.Random(5)  # noqa: S311 - the same octets every time
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262_144, link_type)]
    for number, size in enumerate(sizes):
        parts.append(struct.pack(order + "IIII", 1_000 + number, number, size, size))
        parts.append(bytes(header_bytes - 16) + chance.randbytes(size))
    return b"".join(parts)


def block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    total = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + total + body + total


def pcapng(order: str, times: list[int], trailing: int = 0) -> bytes:
    section = block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    interface = block(order, 1, struct.pack(order + "HHI", 1, 0, 0))
    packets = [
        block(order, 6, struct.pack(order + "IIIII", 0, 0, time, 60, 60) + bytes(60))
        for time in times
    ]
    statistics = block(order, 5, struct.pack(order + "III", 0, 0, 0)) * trailing
    return section + interface + b"".join(packets) + statistics


def read(path: Path) -> Ends:
    """By reading everything."""
    with open_capture(str(path)) as reader:
        records, times = reader.records, []
        for octets in reader:
            while records.next(octets) == Answer.DONE:
                times.append(int(records.time_ns))
    return Ends(times[0], int(records.link_type), times[-1])


@pytest.mark.parametrize("kind", MAGICS)
@pytest.mark.parametrize("size", [0, 1, 60, 1514, END_BYTES - 30])
def test_pcap(tmp_path: Path, kind: str, size: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(pcap(kind, [60] * 50 + [size], link_type=113))
    assert ends_of(str(path)) == read(path)
    path.write_bytes(pcap(kind, [size]))
    assert ends_of(str(path)) == read(path), "one frame is both ends"


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng(tmp_path: Path, order: str) -> None:
    path = tmp_path / "a"
    for trailing in (0, 3):
        path.write_bytes(pcapng(order, list(range(1_000, 5_000)), trailing))
        assert ends_of(str(path)) == read(path)
    path.write_bytes(pcapng(order, [1_000, 2_000], 100))
    assert ends_of(str(path)) == Ends(1_000_000, 1, None), "too many blocks to walk back over"


def test_what_cannot_be_told_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    whole = pcap("<", [60] * 50)
    path.write_bytes(whole[:-1])
    ends = ends_of(str(path))
    assert ends is not None and ends.last_ns is None, "cut in the last record"
    path.write_bytes(pcap("<", [60] * 50 + [3 * END_BYTES]))
    ends = ends_of(str(path))
    assert ends is not None and ends.last_ns is None, "a last record longer than what is looked at"
    path.write_bytes(pcapng("<", [1_000, 2_000])[:-2])
    ends = ends_of(str(path))
    assert ends is not None and ends.last_ns is None


def test_packed_ones_tell_their_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(pcap("<", [60] * 9, link_type=101)))
    assert ends_of(str(path)) == Ends(1_000_000_000_000, 101, None)


@pytest.mark.parametrize(
    "octets",
    [b"", b"no capture", pcap("<", []), pcap("<", [60])[:-1], gzip.compress(b"none", mtime=0)],
)
def test_without_a_frame_there_are_no_ends(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(octets)
    assert ends_of(str(path)) is None
    assert ends_of(str(tmp_path / "absent")) is None


def test_an_end_that_was_made_up_takes_no_time(tmp_path: Path) -> None:
    """Every fourth octet begins what looks like a last record, and none has one before it."""
    size = 2 * END_BYTES
    words = [0xFFFFFFFF] * 8 + [size - place * 4 - 16 for place in range(-2, size // 4 - 8)]
    made = struct.pack(f"<{len(words)}I", *(word & 0xFFFFFFFF for word in words))
    path = tmp_path / "a"
    path.write_bytes(pcap("<", [60]) + made)
    began = time.thread_time()
    ends = ends_of(str(path))
    assert time.thread_time() - began < 2
    assert ends is not None and ends.first_ns == 1_000_000_000_000


def test_every_cut_is_told_or_not_but_never_wrongly(tmp_path: Path) -> None:
    whole = pcap("<", [3, 0, 7])
    path = tmp_path / "a"
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        ends = ends_of(str(path))
        if ends is not None and ends.last_ns is not None:
            assert ends == read(path)
