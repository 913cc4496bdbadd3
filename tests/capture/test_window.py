"""Only the frames of a span of time, under their own numbers, whatever the blocks' bounds."""

import struct

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.capture.window import WindowRecords
from netwatch.model import Answer

TIMES_S = (10, 30, 20, 40, 30)
HEAD = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)
FILE = HEAD + b"".join(struct.pack("<IIII", time, 0, 4, 4) + b"abcd" for time in TIMES_S)
SECOND_NS = 1_000_000_000


def frames(block: bytes, since_s: int, until_s: int) -> list[tuple[int, int]]:
    records = WindowRecords(PcapRecords(), since_s * SECOND_NS, until_s * SECOND_NS)
    records.begin(0)
    found = []
    while records.next(block) == Answer.DONE:
        assert block[records.start : records.end] == b"abcd"
        assert (records.wire_bytes, records.link_type, records.vlan_tci) == (4, 1, -1)
        found.append((int(records.frame), int(records.time_ns // SECOND_NS)))
    return found


@pytest.mark.parametrize(
    ("since_s", "until_s", "numbers"),
    [
        (0, 100, [1, 2, 3, 4, 5]),
        (30, 100, [2, 4, 5]),
        (0, 30, [1, 3]),
        (20, 40, [2, 3, 5]),
        (41, 100, []),
        (0, 10, []),
    ],
)
def test_the_first_moment_counts_and_the_last_does_not(
    since_s: int, until_s: int, numbers: list[int]
) -> None:
    found = frames(FILE, since_s, until_s)
    assert [number for number, _ in found] == numbers
    assert [time for _, time in found] == [TIMES_S[number - 1] for number in numbers]


@pytest.mark.parametrize("cut", range(len(FILE)))
def test_a_block_may_end_anywhere(cut: int) -> None:
    inner = PcapRecords()
    records = WindowRecords(inner, 20 * SECOND_NS, 40 * SECOND_NS)
    numbers = []
    block = FILE[:cut]
    for rest in (FILE, b""):
        records.begin(0)
        while records.next(block) == Answer.DONE:
            numbers.append(int(records.frame))
        assert records.needed == inner.needed
        assert records.position == inner.position
        block = block[inner.position :] + rest[cut:]
    assert numbers == [2, 3, 5]
    assert (records.packets, inner.packets) == (3, 5)


def test_damage_is_handed_on() -> None:
    records = WindowRecords(PcapRecords(), 0, SECOND_NS)
    records.begin(0)
    assert records.next(b"\0" * 100) < 0
    assert records.damage.startswith("magic")
