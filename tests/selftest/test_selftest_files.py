"""Captures as built, read by our own readers."""

from pathlib import Path

import pytest

from netwatch.capture.files import open_capture
from netwatch.model import Answer
from netwatch.selftest.files import Frame, pcap, pcapng

FRAMES = [
    Frame(1_700_000_000_123_456_000, b"first"),
    Frame(1_700_000_001_000_000_001, b"second frame", wire_bytes=99),
]


def read(path: Path) -> list[tuple[int, bytes, int, int]]:
    found = []
    with open_capture(str(path)) as reader:
        for block in reader:
            records = reader.records
            while records.next(block) == Answer.DONE:
                octets = block[records.start : records.end]
                found.append((records.time_ns, octets, records.link_type, records.wire_bytes))
        assert reader.error is None
    return found


def test_a_pcap_in_microseconds(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(pcap(FRAMES))
    assert read(path) == [
        (1_700_000_000_123_456_000, b"first", 1, 5),
        (1_700_000_001_000_000_000, b"second frame", 1, 99),
    ]


def test_a_pcapng_with_two_interfaces_in_nanoseconds(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(pcapng([*FRAMES, Frame(7, b"raw", link=101)]))
    assert read(path) == [
        (1_700_000_000_123_456_000, b"first", 1, 5),
        (1_700_000_001_000_000_001, b"second frame", 1, 99),
        (7, b"raw", 101, 3),
    ]


@pytest.mark.parametrize("write", [pcap, pcapng])
def test_no_frames_at_all(write: object, tmp_path: Path) -> None:
    assert callable(write)
    path = tmp_path / "a"
    path.write_bytes(write([]))
    assert read(path) == []


def test_a_pcap_has_one_link_type() -> None:
    with pytest.raises(ValueError, match="link types"):
        pcap([*FRAMES, Frame(7, b"raw", link=101)])
