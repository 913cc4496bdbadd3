"""How the house is kept: sizes, names of files, mirrored tests, one clock, one name per anomaly.

Like in test_architecture.py each rule is a function that says what is wrong, and is tried on bad
source as well.
"""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from netwatch.model import ANOMALY_NAMES, Anomaly

pytestmark = pytest.mark.tree

TREE = Path(__file__).resolve().parent.parent
House = Mapping[str, str]

FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 400
NESTING_MAX = 4
COLUMNS_MAX = 100

NESTING = (
    ast.If,
    ast.For,
    ast.While,
    ast.With,
    ast.Try,
    ast.TryStar,
    ast.Match,
    ast.FunctionDef,
    ast.AsyncFor,
    ast.AsyncWith,
    ast.AsyncFunctionDef,
)
BANNED_WORDS = frozenset({"util", "utils", "helper", "helpers", "common", "core", "manager"})
"""Names of places where anything may be put: there the listing stops telling the story."""

UNMIRRORED = {
    "netwatch/errors.py": "only declarations",
    "netwatch/limits.py": "only literals",
    "netwatch/model.py": "only declarations; the closed list is checked below",
}
"""Source files without a test file of their own, and why."""

WALL_CLOCKS = frozenset(
    {
        "time.time",
        "time.time_ns",
        "time.localtime",
        "time.gmtime",
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
    }
)
CLOCK_OWNERS = ("netwatch/capture/", "netwatch/cli/")


def read_house(tree: Path, top: str) -> dict[str, str]:
    return {
        path.relative_to(tree).as_posix(): path.read_text()
        for path in sorted((tree / top).rglob("*.py"))
    }


HOUSE = read_house(TREE, "netwatch")


# --- the rules ---


def long_functions(house: House) -> list[str]:
    found = []
    for path, source in house.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    found.append(f"{path}:{node.lineno}: {node.name} has {lines} lines")
    return found


def long_files(house: House) -> list[str]:
    return [
        f"{path}: {len(source.splitlines())} lines"
        for path, source in house.items()
        if len(source.splitlines()) > FILE_LINES_MAX
    ]


def long_lines(house: House) -> list[str]:
    return [
        f"{path}:{number}: {len(line)} columns"
        for path, source in house.items()
        for number, line in enumerate(source.splitlines(), 1)
        if len(line) > COLUMNS_MAX
    ]


def nested(node: ast.AST, depth: int) -> tuple[int, int]:
    """(depth, line) of the deepest statement below `node`, which itself stands at `depth`."""
    deepest = (depth, getattr(node, "lineno", 0))
    for field, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        # An `elif` is an If alone in the `orelse` of an If: the eye does not see it deeper.
        flat = isinstance(node, ast.If) and field == "orelse" and len(children) == 1
        for child in children:
            if isinstance(child, ast.AST):
                deeper = isinstance(child, NESTING) and not (flat and isinstance(child, ast.If))
                deepest = max(deepest, nested(child, depth + deeper))
    return deepest


def deep_functions(house: House) -> list[str]:
    found = []
    for path, source in house.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                depth, line = nested(node, 0)
                if depth > NESTING_MAX:
                    found.append(f"{path}:{line}: {depth} levels deep in {node.name}")
    return found


def banned_paths(paths: list[str]) -> list[str]:
    return [
        path
        for path in paths
        if BANNED_WORDS & set(path.lower().replace("/", "_").replace(".", "_").split("_"))
    ]


def without_mirror(sources: House, tests: set[str]) -> list[str]:
    """`netwatch/a/b.py` is tested by `tests/a/test_b.py`, or `test_a_b.py` where `b` is taken."""
    found = []
    for path in sources:
        *folders, name = path.removeprefix("netwatch/").removesuffix(".py").split("/")
        if name == "__init__" or path in UNMIRRORED:
            continue
        plain = "/".join(["tests", *folders, f"test_{name}.py"])
        full = "/".join(["tests", *folders, f"test_{'_'.join([*folders, name])}.py"])
        if not {plain, full} & tests:
            found.append(f"{path}: no {plain}")
    return found


def code_in_packages(house: House) -> list[str]:
    """`__init__.py` has no mirror, so it may hold nothing but words and plain values."""
    return [
        f"{path}:{node.lineno}: code in a package's __init__"
        for path, source in house.items()
        if path.endswith("__init__.py")
        for node in ast.parse(source).body
        if not isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign)
        or not isinstance(node.value, ast.Constant)
    ]


def wall_clocks(house: House) -> list[str]:
    found = []
    for path, source in house.items():
        if path.startswith(CLOCK_OWNERS):
            continue
        tree = ast.parse(source)
        names = imported_names(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute | ast.Name):
                first, _, rest = ast.unparse(node).partition(".")
                full = ".".join(filter(None, [names.get(first, ""), rest]))
                if full in WALL_CLOCKS:
                    found.append(f"{path}:{node.lineno}: {full}")
    return found


def imported_names(tree: ast.Module) -> dict[str, str]:
    """Local name -> what it stands for, in full."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def wrong_anomalies(numbers: Mapping[str, int], names: tuple[str, ...]) -> list[str]:
    """Each number from 1 has one constant, and the name at its place is the constant's."""
    found = []
    if sorted(numbers.values()) != list(range(1, len(names))):
        found.append(f"numbers {sorted(numbers.values())} for {len(names) - 1} names")
    if len(set(names)) != len(names) or names[0] != "":
        found.append("a name twice, or one for number 0")
    for constant, number in numbers.items():
        if constant.lower().replace("_", "-") not in names[number : number + 1]:
            found.append(f"{constant} = {number} is not named after itself")
    return found


