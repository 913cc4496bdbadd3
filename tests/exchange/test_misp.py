"""MISP's files: events, attributes, warning lists, feeds in CSV."""

import json
from typing import Any

import pytest

from netwatch.exchange.found import Found
from netwatch.exchange.misp import DEPTH_MAX, read

ATTRIBUTES = [
    {"type": "domain", "value": "a.example.com", "to_ids": True},
    {"type": "hostname", "value": "B.example.com"},
    {"type": "domain|ip", "value": "c.example.com|192.0.2.1", "to_ids": "1"},
    {"type": "ip-dst", "value": "192.0.2.1"},
    {"type": "domain", "value": "d.example.com", "to_ids": False},
    {"type": "domain", "value": "e.example.com", "deleted": True},
    {"type": "domain", "value": "no name"},
    {"type": "domain", "value": 7},
]
NAMES = ["a.example.com", "b.example.com", "c.example.com"]


def found_in(value: Any) -> Found:
    found = Found()
    read(value if isinstance(value, bytes) else json.dumps(value).encode(), found)
    return found


@pytest.mark.parametrize(
    "tree",
    [
        ATTRIBUTES,
        {"Attribute": ATTRIBUTES},
        {"Event": {"info": "x", "Attribute": ATTRIBUTES}},
        {"response": [{"Event": {"Attribute": ATTRIBUTES}}]},
        {"response": {"Attribute": ATTRIBUTES}},
        [{"Event": {"Attribute": ATTRIBUTES[:2], "Object": [{"Attribute": ATTRIBUTES[2:]}]}}],
    ],
)
def test_wherever_attributes_are(tree: Any) -> None:
    found = found_in(tree)
    assert list(found.names) == NAMES
    assert found.refused == [
        (7, "found 'no name', expected a name of two labels or more"),
        (8, "found a value that is no text, expected a name"),
    ]
    assert found.counts == {
        "attribute of another type ('ip-dst')": 1,
        "attribute not meant for detection (to_ids)": 1,
        "deleted attribute": 1,
    }


def test_a_warning_list() -> None:
    found = found_in({"name": "n", "type": "hostname", "list": [".example.com", "a.example.org"]})
    assert list(found.names) == ["example.com", "*.example.com", "a.example.org"]


def test_a_feed() -> None:
    found = found_in(
        b"uuid,event_id,category,type,value,comment,to_ids,date\r\n"
        b'1,2,"Network activity",domain,a.example.com,"a ""b""\nc",1,2026\r\n'
        b"1,2,x,md5,00,,1,2026\r\n1,2\r\n"
    )
    assert list(found.names) == ["a.example.com"]
    assert found.refused == [(5, "found 2 columns, expected 8")]


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b'{"Event":', "found no JSON: "),
        (b'{"Event": {}}', "found no attributes, expected an event"),
        (b"[" * 100_000, "found no JSON: "),
        (b"a,b\n", "found no columns `type` and `value`"),
        (b"[[[[[[[[[[[[{}]]]]]]]]]]]]", "found no attributes"),
    ],
)
def test_what_cannot_be_read(octets: bytes, why: str) -> None:
    found = found_in(octets)
    assert found.refused[0][0] == 1 and found.refused[0][1].startswith(why)


def test_depth_ends() -> None:
    tree: Any = ATTRIBUTES
    for _ in range(DEPTH_MAX + 1):
        tree = [tree]
    assert not found_in(tree).names
