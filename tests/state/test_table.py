"""The table that all others are made of.

Invariant: as long as no set is full the table is a dict; then the record of the set that was
touched longest ago gives way, is counted, and nothing else changes; the table never grows.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.state.table import WAYS, Table

SLOTS = 64
KEYS = st.integers(0, 400).map(lambda number: number * 2 + 1)


def held(table: Table) -> dict[int, int]:
    """Fingerprint -> first field."""
    return {
        table.fingerprints[slot]: table.records[slot * table.fields]
        for slot in range(table.slots)
        if table.fingerprints[slot]
    }


def test_a_record_is_found_where_it_was_begun() -> None:
    table = Table(SLOTS, 3)
    assert table.get(9) == -1
    place = table.find(9, 5)
    assert table.fresh
    assert (table.get(9), table.records[place]) == (place, 5)
    assert (table.find(9, 6), table.fresh, table.records[place]) == (place, False, 5)
    assert table.get(9 + SLOTS) == -1
    assert place % 3 == 0
    assert table.evicted == 0


def test_the_oldest_of_a_full_set_gives_way() -> None:
    table = Table(SLOTS, 1)
    keys = [1 + number * SLOTS for number in range(WAYS)]
    for number, key in enumerate(keys):
        table.find(key, 100 - number)
    table.find(1 + 50 * SLOTS, 200)
    assert table.fresh
    assert table.evicted == 1
    assert set(held(table)) == {*keys[:-1], 1 + 50 * SLOTS}


def test_a_set_is_no_neighbours_business() -> None:
    table = Table(SLOTS, 2)
    for number in range(1_000):
        table.find(8 + number * SLOTS, number)
    table.find(7, 0)
    table.find(16, 0)
    for number in range(1_000, 2_000):
        table.find(8 + number * SLOTS, number)
    assert {7, 16} <= set(held(table))
    assert len(held(table)) == WAYS + 2


def test_a_flood_is_bounded_and_counted() -> None:
    table = Table(SLOTS, 4)
    for number in range(10_000):
        table.find((number * 2_654_435_761 & 0x3FFFFFFF) | 1, number)
    assert (len(table.fingerprints), len(table.records)) == (SLOTS, SLOTS * 4)
    assert len(held(table)) == SLOTS
    assert table.evicted == 10_000 - SLOTS


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.tuples(KEYS, st.integers(0, 1_000)), max_size=300))
def test_like_the_model(steps: list[tuple[int, int]]) -> None:
    table = Table(SLOTS, 2)
    sets: dict[int, list[tuple[int, int]]] = {}
    evicted = 0
    for key, time_ns in steps:
        place = table.find(key, time_ns)
        assert place == table.get(key)
        records = sets.setdefault(key & (SLOTS - 1) & ~7, [])
        if any(other == key for other, _ in records):
            continue
        if len(records) == WAYS:
            oldest = min(range(WAYS), key=lambda slot: records[slot][1])
            records[oldest] = (key, time_ns)
            evicted += 1
        else:
            records.append((key, time_ns))
    assert table.evicted == evicted
    assert held(table) == {key: at for records in sets.values() for key, at in records}