def listed(found: list[str]) -> str:
    """For an assertion's message, which pytest would cut."""
    return "\n" + "\n".join(found)


# --- this house ---


@pytest.mark.parametrize(
    "rule", [long_functions, long_files, long_lines, deep_functions, code_in_packages, wall_clocks]
)
def test_the_house_keeps(rule: object) -> None:
    assert callable(rule)
    found = rule(HOUSE)
    assert not found, listed(found)


def test_no_place_for_anything_and_everything() -> None:
    folders = ("netwatch", "tests", "bench")
    assert banned_paths([path for top in folders for path in read_house(TREE, top)]) == []


def test_every_source_file_has_its_mirrored_test_file() -> None:
    found = without_mirror(HOUSE, set(read_house(TREE, "tests")))
    assert not found, listed(found)
    assert [path for path in UNMIRRORED if path not in HOUSE] == []


def test_every_anomaly_has_one_number_and_one_name() -> None:
    numbers = {name: value for name, value in vars(Anomaly).items() if name.isupper()}
    assert len(numbers) >= 39
    assert wrong_anomalies(numbers, ANOMALY_NAMES) == []


# --- negative controls: the same rules on bad source ---


def one(source: str, path: str = "netwatch/decode/a.py") -> dict[str, str]:
    return {path: source}


def test_control_long_functions() -> None:
    body = "    x = 1\n" * (FUNCTION_LINES_MAX - 1)
    assert long_functions(one("def f():\n" + body)) == []
    assert long_functions(one("class A:\n  async def f():\n" + body + "    x = 2\n")) == [
        "netwatch/decode/a.py:2: f has 61 lines"
    ]


def test_control_long_files_and_lines() -> None:
    assert long_files(one("x = 1\n" * FILE_LINES_MAX)) == []
    assert long_files(one("x = 1\n" * (FILE_LINES_MAX + 1))) == ["netwatch/decode/a.py: 401 lines"]
    assert long_lines(one("#" * COLUMNS_MAX)) == []
    assert long_lines(one("\n" + "#" * 101)) == ["netwatch/decode/a.py:2: 101 columns"]


def deep(levels: int, last: str) -> str:
    lines = ["def f():", *("    " * (i + 1) + "if x:" for i in range(levels))]
    return "\n".join([*lines, "    " * (levels + 1) + last])


@pytest.mark.parametrize("last", ["for x in y: pass", "while x: pass", "def g(): pass"])
def test_control_nesting(last: str) -> None:
    assert deep_functions(one(deep(4, "pass"))) == []
    assert deep_functions(one(deep(3, last))) == []
    (found,) = deep_functions(one(deep(4, last)))
    assert found == "netwatch/decode/a.py:6: 5 levels deep in f"


def test_control_nesting_counts_else_but_not_elif() -> None:
    chain = "def f():\n    if a: pass\n" + "".join(f"    elif b{i}: pass\n" for i in range(9))
    assert deep_functions(one(chain)) == []
    inner = "if a:\n{0}pass\nelse:\n{0}x = 1\n{0}if b:\n{0} pass"
    assert nested(ast.parse(inner.format(" ")), 0)[0] == 2


@pytest.mark.parametrize(
    "path", ["netwatch/util/a.py", "netwatch/decode/dns_helpers.py", "tests/test_common.py"]
)
def test_control_banned_paths(path: str) -> None:
    assert banned_paths([path, "netwatch/decode/scores.py", "netwatch/utility/encore.py"]) == [path]


def test_control_mirrors() -> None:
    house = {"netwatch/decode/link.py": "", "netwatch/engine.py": "", "netwatch/a/__init__.py": ""}
    assert without_mirror(house, {"tests/decode/test_link.py", "tests/test_engine.py"}) == []
    assert without_mirror(house, {"tests/decode/test_decode_link.py", "tests/test_link.py"}) == [
        "netwatch/engine.py: no tests/test_engine.py"
    ]
    assert len(without_mirror(house, {"tests/test_link.py", "tests/extract/test_link.py"})) == 2


@pytest.mark.parametrize("code", ["import os", "def f(): pass", "X = []", "print(1)", "if 1: pass"])
def test_control_code_in_packages(code: str) -> None:
    package = "netwatch/decode/__init__.py"
    assert code_in_packages(one('"""Words."""\n__version__ = "1"\n', package)) == []
    assert len(code_in_packages(one(code, package))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import time\nx = time.time()",
        "import time as t\nx = t.time_ns()",
        "from time import time\nx = time()",
        "import datetime\nx = datetime.datetime.now(datetime.UTC)",
        "from datetime import datetime as d\nf = d.now",
        "from datetime import date\nx = date.today()",
    ],
)
def test_control_wall_clocks(source: str) -> None:
    assert len(wall_clocks(one(source))) == 1
    assert wall_clocks(one(source, "netwatch/capture/ring.py")) == []
    good = "import time\nx = time.monotonic()\ntime = y.time()\nfrom datetime import datetime"
    assert wall_clocks(one(good)) == []


@pytest.mark.parametrize(
    ("numbers", "names"),
    [
        ({"A": 1, "B": 1}, ("", "a", "b")),
        ({"A": 1}, ("", "a", "b")),
        ({"A": 1, "B": 2}, ("", "b", "a")),
        ({"A": 1, "B": 2}, ("", "a", "a")),
        ({"A": 1, "B": 3}, ("", "a", "b")),
        ({"A": 0, "B": 1}, ("a", "b")),
    ],
)
def test_control_anomalies(numbers: dict[str, int], names: tuple[str, ...]) -> None:
    assert wrong_anomalies(numbers, names) != []
    assert wrong_anomalies({"A_B": 1, "C": 2}, ("", "a-b", "c")) == []
