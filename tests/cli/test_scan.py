"""`netwatch scan` as it is typed: output, files, exit codes, pipes, Ctrl-C. Nothing is mocked."""

import csv
import io
import json
import os
import signal
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def test_the_page_of_a_device_that_runs_it(shell: Any, captures: Path) -> None:
    code, out, err = shell.here("scan", str(captures))
    assert (code, err) == (0, b"")
    lines = out.decode().splitlines()
    assert lines[0] == "1 device here runs a Kaspersky product."
    assert any(line.startswith("RUNNING   10.20.1.31, 00:11:5e:7f:ab:cd") for line in lines)
    text = " ".join(out.decode().split())
    assert "said ds.kaspersky.com in a TLS hello to 93.159.228.10" in text
    assert "(found.pcap frame 6)" in text
    assert all(len(line) <= 80 for line in lines)
    assert "resolver" not in text
    assert b"unknown   10.20.0.10" in shell.here("scan", str(captures), "--all").out


def test_the_object(shell: Any, captures: Path) -> None:
    read = json.loads(shell.here("scan", str(captures), "--format", "json").out)
    assert list(read) == ["netwatch", "captures", "devices", "unattributed", "coverage", "assets"]
    assert list(read["netwatch"]) == ["version", "engine", "packs"]
    assert [Path(capture["path"]).name for capture in read["captures"]] == [
        "asked.pcap.gz",
        "found.pcap",
        "quiet.pcap",
    ]
    assert [device["verdict"] for device in read["devices"]] == ["running", "unknown"]
    names = {piece["name"] for piece in read["devices"][0]["evidence"]}
    assert {"ds.kaspersky.com", "s07.upd.kaspersky.com"} <= names
    assert "www.example.org" not in json.dumps(read), "names that match nothing do not leave"


def test_lines_and_rows_agree_with_the_object(shell: Any, captures: Path) -> None:
    whole = json.loads(shell.here("scan", str(captures), "--format", "json").out)
    lines = shell.here("scan", str(captures), "--format", "jsonl").out.splitlines()
    rows = [json.loads(line) for line in lines]
    devices = [row for row in rows if row.pop("kind") == "device"]
    assert devices == whole["devices"]
    written = shell.here("scan", str(captures), "--format", "csv").text
    cells = list(csv.DictReader(io.StringIO(written, newline="")))
    assert [row["id"] for row in cells] == [device["id"] for device in whole["devices"]]


def test_nothing_depends_on_jobs_or_on_where_it_is_written(
    shell: Any, captures: Path, tmp_path: Path
) -> None:
    results = [
        shell.here("scan", str(captures), "--format", "json", "--jobs", jobs).out
        for jobs in ("1", "3")
    ]
    path = tmp_path / "out.json"
    assert shell.here("scan", str(captures), "--format", "json", "-o", str(path)).out == b""
    assert results[0] == results[1] == path.read_bytes()


def test_found_is_1_only_where_it_was_asked_for(shell: Any, captures: Path, cut: Path) -> None:
    found, asked = str(captures / "found.pcap"), str(captures / "asked.pcap.gz")
    assert shell.here("scan", found).code == 0
    assert shell.here("scan", found, "--fail-on", "running").code == 1
    assert shell.here("scan", asked, "--fail-on", "likely").code == 0
    assert shell.here("scan", asked, "--fail-on", "possible").code == 1
    assert shell.here("scan", str(captures / "quiet.pcap"), "--fail-on", "possible").code == 0
    assert shell.here("scan", str(cut)).code == 3
    assert shell.here("scan", str(cut), "--fail-on", "likely").code == 1, "1 wins over 3"


def test_a_cut_capture_is_read_to_its_damage(shell: Any, cut: Path) -> None:
    code, out, err = shell.here("scan", str(cut))
    assert code == 3
    assert out.startswith(b"1 device here")
    assert b"Damaged" in out
    assert err.startswith(f"netwatch: warning: {cut}: the input ends in the middle".encode())
    assert err.count(b"\n") == 1


def test_what_is_no_capture_is_one_line(shell: Any, captures: Path) -> None:
    code, out, err = shell.here("scan", str(captures / "README"))
    assert (code, out) == (3, b"")
    assert err.startswith(f"netwatch: {captures}/README: ".encode())
    assert err.count(b"\n") == 1


