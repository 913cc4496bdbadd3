"""Who may import whom. Each rule is a table or a line here; each is tried on bad source as well.

A rule is a function from the house (path -> source) to a list of `path:line: what is wrong`.
Imports inside functions and under TYPE_CHECKING count like all others.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.tree

TREE = Path(__file__).resolve().parent.parent
House = Mapping[str, str]

SHARED = frozenset({"model", "limits", "errors", "names", "signature", "charge", "lease", "asset"})
"""The words of the house; the last three are the right-hand side's."""
STAGES = frozenset(
    {"capture", "decode", "extract", "match", "devices", "verdict", "alerts", "outputs"}
)
CONDUCTORS = frozenset(
    {"follow", "fold", "log_reading", "observe", "pipeline", "reading", "resume", "scan"}
    | {"selftest", "workers"}
)
"""They lead a capture, or a sighting, through the stages."""
BUILDERS = frozenset({"cli", "sensor", "fleet"})
"""They put everything together and may import everything."""

MAY_IMPORT: dict[str, frozenset[str]] = {
    "": frozenset(),
    "model": frozenset(),
    "limits": frozenset(),
    "errors": frozenset(),
    "names": frozenset({"limits", "model"}),
    "lease": frozenset(),
    "report": frozenset(),
    "signature": frozenset(),
    "charge": frozenset({"model"}),
    "asset": frozenset({"limits", "names"}),
    "__main__": frozenset({"cli"}),
    "build": frozenset({"names"}),
    "paths": frozenset({"errors"}),
    **{stage: SHARED | {stage} for stage in STAGES},
    # `report` has the nouns of the right-hand side, like `model` those of both.
    "devices": SHARED | {"devices", "report"},
    "outputs": SHARED | {"outputs", "report"},
    # Files that say whose an address was; `devices` joins them with what was seen.
    "leases": frozenset({"errors", "lease", "leases", "limits"}),
    # Both ways between packs and the lists of other tools.
    "exchange": SHARED | {"exchange", "match"},
    # Lists of managed assets; YAML is read in one place.
    "assets": SHARED | {"assets", "match"},
    # Beside the engine: lines instead of frames.
    "logs": SHARED | {"logs"},
    # The engine's rooms: what it remembers, and what it does with each kind of conversation.
    "state": SHARED | {"state"},
    "dissect": SHARED | {"dissect", "state", "decode", "extract", "match"},
    "engine": SHARED | {"dissect", "state", "decode", "extract", "match", "capture"},
    "repeats": SHARED,
    # The judged scene as records of the report: a part of the pipeline.
    "findings": SHARED | {"devices", "report", "verdict"},
    "stop": frozenset(),
    **{
        conductor: SHARED
        | STAGES
        | CONDUCTORS
        | {"build", "engine", "logs", "state", "repeats", "findings", "report", "stop"}
        for conductor in CONDUCTORS
    },
}
"""First part of the module's name -> the parts that it may import."""

HOT_FOREIGN = frozenset({"typing", "collections.abc", "mypy_extensions", "librt"})
NEIGHBOURS = {
    "netwatch.extract.ja4": "a digest, for matched hellos only",
    "netwatch.extract.certificates": "the type of what the callable answers",
    "netwatch.extract.dhcp": "the type of what the callable answers",
}
"""Interpreted modules that compiled ones may import, and what for."""

FOREIGN_ADDRESS: dict[str, tuple[str, ...]] = {
    "click": ("netwatch/cli/",),
    # The self-test makes what the extractors read.
    "cryptography": ("netwatch/extract/quic_keys.py", "netwatch/selftest/"),
    "librt": ("netwatch/",),
    "msgspec": ("netwatch/",),
    "mypy_extensions": ("netwatch/",),
    "rich": ("netwatch/cli/", "netwatch/outputs/"),
    "scapy": ("netwatch/selftest/",),
    "yaml": ("netwatch/match/yaml_nodes.py",),
    "zstandard": ("netwatch/capture/packings.py",),
}
"""Package -> the files, or folders, that may import it. Elsewhere it has no business."""

PORTABLE = ("netwatch.cli.main", "netwatch.cli.scan", "netwatch.cli.names")
NOT_PORTABLE = frozenset(
    {"fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}
)
NOT_PORTABLE_NAMES = frozenset({"AF_PACKET", "SO_ATTACH_FILTER", "PACKET_RX_RING", "epoll"})


class Import(NamedTuple):
    line: int
    target: str
    """The module; of ours the innermost one: `link` where `from netwatch.decode import link`."""
    name: str
    """What was taken from it, `*` for everything, empty for `import module`."""


def read_house(tree: Path) -> dict[str, str]:
    return {
        path.relative_to(tree).as_posix(): path.read_text()
        for path in sorted((tree / "netwatch").rglob("*.py"))
    }


HOUSE = read_house(TREE)


@cache
def parse(source: str) -> ast.Module:
    return ast.parse(source)


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def part_of(module: str) -> str:
    return [*module.split("."), ""][1]


def imports(house: House, path: str) -> Iterator[Import]:
    known = {module_of(other) for other in house}
    for node in ast.walk(parse(house[path])):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node.lineno, alias.name, "")
        elif isinstance(node, ast.ImportFrom):
            module = base_of(path, node)
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                yield Import(node.lineno, inner if inner in known else module, alias.name)


