"""What is found in somebody else's list: names, in the form that packs have, and what was wrong."""

import codecs
import ipaddress
from collections import Counter
from collections.abc import Iterator
from typing import Final

from netwatch.errors import UsageError
from netwatch.limits import PATTERNS_MAX
from netwatch.match.patterns import PatternError, is_plain_name, name_patterns

Line = tuple[int, str]
"""(number from 1, text)."""

_SHOWN_CHARACTERS: Final = 60


class Found:
    """Filled by a format's `read`; every name once, in the order of the list."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        """Name -> where it stands first."""
        self.spared: dict[str, int] = {}
        """The same of names that the list itself excepts."""
        self.refused: list[Line] = []
        """What could not be read: (line, why)."""
        self.counts: Counter[str] = Counter()
        """What was changed or passed over, in words."""

    def refuse(self, number: int, why: str) -> None:
        """Note that something in this line cannot be taken."""
        self.refused.append((number, why))

    def count(self, what: str) -> None:
        """Note something that its reader should know the number of."""
        self.counts[what] += 1

    def add(self, number: int, text: str, spared: bool = False) -> None:
        """Take in one name; what is none is refused. UsageError if there are too many."""
        name = text.lower()
        if name.endswith("."):
            name = name[:-1]
            self.count("name with a dot at its end, taken off")
        if not name.isascii():
            name = _ascii_name(name)
            if name:
                self.count("international name, written in its xn-- form")
        if name.startswith("."):
            self.count("name with a dot in front, taken with all names below it")
            self._take(number, text, name[1:], spared)
            name = f"*{name}"
        elif "*" in name:
            self.count("wildcard")
        self._take(number, text, name, spared)

    def _take(self, number: int, text: str, name: str, spared: bool) -> None:
        if not (is_plain_name(name) or ("*" in name and _is_pattern(name))):
            self.refuse(number, f"found {shown(text)}, expected {_expected(name)}")
        elif name in self.names or name in self.spared:
            if (name in self.spared) != spared:
                self.refuse(number, f"found {shown(text)} both listed and excepted")
            else:
                self.count("name that comes again, taken once")
        else:
            (self.spared if spared else self.names)[name] = number
            if len(self.names) + len(self.spared) > PATTERNS_MAX:
                raise UsageError(f"line {number}: found more than {PATTERNS_MAX} names")


def lines_of(octets: bytes, found: Found) -> Iterator[Line]:
    """The lines of a list without their ends; one that is not UTF-8 is refused.

    A byte order mark is taken off; a list in UTF-16, as Windows writes them, is known by its mark.
    """
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if octets.startswith(mark):
            octets = octets[2:].decode(encoding, "replace").encode()
    for number, line in enumerate(octets.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        try:
            yield number, line.decode().rstrip()
        except UnicodeDecodeError as error:
            found.refuse(number, f"found octet 0x{line[error.start]:02x}, expected UTF-8")


def _ascii_name(name: str) -> str:
    """An international name in its xn-- form (RFC 3490); empty if it has none."""
    try:
        labels = [
            label if label in ("", "*") else label.encode("idna").decode()
            for label in name.split(".")
        ]
    except UnicodeError:
        return ""
    return ".".join(labels)


def _is_pattern(name: str) -> bool:
    """Whether a name with stars in it is one that packs may have."""
    try:
        return len(name_patterns(name)) == 1 and not set(name) & set("[]{}?")
    except PatternError:
        return False


def _expected(name: str) -> str:
    """What is wrong with it, by what would be right."""
    try:
        ipaddress.ip_address(name)
        return "a name and no address (addresses go under prefixes)"
    except ValueError:
        pass
    if "/" in name or ":" in name:
        return "a name without scheme, port or path"
    if name and "." not in name.strip("*."):
        return "a name of two labels or more"
    return "a name: letters, digits, - and _ between dots"


def shown(text: str) -> str:
    """What stood in a list, for a message: in quotes, escaped, not too long."""
    return repr(text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "...")
