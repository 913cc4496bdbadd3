"""Names found in a list -> the text of a pack, in YAML that `netwatch signatures check` takes."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from netwatch.exchange.found import Found

EXCEPTED: Final = ("exempt", "weak")
"""Purpose and strength of what a list itself lets through."""


class Meaning(msgspec.Struct, frozen=True, kw_only=True):
    """What a list does not say about its names, given once for all of them."""

    id_prefix: str
    service: str
    product: str
    purpose: str
    strength: str
    references: tuple[str, ...]
    added: str
    """YYYY-MM-DD."""
    source: str
    """Which list it was, for the pack's description."""


def pack_text(found: Found, meaning: Meaning) -> str:
    """One entry with all names; a second one, if the list excepts some."""
    return "".join(f"{line}\n" for line in _lines(found, meaning))


def _lines(found: Found, meaning: Meaning) -> Iterator[str]:
    yield "pack:"
    yield f"  name: {_quoted(meaning.id_prefix)}"
    yield f"  version: {_quoted(meaning.added.replace('-', '.'))}"
    yield f"  description: {_quoted(f'Imported from {meaning.source}')}"
    yield ""
    yield "signatures:"
    kind = (meaning.purpose, meaning.strength)
    yield from _entry("names", kind, list(found.names), meaning)
    if found.spared:
        yield from _entry("excepted", EXCEPTED, list(found.spared), meaning)


def _entry(
    suffix: str, kind: tuple[str, str], names: Sequence[str], meaning: Meaning
) -> Iterator[str]:
    purpose, strength = kind
    yield f"  - id: {meaning.id_prefix}-{suffix}"
    yield f"    service: {_quoted(meaning.service)}"
    yield f"    product: {_quoted(meaning.product)}"
    yield f"    purpose: {purpose}"
    yield f"    strength: {strength}"
    yield f"    references: [{', '.join(map(_quoted, meaning.references))}]"
    yield f"    added: {meaning.added}"
    yield "    names:"
    for name in names:
        # Letters first is text to YAML whatever follows; the rest might be a number or an alias.
        yield f"    - {name}" if name[0].isalpha() else f'    - "{name}"'


def _quoted(text: str) -> str:
    """Text in double quotes: JSON's are YAML's as well."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
