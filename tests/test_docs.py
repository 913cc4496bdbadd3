"""No document lies: what README.md and docs/ name is there, and what is there is named in them.

What docs/generate.py wrote (docs/limits.md, outputs that are shown) must be what it writes now.
"""

import ast
import importlib.util
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from netwatch import charge, errors, model, report, signature
from netwatch.capture import packings
from netwatch.cli.main import COMMANDS, EXIT_CODES, netwatch
from netwatch.cli.scan import FAIL_LEVELS, FORMATS
from netwatch.decode.link import LINK_TYPES
from netwatch.decode.shims import SHIMS
from netwatch.devices import asset_index, assets, coverage, roles
from netwatch.outputs import csv_rows, name_rows
from netwatch.verdict import exhibits, judge

pytestmark = pytest.mark.tree

TREE = Path(__file__).resolve().parent.parent
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(?:work|tmp|home|root|Users|mnt)/")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")


def load_generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate", TREE / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = load_generator()
PAGES: dict[str, str] = {
    path.relative_to(TREE).as_posix(): path.read_text() for path in GENERATE.documents()
}
README, VERDICTS, OUTPUTS = PAGES["README.md"], PAGES["docs/verdicts.md"], PAGES["docs/outputs.md"]


# --- reading documents ---


class Table(NamedTuple):
    section: str
    header: str
    """Its first cell."""
    rows: list[list[str]]


def tables(text: str) -> Iterator[Table]:
    section, rows = "", []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
        elif rows:
            yield Table(section, rows[0][0], rows[2:])
            rows = []
        if line.startswith("#"):
            section = line.strip("# ")


def table(text: str, header: str, section: str | None = None) -> list[list[str]]:
    wanted = (t for t in tables(text) if t.header == header and section in (None, t.section))
    found = [row for t in wanted for row in t.rows]
    assert found, f"no table of {header} {section or ''}"
    return found


def firsts(text: str, header: str, section: str | None = None) -> list[str]:
    """The code words in the first cells of a table, in their order."""
    return [word for row in table(text, header, section) for word in CODE.findall(row[0])]


def anchors(text: str) -> set[str]:
    """What GitHub makes of the headings."""
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", title).strip().lower() for title in titles)
    return {title.replace(" ", "-") for title in kept}


def broken_links(pages: Mapping[str, str], tree: Path) -> list[str]:
    found = []
    for page, text in pages.items():
        for target in LINK.findall(text):
            if "://" in target:
                continue
            path, _, anchor = target.partition("#")
            place = (tree / page).parent / path if path else tree / page
            if not place.exists() or (anchor and anchor not in anchors(place.read_text())):
                found.append(f"{page}: {target}")
    return found


def commands(text: str) -> list[str]:
    """What follows `netwatch ` in code: spans, and the lines of blocks."""
    spans = [span[9:] for span in CODE.findall(text) if span.startswith("netwatch ")]
    lines = re.findall(r"^(?: {4}|\$ )(?:.*\| )?netwatch (\S.*)$", text, re.MULTILINE)
    return spans + lines


def all_commands() -> dict[str, click.Command]:
    """Full name -> command; groups stand for their members."""
    context = click.Context(netwatch)
    found: dict[str, click.Command] = {}
    for name in COMMANDS:
        command = netwatch.get_command(context, name)
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}": member for inner, member in command.commands.items()}
        elif command is not None:
            found[name] = command
    return found


def options(command: click.Command) -> set[str]:
    named = (option for option in command.params if isinstance(option, click.Option))
    return {word for option in named for word in (*option.opts, *option.secondary_opts)}


def wrong_commands(text: str, known: Mapping[str, click.Command]) -> list[str]:
    wrong = []
    for line in commands(text):
        words = re.sub(r"  +#.*", "", line).split()
        name = next((n for n in (" ".join(words[:2]), words[0]) if n in known), None)
        if name is None:
            if not words[0].startswith("--") and words[0] not in {*COMMANDS, "COMMAND"}:
                wrong.append(line)
            continue
        given = {word.partition("=")[0] for word in words if re.match("--?[a-z]", word)}
        if given - options(known[name]) - {"--help"}:
            wrong.append(line)
    return wrong


# --- outputs and limits ---


