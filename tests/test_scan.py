"""Captures through the engine: what is kept, what is lost, and that `jobs` changes nothing."""

import hashlib
import json
import struct
from pathlib import Path

import msgspec
import pytest

import netwatch.scan
import netwatch.workers
from netwatch.errors import NetwatchError
from netwatch.match.signatures import Pack
from netwatch.model import Capture
from netwatch.names import name_text
from netwatch.repeats import HALF_HOUR_NS
from netwatch.scan import print_names, scan_captures
from netwatch.signature import Signature
from netwatch.stop import Stop
from netwatch.workers import Setup

PACK = Pack(
    (
        Signature(
            id="test-update",
            service="test",
            product="Test",
            purpose="update",
            strength="strong",
            names=("*.found.test",),
        ),
    )
)
SETUP = Setup(pack=PACK, names=True)
CLIENT, RESOLVER = bytes((10, 0, 0, 1)), bytes((10, 0, 0, 53))
START_S = HALF_HOUR_NS // 1_000_000_000 * 1_000


def wire(name: str) -> bytes:
    return b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))


def question(name: str, number: int = 0) -> bytes:
    message = struct.pack(">HHHHHH", number & 0xFFFF, 0x0100, 1, 0, 0, 0)
    message += wire(name) + b"\0" + struct.pack(">HH", 1, 1)
    port = 20_000 + number % 40_000
    datagram = struct.pack(">HHHH", port, 53, 8 + len(message), 0) + message
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(datagram), 1, 0, 64, 17, 0)
    ethernet = b"\x02\0\0\0\0\2\x02\0\0\0\0\1\x08\x00"
    return ethernet + header + CLIENT + RESOLVER + datagram


def arp(number: int) -> bytes:
    mac = b"\x02" + number.to_bytes(5, "big")
    header = b"\xff" * 6 + mac + b"\x08\x06" + struct.pack(">HHBBH", 1, 0x0800, 6, 4, 2)
    return header + mac + bytes((10, 0, 1, 1)) + mac + bytes((10, 0, 1, 1))


def pcap(path: Path, frames: list[bytes], step_s: int = 1) -> str:
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)
    path.write_bytes(
        head
        + b"".join(
            struct.pack("<IIII", START_S + number * step_s, 0, len(frame), len(frame)) + frame
            for number, frame in enumerate(frames)
        )
    )
    return str(path)


@pytest.fixture
def captures(tmp_path: Path) -> list[str]:
    return [
        pcap(tmp_path / "b.pcap", [question(f"n{n}.found.test", n) for n in range(5)]),
        pcap(tmp_path / "a.pcap", [question("other.test"), question("a.found.test")]),
        pcap(tmp_path / "c.pcap", [arp(1), question("c.found.test")]),
    ]


def names(capture: Capture) -> list[str]:
    return [name_text(sighting.name) for sighting in capture.observation.sightings]


def test_a_capture_gives_its_sightings_and_its_digest(captures: list[str]) -> None:
    (capture,) = scan_captures(captures[1:2], PACK)
    assert names(capture) == ["a.found.test"]
    assert capture.path == captures[1]
    assert (capture.format, capture.error) == ("pcap", None)
    octets = Path(captures[1]).read_bytes()
    assert capture.sha256 == hashlib.sha256(octets).hexdigest()
    assert capture.bytes == len(octets)
    assert capture.observation.coverage.packets == 2
    assert [client.address for client in capture.observation.clients] != []


def test_repeats_of_a_half_hour_count_up(tmp_path: Path) -> None:
    frames = [question("a.found.test", number) for number in range(3_600)]
    (capture,) = scan_captures([pcap(tmp_path / "r.pcap", frames)], PACK)
    assert [s.count for s in capture.observation.sightings] == [1_800, 1_800]


def test_results_do_not_depend_on_jobs(captures: list[str]) -> None:
    one, two, free = (
        msgspec.msgpack.encode(scan_captures(captures, PACK, jobs=jobs)) for jobs in (1, 2, None)
    )
    assert one == two == free
    assert [c.path for c in scan_captures(captures, PACK, jobs=1)] == captures


def test_a_cut_capture_gives_what_came_before(captures: list[str], tmp_path: Path) -> None:
    cut = tmp_path / "cut.pcap"
    cut.write_bytes(Path(captures[0]).read_bytes()[:-10])
    (capture,) = scan_captures([str(cut)], PACK)
    assert len(names(capture)) == 4
    assert capture.error is not None
    assert "4 packets were read before" in capture.error


