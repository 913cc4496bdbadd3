"""Writes into the documents what only the code knows, so that no document can lie about it.

`PYTHONPATH=. python docs/generate.py` writes docs/limits.md from netwatch/limits.py, and anew every
block of the documents that shows what a command prints; read the diff. With `--check` nothing is
written, and the exit code is 1 if anything would be.

A block that shows a command looks like this, and its first line is the command:

    <!-- exact: first 3; from "POSSIBLE" 9; last 5 -->
    ```console
    $ netwatch scan pcaps/
    ```

A table of the code (a mapping of names to words) stands below its address:

    <!-- table: netwatch.decode.tunnels TUNNELS -->
    | tunnel | how it is told |
    |---|---|

`<!-- exact -->` shows all lines. `from "TEXT" N` shows N lines, from the first one on in which TEXT
stands. What is left out is shown as `[...]`.
"""

import argparse
import ast
import importlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from netwatch import limits

TREE = Path(__file__).resolve().parent.parent
LIMITS_PAGE = TREE / "docs" / "limits.md"
TIMES = {"h": 3_600 * 10**9, "min": 60 * 10**9, "s": 10**9, "ms": 10**6, "ns": 1}
SIZES = {"GiB": 1024**3, "MiB": 1024**2, "KiB": 1024}
LEFT_OUT = "[...]"
PROMPT = "$ netwatch "
BLOCK = re.compile(
    r"(?P<head><!-- exact(?:: (?P<parts>[^\n]*))? -->\n```console\n)"
    r"\$ netwatch (?P<arguments>[^\n]*)\n(?P<shown>.*?)(?P<tail>```\n)",
    re.DOTALL,
)
TABLE = re.compile(
    r"(?P<head><!-- table: (?P<module>[\w.]+) (?P<name>\w+) -->\n\|[^\n]*\n\|[-|]+\n)"
    r"(?:\|[^\n]*\n)*"
)
PART = re.compile(r'first (?P<first>\d+)|last (?P<last>\d+)|from "(?P<text>[^"]+)" (?P<lines>\d+)')
NO_BOUNDS = frozenset({"BIT_61"})
"""Constants of limits.py that bound nothing."""
LIMITS_HEAD = """\
# Limits

Everything that can grow has a bound, because anybody on the network can make it grow. What does
not fit is dropped and counted (`table-full`, `fragment-dropped`, `flows_evicted`), and what is
counted is shown by `netwatch scan`.

This page is written by `docs/generate.py` from `netwatch/limits.py`. A name says its unit: `_BYTES`
octets, `_NS` a time, everything else a number of things.
"""


# --- docs/limits.md ---


def limits_page(source: str) -> str:
    """The page, of the source text of limits.py; values are those of the imported module."""
    titles = {
        number: line.strip("# -")
        for number, line in enumerate(source.splitlines(), 1)
        if line.startswith("# --- ")
    }
    parts = [LIMITS_HEAD]
    title = ""
    for name, line, reason in constants(source):
        if name in NO_BOUNDS:
            continue
        section = titles[max(number for number in titles if number < line)]
        if section != title:
            title = section
            parts.append(f"\n## {title.capitalize()}\n\n| limit | value | why |\n|---|---|---|\n")
        parts.append(f"| `{name}` | {value_text(name, getattr(limits, name))} | {reason} |\n")
    return "".join(parts)


def constants(source: str) -> list[tuple[str, int, str]]:
    """(name, line, docstring) of every constant of a module; ValueError for one without words."""
    body = ast.parse(source).body
    found = []
    for node, behind in zip(body, [*body[1:], None], strict=True):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        words = behind.value if isinstance(behind, ast.Expr) else None
        if not isinstance(words, ast.Constant) or not isinstance(words.value, str):
            raise ValueError(f"{node.target.id} says nothing of itself")
        found.append((node.target.id, node.lineno, " ".join(words.value.split())))
    return found


