"""What can be tried of other systems without them: consoles, paths, and what they do not have."""

import json
import ntpath
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from netwatch.capture.find import Found
from netwatch.capture.over_ip import is_address
from netwatch.capture.series import folder_site, plan

MISSING = ("fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "readline", "syslog")
ELSEWHERE = f"""
import os, signal, sys
for module in {MISSING!r}:
    sys.modules[module] = None
for name in ("sched_getaffinity", "mkfifo", "fork", "getuid"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("pthread_sigmask", "SIGPIPE", "SIGHUP"):
    if hasattr(signal, name):
        delattr(signal, name)
from netwatch.cli.main import main
if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("encoding", ["cp437", "cp1252", "ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize(
    "arguments", [["scan", "--all"], ["names"], ["scan", "--format", "csv"], ["scan", "--bad"]]
)
def test_no_console_is_too_poor(
    shell: Any, captures: Path, tmp_path: Path, encoding: str, arguments: list[str]
) -> None:
    folder = tmp_path / "Büro Ω 東京"
    folder.mkdir()
    (folder / "naïve ☃.pcap").write_bytes((captures / "found.pcap").read_bytes())
    (folder / "zerstört ☃.pcap").write_bytes((captures / "found.pcap").read_bytes()[:-3])
    path = os.pathsep.join(entry for entry in sys.path if entry)
    given = {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "PYTHONIOENCODING": encoding}
    process = shell.started(*arguments, str(folder), env=given)
    out, err = process.communicate(timeout=120)
    assert b"Traceback" not in err
    assert process.returncode == (2 if "--bad" in arguments else 3)
    if arguments == ["scan", "--all"]:
        shown = "☃".encode() if encoding == "utf-8" else rb"\u2603"
        assert shown in out and b"RUNNING" in out


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["scan", "--help"], ["signatures", "list"]]
)
def test_pages_fit_any_console(shell: Any, arguments: list[str]) -> None:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    given = {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "PYTHONIOENCODING": "cp437"}
    process = shell.started(*arguments, env=given)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, b"") and out


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_without_what_only_some_systems_have(captures: Path, tmp_path: Path, jobs: str) -> None:
    program = tmp_path / "elsewhere.py"
    program.write_text(ELSEWHERE)
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        [
            sys.executable,
            str(program),
            *("scan", str(captures), "--jobs", jobs, "--format", "json"),
            *("--resume", str(tmp_path / "state"), "--site-per-folder"),
        ],
        env={**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert [d["verdict"] for d in json.loads(done.stdout)["devices"]] == ["running", "unknown"]


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths as Windows takes them apart."""
    monkeypatch.setattr(os, "path", ntpath)
    monkeypatch.setattr(os, "sep", "\\")
    monkeypatch.setattr(os, "altsep", "/")


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize(
    ("path", "root", "site"),
    [
        (r"C:\caps\berlin\a.pcap", r"C:\caps", "berlin"),
        (r"C:\caps\berlin\deep\a.pcap", r"C:\caps", "berlin"),
        (r"C:\caps\a.pcap", r"C:\caps", "caps"),
        (r"C:\caps\a.pcap", r"C:\caps\a.pcap", "caps"),
        (r"C:/caps\paris\a.pcap", r"C:/caps", "paris"),
        (r"\\server\share\rome\a.pcap", r"\\server\share", "rome"),
        (r"\\?\C:\caps\oslo\a.pcap", r"\\?\C:\caps", "oslo"),
        (r"caps\bonn\a.pcap", "caps", "bonn"),
    ],
)
def test_sites_of_windows_paths(path: str, root: str, site: str) -> None:
    assert folder_site(Found(path, 1, path == root, root)) == site


@pytest.mark.usefixtures("windows")
def test_rotations_of_windows_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    from netwatch.capture import series
    from netwatch.capture.peek import Ends

    names = [rf"C:\caps 2024\d_0000{number}_2024010112000{number}.pcapng" for number in (1, 2, 3)]
    times = {name: Ends(number, 1, number) for number, name in enumerate(names, start=5)}
    monkeypatch.setattr(series, "ends_of", times.get)
    found = [Found(name, 1, False, r"C:\caps 2024") for name in reversed(names)]
    (one,) = plan(found)
    assert one.paths == tuple(names)
    assert not is_address(names[0]) and not is_address(r"\\?\C:\tcp@x")


@pytest.mark.usefixtures("windows")
def test_a_table_calls_windows_paths_by_their_ends() -> None:
    from netwatch.outputs.table import _places
    from netwatch.report import Capture

    paths = [r"C:\caps\berlin\a.pcap", r"C:\caps\paris\a.pcap", r"C:\caps\b.pcap"]
    captures = [
        Capture(
            path=path,
            sha256="",
            packets=0,
            bytes=0,
            first_time=None,
            last_time=None,
            link_types={},
            anomalies={},
            error=None,
        )
        for path in paths
    ]
    assert list(_places(captures).values()) == ["berlin/a.pcap", "paris/a.pcap", "b.pcap"]