def test_what_is_no_capture_is_told_among_others(captures: list[str], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pcap"
    wrong.write_bytes(b"PK\x03\x04 and so on, nothing of ours")
    read = scan_captures([str(wrong), captures[0]], PACK)
    assert read[0].error is not None
    assert not read[0].error.startswith(str(wrong)), "the path stands beside it already"
    assert len(names(read[1])) == 5


def test_if_nothing_can_be_begun_that_is_raised(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pcap"
    wrong.write_bytes(b"nothing of ours, and long enough")
    with pytest.raises(NetwatchError, match=r"wrong\.pcap: .* the magic of pcap") as caught:
        scan_captures([str(wrong)], PACK)
    assert caught.value.exit_code == 3
    with pytest.raises(NetwatchError, match="no such file") as caught:
        scan_captures([str(tmp_path / "absent")], PACK)
    assert caught.value.exit_code == 2


def test_a_span_of_time_keeps_the_numbers_of_the_frames(captures: list[str]) -> None:
    start_ns = START_S * 1_000_000_000
    (capture,) = scan_captures(
        captures[:1], PACK, since_ns=start_ns + 1, until_ns=start_ns + 4_000_000_000
    )
    assert [s.frame for s in capture.observation.sightings] == [2, 3, 4]
    assert capture.observation.coverage.packets == 3


def test_names_on_disk_are_told_on_one_line(tmp_path: Path) -> None:
    odd = tmp_path / "line\nend\x1b[2J.pcap"
    (capture,) = scan_captures([pcap(odd, [question("a.found.test")])], PACK)
    assert capture.path == f"{tmp_path}/line\\x0aend\\x1b[2J.pcap"


def test_claims_beyond_the_bound_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(netwatch.scan, "CLAIMS_KEPT_MAX", 3)
    path = pcap(tmp_path / "arp.pcap", [arp(number) for number in range(10)])
    (capture,) = scan_captures([path], PACK)
    assert len(capture.observation.claims) == 3
    assert capture.observation.coverage.anomalies["table-full"] == 7


@pytest.mark.parametrize("jobs", [1, 2])
def test_stopped_before_the_start_nothing_is_read(captures: list[str], jobs: int) -> None:
    stop = Stop()
    stop.request()
    read = scan_captures(captures, PACK, jobs=jobs, stop=stop)
    assert [capture.error for capture in read] == ["interrupted before it was read"] * 3


def test_stopped_on_the_way_what_was_found_is_given(tmp_path: Path) -> None:
    frames = [question(f"n{number}.found.test", number) for number in range(8_000)]
    long = pcap(tmp_path / "long.pcap", frames)
    short = pcap(tmp_path / "short.pcap", frames[:1])
    stop = Stop()
    told: list[tuple[int, int]] = []

    def advance(octets: int, packets: int) -> None:
        told.append((octets, packets))
        stop.request()

    first, second = scan_captures([long, short], PACK, jobs=1, stop=stop, advance=advance)
    assert len(told) == 1
    assert 0 < len(names(first)) == told[0][1] < len(frames)
    assert first.error == f"interrupted; {told[0][1]} packets were read before"
    assert second.error == "interrupted before it was read"


def test_stopped_on_the_way_workers_stop_as_well(tmp_path: Path) -> None:
    frames = [question(f"n{number}.found.test", number) for number in range(500)]
    paths = [pcap(tmp_path / f"{number:02}.pcap", frames) for number in range(30)]
    stop = Stop()

    def advance(_octets: int, packets: int) -> None:
        if packets and not stop.requested:
            stop.request()

    read = scan_captures(paths, PACK, jobs=2, stop=stop, advance=advance)
    assert [capture.path for capture in read] == paths
    errors = [capture.error for capture in read]
    assert errors.count("interrupted before it was read") >= 30 - 2 * 4
    assert sum(len(names(capture)) for capture in read) >= 500
    assert all(e is None or e.startswith("interrupted") for e in errors)


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_tells_all_octets_and_packets(captures: list[str], jobs: int) -> None:
    told: list[tuple[int, int]] = []
    scan_captures(captures, PACK, jobs=jobs, advance=lambda *read: told.append(read))
    assert sum(packets for _, packets in told) == 9
    assert sum(octets for octets, _ in told) == sum(Path(p).stat().st_size for p in captures)


def test_names_come_in_the_order_of_the_captures(captures: list[str]) -> None:
    written: list[bytes] = []
    read = print_names(captures, SETUP, written.append, jobs=1)
    rows = [json.loads(line) for line in b"".join(written).splitlines()]
    assert list(dict.fromkeys(row["capture"] for row in rows)) == captures
    assert [(row["name"], row["signature"]) for row in rows][5:7] == [
        ("other.test", None),
        ("a.found.test", "test-update"),
    ]
    assert all(capture.observation.sightings == [] for capture in read)


def test_names_do_not_depend_on_jobs_however_many(tmp_path: Path, captures: list[str]) -> None:
    many = [question(f"{'x' * 60}.n{number}.test", number) for number in range(20_000)]
    paths = [pcap(tmp_path / "many.pcap", many), *captures]
    outputs = []
    for jobs in (1, 2):
        written: list[bytes] = []
        print_names(paths, SETUP, written.append, jobs=jobs)
        outputs.append(b"".join(written))
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) > netwatch.workers.SPOOL_BYTES_MAX, "else no spool was tried"


def test_only_matched_names_where_not_all_are_asked_for(captures: list[str]) -> None:
    written: list[bytes] = []
    print_names(captures[1:2], Setup(pack=PACK), written.append)
    assert [json.loads(line)["name"] for line in b"".join(written).splitlines()] == ["a.found.test"]
