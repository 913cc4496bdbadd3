"""The bar draws on a terminal only; what it draws there is tried in test_scan.py."""

import io
import os
import sys
from pathlib import Path

import pytest

from netwatch.cli.progress import progress_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(captures: list[str], stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "100")
    with progress_bar(captures) as advance:
        advance(1_000, 10)
        advance(1_000, 1_225)
    return stream.getvalue()


def test_nothing_is_drawn_into_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn([], io.StringIO(), monkeypatch) == ""


def test_octets_packets_and_rate_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    path = tmp_path / "a"
    path.write_bytes(bytes(4_000))
    text = drawn([str(path)], Terminal(), monkeypatch)
    assert "2.0/4.0 kB" in text
    assert "1,235 packets" in text
    assert "/s" in text


def test_an_input_without_an_end_has_no_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert "2.0/? kB" in drawn(["-", os.devnull], Terminal(), monkeypatch)
