"""One mistake a file, each with the exact message; the JSON Schema refuses what it can see."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from netwatch.errors import SignatureError
from netwatch.limits import PACK_BYTES_MAX
from netwatch.match.pack_file import (
    FLAG_KEYS,
    LIST_KEYS,
    NEEDED_KEYS,
    NEVER_STRONG,
    PACK_KEYS,
    PATTERN_KEYS,
    ROOT_KEYS,
    TEXT_KEYS,
    read_pack_file,
)
from netwatch.match.signatures import load_packs
from netwatch.paths import packs_folder
from netwatch.signature import PURPOSES, STRENGTHS

SCHEMA = json.loads((packs_folder() / "schema.json").read_text())
HEAD = "pack: {name: p, version: v1, description: d}\nsignatures:\n"
ENTRY = """\
  - id: a-1
    service: s
    product: p
    purpose: update
    strength: strong
    names: [a.example.com]
    references: [r]
    added: 2026-11-22
"""
GOOD = HEAD + ENTRY


class _JsonLoader(yaml.SafeLoader):
    """Makes no dates: JSON, and so the schema, knows texts."""


_JsonLoader.yaml_implicit_resolvers = {
    first: [(tag, test) for tag, test in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_VALIDATOR = jsonschema.Draft202012Validator(
    SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)


def schema_refuses(text: str) -> bool:
    return not _VALIDATOR.is_valid(yaml.load(text, _JsonLoader))  # noqa: S506 - it is a SafeLoader


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def test_the_good_pack_is_good(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(GOOD)
    pack_file = read_pack_file(path)
    assert (pack_file.name, pack_file.version) == ("p", "v1")
    assert len(pack_file.sha256) == 64
    (entry,) = pack_file.entries
    assert entry.signature.names == ("a.example.com",)
    assert entry.signature.added == "2026-11-22"
    assert entry.signature.place == f"{path}:3"
    assert entry.place("names", "a.example.com") == f"{path}:8:13"
    assert entry.place("names", "other") == f"{path}:8:12"
    assert entry.place("paths", "other") == f"{path}:3:5"
    assert not schema_refuses(GOOD)


NAMES = "names: [a.example.com]"
KEYS = ", ".join((*TEXT_KEYS, *FLAG_KEYS, *LIST_KEYS))
ALL_PURPOSES = ", ".join(PURPOSES)
MISTAKES = [
    # (the file, file:line:column after the name, message, does the schema see it?)
    ("[1]", "1:1", "a pack: found a list, expected a mapping", True),
    (
        "{pack: {name: p, version: v, description: d}}",
        "1:1",
        "a pack: found nothing but its head, expected one of signatures, disable, only",
        True,
    ),
    (
        changed("signatures:", "signaturs:"),
        "2:1",
        "found the unknown key 'signaturs'; did you mean 'signatures'?",
        True,
    ),
    (
        changed("description: d", "descripton: d"),
        "1:30",
        "found the unknown key 'descripton'; did you mean 'description'?",
        True,
    ),
    (changed(", description: d", ""), "1:7", "pack: found no 'description', expected one", True),
    (
        changed("version: v1", "version: 1.0"),
        "1:26",
        "version: found a number (1.0), expected text (put it in quotes)",
        True,
    ),
    (changed("name: p,", "name: '',"), "1:14", "name: found nothing, expected text", True),
    (
        HEAD.replace("\nsignatures:\n", "\nsignatures: []\n"),
        "2:13",
        "found a pack without signatures, expected at least one",
        True,
    ),
    (HEAD, "2:12", "signatures: found nothing, expected a list", True),
    (HEAD + "  - text\n", "3:5", "an entry: found text, expected a mapping", True),
    (changed("    service: s\n", ""), "3:5", "an entry: found no 'service', expected one", True),
    (
        changed("    references: [r]\n", ""),
        "3:5",
        "an entry: found no 'references', expected one",
        True,
    ),
    (
        changed("references: [r]", "references: []"),
        "9:17",
        "references: found an empty list, expected at least one",
        True,
    ),
    (
        changed("references: [r]", "references: r"),
        "9:17",
        "references: found text, expected a list",
        True,
    ),
    (
        changed("references: [r]", "references: [r, r]"),
        "9:21",
        "references: found 'r' twice, expected it once",
        True,
    ),
    (
        changed("references: [r]", "references: [[r]]"),
        "9:18",
        "references: found a list, expected text",
        True,
    ),
    (
        changed(NAMES, "naems: [a.example.com]"),
        "8:5",
        "found the unknown key 'naems'; did you mean 'names'?",
        True,
    ),
    (
        changed(NAMES, "zzz: [a.example.com]"),
        "8:5",
        f"found the unknown key 'zzz'; expected one of {KEYS}",
        True,
    ),
    (
        changed(NAMES, "decoy: true"),
        "3:5",
        f"an entry: found nothing to match, expected one of {', '.join(PATTERN_KEYS)}",
        True,
    ),
    (
        changed("service: s", "service: 5"),
        "4:14",
        "service: found a number (5), expected text (put it in quotes)",
        True,
    ),
    (
        changed("service: s", "service: {a: b}"),
        "4:14",
        "service: found a mapping, expected text",
        True,
    ),
    (
        changed("service: s", "service: ~"),
        "4:14",
        "service: found nothing (~), expected text (put it in quotes)",
        True,
    ),
    (
        changed("service: s", "service: '" + "x" * 2_001 + "'"),
        "4:14",
        "service: found 2001 characters, expected <= 2000",
        True,
    ),
    (
        changed("service: s", 'service: "a\\x07b"'),
        "4:14",
        "service: found a character that cannot be printed, expected plain text",
        False,
    ),
    (
        changed("service: s", "service: s\n    decoy: 1"),
        "5:12",
        "decoy: found '1', expected true or false",
        True,
    ),
    (
        changed("service: s", "service: s\n    shared: 'true'"),
        "5:13",
        "shared: found 'true', expected true or false",
        True,
    ),
    (
        changed("service: s", "service: s\n    shared: yes"),
        "5:13",
        "shared: found 'yes', expected true or false",
        False,
    ),
    (
        changed("id: a-1", "id: A_1"),
        "3:9",
        "id: found 'A_1', expected small letters, digits and single hyphens",
        True,
    ),
    (
        changed("id: a-1", "id: a--1"),
        "3:9",
        "id: found 'a--1', expected small letters, digits and single hyphens",
        True,
    ),
    (
        changed("purpose: update", "purpose: updates"),
        "6:14",
        f"purpose: found 'updates', expected one of {ALL_PURPOSES}",
        True,
    ),
    (
        changed("strength: strong", "strength: high"),
        "7:15",
        "strength: found 'high', expected one of strong, medium, weak",
        True,
    ),
    (
        changed("purpose: update", "purpose: exempt"),
        "7:15",
        "strength: found 'strong', expected weak for 'exempt'",
        True,
    ),
    (
        changed("added: 2026-11-22", "added: 2026-02-30"),
        "10:12",
        "added: found '2026-02-30', expected a date, YYYY-MM-DD",
        True,
    ),
    (
        changed("added: 2026-11-22", "added: yesterday"),
        "10:12",
        "added: found 'yesterday', expected a date, YYYY-MM-DD",
        True,
    ),
    (
        changed("added: 2026-11-22", "added: 2026"),
        "10:12",
        "added: found a number (2026), expected text (put it in quotes)",
        True,
    ),
    (
        changed(NAMES, "magics: [KLZ]"),
        "8:14",
        "magics: found the magic 'KLZ', expected at least 4 octets",
        True,
    ),
    (changed(NAMES, "users: kavdumps"), "8:12", "users: found text, expected a list", True),
    (changed(NAMES, "magics: KLZF"), "8:13", "magics: found text, expected a list", True),
    (
        changed("service: s", "service: s\n    service: t"),
        "5:5",
        "found the key 'service' again, first in line 4",
        False,
    ),
    (
        changed("service: s", "service: &x s"),
        "4:14",
        "found the anchor '&x', expected none",
        False,
    ),
    # what only the whole index can see
    (
        changed(NAMES, "names: ['*.com']"),
        "8:13",
        "names: found '*.com', expected a name whose last two labels are plain text "
        "(anything wider claims names of strangers)",
        False,
    ),
    (
        changed(NAMES, "names: [Example.com]"),
        "8:13",
        "names: found the name 'Example.com', expected lower case",
        True,
    ),
    (
        changed(NAMES, "names: [http://example.com]"),
        "8:13",
        "names: found 'http://example.com', expected a name without scheme, port or path",
        True,
    ),
    (
        changed(NAMES, "names: [b.example.com, 'x[.example.com']"),
        "8:28",
        "names: found the label 'x[' in 'x[.example.com', expected a-z, 0-9, -, _ and "
        "the globs *, ?, [0-9], {a,b}",
        False,
    ),
    (
        changed(NAMES, "paths: [index.xml]"),
        "8:13",
        "paths: found the path 'index.xml', expected it to begin with /",
        True,
    ),
    (
        changed(NAMES, "prefixes: [10.0.0.1/8]"),
        "8:16",
        "prefixes: found the prefix '10.0.0.1/8', expected an address or a prefix "
        "(10.0.0.1/8 has host bits set)",
        False,
    ),
    (
        changed(NAMES, "ports: [13000]"),
        "8:13",
        "ports: found a number (13000), expected text (put it in quotes)",
        True,
    ),
    (
        changed(NAMES, "ports: ['13000']"),
        "8:13",
        "ports: found the port '13000', expected tcp/NUMBER, udp/NUMBER or a range",
        True,
    ),
    (
        changed(NAMES, "ports: [tcp/70000]"),
        "8:13",
        "ports: found the port 'tcp/70000', expected a rising range within 1-65535",
        False,
    ),
    (
        GOOD + ENTRY,
        "11:9",
        "id: found 'a-1' again, first at FILE:3:9; expected every id once",
        False,
    ),
    (
        GOOD + ENTRY.replace("a-1", "a-2"),
        "16:13",
        "names: found 'a.example.com', which is as specific as 'a.example.com' of entry "
        "'a-1' (FILE:3) for the same names; expected one of them to say more",
        False,
    ),
]


@pytest.mark.parametrize(("text", "place", "message", "schema_sees"), MISTAKES)
def test_each_mistake_is_one_line_with_its_place(
    tmp_path: Path, text: str, place: str, message: str, schema_sees: bool
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(SignatureError) as caught:
        load_packs([path])
    assert str(caught.value) == f"{path}:{place}: {message.replace('FILE', str(path))}"
    assert caught.value.exit_code == 2
    assert schema_refuses(text) is schema_sees


def test_a_file_that_is_too_long_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(GOOD + "#" * (PACK_BYTES_MAX - len(GOOD)))
    assert read_pack_file(path).entries
    path.write_text(GOOD + "#" * (PACK_BYTES_MAX + 1 - len(GOOD)))
    with pytest.raises(SignatureError) as caught:
        read_pack_file(path)
    expected = f"{path}: found more than {PACK_BYTES_MAX} octets, expected fewer"
    assert str(caught.value) == expected
    with pytest.raises(SignatureError, match=r": cannot read the pack: No such file or directory$"):
        read_pack_file(tmp_path / "none.yaml")


def test_the_schema_and_the_reader_know_the_same_keys_and_words() -> None:
    entry = SCHEMA["$defs"]["entry"]
    properties = entry["properties"]
    assert set(properties) == {*TEXT_KEYS, *FLAG_KEYS, *LIST_KEYS}
    assert set(entry["required"]) == set(NEEDED_KEYS)
    assert [item["required"][0] for item in entry["anyOf"]] == list(PATTERN_KEYS)
    assert properties["purpose"]["enum"] == list(PURPOSES)
    assert properties["strength"]["enum"] == list(STRENGTHS)
    assert entry["if"]["properties"]["purpose"]["enum"] == list(NEVER_STRONG)
    assert tuple(SCHEMA["properties"]) == ROOT_KEYS
    assert [item["required"][0] for item in SCHEMA["anyOf"]] == list(ROOT_KEYS[1:])
    assert set(SCHEMA["properties"]["pack"]["properties"]) == set(PACK_KEYS)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", sorted(packs_folder().glob("*.yaml")), ids=lambda path: path.stem)
def test_the_schema_takes_every_shipped_pack(path: Path) -> None:
    assert not schema_refuses(path.read_text())


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ("disable: [a-1, b-*]", False),
        ("only: [a-1]", False),
        ("disable: []", True),
        ("only: a-1", True),
        ("only: [A]", True),
        ("only: [a-1, a-1]", True),
    ],
)
def test_the_schema_knows_disable_and_only(more: str, refused: bool) -> None:
    head = "pack: {name: p, version: v1, description: d}\n"
    assert schema_refuses(head + more) is schema_refuses(GOOD + more) is refused