def value_text(name: str, value: object) -> str:
    """A value as people read it: 30 s, 95 %, 512 KiB, 1,024; the name says the unit."""
    if isinstance(value, float):
        return f"{value * 100:g} %"
    if not isinstance(value, int):
        return str(value)
    units = TIMES if "_ns" in name.lower() else SIZES if "_BYTES" in name else {}
    for unit, size in units.items():
        if value >= size and value % size == 0:
            return f"{value // size:,} {unit}"
    return f"{value:,}"


# --- blocks that show what a command prints ---


def with_outputs(text: str) -> str:
    """A document with every output as the command prints it now, every table as the code has it."""
    return TABLE.sub(_listed, BLOCK.sub(_filled, text))


def _listed(block: re.Match[str]) -> str:
    table = getattr(importlib.import_module(block["module"]), block["name"])
    return block["head"] + "".join(f"| {name} | {words} |\n" for name, words in table.items())


def _filled(block: re.Match[str]) -> str:
    lines = chosen(printed(block["arguments"]), block["parts"])
    return f"{block['head']}{PROMPT}{block['arguments']}\n{lines}{block['tail']}"


def printed(arguments: str) -> list[str]:
    """What `netwatch ARGUMENTS`, run at the top of the tree, prints on standard output."""
    command = [sys.executable, "-m", "netwatch", *shlex.split(arguments)]
    environment = {**os.environ, "PYTHONPATH": str(TREE), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(  # noqa: S603 - the project's own command
        command, cwd=TREE, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1, 3) or not done.stdout:
        raise RuntimeError(f"netwatch {arguments}: exit code {done.returncode}: {done.stderr}")
    return done.stdout.splitlines()


def chosen(lines: Sequence[str], parts: str | None) -> str:
    """The parts of an output that are shown; ValueError for parts that it does not have."""
    if parts is None:
        return "".join(line + "\n" for line in lines)
    shown: list[str] = []
    end = 0
    for part in parts.split("; "):
        start, stop = _span(lines, part)
        if start < end or stop > len(lines):
            raise ValueError(f"{part}: not in {len(lines)} lines, or before what is shown already")
        if start > end:
            shown.append(LEFT_OUT)
        shown += lines[start:stop]
        end = stop
    if end < len(lines):
        shown.append(LEFT_OUT)
    return "".join(line + "\n" for line in shown)


def _span(lines: Sequence[str], part: str) -> tuple[int, int]:
    found = PART.fullmatch(part)
    if found is None:
        raise ValueError(f'{part}: expected first N, last N or from "TEXT" N')
    if found["first"]:
        return 0, int(found["first"])
    if found["last"]:
        return len(lines) - int(found["last"]), len(lines)
    start = next((number for number, line in enumerate(lines) if found["text"] in line), None)
    if start is None:
        raise ValueError(f"{part}: no line has this text")
    return start, start + int(found["lines"])


# --- all of it ---


def documents() -> list[Path]:
    """Every document that people read."""
    return [
        TREE / "README.md",
        TREE / "CHANGELOG.md",
        TREE / "signatures" / "README.md",
        *sorted((TREE / "docs").rglob("*.md")),
    ]


def wanted() -> dict[Path, str]:
    """Document -> what should stand in it."""
    texts = {path: with_outputs(path.read_text()) for path in documents() if path != LIMITS_PAGE}
    texts[LIMITS_PAGE] = limits_page((TREE / "netwatch" / "limits.py").read_text())
    return texts


def main() -> None:
    """Write what is out of date, or only say what it is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it is old")
    check = parser.parse_args().check
    old = [path for path, text in wanted().items() if not path.exists() or path.read_text() != text]
    for path in old:
        if not check:
            path.write_text(wanted()[path])
        sys.stdout.write(f"{path.relative_to(TREE)}: {'out of date' if check else 'written'}\n")
    sys.exit(1 if check and old else 0)


if __name__ == "__main__":
    main()
