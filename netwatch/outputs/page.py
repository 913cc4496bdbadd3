"""Lines of at most 80 columns for people: wrapping, indents and, on a terminal, a little colour.

The width never follows the terminal, so that a pasted report looks like the one that was printed.
Everything that comes in is escaped here once more: the last door is the one that must hold.
"""

import unicodedata
from typing import Final, Literal

from netwatch.outputs.text import ascii_text, line_text, shortened

WIDTH: Final = 80

Style = Literal["bold", "red", "yellow", "plain"]
_STYLES: Final = {"bold": "\x1b[1m", "red": "\x1b[1;31m", "yellow": "\x1b[33m", "plain": ""}
_RESET: Final = "\x1b[0m"


class Page:
    """Collects lines; `text()` gives them all. Colour only where `colour` says so."""

    def __init__(self, colour: bool) -> None:
        self._colour = colour
        self._lines: list[str] = []

    @property
    def lines(self) -> int:
        """Lines so far."""
        return len(self._lines)

    def blank(self) -> None:
        """An empty line, never two of them."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def heading(self, text: str) -> None:
        """A section begins."""
        self.blank()
        self._lines.extend(self._painted(line, line, "bold") for line in wrapped(text, ""))

    def paragraph(self, text: str, indent: str = "", style: Style = "plain") -> None:
        """`text`, wrapped; every line begins with `indent`."""
        for line in wrapped(text, indent):
            self._lines.append(self._painted(line, line, style))

    def item(self, label: str, text: str, style: Style = "plain", columns: int = 10) -> None:
        """`label` in its own column of `columns`, `text` wrapped beside it."""
        label = shortened(ascii_text(label), columns - 1)
        first, *others = wrapped(text, " " * columns) or [" " * columns]
        first = label + first[len(label) :]
        self._lines.append(self._painted(first.rstrip(), label, style))
        self._lines.extend(others)

    def text(self) -> str:
        """The page, each line with its end."""
        return "".join(line + "\n" for line in self._lines)

    def _painted(self, line: str, start: str, style: Style) -> str:
        if not self._colour or style == "plain":
            return line
        return _STYLES[style] + start + _RESET + line[len(start) :]


def wrapped(text: str, indent: str) -> list[str]:
    """`text` as lines of at most 80 columns that begin with `indent`; longer words are cut."""
    room = WIDTH - len(indent)
    lines: list[str] = []
    line = ""
    used = 0
    for word in line_text(text).split():
        columns = columns_of(word)
        if line and used + 1 + columns <= room:
            line += " " + word
            used += 1 + columns
            continue
        if line:
            lines.append(indent + line)
        *full, line = _cut(word, room) if columns > room else [word]
        lines.extend(indent + piece for piece in full)
        used = columns_of(line)
    if line:
        lines.append(indent + line)
    return lines


def columns_of(text: str) -> int:
    """Columns that `text` takes on a terminal: wide letters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Me":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _cut(word: str, room: int) -> list[str]:
    pieces: list[str] = []
    piece = ""
    used = 0
    for character in word:
        columns = _columns(character)
        if used + columns > room:
            pieces.append(piece)
            piece, used = "", 0
        piece += character
        used += columns
    return [*pieces, piece]
