"""Visibility counters of clients, and the addresses behind each MAC.

Invariant: the hours are those of the clock in which a client was active, counted from its first
one, whatever order the times come in; a full set gives up whom it saw longest ago and counts that.
"""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.state.clients import (
    FIELDS,
    FIRST,
    HOUR_END,
    HOUR_NS,
    HOURS,
    HOURS_MAX,
    LAST,
    QUESTIONS,
    TTL_KINDS,
    Clients,
    Macs,
    hour_end,
)
from netwatch.state.table import WAYS

SLOTS = 64
START = 480_000 * HOUR_NS
MINUTE_NS = HOUR_NS // 60


def after(*times_ns: int) -> tuple[list[int], int, int]:
    """(hours from START's on, first, last) of a client seen at these times from START."""
    clients = Clients(SLOTS)
    for time_ns in times_ns:
        place = clients.find(1, START + time_ns)
    bits = clients.records[place + HOURS]
    first = clients.records[place + FIRST]
    hours = [first // HOUR_NS + bit for bit in range(HOURS_MAX) if bits >> bit & 1]
    return [hour - 480_000 for hour in hours], first - START, clients.records[place + LAST] - START


def test_the_last_hour_of_all_time_never_ends() -> None:
    """A capture may say any time; the arithmetic stays within 64 bits."""
    last = 0x7FFFFFFFFFFFFFFF
    assert hour_end(last) == last
    assert hour_end(0) == HOUR_NS
    assert hour_end(HOUR_NS - 1) == HOUR_NS
    assert hour_end(HOUR_NS) == 2 * HOUR_NS


def test_a_new_record_is_empty() -> None:
    clients = Clients(SLOTS)
    place = clients.find(9, START)
    assert clients.fresh
    expected = {0: 9, FIRST: START, LAST: START, HOURS: 1, HOUR_END: START + HOUR_NS}
    assert [clients.records[place + field] for field in range(FIELDS)] == [
        expected.get(field, 0) for field in range(FIELDS)
    ]
    clients.count(place, QUESTIONS)
    assert clients.find(9, START) == place
    assert not clients.fresh
    assert clients.records[place + QUESTIONS] == 1


@pytest.mark.parametrize(
    ("times", "hours"),
    [
        ((0, 5 * MINUTE_NS, 59 * MINUTE_NS), [0]),
        ((0, HOUR_NS), [0, 1]),
        ((59 * MINUTE_NS, 61 * MINUTE_NS), [0, 1]),
        ((0, 61 * HOUR_NS), [0, 61]),
        ((0, 62 * HOUR_NS), [0]),
        ((0, 100 * 8_766 * HOUR_NS), [0]),
        ((30 * MINUTE_NS, 20 * MINUTE_NS, 10 * MINUTE_NS), [0]),
        ((HOUR_NS, HOUR_NS - 1), [-0, 1]),
        ((5 * HOUR_NS, 7 * HOUR_NS, 3 * HOUR_NS), [3, 5, 7]),
        ((61 * HOUR_NS, 0), [0, 61]),
        ((62 * HOUR_NS, 0), [62]),
        ((5 * HOUR_NS, -START), [5]),
    ],
)
def test_hours(times: tuple[int, ...], hours: list[int]) -> None:
    assert after(*times)[0] == hours


def test_many_small_steps_backwards_are_not_many_hours() -> None:
    """A mirror with several queues delivers like this."""
    times = [(10 * MINUTE_NS) - number * 1_000_000 for number in range(200)]
    assert after(*times) == ([0], times[-1], times[0])


def test_a_broken_clock_says_nothing() -> None:
    clients = Clients(SLOTS)
    place = clients.find(1, START)
    clients.find(1, 0)
    clients.find(1, START + HOUR_NS)
    assert clients.records[place + FIRST] == START
    assert clients.records[place + HOURS] == 0b11


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 61 * HOUR_NS), min_size=1, max_size=30), st.integers(0, HOUR_NS - 1))
def test_hours_in_any_order(times: list[int], phase: int) -> None:
    hours, first, last = after(*(time + phase for time in times))
    assert (first, last) == (min(times) + phase, max(times) + phase)
    assert hours == sorted({(time + phase) // HOUR_NS for time in times})


def test_sketches_have_a_bit_for_each_kind() -> None:
    clients = Clients(SLOTS)
    place = clients.find(1, START)
    for ttl in (64, 64, 128, 255):
        clients.mark(place, TTL_KINDS, ttl)
    assert int(clients.records[place + TTL_KINDS]).bit_count() == 3
    for hashed in range(1, 20_000, 2):
        clients.mark(place, TTL_KINDS, hashed * 0x9E3779B1)
    assert clients.records[place + TTL_KINDS] < 1 << 62
    assert int(clients.records[place + TTL_KINDS]).bit_count() >= 61


def test_a_full_set_gives_up_whom_it_saw_longest_ago() -> None:
    clients = Clients(SLOTS)
    keys = [1 + number * SLOTS for number in range(WAYS)]
    for number, key in enumerate(keys):
        clients.find(key, START + number)
    clients.find(keys[0], START + 50)
    place = clients.find(1 + 99 * SLOTS, START + 60)
    assert clients.fresh
    assert clients.evicted == 1
    assert clients.records[place + QUESTIONS] == 0
    held = {clients.records[slot * FIELDS] for slot in range(SLOTS)}
    assert keys[1] not in held
    assert set(keys) - {keys[1]} <= held


def test_a_flood_of_clients_is_bounded_and_counted() -> None:
    clients = Clients(SLOTS)
    chance = random.Random(4)  # noqa: S311 - a fixed seed is the point
    keys = {chance.randrange(1 << 62) | 1 for _ in range(5_000)}
    for number, key in enumerate(keys):
        clients.find(key, START + number)
    assert len(clients.records) == SLOTS * FIELDS
    assert clients.evicted == len(keys) - SLOTS


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 200).map(lambda number: number * 2 + 1), max_size=250))
def test_like_the_model(keys: list[int]) -> None:
    clients = Clients(SLOTS)
    sets: dict[int, list[list[int]]] = {}
    evicted = 0
    for number, key in enumerate(keys):
        clients.count(clients.find(key, START + number), QUESTIONS)
        held = sets.setdefault(key & (SLOTS - 1) & ~7, [])
        record = next((record for record in held if record[0] == key), None)
        if record is None and len(held) == WAYS:
            record = min(held, key=lambda r: r[1])
            record[:] = [key, 0, 0]
            evicted += 1
        elif record is None:
            record = [key, 0, 0]
            held.append(record)
        record[1] = START + number
        record[2] += 1
    places = [slot * FIELDS for slot in range(SLOTS) if clients.records[slot * FIELDS]]
    found = {(clients.records[place], clients.records[place + QUESTIONS]) for place in places}
    assert clients.evicted == evicted
    assert found == {(key, count) for held in sets.values() for key, _, count in held}


def rows(macs: Macs) -> dict[int, tuple[int, int]]:
    records = macs.records
    return {
        records[place] - 1: (records[place + 1], records[place + 2])
        for place in range(0, len(records), 4)
        if records[place]
    }


def test_addresses_of_macs_are_counted() -> None:
    macs = Macs(SLOTS)
    router, phone = 0xFFFF_FFFF_FFFF, 0
    for number in range(5):
        macs.add(router, number > 1, START + number)
    macs.add(phone, False, START)
    assert rows(macs) == {router: (5, 3), phone: (1, 0)}


def test_a_flood_of_macs_is_bounded_and_counted() -> None:
    macs = Macs(SLOTS)
    for number in range(3_000):
        macs.add(0x0200_0000_0000 + number, True, START + number)
    assert len(rows(macs)) == SLOTS
    assert macs.evicted == 3_000 - SLOTS
    assert set(rows(macs).values()) == {(1, 1)}
