"""What an exported list must take, by the matcher: the referee of every format."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from netwatch.exchange.choice import NameList, Options
from netwatch.exchange.formats import EXPORTS
from netwatch.match.patterns import name_patterns
from netwatch.match.signatures import Pack, load_packs
from netwatch.names import Name

HEAD = "pack: {name: own, version: v1, description: d}\nsignatures:\n"
ENTRY = """\
  - id: {id}
    service: {service}
    product: {product}
    purpose: {purpose}
    strength: {strength}
    names: [{names}]
    references: ["https://own.example/a?b=c#d (a page)"]
    added: {added}
"""


class Own:
    """A pack of the test's own."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "own.yaml"
        self._entries: list[str] = []

    def add(self, name: str, names: str, strength: str = "strong", **fields: str) -> None:
        """One entry; `fields` take the place of the usual ones."""
        values = {
            "service": "Own service",
            "product": "Own product",
            "purpose": "update",
            "added": "2026-11-22",
            **fields,
        }
        self._entries.append(ENTRY.format(id=name, names=names, strength=strength, **values))

    def pack(self, more: str = "") -> Pack:
        self._path.write_text(HEAD + "".join(self._entries) + more)
        return load_packs([self._path])


def written(form: str, names: NameList, **options: Any) -> list[str]:
    """The lines of a list."""
    return "\n".join(EXPORTS[form](names, Options(**options))).split("\n")


def claimed_by(pack: Pack) -> Callable[[str], str]:
    """Name -> the id of its entry; empty for nobody's."""
    matcher = pack.matcher()
    name = Name()

    def claimed(text: str) -> str:
        assert name.set_dotted(text.encode(), 0, len(text))
        found = matcher.name(name)
        return pack.signatures[found].id if found >= 0 else ""

    return claimed


def tried(pack: Pack) -> list[str]:
    """Names that are, that are nearly, and that lie above and below what a pack has."""
    found: dict[str, None] = {}
    for signature in pack.signatures:
        texts = [*signature.matches, *signature.ignores]
        for pattern in (one for text in signature.names for one in name_patterns(text)):
            name = ".".join(pattern.labels)
            for digit, star in (("0", ""), ("1", "x"), ("7", "abc")):
                texts.append(name.replace("[01]", digit).replace("[0-9]", digit))
                texts[-1] = texts[-1].replace("?*", "?" + star).replace("*", star)
                texts[-1] = texts[-1].replace("?", "q")
        for text in filter(_is_name, texts):
            lower = text.lower().rstrip(".")
            for near in (lower, f"x.{lower}", f"x{lower}", f"a.b.{lower}", f"{lower}x"):
                found[near] = None
            labels = lower.split(".")
            found.update(dict.fromkeys(".".join(labels[i:]) for i in range(1, len(labels) - 1)))
    return list(found)


def _is_name(text: str) -> bool:
    return not set(text) & set("/:[") and not text.replace(".", "").isdigit() and "." in text
