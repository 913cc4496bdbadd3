"""A name's lasting form, its labels and its text say the same thing, and no two names one text."""

from typing import Final

from invariants import alike, is_wire, labels_of

from netwatch.limits import NAME_BYTES_MAX
from netwatch.names import Name, name_text, name_wire

RUNS: Final = 8_000
DEPTHS: Final = ("dotted", "wire", "escaped")
reached: set[str] = set()


def target(octets: bytes) -> None:
    """Take the octets as dotted text, and as wire labels."""
    labels = alike(octets, dotted)
    if labels:
        reached.add("dotted")
        assert b".".join(labels) == octets.removesuffix(b"."), "labels that do not add up"
        name = Name()
        assert name.set_dotted(octets, 0, len(octets))
        wire = name.wire()
        assert is_wire(wire) and len(wire) < NAME_BYTES_MAX
        again(wire, tuple(label.lower() for label in labels))
    name = Name()
    if name.set_wire(octets):
        reached.add("wire")
        again(octets, labels_of(name))
    else:
        assert name.count == 0


def dotted(data: bytes, start: int, end: int) -> tuple[bytes, ...]:
    """The labels of a dotted text; none if it is no name."""
    name = Name()
    if not name.set_dotted(data, start, end):
        assert name.count == 0
        return ()
    assert all(1 <= len(label) <= 63 and b"." not in label for label in labels_of(name))
    return labels_of(name)


def again(wire: bytes, labels: tuple[bytes, ...]) -> None:
    """From the lasting form to text and back."""
    name = Name()
    assert name.set_wire(wire)
    assert labels_of(name) == labels
    text = name_text(wire)
    assert text.isascii() and text.isprintable() and " " not in text
    assert unescaped(text) == labels, "another name has the same text"
    if "\\" in text:
        reached.add("escaped")
    elif text == text.lower() and all(len(label) <= 63 for label in labels):
        assert name_wire(text) == wire


def unescaped(text: str) -> tuple[bytes, ...]:
    """The labels that a text in master-file form stands for (RFC 1035 section 5.1)."""
    labels = [bytearray()]
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == ".":
            labels.append(bytearray())
        elif character != "\\":
            labels[-1].append(ord(character))
        elif text[position].isdigit():
            labels[-1].append(int(text[position : position + 3]))
            position += 3
        else:
            labels[-1].append(ord(text[position]))
            position += 1
    return tuple(map(bytes, labels))
