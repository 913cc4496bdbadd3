"""The command line itself: quick help, one line for a mistake, the right exit code."""

import json
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import pytest

from netwatch.cli import main as main_module
from netwatch.cli.main import COMMANDS, netwatch

HEAVY = ("cryptography", "rich", "yaml", "scapy", "dpkt", "msgspec", "zstandard", "netwatch.engine")
LISTING = """
import json, sys
from netwatch.cli.main import main
try:
    main()
except SystemExit:
    sys.stdout.write(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("arguments", [["--help"], [], ["scan", "--help"], ["names", "-h"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LISTING, *arguments],
        capture_output=True,
        check=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path), "PYTHONSAFEPATH": "1"},
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "netwatch.cli.main" in loaded
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.parametrize("name", HEAVY)
def test_what_is_not_imported_is_there_to_be_imported(name: str) -> None:
    """Negative control: a misspelt module would never be found loaded."""
    assert find_spec(name) is not None


def test_help_names_every_command_and_exit_code(shell: Any) -> None:
    code, out, _ = shell.here("--help")
    text = out.decode()
    assert code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in text
    for number in ("0", "1", "2", "3", "4", "130"):
        assert f"\n    {number}  " in text
    assert all(len(line) <= 80 for line in text.splitlines())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_there(name: str) -> None:
    module, attribute = COMMANDS[name][0].split(":")
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert netwatch.get_command(click.Context(netwatch), name) is command


TWO_TIMES = ("--since", "2025-08-21T11:25:27Z", "--until", "2025-08-21T13:25:27+02:00")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nonsense"], "netwatch: No such command 'nonsense'."),
        (["--nonsense"], "netwatch: No such option"),
        (["scan"], "netwatch scan: Missing argument 'PATH...'."),
        (["scan", "--jobs", "0", "x"], "netwatch scan: Invalid value for '--jobs'"),
        (["scan", "--format", "xml", "x"], "netwatch scan: Invalid value for '--format'"),
        (["scan", "absent.pcap"], "netwatch: absent.pcap: there is no such file"),
        (["names", "absent\n.pcap"], "netwatch: 'absent\\n.pcap': there is no such file"),
        (["scan", "--since", "today", "x"], "netwatch: --since today: expected a time of RFC 3339"),
        (["scan", "--role", "king=10.0.0.1", "x"], "netwatch: --role king=10.0.0.1: expected ROLE"),
        (
            ["scan", "--role", "resolver=dc01", "x"],
            "netwatch: --role resolver=dc01: 'dc01' found, an IPv4 or IPv6 address expected",
        ),
        (["scan", "--signatures", "absent.yaml", "x"], "netwatch: absent.yaml"),
        (["scan", *TWO_TIMES, "x"], "netwatch: --since is not before --until"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    arguments: list[str], message: str, shell: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = shell.here(*arguments)
    assert (code, out) == (2, b"")
    assert err.decode().startswith(message)
    assert err.count(b"\n") == 1


def test_what_cannot_be_written_is_exit_code_4(shell: Any, captures: Path) -> None:
    code, out, err = shell.here("scan", str(captures), "-o", "/nowhere/at/all")
    assert (code, out) == (4, b"")
    assert err == b"netwatch: /nowhere/at/all: cannot write: No such file or directory\n"


def test_ctrl_c_outside_of_reading_is_quiet(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main_module.netwatch, "main", interrupt)
    assert shell.here("scan", "x") == (130, b"", b"")


def test_the_version_names_engine_and_packs(shell: Any) -> None:
    code, out, err = shell.here("--version")
    lines = out.decode().splitlines()
    assert (code, err) == (0, b"")
    assert lines[0].startswith("netwatch 0.")
    assert lines[1].startswith(("engine: compiled", "engine: interpreted"))
    assert lines[2] == "packs:"
    assert len(lines) > 4
    assert all(line.startswith("  kaspersky") and "+" in line for line in lines[3:])
