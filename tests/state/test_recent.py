"""What was shown a moment ago.

Invariant: shown again within a millisecond it is a copy, from the same MAC or another; whatever is
older gives its place away first, so that a set of eight remembers the eight youngest.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.limits import DUPLICATE_NS_MAX
from netwatch.state.recent import AGAIN, COPY, FIELDS, NEW, Recent
from netwatch.state.table import WAYS

SLOTS = 64
START = 1_700_000_000_000_000_000
SAME_SET = [1 + number * SLOTS for number in range(3 * WAYS)]


def test_a_copy_is_told_by_its_time() -> None:
    recent = Recent(SLOTS)
    assert recent.show(9, START, 7) == NEW
    assert recent.show(9, START, 7) == AGAIN
    assert recent.show(9, START + DUPLICATE_NS_MAX - 1, 7) == AGAIN
    assert recent.show(9, START + 2 * DUPLICATE_NS_MAX - 1, 7) == NEW
    assert recent.show(9 + SLOTS, START, 7) == NEW


def test_a_clock_that_was_set_back_makes_no_copy() -> None:
    recent = Recent(SLOTS)
    assert recent.show(9, START, 7) == NEW
    assert recent.show(9, START - 1, 7) == NEW
    assert recent.show(9, START, 7) == AGAIN


def test_a_copy_is_told_by_its_mac() -> None:
    recent = Recent(SLOTS)
    shown = [recent.show(9, START + number, mac) for number, mac in enumerate((7, 8, 8, 7, 0, 0))]
    assert shown == [NEW, COPY, AGAIN, COPY, COPY, AGAIN]


def test_what_is_old_gives_its_place_away() -> None:
    recent = Recent(SLOTS)
    for key in SAME_SET[:WAYS]:
        assert recent.show(key, START, 7) == NEW
    for key in SAME_SET[WAYS : 2 * WAYS]:
        assert recent.show(key, START + DUPLICATE_NS_MAX, 7) == NEW
    assert recent.evicted == 0
    for key in SAME_SET[WAYS : 2 * WAYS]:
        assert recent.show(key, START + DUPLICATE_NS_MAX, 7) == AGAIN


def test_of_too_many_the_oldest_gives_way() -> None:
    recent = Recent(SLOTS)
    for number, key in enumerate(SAME_SET):
        assert recent.show(key, START + number, 7) == NEW
    assert recent.evicted == 2 * WAYS
    for key in SAME_SET[-WAYS:]:
        assert recent.show(key, START + len(SAME_SET), 7) == AGAIN
    assert recent.show(SAME_SET[0], START + len(SAME_SET), 7) == NEW


def test_a_flood_is_bounded() -> None:
    recent = Recent(SLOTS)
    for number in range(5_000):
        recent.show((number * 2_654_435_761 & 0x3FFFFFFF) | 1, START + number, number)
    assert (len(recent.fingerprints), len(recent.records)) == (SLOTS, SLOTS * FIELDS)


STEPS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, DUPLICATE_NS_MAX // 2), st.integers(0, 2)),
    max_size=100,
)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(STEPS)
def test_like_a_dict_while_there_is_room(steps: list[tuple[int, int, int]]) -> None:
    recent = Recent(512)
    known: dict[int, tuple[int, int]] = {}
    now_ns = START
    for key, later_ns, mac in steps:
        now_ns += later_ns
        expected = NEW
        if key in known and now_ns - known[key][0] < DUPLICATE_NS_MAX:
            expected = AGAIN if known[key][1] == mac else COPY
        known[key] = (now_ns, mac)
        assert recent.show(key * 16 + 1, now_ns, mac) == expected
