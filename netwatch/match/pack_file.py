"""One pack file -> its entries, every value checked, each mistake with file:line:column.

What a pattern may look like is checked when patterns are read (`match.index`); here it is keys,
types, closed lists and what an entry must have.
"""

import datetime
import hashlib
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import msgspec

from netwatch.errors import SignatureError
from netwatch.limits import PACK_BYTES_MAX
from netwatch.match.patterns import PatternError
from netwatch.match.ranges import magic
from netwatch.match.yaml_nodes import Items, Node, Table, Text, read_yaml
from netwatch.signature import PURPOSES, STRENGTHS, Signature

ROOT_KEYS: Final[tuple[str, ...]] = ("pack", "signatures", "disable", "only")
PACK_KEYS: Final[tuple[str, ...]] = ("name", "version", "description", "licence")
PATTERN_KEYS: Final[tuple[str, ...]] = (
    "names",
    "paths",
    "issuers",
    "subjects",
    "magics",
    "prefixes",
    "ports",
    "users",
)
LIST_KEYS: Final[tuple[str, ...]] = (*PATTERN_KEYS, "references", "matches", "ignores")
FLAG_KEYS: Final[tuple[str, ...]] = ("decoy", "shared")
TEXT_KEYS: Final[tuple[str, ...]] = (
    "id",
    "service",
    "product",
    "purpose",
    "strength",
    "added",
    "note",
)
NEEDED_KEYS: Final[tuple[str, ...]] = (
    "id",
    "service",
    "product",
    "purpose",
    "strength",
    "references",
    "added",
)
NEVER_STRONG: Final = ("exempt", "impostor", "successor")
"""Whoever contacts these runs no Kaspersky product for it."""
_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ID_GLOB: Final = re.compile(r"[a-z0-9*-]+")
_ID_CHARACTERS_MAX: Final = 64
_TEXT_CHARACTERS_MAX: Final = 2_000


class Entry(msgspec.Struct, frozen=True):
    """One signature, and its node for the places of its parts."""

    signature: Signature
    table: Table

    def place(self, key: str, text: str) -> str:
        """file:line:column of `text` in the list `key`, else of the key, else of the entry."""
        found = self.table.pairs.get(key)
        if found is None:
            return self.table.place()
        if isinstance(found[1], Items):
            for node in found[1].nodes:
                if isinstance(node, Text) and node.value == text:
                    return node.place()
        return found[1].place()


class Mention(msgspec.Struct, frozen=True):
    """An id, or a glob of ids, in `disable` or `only`, and where it stands."""

    text: str
    place: str


class PackFile(msgspec.Struct, frozen=True):
    """What one file holds; `sha256` of its octets, in hex."""

    name: str
    version: str
    sha256: str
    entries: tuple[Entry, ...]
    disable: tuple[Mention, ...] = ()
    only: tuple[Mention, ...] = ()


def read_pack_file(path: Path) -> PackFile:
    """Read one file. SignatureError at its first mistake."""
    file = str(path)
    try:
        with path.open("rb") as stream:
            octets = stream.read(PACK_BYTES_MAX + 1)
    except OSError as error:
        raise SignatureError(file, f"cannot read the pack: {error.strerror}") from None
    if len(octets) > PACK_BYTES_MAX:
        raise SignatureError(file, f"found more than {PACK_BYTES_MAX} octets, expected fewer")
    return pack_file_of(octets, file)


def pack_file_of(octets: bytes, file: str) -> PackFile:
    """What the octets of a pack hold; `file` is for the places of mistakes. SignatureError."""
    root = _table(read_yaml(octets, file), "a pack", ROOT_KEYS, ("pack",))
    pack = _table(root.pairs["pack"][1], "pack", PACK_KEYS, ("name", "version", "description"))
    texts = {key: _text(node, key) for key, (_, node) in pack.pairs.items()}
    nodes = {key: node for key, (_, node) in root.pairs.items()}
    if len(nodes) == 1:
        message = f"a pack: found nothing but its head, expected one of {', '.join(ROOT_KEYS[1:])}"
        raise SignatureError(root.place(), message)
    return PackFile(
        texts["name"],
        texts["version"],
        hashlib.sha256(octets).hexdigest(),
        _entries(nodes["signatures"]) if "signatures" in nodes else (),
        _mentions(nodes["disable"], "disable") if "disable" in nodes else (),
        _mentions(nodes["only"], "only") if "only" in nodes else (),
    )


def _entries(node: Node) -> tuple[Entry, ...]:
    nodes = _items(node, "signatures")
    if not nodes:
        message = "found a pack without signatures, expected at least one"
        raise SignatureError(node.place(), message)
    return tuple(_entry(entry) for entry in nodes)


def _mentions(node: Node, key: str) -> tuple[Mention, ...]:
    """The ids, and globs of ids, that a list names."""
    texts = _texts(node, key)
    found = tuple(map(Mention, texts, (item.place() for item in _items(node, key))))
    for mention in found:
        if not _ID_GLOB.fullmatch(mention.text):
            message = f"{key}: found {mention.text!r}, expected an id, or ids with *"
            raise SignatureError(mention.place, message)
    return found


