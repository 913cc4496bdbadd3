"""JSON and YAML -> rows: the objects of the one list that holds most of them.

APIs wrap their lists (`value`, `results`, `resources`, `result`) and their records
(`hardware.macAddress`, `primary_ip4.address`): wrappings are opened, and a heading is the way to
its value. Nothing here calls itself: how deep a file is nested must not matter.
"""

import re
from typing import Any, Final

import msgspec

from netwatch.assets.rows import NoRowsError, Row, Rows
from netwatch.errors import SignatureError
from netwatch.limits import ASSET_COLUMNS_MAX
from netwatch.match.yaml_nodes import Items, Node, Table, Text, read_yaml

WRAPPINGS_MAX: Final = 4
"""Objects around the list of records."""
STEPS_MAX: Final = 6
"""Steps from a record to a value; what lies deeper is passed over."""
_YAML: Final = re.compile(r"(?:---|%YAML|- |[^\s,;|\t#\"][^,;|\t\"]*:(?:\s|$))")


def looks_like_json(text: str) -> bool:
    """Whether it begins as JSON does."""
    return text.lstrip()[:1] in ("[", "{")


def looks_like_yaml(text: str) -> bool:
    """Whether its first line that is no comment begins a list or a mapping."""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            return _YAML.match(line) is not None and not line.rstrip().endswith("::")
    return False


# --- JSON ---

Records = list[tuple[str, msgspec.Raw]]
"""(name or "", record)."""


def read_json(text: str) -> Rows:
    """The rows of a JSON file, or of one JSON object a line. NoRowsError where it is neither."""
    octets = text.encode("utf-8", "replace")
    try:
        top = msgspec.json.decode(octets, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError) as error:
        if text.lstrip()[:1] == "{" and "\n" in text.strip():
            return _json_lines(text)
        raise NoRowsError(f"1: found JSON that cannot be read: {error}") from None
    rows = Rows("json")
    start, records = _json_records(octets, octets.find(top), top)
    line, counted = 1, 0
    for name, record in records:
        start = octets.find(record, start)
        line += octets.count(b"\n", counted, start)
        counted = start
        _add_json(rows, line, bytes(record), name)
        start += len(bytes(record))
    return rows


def _json_lines(text: str) -> Rows:
    rows = Rows("json-lines")
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            _add_json(rows, number, line.encode("utf-8", "replace"))
    return rows


def _json_records(octets: bytes, start: int, top: msgspec.Raw) -> tuple[int, Records]:
    """(from where on, the records) of the longest list in the outermost objects.

    Objects in an object, and nothing else in it, are records that are called by their keys.
    """
    for _ in range(WRAPPINGS_MAX):
        if bytes(top).lstrip()[:1] == b"[":
            break
        if bytes(top).lstrip()[:1] != b"{":
            return start, [("", top)]
        members = _raw_members(top)
        lists = {k: v for k, v in members.items() if bytes(v)[:1] == b"["}
        rich = {k: v for k, v in lists.items() if bytes(v)[1:].lstrip()[:1] == b"{"}
        objects = {k: v for k, v in members.items() if bytes(v)[:1] == b"{"}
        chosen = rich if len(members) - len(rich) <= _WRAPPING_MEMBERS else {}
        if not chosen and len(objects) == len(members) > 1:
            return start, list(objects.items())
        if not chosen and len(objects) == len(members) == 1:
            chosen = objects
        if not chosen:
            return start, [("", top)]
        name = max(chosen, key=lambda key: len(bytes(chosen[key])))
        start = octets.find(chosen[name], start)
        top = chosen[name]
    try:
        return start, [("", one) for one in msgspec.json.decode(top, type=list[msgspec.Raw])]
    except (msgspec.DecodeError, RecursionError):
        return start, []


_WRAPPING_MEMBERS: Final = 8
"""What a wrapping has beside its list: counts, links; a record has more."""


