"""What netwatch sees: the rows of `netwatch names`, by capture, and how each capture ended."""

import json
import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from parity_names import labels_of, witness_text
from parity_truth import COMPARED, Key

from netwatch.errors import DamagedCaptureError, NetwatchError
from netwatch.match.signatures import load_packs
from netwatch.model import ANOMALY_NAMES, Anomaly, Capture
from netwatch.paths import packs_folder
from netwatch.scan import print_names
from netwatch.workers import Setup

JOBS: Final = 2
BUG: Final = ANOMALY_NAMES[Anomaly.BUG]


class Ours(NamedTuple):
    """One of our sightings."""

    key: Key
    labels: list[bytes]
    frame: int


class CaptureOurs(NamedTuple):
    """All that netwatch says of one capture."""

    seen: dict[Key, Ours]
    """The first sighting of each."""
    error: str
    """Why and where it was not read to its end; empty if it was."""
    exit_code: int
    """Of `netwatch names` with this capture alone."""
    bugs: int
    """Exceptions in the engine."""


def read_ours(folder: Path, paths: Sequence[str]) -> dict[str, CaptureOurs]:
    """What `netwatch names` gives for the captures at `paths`, by path."""
    seen: dict[str, dict[Key, Ours]] = defaultdict(dict)

    def take(lines: bytes) -> None:
        for line in lines.splitlines():
            row = json.loads(line)
            if row["signal"] in COMPARED and row["name"]:
                labels = labels_of(row["name"])
                key = Key(row["signal"], witness_text(labels), row["client_ip"])
                seen[row["capture"]].setdefault(key, Ours(key, labels, row["frame"]))

    setup = Setup(pack=load_packs([packs_folder()]), names=True)
    whole = [os.path.join(folder, path) for path in paths]
    ended = print_names(whole, setup, take, jobs=JOBS)
    return {
        path: _ended(seen[name], capture, setup)
        for path, name, capture in zip(paths, whole, ended, strict=True)
    }


def _ended(seen: dict[Key, Ours], capture: Capture, setup: Setup) -> CaptureOurs:
    code = exit_code(capture.path, setup) if capture.error else 0
    bugs = capture.observation.coverage.anomalies.get(BUG, 0)
    return CaptureOurs(seen, capture.error or "", code, bugs)


def exit_code(path: str, setup: Setup) -> int:
    """What `netwatch names` ends with when it is given this capture alone."""
    try:
        ended = print_names([path], setup, lambda _: None, jobs=1)
    except NetwatchError as error:
        return error.exit_code
    return DamagedCaptureError.exit_code if ended[0].error else 0
