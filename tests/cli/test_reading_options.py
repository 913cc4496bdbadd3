"""What both commands are told of captures, as it is typed: real processes, sockets and signals."""

import gzip
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from netwatch.capture.filters import libpcap
from netwatch.errors import UsageError

DEADLINE_S = 120


def has_libpcap() -> bool:
    try:
        libpcap()
    except UsageError:
        return False
    return True


needs_libpcap = pytest.mark.skipif(not has_libpcap(), reason="libpcap is not installed")
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


def split(capture: bytes) -> list[bytes]:
    """The head of a pcap file, then its records."""
    parts, at = [capture[:24]], 24
    while at < len(capture):
        size = 16 + struct.unpack_from("<I", capture, at + 8)[0]
        parts.append(capture[at : at + size])
        at += size
    return parts


def rows(out: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def rotation(captures: Path, tmp_path: Path) -> Path:
    """`found.pcap` as tcpdump -C would have written it: three files, cut between frames."""
    folder = tmp_path / "rotation"
    folder.mkdir()
    head, *records = split((captures / "found.pcap").read_bytes())
    for number, (first, last) in enumerate(((0, 5), (5, 9), (9, 14))):
        name = "dump.pcap" + (str(number) if number else "")
        (folder / name).write_bytes(head + b"".join(records[first:last]))
    return folder


# --- series and sites ---


def test_a_rotation_is_told_by_its_names_and_times(
    shell: Any, captures: Path, rotation: Path
) -> None:
    whole = rows(shell.here("names", str(captures / "found.pcap")).out)
    cut = rows(shell.here("names", str(rotation)).out)
    assert [row["name"] for row in cut] == [row["name"] for row in whole]
    first = {"dump.pcap": 0, "dump.pcap1": 5, "dump.pcap2": 9}
    places = [(Path(row["capture"]).name, row["frame"]) for row in cut]
    assert [first[name] + frame for name, frame in places] == [row["frame"] for row in whole]


def test_a_rotation_gives_the_verdict_of_the_whole(
    shell: Any, captures: Path, rotation: Path
) -> None:
    one, cut, apart = (
        json.loads(shell.here("scan", "--format", "json", *arguments).out)
        for arguments in (
            [str(captures / "found.pcap")],
            [str(rotation)],
            [str(rotation), "--no-sequence"],
        )
    )
    assert [Path(c["path"]).name for c in cut["captures"]] == [
        "dump.pcap",
        "dump.pcap1",
        "dump.pcap2",
    ]
    assert [c["packets"] for c in cut["captures"]] == [5, 4, 5]
    for device in (*one["devices"], *cut["devices"]):
        for piece in device["evidence"]:
            piece["capture"] = piece["frame"] = None
    assert cut["devices"] == one["devices"]
    assert cut["coverage"] == one["coverage"]
    assert apart["coverage"] != one["coverage"], "each by itself knows nothing of the others"


def test_a_sequence_is_read_in_the_order_of_its_times(
    shell: Any, captures: Path, tmp_path: Path
) -> None:
    head, *records = split((captures / "found.pcap").read_bytes())
    (tmp_path / "z").write_bytes(head + b"".join(records[:5]))
    (tmp_path / "a").write_bytes(head + b"".join(records[5:]))
    names = [row["capture"] for row in rows(shell.here("names", "--sequence", str(tmp_path)).out)]
    assert list(dict.fromkeys(Path(name).name for name in names)) == ["z", "a"]


def test_sites(shell: Any, captures: Path, tmp_path: Path) -> None:
    for site in ("berlin", "paris"):
        (tmp_path / site).mkdir()
        (tmp_path / site / "a.pcap").write_bytes((captures / "quiet.pcap").read_bytes())
    told = rows(shell.here("names", "--site-per-folder", str(tmp_path)).out)
    assert [row["site"] for row in told] == ["berlin"] * 3 + ["paris"] * 3
    told = rows(shell.here("names", "--site", "h\x1bq", str(captures / "quiet.pcap")).out)
    assert [row["site"] for row in told] == ["h\\x1bq"] * 3
    assert "site" not in rows(shell.here("names", str(captures / "quiet.pcap")).out)[0]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--site", "x", "--site-per-folder"], "--site and --site-per-folder"),
        (["--idle", "3"], "--idle says when --follow ends"),
        (["--follow", "--resume", "x"], "--resume"),
        (["--filter", "prt 5"], "syntax error"),
    ],
)
def test_what_does_not_go_together_is_one_line(
    shell: Any, captures: Path, arguments: list[str], told: str
) -> None:
    code, out, err = shell.here("scan", str(captures), *arguments)
    assert (code, out) == (2, b"")
    assert err.startswith(b"netwatch: ") and err.count(b"\n") == 1
    assert told.encode() in err


def test_too_many_to_follow(shell: Any, captures: Path, tmp_path: Path) -> None:
    for letter in "abcdefghi":
        (tmp_path / letter).write_bytes((captures / "quiet.pcap").read_bytes())
    code, _, err = shell.here("names", "--follow", str(tmp_path))
    assert code == 2
    assert b"9 captures that may grow found, at most 8 expected" in err
    code, _, err = shell.here("names", "--follow", "-", str(captures / "quiet.pcap"))
    assert code == 2 and b"is a stream" in err