def test_a_span_of_time_is_all_that_is_seen(shell: Any, captures: Path) -> None:
    arguments = ["scan", str(captures), "--format", "json", "--since", "2025-08-21T11:27:00Z"]
    read = json.loads(shell.here(*arguments, "--until", "2025-08-21T13:28:00+02:00").out)
    assert [capture["packets"] for capture in read["captures"]] == [0, 0, 7]
    assert all(device["evidence"] == [] for device in read["devices"])


def test_a_role_can_be_given(shell: Any, captures: Path) -> None:
    arguments = ["scan", str(captures), "--format", "json", "--role", "proxy=10.20.1.31"]
    read = json.loads(shell.here(*arguments).out)
    assert {"10.20.1.31": "proxy"}.items() <= {
        device["ips"][0]: device["role"] for device in read["devices"]
    }.items()
    assert "running" not in [device["verdict"] for device in read["devices"]]
    assert [finding["address"] for finding in read["unattributed"]] == ["10.20.1.31"]


def test_another_pack_can_be_given(shell: Any, captures: Path, tmp_path: Path) -> None:
    pack = tmp_path / "own.yaml"
    pack.write_text("signatures: []\n")
    code, out, err = shell.here("scan", str(captures), "--signatures", str(pack))
    assert (code, out) == (2, b"")
    assert err.startswith(f"netwatch: {pack}".encode())


def test_standard_input(shell: Any, captures: Path) -> None:
    with open(captures / "found.pcap", "rb") as capture:
        process = shell.started("scan", "-", "--format", "json", stdin=capture)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, b"")
    read = json.loads(out)
    assert read["captures"][0]["path"] == "-"
    assert read["devices"][0]["verdict"] == "running"


def filler(count: int) -> bytes:
    """Records of empty frames: what comes after in a capture that never ends."""
    return struct.pack("<IIII", 1_755_775_600, 0, 60, 60).ljust(76, b"\0") * count


def test_ctrl_c_gives_what_was_found_until_then(shell: Any, captures: Path) -> None:
    process = shell.started("scan", "-", stdin=subprocess.PIPE)
    # More than the pipe holds: when this is written, the beginning was read.
    process.stdin.write((captures / "found.pcap").read_bytes() + filler(20_000))
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.stdout.read(), process.stderr.read()
    process.stdin.close()
    assert process.wait(timeout=120) == 130
    assert out.startswith(b"1 device here runs a Kaspersky product.")
    assert b"interrupted" in out
    assert err.startswith(b"netwatch: warning: -: interrupted; ")
    process.stdout.close()
    process.stderr.close()


def terminal_output(shell: Any, stream: str, *arguments: str, **environment: str) -> bytes:
    """What the command writes to a terminal on `stream`."""
    pty = pytest.importorskip("pty", reason="no terminals to be had on this system")
    master, slave = pty.openpty()
    path = os.pathsep.join(entry for entry in sys.path if entry)
    given = {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "TERM": "xterm"}
    given.pop("NO_COLOR", None)
    process = shell.started(*arguments, env={**given, **environment}, **{stream: slave})
    os.close(slave)
    written = b""
    try:
        while octets := os.read(master, 65_536):
            written += octets
    except OSError:
        pass  # Linux says EIO when the other side has closed
    os.close(master)
    process.communicate(timeout=120)
    return written


def test_colour_on_a_terminal_only(shell: Any, captures: Path) -> None:
    arguments = ("scan", str(captures / "found.pcap"))
    assert b"\x1b[1;31mRUNNING" in terminal_output(shell, "stdout", *arguments)
    assert b"\x1b" not in terminal_output(shell, "stdout", *arguments, NO_COLOR="1")
    assert b"\x1b" not in terminal_output(shell, "stdout", *arguments, TERM="dumb")


def test_progress_on_a_terminal_only(shell: Any, captures: Path) -> None:
    drawn = terminal_output(shell, "stderr", "scan", str(captures))
    assert b"22 packets" in drawn
    assert b"kB" in drawn
    assert terminal_output(shell, "stderr", "scan", str(captures), TERM="dumb") == b""