def _table(node: Node, what: str, keys: tuple[str, ...], needed: tuple[str, ...]) -> Table:
    """`node` as a mapping that has no other keys than `keys` and all of `needed`."""
    if not isinstance(node, Table):
        raise SignatureError(node.place(), f"{what}: found {node.kind()}, expected a mapping")
    for key, (key_node, _) in node.pairs.items():
        if key not in keys:
            close = get_close_matches(key, keys, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"expected one of {', '.join(keys)}"
            raise SignatureError(key_node.place(), f"found the unknown key {key!r}; {hint}")
    for key in needed:
        if key not in node.pairs:
            raise SignatureError(node.place(), f"{what}: found no {key!r}, expected one")
    return node


def _text(node: Node, key: str) -> str:
    """`node` as text of one or more lines, without controls."""
    kind = node.kind()
    if not isinstance(node, Text) or (kind != "text" and not (key == "added" and kind == "a date")):
        found = f"{kind} ({node.value})" if isinstance(node, Text) and node.value else kind
        hint = " (put it in quotes)" if isinstance(node, Text) and node.value else ""
        raise SignatureError(node.place(), f"{key}: found {found}, expected text{hint}")
    text = node.value.strip()
    if not text:
        raise SignatureError(node.place(), f"{key}: found nothing, expected text")
    if len(text) > _TEXT_CHARACTERS_MAX:
        message = f"{key}: found {len(text)} characters, expected <= {_TEXT_CHARACTERS_MAX}"
        raise SignatureError(node.place(), message)
    if not text.replace("\n", " ").isprintable():
        message = f"{key}: found a character that cannot be printed, expected plain text"
        raise SignatureError(node.place(), message)
    return text


def _items(node: Node, key: str) -> list[Node]:
    if not isinstance(node, Items):
        raise SignatureError(node.place(), f"{key}: found {node.kind()}, expected a list")
    return node.nodes


def _texts(node: Node, key: str) -> tuple[str, ...]:
    """`node` as a list of texts, not empty, none of them twice."""
    nodes = _items(node, key)
    if not nodes:
        raise SignatureError(node.place(), f"{key}: found an empty list, expected at least one")
    texts: dict[str, None] = {}
    for item in nodes:
        text = _text(item, key)
        if text in texts:
            raise SignatureError(item.place(), f"{key}: found {text!r} twice, expected it once")
        texts[text] = None
    return tuple(texts)


def _flag(node: Node, key: str) -> bool:
    if isinstance(node, Text) and not node.quoted and node.value in ("true", "false"):
        return node.value == "true"
    found = repr(node.value) if isinstance(node, Text) else node.kind()
    raise SignatureError(node.place(), f"{key}: found {found}, expected true or false")


def _entry(node: Node) -> Entry:
    table = _table(node, "an entry", (*TEXT_KEYS, *FLAG_KEYS, *LIST_KEYS), NEEDED_KEYS)
    nodes = {key: value for key, (_, value) in table.pairs.items()}
    texts = {key: _text(nodes[key], key) for key in TEXT_KEYS if key in nodes}
    flags = {key: _flag(nodes[key], key) for key in FLAG_KEYS if key in nodes}
    lists = {key: _texts(nodes[key], key) for key in LIST_KEYS if key in nodes}
    if not any(key in lists for key in PATTERN_KEYS):
        message = f"an entry: found nothing to match, expected one of {', '.join(PATTERN_KEYS)}"
        raise SignatureError(table.place(), message)
    _check_texts(texts, nodes)
    magics = _magics(nodes["magics"]) if "magics" in nodes else ()
    lists.pop("magics", None)
    place = f"{table.file}:{table.line}"
    fields: dict[str, object] = {**texts, **flags, **lists, "magics": magics, "place": place}
    signature = msgspec.convert(fields, Signature)
    return Entry(signature, table)


def _check_texts(texts: Mapping[str, str], nodes: Mapping[str, Node]) -> None:
    if not _ID.fullmatch(texts["id"]) or len(texts["id"]) > _ID_CHARACTERS_MAX:
        message = f"id: found {texts['id']!r}, expected small letters, digits and single hyphens"
        raise SignatureError(nodes["id"].place(), message)
    for key, known in (("purpose", PURPOSES), ("strength", STRENGTHS)):
        if texts[key] not in known:
            message = f"{key}: found {texts[key]!r}, expected one of {', '.join(known)}"
            raise SignatureError(nodes[key].place(), message)
    if texts["purpose"] in NEVER_STRONG and texts["strength"] != "weak":
        message = f"strength: found {texts['strength']!r}, expected weak for {texts['purpose']!r}"
        raise SignatureError(nodes["strength"].place(), message)
    try:
        datetime.datetime.strptime(texts["added"], "%Y-%m-%d")
    except ValueError:
        message = f"added: found {texts['added']!r}, expected a date, YYYY-MM-DD"
        raise SignatureError(nodes["added"].place(), message) from None


def _magics(node: Node) -> tuple[bytes, ...]:
    """Magics are octets in `Signature`, so they are read here and not in the index."""
    octets: list[bytes] = []
    for item in _items(node, "magics"):
        try:
            octets.append(magic(_text(item, "magics")))
        except PatternError as error:
            raise SignatureError(item.place(), f"magics: {error}") from None
    return tuple(octets)