@pytest.mark.parametrize("page", PAGES)
def test_what_is_shown_is_what_is_printed(page: str) -> None:
    if page == "docs/limits.md":
        wanted = GENERATE.limits_page((TREE / "netwatch" / "limits.py").read_text())
    else:
        wanted = GENERATE.with_outputs(PAGES[page])
    assert PAGES[page] == wanted, "run `PYTHONPATH=. python docs/generate.py` and read the diff"


def test_the_readme_shows_a_scan_and_has_a_place_for_the_bench() -> None:
    shown = [block["arguments"].split()[0] for block in GENERATE.BLOCK.finditer(README)]
    assert {"scan", "names", "signatures"} <= set(shown)
    assert README.count("```console") == len(shown), "a block that nobody compares"
    assert README.index("<!-- bench -->") < README.index("<!-- /bench -->")


# --- commands ---


def test_every_command_and_option_is_told() -> None:
    told: dict[str, set[str]] = {}
    for row in table(README, "option"):
        for name in CODE.findall(row[1]):
            told.setdefault(name, set()).update(CODE.findall(row[0]))
    assert told == {name: options(c) for name, c in all_commands().items() if options(c)}
    for name in all_commands():
        assert f"netwatch {name}" in README


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_told_is_there(page: str) -> None:
    assert wrong_commands(PAGES[page], all_commands()) == []


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_is_told_is_there(page: str) -> None:
    targets = set(re.findall(r"^\.PHONY: (.*)$", (TREE / "Makefile").read_text(), re.MULTILINE))
    known = {word for line in targets for word in line.split()}
    told = re.findall(r"`make ([a-z-]+)`|^    make ([a-z-]+)", PAGES[page], re.MULTILINE)
    assert {one or other for one, other in told} <= known


def test_exit_codes() -> None:
    told = {int(row[0]) for row in table(README, "exit code")}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    raised = {kind.exit_code for kind in kinds if issubclass(kind, errors.NetwatchError)}
    helped = {int(code) for code in re.findall(r"^  (\d+)  ", EXIT_CODES, re.MULTILINE)}
    assert told == raised | helped


# --- what is seen ---


def test_link_types_shims_and_packings() -> None:
    told = [int(n) for row in table(README, "link type") for n in re.findall(r"\d+", row[0])]
    assert sorted(told) == sorted(LINK_TYPES)
    shims = [int(n, 16) for n in re.findall(r"0x\w+", str(table(README, "ethertype")))]
    assert sorted(shims) == sorted(SHIMS)
    heads = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\x00", b"BZh9")
    (line,) = (p for p in README.split("\n\n") if p.startswith("**Captures**"))
    assert CODE.findall(line) == ["pcap", "pcapng", *map(packings.packing_of, heads)]


def test_signals() -> None:
    values = [value for name, value in vars(model.Signal).items() if name.isupper()]
    assert firsts(README, "signal") == values


def test_what_is_not_seen_is_bold() -> None:
    section = README.split("## What is **not** seen")[1].split("\n## ")[0]
    assert len(re.findall(r"^- .*\*\*", section, re.MULTILINE)) == section.count("\n- ") >= 10


def test_the_house() -> None:
    told = set(firsts(README, "folder"))
    packages = {path.parent.name for path in (TREE / "netwatch").glob("*/__init__.py")}
    tops = {"signatures", "pcaps", "tests", "bench", "docs"}
    assert told == tops | {f"netwatch/{package}" for package in packages}


# --- what it proves ---


def test_verdicts_and_caps() -> None:
    assert tuple(firsts(README, "verdict")) == model.VERDICTS
    assert tuple(firsts(VERDICTS, "verdict")) == model.VERDICTS
    assert tuple(firsts(VERDICTS, "cap")) == judge.CAPS
    (caps,) = re.findall(r"The caps are ([^.]*)\.", README)
    assert tuple(CODE.findall(caps)) == judge.CAPS
    assert set(FAIL_LEVELS) <= set(model.VERDICTS)


def test_ceilings() -> None:
    told = {CODE.findall(row[0])[0]: CODE.findall(row[1])[0] for row in table(VERDICTS, "strength")}
    assert told == judge.CEILINGS
    assert tuple(told) == signature.STRENGTHS
    never = [set(CODE.findall(row[0])) for row in table(VERDICTS, "never more than `contacted`")]
    assert never == [judge.OWN_FIELD, judge.VISITED, judge.BROWSED, judge.GOSSIP]
    assert set().union(*never[:3]) <= set(signature.PURPOSES)


