"""Young streams.

Invariant: in whatever pieces, order and number of copies the octets of a stream come, its prefix is
the stream from the base on up to the first octet that is missing; the first copy of an octet wins;
`held_bytes` is what is held; and nothing beyond the limits is kept.
"""

import random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.streams import Young, YoungStreams
from netwatch.limits import (
    PIECE_BYTES,
    SETTLED_BYTES_MAX,
    SETTLED_BYTES_MIN,
    YOUNG_AGE_NS_MAX,
    YOUNG_BYTES_MAX,
    YOUNG_PIECES_MAX,
    YOUNG_SEGMENTS_MAX,
    YOUNG_STREAMS_MAX,
)

LIMIT = 1_000
BASES = (0, 1_000, 0x7FFF_FFF0, 0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFF)
STREAM = bytes(range(251)) * 2


class Counted(NamedTuple):
    """A young stream, and the number from which the test counts octets."""

    young: Young
    start: int


def counted(start: int, offset: int = 0, anchored: bool = True) -> Counted:
    return Counted(Young((start + offset) & 0xFFFF_FFFF, anchored, 0), start)


def add(stream: Counted, offset: int, octets: bytes, limit: int = LIMIT) -> bool:
    """Add octets that stand at `offset`."""
    block = b"before" + octets + b"behind"
    sequence = (stream.start + offset) & 0xFFFF_FFFF
    return stream.young.add(sequence, block, 6, 6 + len(octets), limit)


def held(young: Young) -> int:
    return len(young.prefix) + sum(len(piece) + PIECE_BYTES for piece in young.pieces)


@pytest.mark.parametrize("base", BASES)
def test_octet_by_octet_in_both_orders(base: int) -> None:
    octets = STREAM[:100]
    there = counted(base)
    assert all(add(there, at, octets[at : at + 1]) for at in range(100))
    assert there.young.prefix == octets
    back = counted(base)
    grew = [add(back, at, octets[at : at + 1]) for at in reversed(range(100))]
    assert grew == [False] * 99 + [True]
    assert back.young.prefix == octets
    assert (back.young.pieces, back.young.held_bytes, back.young.conflict) == ([], 100, False)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("anchored", [True, False])
def test_two_halves_cut_anywhere_in_both_orders_with_copies(base: int, anchored: bool) -> None:
    octets = STREAM[:60]
    for cut in range(1, 60):
        parts = [(0, octets[:cut]), (cut, octets[cut:])]
        for order in (parts, parts[::-1], parts * 2, parts[::-1] * 2):
            stream = counted(base, order[0][0] if not anchored else 0, anchored)
            for offset, part in order:
                add(stream, offset, part)
            assert (stream.young.prefix, stream.young.held_bytes) == (octets, 60)
            assert not stream.young.conflict


def test_copies_do_not_count_as_segments() -> None:
    stream = counted(1_000)
    for offset, octets in ((5, b"fg"), (5, b"fg"), (5, b"f"), (0, b"abc"), (0, b"abc"), (1, b"b")):
        add(stream, offset, octets)
    assert stream.young.segments == 2
    add(stream, 0, b"abcdefghi")
    add(stream, LIMIT, b"beyond")
    assert stream.young.segments == 4


def test_what_comes_before_an_anchored_base_is_passed_over() -> None:
    stream = counted(1_000)
    assert not add(stream, -1, b"k")
    assert not add(stream, -5, b"older")
    assert add(stream, -3, b"oldnew")
    assert stream.young.prefix == b"new"


def test_a_stream_without_anchor_moves_its_base_back() -> None:
    stream = counted(1_000, 20, anchored=False)
    assert add(stream, 20, b"third")
    assert not add(stream, 30, b"far")
    assert add(stream, 10, b"second")
    assert stream.young.prefix == b"second"
    assert add(stream, 0, b"first")
    assert stream.young.prefix == b"first"
    add(stream, 5, b"-----")
    assert stream.young.prefix == b"first-----second"
    add(stream, 16, b"    ")
    add(stream, 25, b"     ")
    assert stream.young.prefix == b"first-----second    third     far"
    assert stream.young.held_bytes == held(stream.young) == 33


