"""Both ends of any file are told or not, and never raise; a first frame is the one that is read.

The time of the last frame is never before that of the first.
"""

import tempfile
from pathlib import Path
from typing import Final

from netwatch.capture.files import open_capture
from netwatch.capture.peek import ends_of
from netwatch.errors import NetwatchError
from netwatch.model import Answer

RUNS: Final = 600
DEPTHS: Final = ("none", "first", "last")
reached: set[str] = set()


def target(octets: bytes) -> None:
    """Look at one file."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder) / "a"
        path.write_bytes(octets)
        ends = ends_of(str(path))
        first = first_frame(str(path))
    assert (ends is None) == (first is None)
    if ends is None:
        reached.add("none")
        return
    assert (ends.first_ns, ends.link_type) == first
    reached.add("first" if ends.last_ns is None else "last")
    assert ends.last_ns is None or ends.last_ns >= ends.first_ns


def first_frame(path: str) -> tuple[int, int] | None:
    """As who reads the file would find it."""
    try:
        with open_capture(path) as reader:
            records = reader.records
            for block in reader:
                if records.next(block) == Answer.DONE:
                    return int(records.time_ns), int(records.link_type)
    except NetwatchError:
        pass
    return None
