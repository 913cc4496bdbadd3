"""What there is to be read: files and streams as they were named, captures met in directories."""

import os
import stat
from dataclasses import dataclass

from netwatch.capture.files import Teller, is_stream, open_capture, shown
from netwatch.errors import DamagedCaptureError, RefusedCaptureError, UsageError


@dataclass(frozen=True)
class Found:
    """A capture to be read."""

    path: str
    total_bytes: int
    """0 where nobody knows: stdin, pipes."""
    named: bool
    """The operator named it; otherwise it was met in a directory."""
    root: str
    """The path on the command line that led to it."""


class FoundCaptures(list[Found]):
    """Captures in the order in which they are to be read; `skipped` counts the other files."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0
        self._known: set[tuple[int, int] | str] = set()

    def add(self, path: str, root: str) -> None:
        """Take `path`, met below `root`, unless the same file was taken before, whatever it was
        called then.
        """
        status = None if is_stream(path) else os.stat(path)
        # Not every file system on Windows has file numbers.
        identity: tuple[int, int] | str = os.path.realpath(path)
        if status is not None and status.st_ino:
            identity = (status.st_dev, status.st_ino)
        if is_stream(path):
            identity = path
        if identity not in self._known:
            self._known.add(identity)
            regular = status is not None and stat.S_ISREG(status.st_mode)
            size = status.st_size if status is not None and regular else 0
            self.append(Found(path, size, path == root, root))


def find_captures(paths: list[str], logs: Teller | None = None) -> FoundCaptures:
    """The captures that `paths` name: files as they are, directories with all that is below them.

    What was named is always taken, and fails when it is opened if it is none. In directories only
    what begins like a capture, packed or not, is taken, and what may not be read (it fails when it
    is opened: silence would be a lie); links to directories are not followed, pipes and devices not
    opened. One file is taken once. `logs` tells logs, which are taken like captures. Raises
    UsageError for a path that does not exist and for a directory without any capture.
    """
    found = FoundCaptures()
    for path in paths:
        if not is_stream(path) and os.path.isdir(path):
            _search(path, found, logs)
            continue
        try:
            found.add(path, path)
        except (FileNotFoundError, NotADirectoryError) as failure:
            raise UsageError(f"{shown(path)}: there is no such file or directory") from failure
        except ValueError as failure:
            raise UsageError(f"{shown(path)}: not a path: {failure}") from failure
        except OSError as failure:
            raise RefusedCaptureError(
                f"{shown(path)}: cannot be opened: {failure.strerror}"
            ) from failure
    return found


def _search(directory: str, found: FoundCaptures, logs: Teller | None) -> None:
    captures: list[str] = []
    others = 0

    def refused(failure: OSError) -> None:
        captures.append(os.fspath(failure.filename))

    for place, directories, files in os.walk(directory, onerror=refused):
        directories.sort()
        for file in files:
            path = os.path.join(place, file)
            if _is_capture(path, logs):
                captures.append(path)
            else:
                others += 1
    if not captures:
        raise UsageError(
            f"{shown(directory)}: no capture found in this directory, {others} other files"
        )
    for path in sorted(captures):
        found.add(path, directory)
    found.skipped += others


def _is_capture(path: str, logs: Teller | None) -> bool:
    """Whether the file at `path`, met in a directory, is to be taken."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        open_capture(path, logs=logs).close()
    except RefusedCaptureError:
        return True
    except (OSError, UsageError, DamagedCaptureError):
        return False
    return True