def base_of(path: str, node: ast.ImportFrom) -> str:
    """The module that is imported from, relative ones resolved."""
    if not node.level:
        return node.module or ""
    package = path.removesuffix(".py").split("/")[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def ours(target: str) -> bool:
    return target.split(".")[0] == "netwatch"


def listed(found: list[str]) -> str:
    """For an assertion's message, which pytest would cut."""
    return "\n" + "\n".join(found)


def is_compiled(source: str) -> bool:
    return (ast.get_docstring(parse(source)) or "").startswith("Compiled.")


# --- the rules ---


def breaks_of_the_import_rule(house: House) -> list[str]:
    found = []
    for path in house:
        part = part_of(module_of(path))
        if part in BUILDERS:
            continue
        if part not in MAY_IMPORT:
            found.append(f"{path}:1: {part!r} has no place in MAY_IMPORT; give it one")
            continue
        for line, target, _ in imports(house, path):
            # Of the package itself anybody may take the version.
            if ours(target) and target != "netwatch" and part_of(target) not in MAY_IMPORT[part]:
                found.append(f"{path}:{line}: {part or 'netwatch'} must not import {target}")
    return found


def cycles(house: House) -> list[str]:
    """One line for each module that reaches itself."""
    edges = {
        module_of(path): {i.target for i in imports(house, path) if ours(i.target)}
        for path in house
    }
    found = []
    for start in edges:
        reached, waiting = set[str](), list(edges[start])
        while waiting:
            module = waiting.pop()
            if module not in reached:
                reached.add(module)
                waiting.extend(edges.get(module, ()))
        if start in reached:
            found.append(f"{start}: imports itself through {sorted(reached & set(edges[start]))}")
    return found


def star_imports(house: House) -> list[str]:
    return [
        f"{path}:{line}: everything from {target}"
        for path in house
        for line, target, name in imports(house, path)
        if name == "*"
    ]


def cold_imports_of_compiled_files(house: House) -> list[str]:
    compiled = {module_of(path) for path, source in house.items() if is_compiled(source)}
    welcome = compiled | {f"netwatch.{part}" for part in SHARED} | set(NEIGHBOURS) | HOT_FOREIGN
    return [
        f"{path}:{line}: compiled code must not import {target}"
        for path, source in house.items()
        if is_compiled(source) and not path.endswith("__init__.py")
        for line, target, _ in imports(house, path)
        if target not in welcome and target.split(".")[0] not in HOT_FOREIGN
    ]


def strangers(house: House) -> list[str]:
    """Foreign packages away from their address."""
    found = []
    for path in house:
        for line, target, _ in imports(house, path):
            package = target.split(".")[0]
            if ours(target) or package in sys.stdlib_module_names:
                continue
            if not path.startswith(FOREIGN_ADDRESS.get(package, ("nowhere",))):
                found.append(f"{path}:{line}: {package} does not belong here")
    return found


def unportable_imports(house: House, entries: tuple[str, ...]) -> list[str]:
    """What exists on one system only, in any module that `entries` import, however far away."""
    paths = {module_of(path): path for path in house}
    waiting = list(entries)
    reached: set[str] = set()
    found = []
    while waiting:
        module = waiting.pop()
        if module in reached or module not in paths:
            continue
        reached.add(module)
        for line, target, name in imports(house, paths[module]):
            waiting.append(target)
            if target.split(".")[0] in NOT_PORTABLE or name in NOT_PORTABLE_NAMES:
                found.append(f"{paths[module]}:{line}: {target} {name}".rstrip())
        for node in ast.walk(parse(house[paths[module]])):
            if isinstance(node, ast.Attribute) and node.attr in NOT_PORTABLE_NAMES:
                found.append(f"{paths[module]}:{node.lineno}: {node.attr}")
    return found


# --- this house ---


def test_a_stage_imports_the_shared_modules_and_itself() -> None:
    found = breaks_of_the_import_rule(HOUSE)
    assert not found, listed(found)


def test_no_module_reaches_itself() -> None:
    found = cycles(HOUSE)
    assert not found, listed(found)


def test_nobody_imports_everything() -> None:
    found = star_imports(HOUSE)
    assert not found, listed(found)


def test_compiled_files_import_only_what_is_compiled_or_folded() -> None:
    found = cold_imports_of_compiled_files(HOUSE)
    assert not found, listed(found)


def test_every_foreign_package_has_one_address() -> None:
    found = strangers(HOUSE)
    assert not found, listed(found)
    assert len(FOREIGN_ADDRESS["scapy"]) <= 2
    assert len(FOREIGN_ADDRESS["yaml"]) == 1
    files = [a for places in FOREIGN_ADDRESS.values() for a in places if a.endswith(".py")]
    assert [file for file in files if file not in HOUSE] == [], "addresses where nobody lives"


def test_scan_and_names_run_on_any_system() -> None:
    assert [entry for entry in PORTABLE if entry.replace(".", "/") + ".py" not in HOUSE] == []
    found = unportable_imports(HOUSE, PORTABLE)
    assert not found, listed(found)


# --- negative controls: the same rules on bad source ---


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("netwatch/decode/bad.py", "from netwatch.extract import dns"),
        ("netwatch/decode/bad.py", "import netwatch.extract.dns"),
        ("netwatch/decode/bad.py", "def f():\n    from netwatch.extract.dns import read"),
        ("netwatch/decode/bad.py", "from ..extract import dns"),
        ("netwatch/decode/bad.py", "from netwatch import pipeline"),
        ("netwatch/model.py", "from netwatch import limits"),
        ("netwatch/novelty.py", ""),
    ],
)
def test_control_import_rule(path: str, source: str) -> None:
    others = {"netwatch/extract/dns.py": "", "netwatch/pipeline.py": "", "netwatch/limits.py": ""}
    (found,) = breaks_of_the_import_rule({**others, path: source})
    assert found.startswith(path + ":")