def test_roles() -> None:
    assert sorted(firsts(VERDICTS, "role")) == sorted(charge.ROLES)


def test_thresholds() -> None:
    limits = judge.THRESHOLDS
    values = {name: getattr(limits, name) for name in judge.Thresholds.__struct_fields__}
    for module in (exhibits, roles, coverage):
        own = {name: value for name, value in vars(module).items() if name.isupper()}
        values |= {name: value for name, value in own.items() if isinstance(value, int)}
    for name in ("HOUR_NS", "CNAME", "TCP", "TTL_BITS"):  # units and numbers of the wire
        values.pop(name)
    told = {CODE.findall(row[0])[0]: row[1] for row in table(VERDICTS, "threshold")}
    assert told == {name: GENERATE.value_text(name, value) for name, value in values.items()}


# --- outputs ---


@pytest.mark.parametrize(
    ("section", "struct"),
    [
        ("Who looked", report.Netwatch),
        ("A capture", report.Capture),
        ("A device", report.Device),
        ("Managed or not", report.Managed),
        ("A match", report.AssetMatch),
        ("Managed assets", report.Assets),
        ("A managed list", report.AssetList),
        ("A skipped row", report.SkippedRow),
        ("An asset", report.AssetRow),
        ("A conflict", report.AssetConflict),
        ("Evidence", report.Evidence),
        ("A finding behind a carrier", report.Unattributed),
        ("Coverage", report.Coverage),
        ("The lines of `netwatch names`", name_rows.NameRow),
    ],
)
def test_fields(section: str, struct: Any) -> None:
    assert sorted(firsts(OUTPUTS, "field", section)) == sorted(struct.__struct_fields__)


def test_keys_columns_and_words_of_the_outputs() -> None:
    assert firsts(OUTPUTS, "key") == sorted(report.Report.__struct_fields__)
    assert tuple(firsts(OUTPUTS, "column")) == csv_rows.COLUMNS
    assert tuple(firsts(OUTPUTS, "seat")) == charge.SEATS
    assert tuple(re.findall(r'^- "(.*)"$', OUTPUTS, re.MULTILINE)) == coverage.ENDINGS
    (seats,) = (row for row in table(OUTPUTS, "field", "Coverage") if row[0] == "`seat`")
    assert CODE.findall(seats[1]) == list(coverage.SEAT_WORDS)
    formats = next(row for row in table(README, "option") if "--format" in row[0])
    assert tuple(CODE.findall(formats[2])[: len(FORMATS)]) == FORMATS
    source = (TREE / "netwatch" / "outputs" / "json_records.py").read_text()
    kinds = re.findall(r'_line\("(\w+)"', source)
    (told,) = re.findall(r"`kind` before its fields:\n([^.]*)\.", OUTPUTS)
    assert CODE.findall(told) == kinds


def test_managed_or_not() -> None:
    page = PAGES["docs/managed.md"]
    assert tuple(firsts(page, "state")) == assets.STATES
    assert tuple(firsts(page, "key")) == assets.KEYS
    assert firsts(page, "field") == []  # the generated tables are compared whole
    told = f"at least {assets.KNOWN_SHARE_MIN * 100:.0f} % of the assets"
    days = (asset_index.ADDRESS_STALE_NS, assets.STALE_NS)
    words = [told, *(f"{ns // (86_400 * 10**9)} days" for ns in days), "three or more machines"]
    assert [word for word in words if word not in " ".join(page.split())] == []
    assert asset_index.SHARED_ASSETS_MIN == 3


def test_what_is_set_aside() -> None:
    source = ast.parse((TREE / "netwatch" / "devices" / "charging.py").read_text())
    words: set[str] = set()
    for node in ast.walk(source):
        if isinstance(node, ast.FunctionDef) and node.name == "_no_evidence":
            returned = (n.value for n in ast.walk(node) if isinstance(n, ast.Return))
            words |= {ast.literal_eval(value) for value in returned if value is not None}
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "self.aside":
            words |= (
                {ast.literal_eval(node.slice)} if isinstance(node.slice, ast.Constant) else set()
            )
    assert sorted(firsts(OUTPUTS, "set aside")) == sorted(words - {""})


