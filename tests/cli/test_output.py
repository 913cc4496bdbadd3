"""Results go to standard output, or to a file that appears whole or not at all."""

import io
import os
import stat
from pathlib import Path

import pytest

from netwatch.cli.output import Output, opened_output
from netwatch.errors import ClosedOutputError, OutputError


def test_a_file_appears_whole_and_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("before")
    with opened_output(str(path)) as output:
        output.write(b"after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["out.json"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("before")

    def fail() -> None:
        with opened_output(str(path)) as output:
            output.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["out.json"]


def test_a_folder_that_is_not_there_is_told_before_the_work(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "out.json"
    with pytest.raises(OutputError, match=r"out\.json: cannot write: No such file"):
        opened_output(str(path)).__enter__()


def test_a_link_and_a_device_are_written_in_place(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("before")
    link = tmp_path / "link"
    link.symlink_to(target)
    with opened_output(str(link)) as output:
        output.write(b"after")
    assert link.is_symlink()
    assert target.read_text() == "after"
    with opened_output(os.devnull) as output:
        output.write(b"gone")
    assert not stat.S_ISREG(os.stat(os.devnull).st_mode)


def test_a_full_disk_is_one_line() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full on this system")

    def fill() -> None:
        with opened_output("/dev/full") as output:
            output.write(b"x")

    with pytest.raises(OutputError, match="/dev/full: cannot write: No space left"):
        fill()


def test_a_reader_who_left_is_told_apart() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb", buffering=0) as stream:
        output = Output(stream, "standard output", "utf-8", False)
        with pytest.raises(ClosedOutputError):
            output.write(b"x" * 100)


def test_what_the_terminal_cannot_show_is_escaped() -> None:
    stream = io.BytesIO()
    Output(stream, "standard output", "ascii", True).write_text("Büro")
    assert stream.getvalue() == b"B\\xfcro"
