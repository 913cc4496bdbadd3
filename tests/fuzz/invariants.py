"""What every fuzz target holds a parser to: closed answers, and deafness to what lies around.

A parser is given `(data, start, end)`. Whatever stands before `start` and from `end` on must make
no difference: `alike` reads the same octets in several surroundings and compares what was found.
"""

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from netwatch.model import ANOMALY_NAMES, Answer
from netwatch.names import Name, name_text

Found = TypeVar("Found")
Span = tuple[int, int]

SURROUNDINGS: Final = (
    (b"\xff" * 5, b"\xff" * 19),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01", b"\x00\x00\x00\x05\x03com\x00\r\n\r\n"),
)
CUTS: Final = 6
WIRE_BYTES_MAX: Final = 254
"""Of a name in its lasting form: 255 octets without the root."""


def is_answer(answer: int) -> bool:
    """Whether a parser may say this."""
    return answer in (Answer.DONE, Answer.NEED_MORE) or 1 <= -answer < len(ANOMALY_NAMES)


def alike(octets: bytes, read: Callable[[bytes, int, int], Found]) -> Found:
    """What `read(data, start, end)` finds, which must not depend on the surroundings."""
    found = read(octets, 0, len(octets))
    for before, behind in SURROUNDINGS:
        data = before + octets + behind
        again = read(data, len(before), len(before) + len(octets))
        assert again == found, f"surroundings matter: {again} instead of {found}"
    return found


def prefixes(octets: bytes) -> Iterator[bytes]:
    """Some beginnings of the octets, the shortest first, always the one that lacks one octet."""
    for number in range(CUTS):
        yield octets[: len(octets) * number // CUTS]
    if octets:
        yield octets[:-1]


def is_inside(span: Span, start: int, end: int) -> bool:
    """Whether the span lies within [start, end); an absent one (0, 0) does."""
    return span == (0, 0) or start <= span[0] <= span[1] <= end


def is_wire(wire: bytes) -> bool:
    """Whether these are labels that a name may have, and their text is fit for a terminal."""
    text = name_text(wire)
    return (
        len(wire) <= WIRE_BYTES_MAX
        and Name().set_wire(wire)
        and wire == wire.lower()
        and text.isascii()
        and text.isprintable()
        and " " not in text
    )


def labels_of(name: Name) -> tuple[bytes, ...]:
    """The labels of a name, leftmost first."""
    return tuple(name.data[name.starts[i] : name.ends[i]] for i in range(name.count))


def labels_inside(name: Name, start: int, end: int) -> bool:
    """Whether every label has 1 to 63 octets, all of them within [start, end)."""
    spans = [(name.starts[i], name.ends[i]) for i in range(name.count)]
    return all(start <= a < b <= end and b - a <= 63 for a, b in spans) and (
        sum(b - a + 1 for a, b in spans) <= WIRE_BYTES_MAX
    )


def pieces_of(octets: bytes) -> Iterator[bytes]:
    """Cut the octets at their own lengths: each piece stands behind two octets that count it."""
    position = 0
    while position + 2 <= len(octets):
        length = int.from_bytes(octets[position : position + 2], "big")
        yield octets[position + 2 : position + 2 + length]
        position += 2 + length


def in_pieces(*pieces: bytes) -> bytes:
    """The inverse of `pieces_of`."""
    return b"".join(len(piece).to_bytes(2, "big") + piece for piece in pieces)
