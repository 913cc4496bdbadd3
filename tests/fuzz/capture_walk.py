"""A capture's octets walked in blocks of several sizes: what the pcap and pcapng targets share."""

from collections.abc import Callable
from typing import NamedTuple

from netwatch.capture.records import DAMAGED, TIME_NS_MAX, Records
from netwatch.limits import FRAME_BYTES_MAX
from netwatch.model import Answer

BLOCK_SIZES = (1, 61, 1 << 20)


class Walked(NamedTuple):
    """What came out of one walk."""

    frames: tuple[tuple[object, ...], ...]
    damage: str
    position: int


def walk(octets: bytes, records: Records, block_bytes: int) -> Walked:
    """Read all frames, given at least `block_bytes` octets at a time."""
    frames: list[tuple[object, ...]] = []
    position = 0
    while True:
        block = octets[position : position + max(block_bytes, int(records.needed))]
        records.begin(0)
        used = 0
        while (answer := records.next(block)) == Answer.DONE:
            assert used <= records.start <= records.end <= len(block)
            assert records.end - records.start <= min(FRAME_BYTES_MAX, records.wire_bytes)
            assert 0 <= records.time_ns <= TIME_NS_MAX
            assert records.position >= records.end and records.position > used
            assert 0 <= records.link_type <= 0xFFFF and records.frame >= records.packets
            used = int(records.position)
            frame = block[records.start : records.end]
            told = (records.frame, records.time_ns, records.wire_bytes, records.link_type)
            frames.append((*told, records.interface, frame))
        assert records.packets == len(frames)
        if answer == DAMAGED:
            assert records.damage and records.damage.isprintable()
            return Walked(tuple(frames), records.damage, position + int(records.position))
        assert answer == Answer.NEED_MORE and not records.damage
        assert records.position >= used
        ended = position + len(block) >= len(octets)
        left = len(block) - int(records.position)
        assert records.needed > left or left <= 0, "asks for octets that it has"
        position += int(records.position)
        if ended and (left <= 0 or records.needed > left):
            return Walked(tuple(frames), "", min(position, len(octets)))


def same_in_every_block(octets: bytes, make: Callable[[], Records]) -> Walked:
    """The frames, which must not depend on the size of the blocks."""
    first, *others = [walk(octets, make(), size) for size in BLOCK_SIZES]
    for other in others:
        assert other == first, "the size of the blocks matters"
    return first
