"""Sequence numbers.

Invariant: what was read advances only without a gap, the highest number never goes back, and both
are what plain numbers without an end would say, cut to 32 bits, wherever the numbers begin. What is
acknowledged of a side does not make it a side that was seen.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.limits import HELLO_BYTES_MAX
from netwatch.state.sequences import (
    HALF,
    LEAD_MAX,
    M32,
    WINDOW_BYTES_MAX,
    acked_unseen,
    advanced,
    highest,
    is_acked,
    is_far,
)

STARTS = st.sampled_from([0, 1, 1_000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFF])


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    STARTS,
    st.lists(st.tuples(st.integers(-500, 5_000), st.integers(0, 1_500)), max_size=30),
)
def test_like_numbers_without_an_end(start: int, pieces: list[tuple[int, int]]) -> None:
    held = start
    read = reached = 0
    for first, length in pieces:
        held = advanced(held, (start + first) & M32, (start + first + length) & M32)
        if first <= read:
            read = max(read, first + length)
        reached = max(reached, first + length)
        assert held & M32 == (start + read) & M32
        assert highest(held) == (start + max(reached, read)) & M32
        assert 0 <= held < 1 << 62


def test_a_gap_is_kept_open_until_it_is_filled() -> None:
    held = advanced(1_000, 2_000, 3_000)
    assert (held & M32, highest(held)) == (1_000, 3_000)
    held = advanced(held, 1_000, 2_000)
    assert (held & M32, highest(held)) == (2_000, 3_000)
    assert advanced(held, 2_000, 3_000) == 3_000


def test_a_gap_that_is_too_wide_is_given_up() -> None:
    assert advanced(0, LEAD_MAX, LEAD_MAX) >> 32 == LEAD_MAX
    assert advanced(0, LEAD_MAX + 1, LEAD_MAX + 1) == LEAD_MAX + 1
    assert advanced(0, HALF, HALF) == 0


@pytest.mark.parametrize("held", [0, 5_000, 0xFFFF_FF00, 5_000 | 300 << 32])
def test_near_and_far(held: int) -> None:
    top = highest(held)
    for distance in (0, 1, HELLO_BYTES_MAX):
        assert not is_far(held, (top + distance) & M32)
        assert not is_far(held, (top - distance) & M32)
    for distance in (HELLO_BYTES_MAX + 1, HALF, HALF - 1, 0x4000_0000):
        assert is_far(held, (top + distance) & M32)
        assert is_far(held, (top - distance) & M32)
    assert not is_far(-1, 77)


@pytest.mark.parametrize("first", [0, 1, 0x7FFF_FFFF, M32, M32 - 1_000])
def test_an_unseen_side_is_acked_after_a_first_number_and_two_that_go_on(first: int) -> None:
    held = -1
    assert not is_acked(held)
    for step, ahead in enumerate((0, 0, 1_460, 1_460, 1_460, 0, 2_920, 9_000)):
        held = acked_unseen(held, (first + ahead) & M32)
        assert held < -1
        assert is_acked(held) == (step >= 6)


@pytest.mark.parametrize("ahead", [-1, -1_460, WINDOW_BYTES_MAX + 1, HALF, HALF + 5])
def test_an_unseen_side_does_not_go_back_or_leap(ahead: int) -> None:
    held = acked_unseen(-1, 5_000)
    assert acked_unseen(held, (5_000 + ahead) & M32) == held
    assert acked_unseen(held, 5_000 + 1) != held
    assert acked_unseen(held, 5_000 + WINDOW_BYTES_MAX) != held


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.integers(0, M32), max_size=12))
def test_an_unseen_side_stays_unseen_whatever_is_acknowledged(numbers: list[int]) -> None:
    held = -1
    for number in numbers:
        held = acked_unseen(held, number)
        assert -(1 << 61) < held < 0
        assert not is_far(held, number)