# --- filters ---


@needs_libpcap
def test_a_filter_lets_through_what_tcpdump_would(shell: Any, captures: Path) -> None:
    quiet = str(captures / "quiet.pcap")
    for expression, signals in (
        ("udp port 53", ["dns-query", "dns-answer"]),
        ("tcp", ["tls-sni"]),
        ("src host 10.20.1.31 and udp", ["dns-query"]),
        ("net 198.51.100.0/24", []),
    ):
        out = shell.here("names", quiet, "--filter", expression).out
        assert [row["signal"] for row in rows(out)] == signals, expression
    read = json.loads(shell.here("scan", quiet, "--filter", "udp", "--format", "json").out)
    assert read["coverage"]["packets"] == 2


@needs_libpcap
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_wrong_filter_is_told_once_whatever_jobs(shell: Any, captures: Path, jobs: str) -> None:
    code, out, err = shell.here("scan", str(captures), "--jobs", jobs, "--filter", "host and")
    assert (code, out) == (2, b"")
    assert err.startswith(b"netwatch: --filter 'host and': ") and err.count(b"\n") == 1


@needs_libpcap
def test_tags_that_a_filter_did_not_look_behind_are_told(
    shell: Any, captures: Path, tmp_path: Path
) -> None:
    head, *records = split((captures / "quiet.pcap").read_bytes())
    tagged = [
        record[:8]
        + struct.pack("<II", len(record) - 12, len(record) - 12)
        + record[16:28]
        + b"\x81\0\0\5"
        + record[28:]
        for record in records
    ]
    path = tmp_path / "tagged.pcap"
    path.write_bytes(head + b"".join(tagged))
    code, out, err = shell.here("names", str(path), "--filter", "udp")
    assert (code, out) == (0, b"")
    assert err == (
        b"netwatch: warning: --filter dropped 7 frames with VLAN tags, behind which it does not "
        b"look; 'udp or (vlan and (udp))' does\n"
    )
    code, out, err = shell.here("names", str(path), "--filter", "udp or (vlan and (udp))")
    assert (code, err) == (0, b"") and len(rows(out)) == 2
    assert shell.here("scan", str(path), "--filter", "vlan 6").err == b""


@needs_libpcap
def test_a_filter_that_is_not_for_this_link_type_is_told_of_the_capture(
    shell: Any, captures: Path, tmp_path: Path
) -> None:
    raw = bytearray((captures / "quiet.pcap").read_bytes())
    raw[20:24] = struct.pack("<I", 101)
    (tmp_path / "raw.pcap").write_bytes(raw)
    arguments = ["names", str(tmp_path / "raw.pcap"), "--filter", "ether host 02:00:00:00:00:01"]
    code, out, err = shell.here(*arguments)
    assert (code, out) == (3, b"")
    assert b"is not for link type 101" in err


# --- connections ---


