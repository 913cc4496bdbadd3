"""`netwatch names` as it is typed. Nothing is mocked."""

import gzip
import json
import os
import signal
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest


def names_of(out: bytes) -> list[tuple[str, str, str | None]]:
    rows = [json.loads(line) for line in out.splitlines()]
    return [(row["signal"], row["name"], row["signature"]) for row in rows]


def test_every_name_is_a_line(shell: Any, captures: Path) -> None:
    code, out, err = shell.here("names", str(captures / "quiet.pcap"))
    assert (code, err) == (0, b"")
    assert names_of(out) == [
        ("dns-query", "www.example.org", None),
        ("dns-answer", "www.example.org", None),
        ("tls-sni", "www.example.org", None),
    ]
    row = json.loads(out.splitlines()[2])
    assert list(row) == (
        "capture frame time signal name client_ip client_port client_mac server_ip server_port "
        "vlans tunnels signature".split()
    )
    assert row["frame"] == 6
    assert row["time"] == "2025-08-21T11:27:12.000005000Z"
    assert (row["client_ip"], row["client_port"]) == ("10.20.1.31", 50_003)
    assert (row["server_ip"], row["server_port"]) == ("192.0.2.1", 443)


def test_only_the_matched_ones(shell: Any, captures: Path) -> None:
    every = names_of(shell.here("names", str(captures)).out)
    matched = names_of(shell.here("names", "--matched", str(captures)).out)
    assert len(matched) < len(every)
    assert matched == [row for row in every if row[2] is not None]
    assert ("tls-sni", "ds.kaspersky.com", "kaspersky-ksn-ds") in matched


def test_output_to_a_file_and_jobs_change_nothing(
    shell: Any, captures: Path, tmp_path: Path
) -> None:
    one = shell.here("names", str(captures), "--jobs", "1").out
    path = tmp_path / "names.jsonl"
    assert shell.here("names", str(captures), "--jobs", "2", "-o", str(path)).out == b""
    assert path.read_bytes() == one
    assert one.count(b"\n") == len(one.splitlines()) > 10


def test_a_cut_capture_gives_its_names_and_exit_code_3(shell: Any, cut: Path) -> None:
    code, out, err = shell.here("names", str(cut))
    assert code == 3
    assert ("tls-sni", "s07.upd.kaspersky.com", "kaspersky-update-https") in names_of(out)
    assert err.startswith(f"netwatch: warning: {cut}: ".encode())


def test_ctrl_c_ends_a_wait_that_would_never_end(shell: Any, captures: Path) -> None:
    process = shell.started("names", "-", stdin=subprocess.PIPE)
    process.stdin.write((captures / "quiet.pcap").read_bytes())
    process.stdin.flush()
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, err = process.stdout.read(), process.stderr.read()
    process.stdin.close()
    assert process.wait(timeout=120) == 130
    assert len(names_of(first + rest)) == 3
    assert b"interrupted" in err
    process.stdout.close()
    process.stderr.close()


def test_ctrl_c_reaches_the_workers_of_a_terminal(
    shell: Any, captures: Path, tmp_path: Path
) -> None:
    """Ctrl-C on a terminal goes to the whole group of processes, also to workers that begin."""
    head, *records = _records((captures / "quiet.pcap").read_bytes())
    packed = gzip.compress(head + b"".join(records) * 500, 1)
    for number in range(20):
        (tmp_path / f"{number:02}.pcap.gz").write_bytes(packed)
    process = shell.started("names", str(tmp_path), "--jobs", "2", start_new_session=True)
    first = process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    rest, err = process.communicate(timeout=120)
    assert process.returncode == 130
    # The first capture whole: its hellos; copies of a DNS message within a millisecond are one.
    assert len(names_of(first + rest)) >= 502
    lines = err.decode().splitlines()
    assert lines
    assert all(line.startswith("netwatch: warning: ") for line in lines)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_reader_who_leaves_ends_it_as_cat_ends(
    shell: Any, captures: Path, tmp_path: Path, jobs: str
) -> None:
    head, *records = _records((captures / "quiet.pcap").read_bytes())
    for name in ("a.pcap.gz", "b.pcap.gz"):
        packed = gzip.compress(head + b"".join(records) * 3_000, 1)
        (tmp_path / name).write_bytes(packed)
    process = shell.started("names", str(tmp_path), "--jobs", jobs)
    assert process.stdout.readline().startswith(b'{"capture":')
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=120) == -signal.SIGPIPE
    process.stderr.close()


def _records(capture: bytes) -> list[bytes]:
    """The head of a pcap file, then its records."""
    parts = [capture[:24]]
    at = 24
    while at < len(capture):
        size = 16 + struct.unpack_from("<I", capture, at + 8)[0]
        parts.append(capture[at : at + size])
        at += size
    return parts
