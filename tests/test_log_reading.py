"""Logs from the file to the verdict: alone, packed, in folders, from a pipe, and beside captures.

Invariants: a log that a capture tells of as well adds no piece and no device; what a carrier's log
explains is charged to its client only; a log alone never makes anything `running` or `clean` by
questions.
"""

import bz2
import gzip
import io
import json
import lzma
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from netwatch import report
from netwatch.capture.find import find_captures
from netwatch.capture.series import plan
from netwatch.errors import DamagedCaptureError
from netwatch.logs.formats import log_format_of
from netwatch.match.signatures import load_packs
from netwatch.paths import packs_folder
from netwatch.pipeline import judge_captures
from netwatch.scan import print_followed, print_names, scan_captures
from netwatch.selftest.files import pcap
from netwatch.selftest.wire import Site, Wire, together
from netwatch.stop import Stop
from netwatch.workers import Setup

SAMPLES = Path(__file__).resolve().parent / "logs" / "samples"
PACK = load_packs([packs_folder()])
NET = Site(20)
LAPTOP, RESOLVER = NET.host(7), NET.host(53)
GOOGLE = NET.internet("8.8.8.8")
NAMES = ("dnl-03.geo.kaspersky.com", "ds.kaspersky.com")


def judged(*paths: Path | str, **options: Any) -> report.Report:
    return judge_captures(scan_captures([str(path) for path in paths], PACK, **options), PACK.signatures)  # fmt: skip  # noqa: E501 - one call


def device(found: report.Report, address: str) -> report.Device:
    (one,) = (one for one in found.devices if address in one.ips)
    return one


def question(minute: int, second: int, name: str, client: str = "10.20.0.7", server: bool = True) -> bytes:  # fmt: skip  # noqa: E501 - one line
    local = " (10.20.0.53)" if server else ""
    time = f"2026-11-22T10:{minute:02d}:{second:02d}.000Z"
    return f"{time} client @0x1 {client}#5000 ({name}): query: {name} IN A +E(0){local}\n".encode()


def written(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"".join(lines))
    return path


def uplink(path: Path, start: str = "2026-11-22T10:00:01Z", asker: Any = RESOLVER) -> Path:
    """What the mirror shows of a resolver that forwards: its own questions to the Internet."""
    wire = Wire(start)
    for name in NAMES:
        wire.ask(asker, GOOGLE, name)
    return written(path, pcap(together(wire)))


def test_dc01_forwards_and_its_log_names_the_client(tmp_path: Path) -> None:
    capture = uplink(tmp_path / "uplink.pcap")
    alone = judged(capture)
    assert [(one.ips, one.verdict) for one in alone.devices] == [(["10.20.0.53"], "possible")]
    log = written(tmp_path / "query.log", *(question(0, 0, name) for name in NAMES))
    both = judged(capture, log)
    assert device(both, "10.20.0.53").verdict == "unknown"
    assert device(both, "10.20.0.53").evidence == []
    client = device(both, "10.20.0.7")
    assert (client.verdict, client.cap) == ("possible", "merely-asked")
    assert [(e.capture, e.frame, e.log, e.seat) for e in client.evidence] == [
        (str(log), 1, "bind", "log"),
        (str(log), 2, "bind", "log"),
    ]
    assert both.coverage.set_aside == {"far-leg": 2}
    assert both.unattributed == []


@pytest.mark.parametrize(("minute", "explained"), [(0, True), (1, True), (9, False)])
def test_a_log_without_the_resolvers_address_explains_what_lies_within_a_minute(
    tmp_path: Path, minute: int, explained: bool
) -> None:
    capture = uplink(tmp_path / "uplink.pcap", f"2026-11-22T10:{minute:02d}:01Z")
    lines = (
        f"2026-11-22T10:00:00+00:00 pi dnsmasq[1]: query[A] {name} from 10.20.0.7\n".encode()
        for name in NAMES
    )
    found = judged(capture, written(tmp_path / "pihole.log", *lines))
    assert (device(found, "10.20.0.53").evidence == []) is explained
    assert len(device(found, "10.20.0.7").evidence) == 2


def test_a_client_in_the_log_is_not_explained_by_it(tmp_path: Path) -> None:
    capture = uplink(tmp_path / "access.pcap", asker=LAPTOP)
    lines = [
        f"2026-11-22T10:00:00+00:00 pi dnsmasq[1]: query[A] {name} from {client}\n".encode()
        for name in NAMES
        for client in ("10.20.0.7", "10.20.0.8")
    ]
    found = judged(capture, written(tmp_path / "pihole.log", *lines))
    seats = {e.seat for e in device(found, "10.20.0.7").evidence}
    assert seats == {"endpoint", "log"}
    assert found.coverage.set_aside == {}