def _raw_members(top: msgspec.Raw) -> dict[str, msgspec.Raw]:
    try:
        return msgspec.json.decode(top, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return {}


def _add_json(rows: Rows, line: int, octets: bytes, name: str = "") -> None:
    try:
        record = msgspec.json.decode(octets)
    except (msgspec.DecodeError, RecursionError) as error:
        rows.skip(line, f"found JSON that cannot be read: {error}")
        return
    if isinstance(record, dict):
        rows.rows.append(Row(line, ([("name", name)] if name else []) + _flat(record)))
    elif isinstance(record, str):
        rows.rows.append(Row(line, [("", record)]))
    else:
        rows.skip(line, f"found {_KINDS.get(type(record), 'a list')}, expected an object")


_KINDS: Final[dict[type, str]] = {
    bool: "true or false", int: "a number", float: "a number", type(None): "null"
}  # fmt: skip


def _flat(record: dict[str, Any]) -> list[tuple[str, str]]:
    """(way, text) of all values of a record, in their order."""
    cells: list[tuple[str, str]] = []
    waiting: list[tuple[tuple[str, ...], Any]] = [((), record)]
    while waiting and len(cells) < ASSET_COLUMNS_MAX:
        way, value = waiting.pop()
        if isinstance(value, dict):
            inner = [((*way, key), one) for key, one in value.items()]
        elif isinstance(value, list):
            inner = [(way, one) for one in value]
        else:
            if value is not None and not isinstance(value, bool):
                cells.append((".".join(way), str(value)))
            continue
        if len(way) < STEPS_MAX:
            waiting.extend(reversed(inner))
    return cells


# --- YAML ---


def read_yaml_list(text: str, path: str) -> Rows:
    """The rows of a YAML file. NoRowsError where it cannot be read."""
    try:
        top = read_yaml(text.encode("utf-8", "replace"), path)
    except SignatureError as error:
        raise NoRowsError(str(error).removeprefix(f"{path}:")) from None
    rows = Rows("yaml")
    for name, record in _yaml_records(top):
        if isinstance(record, Table):
            named = [("name", name)] if name else []
            rows.rows.append(Row(record.line, named + _flat_nodes(record)))
        elif isinstance(record, Text):
            rows.rows.append(Row(record.line, [("", record.value)]))
        else:
            rows.skip(record.line, f"found {record.kind()}, expected a mapping")
    return rows


def _yaml_records(top: Node) -> list[tuple[str, Node]]:
    """(name, record): of a list, of the longest list of a mapping, or of a mapping of mappings."""
    for _ in range(WRAPPINGS_MAX):
        if isinstance(top, Items):
            return [("", node) for node in top.nodes]
        if not isinstance(top, Table):
            return [("", top)]
        members = {key: node for key, (_, node) in top.pairs.items()}
        lists = [n for n in members.values() if isinstance(n, Items) and _holds_tables(n)]
        if lists and len(members) - len(lists) <= _WRAPPING_MEMBERS:
            top = max(lists, key=lambda node: len(node.nodes))
        elif members and all(isinstance(node, Table) for node in members.values()):
            if len(members) > 1 or not _tables_inside(*members.values()):
                return list(members.items())
            (top,) = members.values()
        elif len(members) == 1 and isinstance(inner := next(iter(members.values())), Items):
            top = inner
        else:
            return [("", top)]
    return []


def _holds_tables(node: Items) -> bool:
    return any(isinstance(inner, Table) for inner in node.nodes)


def _tables_inside(node: Node) -> bool:
    inside = [inner for _, inner in node.pairs.values()] if isinstance(node, Table) else []
    return any(isinstance(inner, Table | Items) for inner in inside)


def _flat_nodes(record: Table) -> list[tuple[str, str]]:
    """(way, text) of all values of a record, in their order."""
    cells: list[tuple[str, str]] = []
    waiting: list[tuple[tuple[str, ...], Node]] = [((), record)]
    while waiting and len(cells) < ASSET_COLUMNS_MAX:
        way, node = waiting.pop()
        if isinstance(node, Text):
            cells.append((".".join(way), node.value))
        elif len(way) >= STEPS_MAX:
            continue
        elif isinstance(node, Table):
            inner = [((*way, key), one) for key, (_, one) in node.pairs.items()]
            waiting.extend(reversed(inner))
        elif isinstance(node, Items):
            waiting.extend(reversed([(way, one) for one in node.nodes]))
    return cells
