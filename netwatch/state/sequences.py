"""Compiled. Sequence numbers of one side of a TCP connection (RFC 9293 section 3.4, modulo 2^32).

A side's NEXT is one number of two parts. The lower 32 bits say behind which octet reading goes on;
above them stands how much further the octets reach that were seen behind a gap, or acknowledged by
the other side: mirrors show segments, and the two sides, in either order, so that what was not read
yet may still come.

Below 0: no packet of the side was seen. -1 says no more; below that stands what the side that is
seen acknowledged of it, and in how many steps.
"""

from typing import Final

from mypy_extensions import i64

from netwatch.limits import HELLO_BYTES_MAX

M32: Final = 0xFFFFFFFF
HALF: Final = 0x80000000
LEAD_MAX: Final = 0x3FFFFFFF
WINDOW_BYTES_MAX: Final = 0x40000000
"""More cannot be acknowledged in one step (RFC 7323 section 2.2)."""
STEP: Final = 0x100000000
STEPS_TOLD: Final = 3
"""A first number and two that went on from it: one forged packet makes one of them."""


def highest(held: i64) -> i64:
    """Give the number behind the highest octet of a side; `held` is its NEXT, not -1."""
    return (held + (held >> 32)) & M32


def is_far(held: i64, number: i64) -> bool:
    """Tell whether `number` is none that a side with this NEXT would say; False if NEXT is -1."""
    if held < 0:
        return False
    distance = (highest(held) - number) & M32
    return HELLO_BYTES_MAX < distance <= M32 - HELLO_BYTES_MAX


def advanced(held: i64, first: i64, behind: i64) -> i64:
    """Give the NEXT of a side after its octets first..behind; `held` is the NEXT before, not -1.

    Reading goes on without a gap; what lies beyond a gap is only known to be there.
    """
    read = held & M32
    reached = highest(held)
    if (behind - reached) & M32 < HALF:
        reached = behind
    gap = (first - read) & M32
    if (gap == 0 or gap >= HALF) and (behind - read) & M32 < HALF:
        read = behind
    lead = (reached - read) & M32
    if lead > LEAD_MAX:
        return reached
    return read | (lead << 32)


def acked_unseen(held: i64, number: i64) -> i64:
    """Give the NEXT of an unseen side after the other one acknowledged its octets before `number`.

    `held` is its NEXT before, below 0. Only numbers that go on from the last one are a step.
    """
    known = -1 - held
    steps = known >> 32
    if steps > 0:
        ahead = (number - known) & M32
        if steps >= STEPS_TOLD or ahead == 0 or ahead > WINDOW_BYTES_MAX:
            return held
    return -1 - ((steps + 1) * STEP + number)


def is_acked(held: i64) -> bool:
    """Tell whether octets of an unseen side (NEXT below 0) went on being acknowledged."""
    return (-1 - held) >> 32 >= STEPS_TOLD
