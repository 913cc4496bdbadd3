"""What was answered, in a table of fixed size.

Invariant: as long as no set is full the table is a dict; then the record of the set that was told
longest ago gives way, is counted, and nothing else changes.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.state.answers import FIELDS, VALUE, Remembered
from netwatch.state.table import WAYS

SLOTS = 64
KEYS = st.integers(0, 400).map(lambda number: number * 2 + 1)


class Model:
    """The same in plain Python: a dict for each set."""

    def __init__(self) -> None:
        self.sets: dict[int, dict[int, list[int]]] = {}
        self.evicted = 0

    def put(self, key: int, time_ns: int, value: int) -> None:
        held = self.sets.setdefault(key & (SLOTS - 1) & ~7, {})
        if key not in held and len(held) == WAYS:
            oldest = min(held, key=lambda other: held[other][1])
            place = list(held).index(oldest)
            keys = list(held)
            keys[place] = key
            held[key] = [0, 0]
            self.evicted += 1
            self.sets[key & (SLOTS - 1) & ~7] = {k: held[k] for k in keys}
            held = self.sets[key & (SLOTS - 1) & ~7]
        record = held.setdefault(key, [0, 0])
        record[0] |= value
        record[1] = time_ns

    def get(self, key: int) -> int | None:
        record = self.sets.get(key & (SLOTS - 1) & ~7, {}).get(key)
        return None if record is None else record[0]


def put(table: Remembered, key: int, time_ns: int, value: int) -> None:
    place = table.put(key, time_ns)
    table.records[place + VALUE] = table.records[place + VALUE] | value


def get(table: Remembered, key: int) -> int | None:
    place = table.get(key)
    return None if place < 0 else int(table.records[place + VALUE])


def test_what_was_put_is_got() -> None:
    table = Remembered(SLOTS)
    assert table.get(9) == -1
    put(table, 9, 0, 5)
    put(table, 9, 1, 2)
    assert get(table, 9) == 7
    assert table.get(9 + SLOTS) == -1
    assert table.evicted == 0


def test_a_full_set_gives_up_what_was_told_longest_ago() -> None:
    table = Remembered(SLOTS)
    keys = [1 + number * SLOTS for number in range(WAYS)]
    for time_ns, key in enumerate(keys):
        put(table, key, time_ns, key)
    put(table, keys[0], 100, 0)
    put(table, 1 + WAYS * SLOTS, 101, 3)
    assert table.evicted == 1
    assert get(table, keys[1]) is None
    assert get(table, 1 + WAYS * SLOTS) == 3
    assert [get(table, key) for key in keys[:1] + keys[2:]] == keys[:1] + keys[2:]


def test_a_flood_is_bounded_and_counted() -> None:
    table = Remembered(SLOTS)
    for number in range(10_000):
        put(table, (number * 2_654_435_761 & 0x3FFFFFFF) | 1, number, 1)
    assert len(table.records) == SLOTS * FIELDS
    held = sum(table.records[place] != 0 for place in range(0, SLOTS * FIELDS, FIELDS))
    assert held == SLOTS
    assert table.evicted == 10_000 - SLOTS


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.tuples(KEYS, st.integers(0, 3)), max_size=300))
def test_like_the_model(steps: list[tuple[int, int]]) -> None:
    table, model = Remembered(SLOTS), Model()
    for time_ns, (key, value) in enumerate(steps):
        put(table, key, time_ns, value)
        model.put(key, time_ns, value)
    assert table.evicted == model.evicted
    for key, _ in steps:
        assert get(table, key) == model.get(key)