def test_the_first_copy_of_an_octet_wins_and_other_copies_are_conflicts() -> None:
    stream = counted(1_000)
    add(stream, 0, b"abcd")
    add(stream, 2, b"cd")
    assert not stream.young.conflict
    add(stream, 2, b"XXef")
    assert stream.young.conflict
    assert stream.young.prefix == b"abcdef"


def test_conflicts_between_pieces_behind_a_gap() -> None:
    stream = counted(1_000)
    add(stream, 4, b"efgh")
    add(stream, 4, b"efg")
    assert not stream.young.conflict
    add(stream, 4, b"eXg")
    assert stream.young.conflict
    stream.young.conflict = False
    add(stream, 6, b"YYij")
    add(stream, 0, b"abcd")
    assert stream.young.prefix == b"abcdefghij"
    assert stream.young.conflict


def test_octets_beyond_the_limit_are_dropped() -> None:
    stream = counted(1_000)
    assert not add(stream, LIMIT, b"x")
    assert not add(stream, 0x7FFF_FFFF, b"x")
    assert add(stream, 0, bytes(LIMIT + 50))
    assert len(stream.young.prefix) == LIMIT
    assert not add(stream, LIMIT - 5, b"0123456789")
    assert stream.young.held_bytes == LIMIT


def test_pieces_behind_a_gap_are_bounded() -> None:
    stream = counted(1_000)
    for number in range(YOUNG_PIECES_MAX + 50):
        add(stream, 2 + 2 * number, b"x")
    assert len(stream.young.pieces) == len(stream.young.offsets) == YOUNG_PIECES_MAX
    assert stream.young.held_bytes == YOUNG_PIECES_MAX * (1 + PIECE_BYTES)
    assert stream.young.segments == YOUNG_PIECES_MAX + 50


def test_a_base_moves_back_only_so_often() -> None:
    stream = counted(1_000_000, anchored=False)
    add(stream, 0, b"x")
    for number in range(1, YOUNG_SEGMENTS_MAX + 100):
        add(stream, -number, b"x")
    assert (1_000_000 - stream.young.base) & 0xFFFF_FFFF == YOUNG_SEGMENTS_MAX - 1


def test_consume() -> None:
    stream = counted(0xFFFF_FFFE)
    add(stream, 0, b"first,second")
    add(stream, 20, b"later")
    stream.young.consume(6)
    assert (stream.young.base, stream.young.prefix, stream.young.offsets) == (4, b"second", [14])
    assert stream.young.held_bytes == held(stream.young) == 11 + PIECE_BYTES
    add(stream, 12, b"until...")
    assert stream.young.prefix == b"seconduntil...later"


def test_runs_join_what_meets() -> None:
    stream = counted(1_000)
    assert stream.young.runs() == []
    for offset, octets in ((9, b"jk"), (4, b"ef"), (5, b"fgh"), (20, b"u"), (5, b"f"), (11, b"l")):
        add(stream, offset, octets)
    assert stream.young.runs() == [b"efgh", b"jkl", b"u"]
    add(stream, 0, b"ab")
    assert stream.young.runs() == [b"ab", b"efgh", b"jkl", b"u"]
    add(stream, 2, b"cd")
    assert stream.young.runs() == [b"abcdefgh", b"jkl", b"u"]


@settings(derandomize=True, max_examples=250, deadline=None)
@given(
    st.sampled_from(BASES),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60)), max_size=40),
)
def test_any_pieces_in_any_order(base: int, pieces: list[tuple[int, int]]) -> None:
    stream = counted(base)
    there: set[int] = set()
    for offset, length in pieces:
        part = STREAM[offset : offset + length]
        before = len(stream.young.prefix)
        grew = add(stream, offset, part, 150)
        there |= set(range(offset, min(offset + length, 150)))
        whole = next(at for at in range(151) if at not in there)
        assert stream.young.prefix == STREAM[:whole]
        assert grew == (len(stream.young.prefix) > before) or length == 0
        assert stream.young.held_bytes == held(stream.young)
        assert stream.young.offsets == sorted(stream.young.offsets)
        assert all(
            octets == STREAM[at : at + len(octets)]
            for at, octets in zip(stream.young.offsets, stream.young.pieces, strict=True)
        )
    assert not stream.young.conflict


