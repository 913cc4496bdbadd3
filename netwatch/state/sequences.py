"""Compiled. Sequence numbers of one side of a TCP connection (RFC 9293 section 3.4, modulo 2^32).

A side's NEXT is one number of two parts. The lower 32 bits say behind which octet reading goes on;
above them stands how much further the octets reach that were seen behind a gap, or acknowledged by
the other side: mirrors show segments, and the two sides, in either order, so that what was not read
yet may still come. -1: no packet of the side was seen.
"""

from typing import Final

from mypy_extensions import i64

from netwatch.limits import HELLO_BYTES_MAX

M32: Final = 0xFFFFFFFF
HALF: Final = 0x80000000
LEAD_MAX: Final = 0x3FFFFFFF


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
