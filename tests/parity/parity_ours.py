"""What netwatch sees: the rows of `netwatch names`, by capture, and how each capture ended."""

import json
import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from netwatch.match.signatures import load_packs
from netwatch.paths import packs_folder
from netwatch.scan import print_names
from netwatch.workers import Setup
from parity_names import labels_of, witness_text
from parity_truth import COMPARED, Key

JOBS: Final = 2


class Ours(NamedTuple):
    """One of our sightings."""

    key: Key
    labels: tuple[bytes, ...]
    frame: int
    client_port: int
    server: str
    server_port: int


class CaptureOurs(NamedTuple):
    """All that netwatch says of one capture."""

    seen: dict[Key, Ours]
    """The first sighting of each."""
    error: str | None
    bugs: int
    """Exceptions in the engine."""


def read_ours(folder: Path, paths: Sequence[str]) -> dict[str, CaptureOurs]:
    """What `netwatch names` gives for the captures at `paths`, by path."""
    seen: dict[str, dict[Key, Ours]] = defaultdict(dict)

    def take(lines: bytes) -> None:
        for line in lines.splitlines():
            row = json.loads(line)
            if row["signal"] in COMPARED and row["name"]:
                labels = tuple(labels_of(row["name"]))
                key = Key(row["signal"], witness_text(list(labels)), row["client_ip"])
                ours = Ours(
                    key,
                    labels,
                    row["frame"],
                    row["client_port"],
                    row["server_ip"],
                    row["server_port"],
                )
                seen[row["capture"]].setdefault(key, ours)

    setup = Setup(pack=load_packs([packs_folder()]), names=True)
    whole = [os.path.join(folder, path) for path in paths]
    ended = print_names(whole, setup, take, jobs=JOBS)
    return {
        path: CaptureOurs(
            seen[name],
            capture.error,
            capture.observation.coverage.anomalies.get("bug", 0),
        )
        for path, name, capture in zip(paths, whole, ended, strict=True)
    }
