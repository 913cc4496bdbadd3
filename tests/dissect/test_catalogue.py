"""The table of what is read says what the code does, no more and no less.

Invariant: every signal and every kind of claim stands in it, and each file that it names is there;
the files of an entry are the only ones that make its signals and claims.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from netwatch.dissect.catalogue import DISSECTORS, Dissector
from netwatch.model import Claim, Signal

pytestmark = pytest.mark.tree

PACKAGE = Path(__file__).resolve().parents[2] / "netwatch"
CONSTANTS = {text: name for name, text in vars(Signal).items() if name.isupper()}
MODEL = (PACKAGE / "model.py").read_text()


def kinds_in_the_model() -> set[str]:
    """What the docstring of `Claim.kind` names."""
    (told,) = re.findall(r"    kind: str\n    \"\"\"(`arp`.*?)\"\"\"", MODEL, re.DOTALL)
    return set(re.findall(r"`([a-z-]+)`", told))


def makers() -> dict[str, set[str]]:
    """Signal -> the files of dissect/ that make it."""
    found: dict[str, set[str]] = {}
    for path in sorted((PACKAGE / "dissect").glob("*.py")):
        if path.name != "catalogue.py":
            for name in re.findall(r"Signal\.([A-Z_]+)", path.read_text()):
                found.setdefault(getattr(Signal, name), set()).add(f"dissect/{path.name}")
    return found


def wrong(dissectors: Iterable[Dissector]) -> list[str]:
    problems = []
    entries = list(dissectors)
    files = {
        signal: {f for d in entries if signal in d.signals for f in d.files} for signal in CONSTANTS
    }
    for signal, made_in in makers().items():
        problems += [f"{signal}: {file} makes it" for file in made_in - files[signal]]
        if not made_in & files[signal]:
            problems.append(f"{signal}: no file of its entry makes it")
    problems += [f"{signal}: not in the table" for signal in CONSTANTS if not files[signal]]
    kinds = {kind for d in entries for kind in d.claims}
    problems += [f"claim {kind}" for kind in sorted(kinds ^ kinds_in_the_model())]
    for entry in entries:
        missing = [file for file in entry.files if not (PACKAGE / file).exists()]
        problems += [f"{entry.protocol}: no {file}" for file in missing]
        there = [file for file in entry.files if file not in missing]
        sources = "".join((PACKAGE / file).read_text() for file in there)
        for kind in entry.claims:
            if f'"{kind}"' not in sources and f"Signal.{kind.upper()}" not in sources:
                problems.append(f"{entry.protocol}: nobody claims {kind}")
    return problems


def test_the_table_says_what_the_code_does() -> None:
    assert wrong(DISSECTORS) == []


def test_every_protocol_stands_once_in_words() -> None:
    names = [entry.protocol for entry in DISSECTORS]
    assert len(set(names)) == len(names)
    assert all(entry.where and entry.signals + entry.claims for entry in DISSECTORS)
    assert Claim(time_ns=0, frame=0, kind="arp").kind in kinds_in_the_model()


def test_control_a_table_that_lies_is_found() -> None:
    without = [entry for entry in DISSECTORS if entry.protocol != "LLMNR"]
    assert wrong(without) != []
    moved = [
        entry._replace(files=("dissect/nothing.py",)) if entry.protocol == "FTP" else entry
        for entry in DISSECTORS
    ]
    assert "FTP: no dissect/nothing.py" in wrong(moved)
    more = [*DISSECTORS, Dissector("XYZ", (), ("xyz",), "nowhere", ("dissect/claims.py",))]
    assert "XYZ: nobody claims xyz" in wrong(more) and "claim xyz" in wrong(more)
