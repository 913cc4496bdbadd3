"""The part of YAML that packs may use; each thing that is refused, with its place and message."""

import pytest

from netwatch.errors import SignatureError
from netwatch.match.yaml_nodes import Items, Table, Text, read_yaml


def mistake(octets: bytes) -> str:
    with pytest.raises(SignatureError) as caught:
        read_yaml(octets, "p.yaml")
    return str(caught.value)


def test_nodes_know_their_places() -> None:
    root = read_yaml(b"pack:\n  name: x\nlist: [a, 'b']\n", "p.yaml")
    assert isinstance(root, Table)
    key, pack = root.pairs["pack"]
    assert key.place() == "p.yaml:1:1"
    assert isinstance(pack, Table)
    assert pack.pairs["name"][1].place() == "p.yaml:2:9"
    items = root.pairs["list"][1]
    assert isinstance(items, Items)
    assert [node.place() for node in items.nodes] == ["p.yaml:3:8", "p.yaml:3:11"]
    assert (root.kind(), items.kind()) == ("a mapping", "a list")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("kaspersky.com", "text"),
        ("'1'", "text"),
        ('"true"', "text"),
        ("|\n  1", "text"),
        ("1", "a number"),
        ("1.5", "a number"),
        ("0x10", "a number"),
        ("1.2.3", "text"),
        ("2026.11.22", "text"),
        ("yes", "true or false"),
        ("true", "true or false"),
        ("null", "nothing"),
        ("~", "nothing"),
        ("", "nothing"),
        ("2026-11-22", "a date"),
        ("12:30:45", "a number"),
    ],
)
def test_what_yaml_would_read_it_as(text: str, kind: str) -> None:
    root = read_yaml(f"k: {text}\n".encode(), "p.yaml")
    assert isinstance(root, Table)
    node = root.pairs["k"][1]
    assert isinstance(node, Text)
    assert node.kind() == kind


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"", "p.yaml:1:1: found an empty file, expected a pack"),
        (b"# only a comment\n", "p.yaml:1:1: found an empty file, expected a pack"),
        (b"a: &x 1\n", "p.yaml:1:4: found the anchor '&x', expected none"),
        (b"a: &x [1]\n", "p.yaml:1:4: found the anchor '&x', expected none"),
        (
            b"a: *x\n",
            "p.yaml:1:4: found the alias '*x', expected text"
            " (a name that begins with * needs quotes)",
        ),
        (
            b"- *.kaspersky.com\n",
            "p.yaml:1:4: found YAML that cannot be read: did not find expected alphabetic or"
            " numeric character (a name that begins with * needs quotes)",
        ),
        (b"a: !x 1\n", "p.yaml:1:4: found the tag '!x', expected none"),
        (
            b"a: !!python/object:os.system {}\n",
            "p.yaml:1:4: found the tag 'tag:yaml.org,2002:python/object:os.system', expected none",
        ),
        (b"a: 1\nb: 2\na: 3\n", "p.yaml:3:1: found the key 'a' again, first in line 1"),
        (b"? [a]\n: 1\n", "p.yaml:1:3: found a list as a key, expected text"),
        (b"a: 1\n---\nb: 1\n", "p.yaml:3:1: found a second document, expected one"),
        (
            b"a: [1\n",
            "p.yaml:2:1: found YAML that cannot be read: did not find expected ',' or ']'",
        ),
        (
            b"a: 1\n  b: 2\n",
            "p.yaml:2:4: found YAML that cannot be read: mapping values are not allowed in this"
            " context",
        ),
        (
            b"a:\n\t- 1\n",
            "p.yaml:2:1: found YAML that cannot be read: found character that cannot start any"
            " token",
        ),
        (b"a: 1\nb: \xff\n", "p.yaml:2:4: found octet 0xff, expected UTF-8"),
        ("a: é\nb: ".encode() + b"\xc3\n", "p.yaml:2:4: found octet 0xc3, expected UTF-8"),
        (
            b"a: 1\nb: \x07\n",
            "p.yaml:2:4: found a control character (control characters are not allowed)",
        ),
    ],
)
def test_what_is_refused(octets: bytes, message: str) -> None:
    assert mistake(octets) == message


def test_nesting_ends_at_its_limit_and_not_at_the_stack() -> None:
    read_yaml(b"[" * 32 + b"]" * 32, "p.yaml")
    expected = "p.yaml:1:33: found lists or mappings deeper than 32"
    assert mistake(b"[" * 33 + b"]" * 33) == expected
    assert mistake(b"[" * 500_000) == expected
    assert mistake(b"{a: " * 200_000).endswith("found lists or mappings deeper than 32")


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    bomb = b"a: &a [x,x,x]\n" + b"".join(
        b"%c: &%c [*%c,*%c,*%c]\n" % (c + 1, c + 1, c, c, c) for c in range(ord("a"), ord("i"))
    )
    assert mistake(bomb) == "p.yaml:1:4: found the anchor '&a', expected none"