def test_one_moment_in_a_capture_and_a_log_is_one_piece_of_one_device(tmp_path: Path) -> None:
    wire = Wire("2026-11-22T10:29:58Z", vlans=(30,))
    wire.ask(LAPTOP, RESOLVER, NAMES[0])
    capture = written(tmp_path / "a.pcap", pcap(together(wire)))
    log = written(tmp_path / "query.log", question(30, 5, NAMES[0]))
    found = judged(capture, log)
    client = device(found, "10.20.0.7")
    assert [one.id for one in found.devices if one.evidence] == [client.id]
    assert client.macs == [LAPTOP.mac]
    assert {int(e.time) // 1_800_000_000_000 for e in client.evidence} == {
        int(client.evidence[0].time) // 1_800_000_000_000
    }
    assert "twice" not in " ".join(client.reasons)
    later = written(tmp_path / "later.log", question(45, 0, NAMES[0]))
    assert "twice" in " ".join(device(judged(capture, later), "10.20.0.7").reasons)


def test_a_proxys_log_proves_a_connection_and_explains_the_proxys_own(tmp_path: Path) -> None:
    line = "1795341600.000 5 10.20.0.7 TCP_TUNNEL/200 4000 CONNECT {}:443 - HIER_DIRECT/1.2.3.4 -\n"
    log = written(tmp_path / "access.log", *(line.format(name).encode() for name in NAMES))
    client = device(judged(log), "10.20.0.7")
    assert client.verdict == "running"
    assert all(e.two_way and e.followed and e.log == "squid" for e in client.evidence)
    capture = uplink(tmp_path / "uplink.pcap", "2026-11-22T10:00:01Z")
    found = judged(log, capture)
    assert device(found, "10.20.0.53").evidence == [], "the proxy looked the names up"


def test_questions_in_a_log_never_prove_that_it_runs(tmp_path: Path) -> None:
    lines = [
        f"[{1795341600 + 1800 * turn}] unbound[1:0] info: 10.20.0.7 {name}. A IN NOERROR 0.1 0 9\n"
        for turn in range(12)
        for name in NAMES
    ]
    log = written(tmp_path / "unbound.log", *(line.encode() for line in lines))
    assert device(judged(log), "10.20.0.7").verdict == "likely"
    wire = Wire("2026-11-22T10:00:00Z")
    wire.connect(NET.host(9), NET.internet("203.0.113.9"))
    beside = written(tmp_path / "a.pcap", pcap(together(wire)))
    assert device(judged(log, beside), "10.20.0.7").verdict == "possible", "others connect here"
    blocked = [line.replace("NOERROR", "NXDOMAIN").encode() for line in lines]
    found = device(judged(written(log, *blocked)), "10.20.0.7")
    assert found.verdict == "likely"
    assert not any(e.followed for e in found.evidence)


def test_a_quiet_log_clears_nobody(tmp_path: Path) -> None:
    lines = [
        f"[{1795341600 + 3600 * hour}] unbound[1:0] info: 10.20.0.7 a.test. A IN NOERROR 0.1 0 9\n"
        for hour in range(60)
    ]
    found = judged(written(tmp_path / "unbound.log", *(line.encode() for line in lines)))
    assert device(found, "10.20.0.7").verdict == "unknown"
    assert found.coverage.seat == "logs"
    assert found.coverage.sentence.endswith("does not show that the network is free.")


def test_the_writer_of_a_log_is_nobody(tmp_path: Path) -> None:
    log = written(tmp_path / "q.log", question(0, 0, NAMES[0], "127.0.0.1"))
    found = judged(log)
    assert all(one.evidence == [] for one in found.devices)
    assert found.coverage.set_aside == {"log-writer": 1}


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("sample", ["bind-full.log", "bind.dnstap", "eve.json"])
def test_packed_logs(tmp_path: Path, packing: str, sample: str) -> None:
    octets = (SAMPLES / sample).read_bytes()
    (plain,) = scan_captures([str(SAMPLES / sample)], PACK)
    path = written(tmp_path / "x", PACKINGS[packing](octets))
    (packed,) = scan_captures([str(path)], PACK)
    assert packed.format == f"{packing} {plain.format}"
    assert packed.observation == plain.observation
    assert packed.frames == plain.frames


def test_folders_are_searched_for_logs(tmp_path: Path) -> None:
    names = ["bind-full.log", "squid-native.log", "README.md"]
    for name in names:
        written(tmp_path / name, (SAMPLES / name).read_bytes())
    uplink(tmp_path / "x.pcap")
    found = find_captures([str(tmp_path)], log_format_of)
    assert [Path(one.path).name for one in found] == ["bind-full.log", "squid-native.log", "x.pcap"]
    assert found.skipped == 1
    assert [Path(one.path).name for one in find_captures([str(tmp_path)])] == ["x.pcap"]