def test_control_import_rule_lets_good_ones_pass() -> None:
    good = {
        "netwatch/decode/__init__.py": "",
        "netwatch/decode/link.py": "from . import network\nfrom .network import x\n",
        "netwatch/decode/network.py": "from netwatch import limits\nfrom netwatch.model import x",
        "netwatch/limits.py": "import sys",
        "netwatch/cli/scan.py": "from netwatch.decode import link",
    }
    assert breaks_of_the_import_rule(good) == []


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("import netwatch.b", "from netwatch import a"),
        ("from netwatch.b import x", "def f():\n    import netwatch.a"),
        ("from . import b", "from .c import x"),
    ],
)
def test_control_cycles(a: str, b: str) -> None:
    house = {"netwatch/a.py": a, "netwatch/b.py": b, "netwatch/c.py": "from netwatch import a"}
    assert any(line.startswith("netwatch.a: ") for line in cycles(house))
    assert cycles({**house, "netwatch/b.py": ""}) == []


def test_control_star_imports() -> None:
    assert star_imports({"netwatch/a.py": "from typing import *"}) == [
        "netwatch/a.py:1: everything from typing"
    ]


@pytest.mark.parametrize("name", ["os", "msgspec", "netwatch.decode.cold", "collections"])
def test_control_compiled_files(name: str) -> None:
    good = "from typing import Final\nfrom librt.strings import x\nfrom netwatch.model import y\n"
    house = {
        "netwatch/decode/cold.py": '"""Not hot."""\nimport os',
        "netwatch/decode/hot.py": f'"""Compiled. Hot."""\n{good}import {name}\n',
    }
    assert cold_imports_of_compiled_files(house) == [
        f"netwatch/decode/hot.py:5: compiled code must not import {name}"
    ]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("netwatch/decode/a.py", "import click"),
        ("netwatch/outputs/a.py", "from yaml import load"),
        ("netwatch/cli/a.py", "def f():\n    import scapy.all"),
        ("netwatch/cli/a.py", "import requests"),
    ],
)
def test_control_foreign_packages(path: str, source: str) -> None:
    assert len(strangers({path: source})) == 1
    assert strangers({"netwatch/cli/a.py": "import click, json\nimport rich.table"}) == []


@pytest.mark.parametrize(
    "source",
    ["import fcntl", "import socket\nx = socket.AF_PACKET", "from select import epoll"],
)
def test_control_portability(source: str) -> None:
    house = {
        "netwatch/cli/scan.py": "def f():\n    from netwatch.capture import files",
        "netwatch/capture/files.py": "from netwatch.capture import ring",
        "netwatch/capture/ring.py": source,
    }
    (found,) = unportable_imports(house, ("netwatch.cli.scan",))
    assert found.startswith("netwatch/capture/ring.py:")
    assert unportable_imports(house, ("netwatch.cli.names",)) == []
