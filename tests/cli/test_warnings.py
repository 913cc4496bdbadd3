"""One line each, escaped, and not a thousand of them."""

import pytest

from netwatch.cli.warnings import WARNINGS_MAX, warn


def test_a_warning_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    warn(["a\nb\x1b[2J", "c"])
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "netwatch: warning: a\\x0ab\\x1b[2J\nnetwatch: warning: c\n"


def test_the_rest_is_only_counted(capsys: pytest.CaptureFixture[str]) -> None:
    warn(str(number) for number in range(WARNINGS_MAX + 5))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == WARNINGS_MAX + 1
    assert lines[-1] == "netwatch: warning: and 5 more"


def test_no_warning_is_silence(capsys: pytest.CaptureFixture[str]) -> None:
    warn([])
    assert capsys.readouterr().err == ""
