"""A message in pieces.

Invariant: what is kept are disjoint pieces in order, octets that came first stay, and the prefix
grows only with octets that came.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.pieces import Pieces
from netwatch.limits import PIECE_BYTES, PIECES_MAX

DATA = bytes(range(256))


def test_in_any_order() -> None:
    kept = Pieces()
    for start, end in ((10, 20), (0, 4), (15, 30), (4, 10)):
        assert kept.keep(DATA, start, end - start, start)
    assert kept.prefix() == DATA[:30]
    kept.clear()
    assert (kept.prefix(), kept.held_bytes, kept.pieces) == (b"", 0, [])


def test_what_came_first_stays() -> None:
    kept = Pieces()
    assert kept.keep(b"abc", 0, 3, 2)
    assert kept.keep(b"XXXXXXXX", 0, 8, 0)
    assert kept.prefix() == b"XXabcXXX"
    assert kept.held_bytes == 8 + 3 * PIECE_BYTES


def test_too_many() -> None:
    kept = Pieces()
    for number in range(PIECES_MAX):
        assert kept.keep(DATA, 0, 1, 2 * number)
    assert not kept.keep(DATA, 0, 1, 2 * PIECES_MAX)
    assert kept.keep(DATA, 0, 1, 0), "nothing new needs no room"
    assert len(kept.pieces) == PIECES_MAX


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 55)), max_size=30))
def test_any_pieces(spans: list[tuple[int, int]]) -> None:
    kept = Pieces()
    there: set[int] = set()
    for offset, length in spans:
        assert kept.keep(DATA, offset, length, offset)
        there |= set(range(offset, offset + length))
    reach = next(at for at in range(300) if at not in there)
    assert kept.prefix() == DATA[:reach]
    assert sum(map(len, kept.pieces)) == len(there)
    assert kept.held_bytes == len(there) + PIECE_BYTES * len(kept.pieces)
    for start, piece in zip(kept.starts, kept.pieces, strict=True):
        assert piece == DATA[start : start + len(piece)]
