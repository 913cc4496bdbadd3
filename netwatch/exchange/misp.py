"""MISP: events, lists of attributes and warning lists in JSON, feeds in CSV.

Taken are `domain`, `hostname` and `domain|ip`; attributes that are deleted, or that MISP itself
would not hand to a detector (`to_ids` false), are counted and left out.
"""

import csv
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from netwatch.exchange.found import Found, lines_of

TYPES: Final = ("domain", "hostname", "domain|ip")
COLUMNS: Final = ("type", "value")
"""A feed in CSV has these, and others."""
DEPTH_MAX: Final = 8
"""Response, event, object, attribute: a right file has six."""


def read(octets: bytes, found: Found) -> None:
    """Every name; in JSON a line number is the attribute's place in the file, from 1."""
    if octets.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        _read_json(octets, found)
    else:
        _read_csv(octets, found)


def _read_json(octets: bytes, found: Found) -> None:
    try:
        tree = msgspec.json.decode(octets.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        found.refuse(1, f"found no JSON: {error}")
        return
    if isinstance(tree, dict) and isinstance(tree.get("list"), list):
        for number, value in enumerate(tree["list"], 1):
            _take(number, {"type": "hostname", "value": value}, found)
        return
    number = 0
    for attribute in _attributes(tree, 0):
        number += 1
        _take(number, attribute, found)
    if not number:
        found.refuse(1, "found no attributes, expected an event, attributes or a warning list")


def _attributes(tree: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Everything with a type and a value, in the order of the file."""
    if depth > DEPTH_MAX:
        return
    if isinstance(tree, dict):
        if isinstance(tree.get("type"), str) and "value" in tree:
            yield tree
        for key in ("response", "Event", "Attribute", "Object"):
            if key in tree:
                yield from _attributes(tree[key], depth + 1)
    elif isinstance(tree, list):
        for one in tree:
            yield from _attributes(one, depth + 1)


def _read_csv(octets: bytes, found: Found) -> None:
    rows = csv.reader(text for _, text in lines_of(octets, found))
    columns: list[str] = []
    try:
        for row in rows:
            if not columns:
                columns = [cell.strip().lower() for cell in row]
                if not set(COLUMNS) <= set(columns):
                    found.refuse(1, "found no columns `type` and `value` in the first line")
                    return
            elif row and len(row) != len(columns):
                found.refuse(rows.line_num, f"found {len(row)} columns, expected {len(columns)}")
            elif row:
                _take(rows.line_num, dict(zip(columns, row, strict=True)), found)
    except csv.Error as error:
        found.refuse(rows.line_num, f"found CSV that cannot be read: {error}")


def _take(number: int, attribute: dict[str, Any], found: Found) -> None:
    kind, value = attribute["type"], attribute["value"]
    if kind not in TYPES:
        found.count(f"attribute of another type ({str(kind)[:40]!r})")
    elif attribute.get("deleted") in (True, "1", 1):
        found.count("deleted attribute")
    elif attribute.get("to_ids") in (False, "0", "False", "false", 0):
        found.count("attribute not meant for detection (to_ids)")
    elif isinstance(value, str):
        found.add(number, value.strip().partition("|")[0])
    else:
        found.refuse(number, "found a value that is no text, expected a name")
