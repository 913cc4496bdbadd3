"""Invariant: what two inputs tell of one moment is in one half hour, and nothing else moves."""

import pytest

from netwatch.charge import Charge, Key, Seat
from netwatch.devices.moments import HALF_HOUR_NS, aligned
from netwatch.model import Sighting, Signal

START = 1_000 * HALF_HOUR_NS
SECOND = 1_000_000_000


def charge(at: float, capture: str, seat: str = Seat.LOG, signature: int = 0, last: float = 0) -> Charge:  # fmt: skip  # noqa: E501
    sighting = Sighting(
        time_ns=START + int(at * SECOND),
        frame=1,
        signal=Signal.DNS_QUERY,
        name=b"\1x",
        signature=signature,
        last_time_ns=START + int(last * SECOND) if last else 0,
    )
    return Charge(sighting=sighting, capture=capture, device=Key(address=b"x"), seat=seat)


def half_hours(charges: list[Charge]) -> set[int]:
    return {(one.sighting.time_ns - START) // HALF_HOUR_NS for one in aligned(charges)}


@pytest.mark.parametrize(
    ("seen", "told", "expected"),
    [
        (-1, 5, {-1}),
        (-1, 59, {-1}),
        (-1, 61, {-1, 0}),
        (5, -3, {0}),
        (100, 5, {0}),
    ],
)
def test_the_log_comes_to_the_capture(seen: float, told: float, expected: set[int]) -> None:
    charges = [charge(seen, "a.pcap", Seat.ENDPOINT), charge(told, "b.log")]
    assert half_hours(charges) == half_hours(charges[::-1]) == expected


def test_two_logs_are_one_moment_as_well() -> None:
    assert half_hours([charge(5, "a.log"), charge(-5, "b.log")]) == {0}


def test_one_log_is_left_as_it_is_and_so_is_another_signature() -> None:
    assert half_hours([charge(-5, "a.log"), charge(5, "a.log")]) == {-1, 0}
    charges = [charge(-5, "a.pcap", Seat.ENDPOINT), charge(5, "a.log", signature=1)]
    assert half_hours(charges) == {-1, 0}


def test_captures_are_never_moved() -> None:
    charges = [charge(-5, "a.pcap", Seat.ENDPOINT), charge(5, "b.pcap", Seat.ROUTER_MAC)]
    assert aligned(charges) == charges
    assert half_hours([*charges, charge(8, "c.log")]) == {-1, 0}


def test_repeats_span_their_time_and_keep_their_end() -> None:
    charges = [charge(-900, "a.pcap", Seat.ENDPOINT, last=-2), charge(5, "b.log", last=90)]
    _, moved = aligned(charges)
    assert moved.sighting.time_ns == START - 2 * SECOND
    assert moved.sighting.last_time_ns == START + 90 * SECOND
