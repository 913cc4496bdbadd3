"""Captures written by editcap, mergecap, tcpdump and tshark, and real ones: tshark is the witness.

What tshark says of number, time, length and captured length of every frame, we must say as well.
"""

import json
import os
import shutil
import struct
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from netwatch.capture.files import open_capture
from netwatch.errors import DamagedCaptureError
from netwatch.model import Answer

Row = tuple[int, int, int, int]
CAPTURES = Path(
    os.environ.get("NETWATCH_CAPTURES", Path(__file__).resolve().parents[3] / "shared" / "captures")
)
SAMPLE = 24
NETWORK = 1
"""LINKTYPE_ETHERNET."""


def needs(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")


pytestmark = [needs("tshark"), needs("editcap"), needs("mergecap")]


def run(*command: str | Path) -> str:
    ran = subprocess.run([str(part) for part in command], capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.decode()


def seen_by_tshark(path: Path) -> list[Row]:
    fields = ("frame.number", "frame.time_epoch", "frame.len", "frame.cap_len")
    options = [option for field in fields for option in ("-e", field)]
    rows: list[Row] = []
    # Nothing above the link is asked for, so nothing above it is dissected.
    off = ("--disable-protocol", "ip", "--disable-protocol", "ipv6")
    for line in run("tshark", "-n", "-r", path, *off, "-T", "fields", *options).splitlines():
        number, time, wire, captured = line.split("\t")
        time_ns = int(Decimal(time or 0) * 1_000_000_000)
        rows.append((int(number), time_ns, max(int(wire), int(captured)), int(captured)))
    return rows


def seen_by_us(path: Path) -> list[Row]:
    rows: list[Row] = []
    with open_capture(str(path)) as reader:
        records = reader.records
        for block in reader:
            while records.next(block) == Answer.DONE:
                captured = records.end - records.start
                rows.append((records.frame, records.time_ns, records.wire_bytes, captured))
    assert reader.error is None
    return rows


def capture(path: Path, network: int = NETWORK, seconds: int = 1_700_000_000) -> Path:
    """Nanoseconds, so that a coarser format has something to lose."""
    data = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, network)
    for n in range(300):
        octets = bytes((n & 0xFF,)) * (60 + n * 5)
        data += struct.pack("<IIII", seconds + n, n * 3_333_333, len(octets), len(octets) + n)
        data += octets
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("kind", ["pcap", "nsecpcap", "modpcap", "pcapng"])
@pytest.mark.parametrize("snap", [[], ["-s", "64"]])
def test_what_editcap_writes(tmp_path: Path, kind: str, snap: list[str]) -> None:
    source = capture(tmp_path / "source")
    path = tmp_path / "written"
    run("editcap", "-F", kind, *snap, source, path)
    rows = seen_by_us(path)
    assert len(rows) == 300
    assert rows == seen_by_tshark(path)


def test_what_mergecap_writes(tmp_path: Path) -> None:
    first = capture(tmp_path / "first")
    second = capture(tmp_path / "second", network=101, seconds=1_700_000_100)
    path = tmp_path / "merged"
    run("mergecap", "-F", "pcapng", "-w", path, first, second)
    with open_capture(str(path)) as reader:
        records = reader.records
        seen = set()
        for block in reader:
            while records.next(block) == Answer.DONE:
                seen.add((int(records.interface), int(records.link_type)))
    assert seen == {(0, 1), (1, 101)}
    assert seen_by_us(path) == seen_by_tshark(path)


def test_sections_in_a_row(tmp_path: Path) -> None:
    parts = [tmp_path / "a", tmp_path / "b"]
    for part, network in zip(parts, (1, 101), strict=True):
        run("editcap", "-F", "pcapng", capture(tmp_path / "source", network), part)
    path = tmp_path / "both"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    rows = seen_by_us(path)
    assert len(rows) == 600
    assert rows == seen_by_tshark(path)


@needs("tcpdump")
def test_what_tcpdump_writes(tmp_path: Path) -> None:
    source = capture(tmp_path / "source")
    path = tmp_path / "written"
    run("tcpdump", "-r", source, "-w", path)
    rows = seen_by_us(path)
    assert len(rows) == 300
    assert rows == seen_by_tshark(path)


def test_what_tshark_writes(tmp_path: Path) -> None:
    path = tmp_path / "written"
    run("tshark", "-n", "-r", capture(tmp_path / "source"), "-w", path)
    rows = seen_by_us(path)
    assert len(rows) == 300
    assert rows == seen_by_tshark(path)


def test_records_without_packets_are_numbered_as_tshark_does(tmp_path: Path) -> None:
    run("editcap", "-F", "pcapng", capture(tmp_path / "source"), tmp_path / "written")
    data = (tmp_path / "written").read_bytes()
    body = struct.pack("<I", 32473) + b"whatever"
    for number, (kind, octets) in enumerate(
        [(0x0BAD, body), (0x40000BAD, body), (9, b"__REALTIME_TIMESTAMP=1\nMESSAGE=x\n\n\0\0")]
    ):
        size = struct.pack("<I", len(octets) + 12)
        path = tmp_path / str(number)
        path.write_bytes(data + struct.pack("<I", kind) + size + octets + size + data)
        ours = [row[0] for row in seen_by_us(path)]
        assert ours == [*range(1, 301), *range(302, 602)]
        assert [row for row in seen_by_tshark(path) if row[0] != 301] == seen_by_us(path)


def real_captures() -> list[str]:
    """Evenly spread over those that tshark reads to their end."""
    index = CAPTURES / "files.jsonl"
    if not index.is_file():
        return []
    rows = [json.loads(line) for line in index.read_text().splitlines()]
    # ATM (LINKTYPE 123): tshark takes a header of four octets for no part of the frame.
    good = [
        row["path"]
        for row in rows
        if row["tshark_error"] is None
        and row["packets"]
        and "123" not in row["linktypes"]
        # Fuzzed files have times and lengths beyond what tshark's own fields hold.
        and "uzz" not in row["path"]
    ]
    return good[:: max(1, len(good) // SAMPLE)][:SAMPLE]


@pytest.mark.skipif(not real_captures(), reason=f"no real captures in {CAPTURES}")
def test_real_captures() -> None:
    differing = [
        name
        for name in real_captures()
        if seen_by_us(CAPTURES / name) != seen_by_tshark(CAPTURES / name)
    ]
    assert differing == []


@pytest.mark.skipif(not real_captures(), reason=f"no real captures in {CAPTURES}")
def test_every_real_capture_ends_in_one_of_two_ways() -> None:
    """Read whole, or with an error that says where; what is no capture is refused."""
    read = 0
    refused = 0
    for line in (CAPTURES / "files.jsonl").read_text().splitlines():
        try:
            reader = open_capture(str(CAPTURES / json.loads(line)["path"]))
        except DamagedCaptureError:
            refused += 1
            continue
        with reader:
            for block in reader:
                while reader.records.next(block) == Answer.DONE:
                    pass
        read += 1
        assert reader.error is None or " packets were read before" in reader.error
    assert read > 1500
    assert refused < 50
