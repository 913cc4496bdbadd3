"""JSON and YAML: wrappings, ways to values, lines; what cannot be read, however deep."""

import json
from typing import Any

import pytest

from netwatch.assets.nested import looks_like_json, looks_like_yaml, read_json, read_yaml_list
from netwatch.assets.rows import NoRowsError

RECORD: dict[str, Any] = {"name": "pc1", "net": {"mac": ["m1", "m2"]}, "on": True, "x": None}
CELLS = [("name", "pc1"), ("net.mac", "m1"), ("net.mac", "m2")]


@pytest.mark.parametrize(
    "top",
    [
        [RECORD],
        {"value": [RECORD], "@odata.count": 1},
        {"results": [RECORD], "meta": {"page": 1}},
        {"data": {"devices": [RECORD]}},
        {"errors": [], "resources": [RECORD]},
        RECORD,
    ],
)
def test_wrappings_of_json(top: object) -> None:
    for indent in (None, 2):
        (row,) = read_json(json.dumps(top, indent=indent)).rows
        assert row.cells == CELLS


def test_lines_of_json() -> None:
    rows = read_json('{"value": [\n {"name": "a"},\n {"name":\n "b"}, 7,\n\n "c" ]}')
    assert [(row.line, row.cells) for row in rows.rows] == [
        (2, [("name", "a")]), (3, [("name", "b")]), (6, [("", "c")])
    ]  # fmt: skip
    assert [(row.line, row.why) for row in rows.skipped] == [
        (4, "found a number, expected an object")
    ]


def test_objects_that_are_called_by_their_keys() -> None:
    rows = read_json('{"pc1": {"mac": "x"},\n"pc2": {"mac": "y"}}')
    assert [(row.line, row.cells) for row in rows.rows] == [
        (1, [("name", "pc1"), ("mac", "x")]), (2, [("name", "pc2"), ("mac", "y")])
    ]  # fmt: skip


def test_equal_records_stand_each_in_its_own_line() -> None:
    rows = read_json('[{"name": "a"},\n{"name": "a"},\n{"name": "a"}]')
    assert [row.line for row in rows.rows] == [1, 2, 3]


def test_json_lines() -> None:
    rows = read_json('{"name": "a"}\n\n{"name": }\n[]\n{"name": "b"}\n')
    assert rows.format == "json-lines"
    assert [(row.line, row.cells) for row in rows.rows] == [
        (1, [("name", "a")]), (5, [("name", "b")])
    ]  # fmt: skip
    assert [row.line for row in rows.skipped] == [3, 4]


@pytest.mark.parametrize("text", ["[1, 2", "{", "[" * 100_000, '{"a":' * 100_000])
def test_json_that_cannot_be_read(text: str) -> None:
    with pytest.raises(NoRowsError, match=r"^1: found JSON that cannot be read"):
        read_json(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("- name: a\n- name: b\n", [(1, [("name", "a")]), (2, [("name", "b")])]),
        ("assets:\n  - name: a\n    net:\n      mac: [x, y]\n",
         [(2, [("name", "a"), ("net.mac", "x"), ("net.mac", "y")])]),
        ("pc1:\n  mac: x\npc2:\n  mac: y\n",
         [(2, [("name", "pc1"), ("mac", "x")]), (4, [("name", "pc2"), ("mac", "y")])]),
        ("---\n- pc1\n- pc2\n", [(2, [("", "pc1")]), (3, [("", "pc2")])]),
        ("name: a\nserial: 0123\n", [(1, [("name", "a"), ("serial", "0123")])]),
        ("pc1:\n  mac: x\n", [(2, [("name", "pc1"), ("mac", "x")])]),
    ],
)  # fmt: skip
def test_yaml(text: str, found: list[tuple[int, list[tuple[str, str]]]]) -> None:
    assert looks_like_yaml(text)
    assert [(row.line, row.cells) for row in read_yaml_list(text, "a.yaml").rows] == found


@pytest.mark.parametrize("text", ["a: [1\n", "a: &x 1\nb: *x\n", "a: 1\na: 2\n", "[" * 100_000])
def test_yaml_that_cannot_be_read(text: str) -> None:
    with pytest.raises(NoRowsError, match=r"^\d+:\d+: found"):
        read_yaml_list(text, "a.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "pc1\npc2",
        "Name,MAC\n",
        "00:11:22:33:44:55\n",
        "fe80::1\n",
        "2001:db8::\n",
        "Name;a: b\n",
        "",
    ],
)
def test_what_is_no_yaml(text: str) -> None:
    assert not looks_like_yaml(text) and not looks_like_json(text)
