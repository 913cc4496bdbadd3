"""Which captures a command line names: files, directories with all below them, each once."""

import gzip
import lzma
import os
import struct
from pathlib import Path

import pytest

from netwatch.capture.files import STDIN, open_capture
from netwatch.capture.find import FoundCaptures, find_captures
from netwatch.errors import RefusedCaptureError, UsageError

PCAP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + bytes(160)
PCAPNG = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def paths(found: FoundCaptures, root: Path) -> list[str]:
    return [os.path.relpath(each.path, root) for each in found]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder in ("b", "a/deep", ".hidden"):
        (tmp_path / folder).mkdir(parents=True)
    written(tmp_path / "z.txt", PCAP)
    written(tmp_path / "notes.pcap", b"no capture")
    written(tmp_path / "empty.pcap", b"")
    written(tmp_path / "b" / "2", gzip.compress(PCAPNG))
    written(tmp_path / "b" / "1", PCAPNG)
    written(tmp_path / "b" / "text.gz", gzip.compress(b"no capture, but packed"))
    written(tmp_path / "a" / "deep" / "cut", PCAP[:100])
    written(tmp_path / ".hidden" / ".c", lzma.compress(PCAP))
    return tmp_path


def test_a_directory_with_all_below_it(tree: Path) -> None:
    found = find_captures([str(tree)])
    assert paths(found, tree) == [".hidden/.c", "a/deep/cut", "b/1", "b/2", "z.txt"]
    assert found.skipped == 3
    assert not any(each.named for each in found)
    assert found[2].total_bytes == len(PCAPNG)


def test_what_is_named_is_taken_once_and_in_order(tree: Path) -> None:
    names = ["z.txt", "notes.pcap", "b", "z.txt", "a/../z.txt", "b/1"]
    found = find_captures([STDIN, *(str(tree / name) for name in names), STDIN])
    assert found[0].path == STDIN
    assert paths(found, tree)[1:] == ["z.txt", "notes.pcap", "b/1", "b/2"]
    assert [each.named for each in found] == [True, True, True, False, False]
    assert found.skipped == 1


def test_links(tree: Path) -> None:
    (tree / "b" / "loop").symlink_to(tree)
    (tree / "b" / "again").symlink_to(tree / "z.txt")
    (tree / "b" / "dangling").symlink_to(tree / "none")
    os.link(tree / "b" / "1", tree / "b" / "other name")
    found = find_captures([str(tree / "b")])
    assert paths(found, tree) == ["b/1", "b/2", "b/again"]
    found = find_captures([str(tree / "b" / "loop")])
    assert len(found) == 5


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_are_not_opened_unless_named(tree: Path) -> None:
    os.mkfifo(tree / "b" / "pipe")
    assert paths(find_captures([str(tree / "b")]), tree) == ["b/1", "b/2"]
    (found,) = find_captures([str(tree / "b" / "pipe")])
    assert (found.total_bytes, found.named) == (0, True)


def test_a_directory_without_a_capture(tree: Path) -> None:
    (tree / "none").mkdir()
    with pytest.raises(UsageError, match="no capture found in this directory, 0 other files"):
        find_captures([str(tree), str(tree / "none")])
    written(tree / "none" / "text", b"text")
    with pytest.raises(UsageError, match="no capture found in this directory, 1 other files"):
        find_captures([str(tree / "none")])


def test_a_directory_that_may_not_be_read_is_not_silence(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def refused(path: str) -> object:
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refused)
    found = find_captures([str(tree / "a")])
    assert paths(found, tree) == ["a/deep"]
    with pytest.raises(RefusedCaptureError):
        open_capture(found[0].path)


def test_a_search_opens_nothing_for_long(tree: Path) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("this system does not list open files")
    before = len(os.listdir("/proc/self/fd"))
    find_captures([str(tree)])
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_path_that_is_not_there(tree: Path) -> None:
    for name in ("none", "z.txt/below"):
        with pytest.raises(UsageError, match="there is no such file or directory"):
            find_captures([str(tree), str(tree / name)])
    with pytest.raises(UsageError, match="not a path"):
        find_captures(["a\0b"])


def test_a_capture_that_may_not_be_read_is_not_silence(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    # The tests may run as root, whom no mode refuses.
    monkeypatch.setattr("builtins.open", refused)
    assert paths(find_captures([str(tree / "a")]), tree) == ["a/deep/cut"]