@settings(derandomize=True, max_examples=250, deadline=None)
@given(
    st.booleans(),
    st.lists(
        st.tuples(st.integers(0, 0xFFFF_FFFF), st.binary(max_size=20), st.booleans()), max_size=40
    ),
)
def test_any_numbers_any_octets(anchored: bool, segments: list[tuple[int, bytes, bool]]) -> None:
    stream = counted(0xFFFF_FF00, anchored=anchored)
    for sequence, octets, near in segments:
        number = (0xFFFF_FF00 + sequence % 100 - 50) & 0xFFFF_FFFF if near else sequence
        stream.young.add(number, octets, 0, len(octets), LIMIT)
        assert (
            stream.young.held_bytes == held(stream.young) == sum(map(len, stream.young.runs()))
            or stream.young.pieces
        )
        assert len(stream.young.pieces) <= YOUNG_PIECES_MAX
        if stream.young.prefix and stream.young.segments % 5 == 0:
            stream.young.consume(1)
            assert stream.young.held_bytes == held(stream.young)


def filled(octets: int, time_ns: int = 0) -> Young:
    stream = Young(0, True, time_ns)
    stream.add(0, bytes(octets), 0, octets, octets + 1)
    return stream


def test_streams_are_booked() -> None:
    streams = YoungStreams()
    streams.put(b"a", filled(10))
    streams.put(b"b", filled(5))
    assert streams.held_bytes == 15
    grown = streams.get(b"a")
    assert grown is not None
    before = grown.held_bytes
    grown.add(10, b"more", 0, 4, 100)
    streams.account(before, grown)
    assert streams.held_bytes == 19
    streams.drop(b"a")
    streams.drop(b"a")
    assert (streams.held_bytes, streams.get(b"a")) == (5, None)


def test_a_stream_in_the_place_of_another_is_booked_once_and_is_the_youngest() -> None:
    streams = YoungStreams()
    for key in (b"a", b"b", b"a"):
        streams.put(key, filled(10))
    assert streams.held_bytes == 20
    assert list(streams.streams) == [b"b", b"a"]


def test_who_must_go() -> None:
    streams = YoungStreams()
    assert streams.surplus(0) == []
    streams.put(b"old", filled(1, 100))
    streams.put(b"young", filled(1, 200))
    assert streams.surplus(100 + YOUNG_AGE_NS_MAX) == []
    assert streams.surplus(101 + YOUNG_AGE_NS_MAX) == [b"old"]
    assert streams.surplus(201 + YOUNG_AGE_NS_MAX) == [b"old", b"young"]
    assert streams.surplus(0) == []
    streams.put(b"long", filled(YOUNG_BYTES_MAX, 300))
    assert streams.surplus(300) == [b"old", b"young"]


def test_not_all_go_at_once() -> None:
    streams = YoungStreams()
    for number in range(1_000):
        streams.put(number.to_bytes(4, "big"), filled(1))
    late = 1 + YOUNG_AGE_NS_MAX
    at_once = streams.surplus(late)
    assert at_once == list(streams.streams)[: len(at_once)]
    assert len(at_once) == -(-SETTLED_BYTES_MAX // (SETTLED_BYTES_MIN + 1))
    while keys := streams.surplus(late):
        for key in keys:
            streams.drop(key)
    assert streams.streams == {}


def test_the_number_of_streams_is_bounded() -> None:
    streams = YoungStreams()
    for number in range(YOUNG_STREAMS_MAX + 500):
        for key in streams.surplus(0):
            streams.drop(key)
        streams.put(number.to_bytes(4, "big"), filled(1))
        assert len(streams.streams) <= YOUNG_STREAMS_MAX
    assert streams.held_bytes == YOUNG_STREAMS_MAX


def test_a_flood_never_holds_more_than_it_may() -> None:
    streams = YoungStreams()
    chance = random.Random(6)  # noqa: S311 - a fixed seed is the point
    for number in range(3_000):
        for key in streams.surplus(number):
            streams.drop(key)
        streams.put(number.to_bytes(4, "big"), filled(chance.randrange(80_000), number))
        assert streams.held_bytes <= YOUNG_BYTES_MAX + 80_000
    assert streams.held_bytes == sum(held(stream) for stream in streams.streams.values())
