"""One moment that several inputs tell of: a capture and a log, or the logs of two programs.

Their clocks differ, so the same question may stand in two half hours, and would be two pieces. What
a log says within a minute of what another input shows of the same device and signature is moved to
that one's time. Captures come first, then logs by path.
"""

import bisect
from collections.abc import Sequence
from typing import Final

import msgspec

from netwatch.charge import Charge, Seat

MINUTE_NS: Final = 60_000_000_000
HALF_HOUR_NS: Final = 30 * MINUTE_NS
Span = tuple[int, int]
"""First and last time of a charge, with its repeats."""


def aligned(charges: Sequence[Charge]) -> list[Charge]:
    """The charges of one device, those of logs at the times of other inputs where they agree."""
    if all(charge.seat != Seat.LOG for charge in charges):
        return list(charges)
    kept: list[Charge] = []
    spans: dict[int, list[Span]] = {}
    for group in _by_input(charges):
        placed = [_placed(charge, spans.get(charge.sighting.signature, [])) for charge in group]
        for charge in placed:
            bisect.insort(spans.setdefault(charge.sighting.signature, []), _span(charge))
        kept += placed
    return kept


def _by_input(charges: Sequence[Charge]) -> list[list[Charge]]:
    groups: dict[tuple[bool, str], list[Charge]] = {}
    for charge in charges:
        log = charge.seat == Seat.LOG
        groups.setdefault((log, charge.capture if log else ""), []).append(charge)
    return [groups[key] for key in sorted(groups)]


def _placed(charge: Charge, spans: Sequence[Span]) -> Charge:
    """The charge at the time of a span that it touches, if that is in another half hour."""
    if charge.seat != Seat.LOG:
        return charge
    first, last = _span(charge)
    touching = [
        span for span in spans if span[0] - MINUTE_NS <= first and first <= span[1] + MINUTE_NS
    ]
    if not touching or any(_half_hour(span[0]) == _half_hour(first) for span in touching):
        return charge
    nearest = min(touching, key=lambda span: abs(min(max(first, span[0]), span[1]) - first))
    time_ns = min(max(first, nearest[0]), nearest[1])
    moved = msgspec.structs.replace(
        charge.sighting, time_ns=time_ns, last_time_ns=max(last, time_ns)
    )
    return msgspec.structs.replace(charge, sighting=moved)


def _span(charge: Charge) -> Span:
    sighting = charge.sighting
    return sighting.time_ns, max(sighting.time_ns, sighting.last_time_ns)


def _half_hour(time_ns: int) -> int:
    return time_ns // HALF_HOUR_NS