def test_a_log_from_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    octets = question(0, 0, NAMES[0]) * 3

    class Pipe:
        buffer = io.BytesIO(octets)
        closed = False

        @staticmethod
        def isatty() -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", Pipe)
    (capture,) = scan_captures(["-"], PACK)
    assert (capture.format, capture.frames, len(capture.observation.sightings)) == (
        "bind log",
        3,
        1,
    )


def test_names_tell_the_line_and_the_log(tmp_path: Path) -> None:
    log = written(tmp_path / "q.log", b"noise\n", question(0, 0, NAMES[0]))
    lines: list[bytes] = []
    print_names([str(log)], Setup(pack=PACK, names=True), lines.append)
    (row,) = (json.loads(line) for line in b"".join(lines).splitlines())
    assert (row["frame"], row["log"], row["signal"]) == (2, "bind", "dns-query")


def test_what_was_assumed_and_what_was_not_understood_is_told(tmp_path: Path) -> None:
    bad = question(0, 0, NAMES[0], "10.20.0.777")
    log = written(
        tmp_path / "q.log", question(0, 0, NAMES[0]).replace(b"Z client", b" client"), bad
    )
    (capture,) = judged(log, log_zone_s=7200).captures
    assert capture.log == report.Log(
        format="bind",
        lines=2,
        notes=[
            "times without a zone were taken as +02:00",
            "1 line was not understood (line 2)",
        ],
    )
    assert capture.anomalies == {"log-line": 1}
    assert (capture.error, capture.packets) == (None, 0)
    assert capture.first_time == 1_795_334_400_000_000_000


def test_a_cut_dnstap_file_gives_what_was_there(tmp_path: Path) -> None:
    octets = (SAMPLES / "bind.dnstap").read_bytes()[:400]
    (capture,) = scan_captures([str(written(tmp_path / "x", octets))], PACK)
    assert capture.error is not None
    assert "in the middle of a frame" in capture.error
    assert len(capture.observation.sightings) == 2


def test_what_is_no_log_is_refused_with_a_word_on_logs(tmp_path: Path) -> None:
    path = written(tmp_path / "x", b"nothing that is known\n")
    with pytest.raises(Exception, match="or a log that is known, expected") as refused:
        scan_captures([str(path)], PACK)
    assert getattr(refused.value, "exit_code", 0) == DamagedCaptureError.exit_code


def test_the_span_is_that_of_the_lines(tmp_path: Path) -> None:
    log = written(tmp_path / "q.log", *(question(minute, 0, NAMES[0]) for minute in range(4)))
    start = 1_795_341_600_000_000_000
    (capture,) = scan_captures([str(log)], PACK, since_ns=start + 1, until_ns=start + 120 * 10**9)
    assert [s.frame for s in capture.observation.sightings] == [2]


def test_many_logs_that_are_put_together_keep_their_lines(tmp_path: Path) -> None:
    from netwatch.fold import Fold

    logs = [
        written(tmp_path / f"{n}.log", question(n, 0, NAMES[0], f"10.20.0.{n + 1}"))
        for n in range(3)
    ]
    fold = Fold(apart_max=0)
    for capture in scan_captures([str(uplink(tmp_path / "x.pcap")), *map(str, logs)], PACK):
        fold.add(capture)
    folded = fold.captures()
    assert [one.is_log for one in folded] == [False, True]
    found = judge_captures(folded, PACK.signatures)
    places = {(Path(e.capture).name, e.frame, e.log) for d in found.devices for e in d.evidence}
    assert {("0.log", 1, "bind"), ("1.log", 1, "bind"), ("2.log", 1, "bind")} <= places


def test_a_growing_log_is_followed(tmp_path: Path) -> None:
    log = written(tmp_path / "q.log", question(0, 0, NAMES[0]), b"half a line")
    lines: list[bytes] = []
    stop = Stop()
    told: list[int] = []

    def advance(_octets: int, _lines: int) -> None:
        told.append(1)
        if len(told) == 1:
            with log.open("ab") as file:
                file.write(b"\n" + question(1, 0, NAMES[1]))
        else:
            stop.request()

    series = plan(find_captures([str(log)], log_format_of), follow=True)
    (capture,) = print_followed(series, Setup(pack=PACK), lines.append, stop, advance, 5.0)
    rows = [json.loads(line) for line in b"".join(lines).splitlines()]
    assert [row["frame"] for row in rows] == [1, 3]
    assert (capture.error, capture.frames) == (None, 3)
