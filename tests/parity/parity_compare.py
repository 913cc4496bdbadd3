"""The comparison: how much of the witness's truth netwatch finds, and what it says alone."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from parity_known import GROUPS, Group
from parity_ours import CaptureOurs
from parity_proof import frame_of, stands_in
from parity_truth import NOTHING, CaptureTruth

RECALL_MIN: Final = 0.999
EXIT_CODES: Final = frozenset({0, 3})


class Difference(NamedTuple):
    """A name that only one of the two has."""

    alone: bool
    """We have it, the witness does not."""
    path: str
    signal: str
    name: str
    frame: int

    def text(self) -> str:
        """One line for people."""
        who = "netwatch alone" if self.alone else "tshark alone"
        return f"{who}: {self.path} frame {self.frame}: {self.signal} {self.name!r}"


class Comparison(NamedTuple):
    """What came out."""

    told: Counter[str]
    """Names of the witness, by signal, in encapsulations that netwatch reads."""
    found: Counter[str]
    """Of these, those that netwatch has as well."""
    mistaken: Counter[str]
    """Of these, those that are no such names: a group of `parity_known` says why."""
    outside: Counter[str]
    """Names of the witness, by layers that netwatch does not read today."""
    outside_found: Counter[str]
    aliases: int
    """Names of ours that the witness has as another name in the same answer."""
    captures: int
    damaged: int
    differences: list[Difference]
    problems: list[str]
    """Why `make parity` fails, a line each."""


def compare(
    folder: Path, truth: Mapping[str, CaptureTruth], ours: Mapping[str, CaptureOurs]
) -> Comparison:
    """Compare capture by capture; `folder` is where the proofs are looked for."""
    result = Comparison(
        told=Counter(),
        found=Counter(),
        mistaken=Counter(),
        outside=Counter(),
        outside_found=Counter(),
        aliases=0,
        captures=len(ours),
        damaged=0,
        differences=[],
        problems=[],
    )
    aliases = damaged = 0
    for path, capture in ours.items():
        told = truth.get(path, NOTHING)
        _missing(path, told, capture, result)
        aliases += _alone(folder, path, told, capture, result)
        damaged += capture.error != ""
        result.problems.extend(_bad_ending(path, capture))
    result.differences.sort()
    result.problems.extend(unexplained(result.differences))
    recall = result.found.total() / max(1, result.told.total() - result.mistaken.total())
    if recall < RECALL_MIN:
        result.problems.append(f"recall is {recall:.2%}, less than {RECALL_MIN:.1%}")
    return result._replace(aliases=aliases, damaged=damaged)


def _missing(path: str, told: CaptureTruth, ours: CaptureOurs, result: Comparison) -> None:
    for key, seen in told.seen.items():
        if seen.outside:
            result.outside[seen.outside] += 1
            result.outside_found[seen.outside] += key in ours.seen
            continue
        result.told[key.signal] += 1
        if key in ours.seen:
            result.found[key.signal] += 1
        else:
            difference = Difference(False, path, key.signal, key.name, seen.frame)
            result.differences.append(difference)
            group = group_of(difference)
            result.mistaken[key.signal] += group is not None and group.mistaken


def _alone(
    folder: Path, path: str, told: CaptureTruth, ours: CaptureOurs, result: Comparison
) -> int:
    """Note what netwatch has alone; give how many names are aliases of what the witness has."""
    aliases = 0
    for key, seen in ours.seen.items():
        if key in told.seen:
            continue
        if key.signal == "dns-answer" and (key.name, key.client) in told.aliases:
            aliases += 1
            continue
        difference = Difference(True, path, key.signal, key.name, seen.frame)
        result.differences.append(difference)
        group = group_of(difference)
        encrypted = group is not None and group.encrypted
        if not encrypted and not stands_in(seen.labels, frame_of(folder / path, seen.frame)):
            result.problems.append(f"not in the frame, invented? {difference.text()}")
    return aliases


def _bad_ending(path: str, ours: CaptureOurs) -> list[str]:
    problems = []
    if ours.bugs:
        problems.append(f"{ours.bugs} exceptions in the engine: {path}")
    if ours.exit_code not in EXIT_CODES:
        problems.append(f"exit code {ours.exit_code}: {path}: {ours.error}")
    if ours.error and "at octet" not in ours.error and "at the start" not in ours.error:
        problems.append(f"does not say where: {path}: {ours.error}")
    return problems


def group_of(difference: Difference) -> Group | None:
    """The group of the table in which this difference stands."""
    row = (difference.signal, difference.name, difference.frame)
    for group in GROUPS:
        if group.alone == difference.alone and row in group.rows.get(difference.path, ()):
            return group
    return None


def unexplained(differences: list[Difference]) -> list[str]:
    """What stands in no group of the table, and lines of the table that no longer occur."""
    problems = [
        f"not in parity_known.py: {difference.text()}"
        for difference in differences
        if group_of(difference) is None
    ]
    there = set(differences)
    problems += [
        f"occurs no longer, take it out of parity_known.py: {difference.text()}"
        for difference in known_differences()
        if difference not in there
    ]
    return problems


def known_differences() -> list[Difference]:
    """The lines of the table."""
    return [
        Difference(group.alone, path, *row)
        for group in GROUPS
        for path, rows in group.rows.items()
        for row in rows
    ]
