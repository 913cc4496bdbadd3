"""Times of pcapng against rational numbers.

Invariant: exact to the nanosecond for every tick count, resolution and offset, or cut to the range.
"""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.capture.pcapng import offset_s, time_ns

TIME_NS_MAX = (1 << 63) - 1


def reference_ns(ticks: int, resolution: int, offset: int) -> int:
    base = 2 if resolution & 0x80 else 10
    exact = Fraction(ticks, base ** (resolution & 0x7F)) + offset
    return min(max(int(exact * 1_000_000_000 // 1), 0), TIME_NS_MAX)


TICKS = st.one_of(
    st.integers(0, (1 << 64) - 1),
    st.sampled_from([0, 1, (1 << 32) - 1, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]),
    st.integers(0, 64).map(lambda bits: (1 << bits) - 1),
)
OFFSETS = st.one_of(st.just(0), st.integers(-(1 << 40), 1 << 40), st.integers(-9, 9))


@given(TICKS, st.integers(0, 255), OFFSETS)
@settings(derandomize=True, max_examples=3000, deadline=None)
def test_times_are_exact_or_cut(ticks: int, resolution: int, offset: int) -> None:
    """Against rational numbers."""
    found = time_ns(ticks >> 32, ticks & 0xFFFFFFFF, resolution, offset)
    expected = reference_ns(ticks, resolution, offset)
    whole_s = reference_ns(ticks, resolution, 0)
    if whole_s == TIME_NS_MAX or expected >= 9_223_372_036 * 1_000_000_000:
        # Beyond the last whole second of the range, or brought back into it by an offset: a lie.
        assert found == TIME_NS_MAX or (offset < 0 and 0 <= found <= TIME_NS_MAX)
    elif resolution > 0x80 + 64:
        assert expected - 1 <= found <= expected
    else:
        assert found == expected


def test_known_times() -> None:
    # Negative control for the property above: figures from the draft's definitions, by hand.
    assert time_ns(0, 3, 0, 0) == 3_000_000_000
    assert time_ns(0, 3, 0x80, 0) == 3_000_000_000
    assert time_ns(0, 3, 0x81, 0) == 1_500_000_000
    assert time_ns(1, 0, 0xA0, 0) == 1_000_000_000
    assert time_ns(0, 12, 10, 0) == 1
    assert time_ns(0x80000000, 0, 0xC0, 0) == 500_000_000
    assert time_ns(0xFFFFFFFF, 0xFFFFFFFF, 0xFF, 0) == 0
    assert time_ns(0xFFFFFFFF, 0xFFFFFFFF, 0, 0) == TIME_NS_MAX
    assert time_ns(0, 0, 6, -1) == 0
    assert time_ns(0, 5, 6, 1) == 1_000_005_000


@given(st.integers(-(1 << 63), (1 << 63) - 1))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_offsets_are_signed_and_bounded(offset: int) -> None:
    octets = offset & ((1 << 64) - 1)
    found = offset_s(octets >> 32, octets & 0xFFFFFFFF)
    if -(1 << 40) <= offset < 1 << 40:
        assert found == offset
    else:
        assert found == (1 - (1 << 40) if offset < 0 else (1 << 40) - 1)