def test_anomalies() -> None:
    page = PAGES["docs/anomalies.md"]
    assert tuple(firsts(page, "anomaly")) == model.ANOMALY_NAMES[1:]
    code = "".join(
        path.read_text()
        for path in (TREE / "netwatch").rglob("*.py")
        if path != TREE / "netwatch" / "model.py"
    )
    for name, meaning in table(page, "anomaly"):
        constant = "Anomaly." + CODE.findall(name)[0].upper().replace("-", "_")
        counted = re.search(re.escape(constant) + r"\b", code) is not None
        assert counted == (not meaning.startswith("not counted yet")), name


# --- pages ---


def test_tests_that_are_named_are_there() -> None:
    for row in table(PAGES["docs/reliability.md"], "threat"):
        words = CODE.findall(row[2])
        shared = next((word for word in words if word.startswith("test_")), "")
        for word in (word for word in words if word.startswith("tests/")):
            path, _, name = word.partition("::")
            source = (TREE / path).read_text()
            assert not (name or shared) or f"def {name or shared}(" in source, word


def test_decisions() -> None:
    names = sorted(path.name for path in (TREE / "docs" / "decisions").iterdir())
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    for name in names:
        text = PAGES[f"docs/decisions/{name}"]
        assert re.match(rf"# {name[:4]}: .*\n\n\d{{4}}-\d\d-\d\d\n", text), name
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Choice", "Consequences"]


def test_links_lead_somewhere() -> None:
    assert broken_links(PAGES, TREE) == []


@pytest.mark.parametrize("page", PAGES)
def test_no_page_knows_the_machine_that_it_was_written_on(page: str) -> None:
    assert MACHINE_PATH.findall(PAGES[page]) == []


# --- negative controls ---


def test_control_tables_and_links() -> None:
    text = (
        "# One two\n\n| a | b |\n|---|---|\n| `x`, `y` | 1 \\| 2 |\n\n## B\n| a |\n|-|\n| `z` |\n"
    )
    assert firsts(text, "a") == ["x", "y", "z"]
    assert table(text, "a", "One two") == [["`x`, `y`", "1 \\| 2"]]
    with pytest.raises(AssertionError, match="no table of c"):
        table(text, "c")
    page = {"README.md": "[a](#one-two) [b](none.md) [c](docs/verdicts.md#no) [d](https://e/f)"}
    wrong = ["#one-two", "none.md", "docs/verdicts.md#no"]
    assert broken_links(page, TREE) == [f"README.md: {target}" for target in wrong]
    assert MACHINE_PATH.search("at /home/me/x") and not MACHINE_PATH.search("/var/home/x a/work/b")


def test_control_commands() -> None:
    known = all_commands()
    good = "`netwatch scan --all x` `netwatch signatures list`\n    tcpdump | netwatch scan -\n"
    assert wrong_commands(good, known) == []
    bad = "`netwatch sacn x` `netwatch scan --al` `netwatch names --all`\n$ netwatch look\n"
    assert wrong_commands(bad, known) == ["sacn x", "scan --al", "names --all", "look"]


def test_control_parts_of_an_output() -> None:
    lines = [str(number) for number in range(10)]
    assert GENERATE.chosen(lines, 'first 1; from "4" 2; last 1') == "0\n[...]\n4\n5\n[...]\n9\n"
    assert GENERATE.chosen(lines, "first 9; last 1") == "".join(f"{n}\n" for n in range(10))
    for wrong in ("first 11", "last 3; first 2", 'from "x" 1', "all"):
        with pytest.raises(ValueError, match=re.escape(wrong.partition("; ")[2] or wrong)):
            GENERATE.chosen(lines, wrong)
    with pytest.raises(RuntimeError, match="exit code 2"):
        GENERATE.printed("scan no/such/file")


def test_control_limits() -> None:
    assert GENERATE.constants('# --- a ---\nX: Final = 1\n"""Why\nnot."""\n') == [
        ("X", 2, "Why not.")
    ]
    with pytest.raises(ValueError, match="X says nothing of itself"):
        GENERATE.constants("X: Final = 1\nY: Final = 2\n")
    values = {"a_ns": 1_500_000, "AGE_NS_MAX": 30 * 10**9, "X_BYTES": 8192, "N": 8192}
    shown = [GENERATE.value_text(name, value) for name, value in values.items()]
    assert shown == ["1,500,000 ns", "30 s", "8 KiB", "8,192"]