@needs_signals
def test_packets_over_a_connection(shell: Any, captures: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        port = listener.getsockname()[1]
        process = shell.started("names", f"TCP@127.0.0.1:{port}")
        listener.settimeout(DEADLINE_S)
        connection, _ = listener.accept()
        with connection:
            connection.sendall((captures / "quiet.pcap").read_bytes())
            first = process.stdout.readline()
            assert rows(first)[0]["capture"] == f"TCP@127.0.0.1:{port}"
            process.send_signal(signal.SIGINT)
            rest, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 130
    assert len(rows(first + rest)) == 3
    assert b"interrupted" in err


@needs_signals
def test_ctrl_c_ends_the_wait_for_a_sender(shell: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = shell.started("scan", f"tcp-listen://127.0.0.1:{port}")
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            # So that the probe takes the port from nobody: only one that listens refuses it.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                break  # it listens
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 130
    assert b"interrupted before it was read" in err


def test_nobody_at_the_address(shell: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code, out, err = shell.here("scan", f"tcp://127.0.0.1:{port}")
    assert (code, out) == (4, b"")
    assert err.count(b"\n") == 1 and b"cannot be connected to" in err


# --- growing captures ---


@needs_signals
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_names_come_as_they_are_written(
    shell: Any, captures: Path, tmp_path: Path, ending: signal.Signals
) -> None:
    head, *records = split((captures / "quiet.pcap").read_bytes())
    path = tmp_path / "grows.pcap"
    path.write_bytes(head)
    process = shell.started("names", "--follow", str(path))
    seen: list[bytes] = []
    with path.open("ab", buffering=0) as file:
        for record in records:
            file.write(record[:20])
            file.write(record[20:])
            if len(seen) < 2:
                seen.append(process.stdout.readline())
    seen.append(process.stdout.readline())
    process.send_signal(ending)
    rest, err = process.communicate(timeout=DEADLINE_S)
    assert [row["signal"] for row in rows(b"".join(seen))] == ["dns-query", "dns-answer", "tls-sni"]
    assert (process.returncode, rest, err) == (0, b"", b"")


@needs_signals
def test_a_followed_scan_ends_with_the_whole_report(shell: Any, rotation: Path) -> None:
    """The progress bar says when everything was read; nobody has to guess."""
    pty = pytest.importorskip("pty", reason="no terminals to be had on this system")
    last = rotation / "dump.pcap2"
    whole = last.read_bytes()
    last.write_bytes(whole[:24])
    terminal, slave = pty.openpty()
    path = os.pathsep.join(entry for entry in sys.path if entry)
    given = {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "TERM": "xterm"}
    arguments = ["--follow", "--fail-on", "running"]
    process = shell.started("scan", str(rotation), *arguments, stderr=slave, env=given)
    os.close(slave)
    drawn = b""
    while b"9 packets" not in drawn:
        drawn += os.read(terminal, 65_536)
    with last.open("ab") as file:
        file.write(whole[24:])
    while b"14 packets" not in drawn:
        drawn += os.read(terminal, 65_536)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=DEADLINE_S)
    os.close(terminal)
    assert process.returncode == 1, "found, not interrupted"
    assert out.startswith(b"1 device here runs a Kaspersky product.")
    assert b"dump.pcap2 frame" in out
    assert b"14 packets" in out


def test_it_ends_where_nothing_comes_any_more(shell: Any, captures: Path, rotation: Path) -> None:
    found = json.loads(shell.here("scan", str(captures / "found.pcap"), "--format", "json").out)
    arguments = ["--follow", "--idle", "0.1", "--fail-on", "running", "--format", "json"]
    code, out, err = shell.here("scan", str(rotation), *arguments)
    assert (code, err) == (1, b"")
    read = json.loads(out)
    assert [d["verdict"] for d in read["devices"]] == [d["verdict"] for d in found["devices"]]
    assert [Path(c["path"]).name for c in read["captures"]] == [
        "dump.pcap",
        "dump.pcap1",
        "dump.pcap2",
    ]


def test_what_cannot_be_followed_is_told(shell: Any, captures: Path) -> None:
    packed = str(captures / "asked.pcap.gz")
    code, out, err = shell.here("names", "--follow", "--idle", "0.1", packed)
    assert (code, out) == (2, b"")
    assert b"to be followed it must be unpacked" in err


# --- resuming ---


@pytest.fixture
def many(captures: Path, tmp_path: Path) -> Path:
    """A scan that takes a while."""
    folder = tmp_path / "many"
    folder.mkdir()
    head, *records = split((captures / "found.pcap").read_bytes())
    packed = gzip.compress(head + b"".join(records) * 200, 1)
    for number in range(8):
        (folder / f"{'abcdefgh'[number]}.pcap.gz").write_bytes(packed)
    return folder


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_scan_that_was_killed_goes_on(shell: Any, many: Path, tmp_path: Path, jobs: str) -> None:
    whole = shell.here("scan", str(many), "--format", "json", "--jobs", "1").out
    state = tmp_path / "state"
    arguments = ["scan", str(many), "--format", "json", "--resume", str(state), "--jobs", jobs]
    process = shell.started(*arguments, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + DEADLINE_S
    empty = 0
    while time.monotonic() < deadline and process.poll() is None:
        size = state.stat().st_size if state.exists() else 0
        empty = empty or size
        if size > empty:
            break  # one capture was noted
    process.kill()
    process.communicate(timeout=DEADLINE_S)
    noted = state.stat().st_size
    assert noted > empty > 0, "killed in the middle"
    code, out, err = shell.here(*arguments)
    assert (code, err) == (0, b"")
    assert out == whole
    assert state.stat().st_size > noted, "the rest was read"
    before = state.read_bytes()
    assert shell.here(*arguments).out == whole
    assert state.read_bytes() == before, "the third time nothing is read"


@needs_signals
def test_a_scan_that_was_interrupted_goes_on(shell: Any, many: Path, tmp_path: Path) -> None:
    whole = shell.here("scan", str(many), "--all").out
    state = tmp_path / "state"
    arguments = ["scan", str(many), "--all", "--resume", str(state), "--jobs", "1"]
    process = shell.started(*arguments)
    deadline = time.monotonic() + DEADLINE_S
    empty = 0
    while time.monotonic() < deadline and process.poll() is None:
        size = state.stat().st_size if state.exists() else 0
        empty = empty or size
        if size > empty:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 130
    assert b"interrupted" in err and out != whole
    assert shell.here(*arguments).out == whole


def test_a_state_of_other_options_is_refused(shell: Any, captures: Path, tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    assert shell.here("scan", str(captures), "--resume", state).code == 0
    since = ["--since", "2025-08-21T11:27:00Z"]
    code, out, err = shell.here("scan", str(captures), "--resume", state, *since)
    assert (code, out) == (2, b"")
    assert err.count(b"\n") == 1 and b"another --since" in err


def test_workers_end_with_a_parent_that_was_killed(shell: Any, many: Path) -> None:
    """Their standard error is ours: it closes when the last of them is gone."""
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("only where a pipe tells when all of them are gone")
    process = shell.started("names", str(many), "--jobs", "2")
    process.stdout.readline()
    process.kill()
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=DEADLINE_S) == -signal.SIGKILL
