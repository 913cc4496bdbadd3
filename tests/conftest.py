"""Which engine a run really tests. A suite that tests the wrong one proves nothing.

NETWATCH_EXPECT_ENGINE=compiled|interpreted makes the run stop at once if the other one was
imported, or the right one from the wrong place: `make test` sets it for both of its runs.
"""

import os
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

import netwatch
from netwatch.build import engine_kind

TREE = Path(__file__).resolve().parent.parent


def stale_extensions(tree: Path) -> list[Path]:
    """Extension modules beside the sources: Python prefers them, so edits would not be tested."""
    return sorted(
        path
        for suffix in EXTENSION_SUFFIXES
        for folder in (tree, tree / "netwatch")
        for path in (folder.glob("*" + suffix) if folder == tree else folder.rglob("*" + suffix))
    )


def wrong_engine(expected: str, kind: str, package: Path, tree: Path) -> str:
    """Why `package` (the folder that was imported) is not what was expected; empty if it is."""
    from_tree = package == tree / "netwatch"
    if expected not in ("", "compiled", "interpreted"):
        return f"NETWATCH_EXPECT_ENGINE={expected!r}: expected 'compiled' or 'interpreted'"
    if expected and expected != kind:
        return f"expected the {expected} engine, but {package} is {kind}"
    if expected == "compiled" and from_tree:
        return f"expected the installed package, but it is the tree's: {package}"
    if expected == "interpreted" and not from_tree:
        return f"expected the tree {tree}, but it is {package}"
    if from_tree and (stale := stale_extensions(tree)):
        return f"remove these, they hide the sources: {' '.join(map(str, stale))}"
    return ""


def pytest_configure() -> None:
    expected = os.environ.get("NETWATCH_EXPECT_ENGINE", "")
    package = Path(netwatch.__file__).resolve().parent
    if problem := wrong_engine(expected, engine_kind(), package, TREE):
        raise pytest.UsageError(problem)


def pytest_report_header() -> str:
    return f"netwatch {netwatch.__version__}, {engine_kind()}: {Path(netwatch.__file__).parent}"
