"""Segments in any order give the octets that were sent, all that are there, and the books balance.

The first octet says whether the beginning is known. Four octets are one segment: offset (two),
length, and whether it lies; a length of 0 consumes a part of the prefix instead.
"""

from typing import Final

from netwatch.extract.streams import Young, YoungStreams
from netwatch.limits import PIECE_BYTES, YOUNG_PIECES_MAX

RUNS: Final = 10_000
DEPTHS: Final = ("whole", "gap", "conflict", "rebased", "consumed")
reached: set[str] = set()

LIMIT: Final = 40_000
FIRST: Final = 0xFFFFF000
"""Sequence number of octet 0: numbers run over 2^32 soon."""
TRUTH: Final = bytes((i * 7 + (i >> 8) + 13) & 0xFF for i in range(0x10000 + 2048))


def target(octets: bytes) -> None:
    """Add all segments to one stream that a table holds."""
    if len(octets) < 5:
        return
    anchored = octets[0] & 1 == 0
    begin = 0 if anchored else int.from_bytes(octets[1:3], "big")
    young = Young((FIRST + begin) & 0xFFFFFFFF, anchored, 1)
    table = YoungStreams()
    table.put(b"key", young)
    there = bytearray(len(TRUTH))
    honest = True
    for at in range(1, len(octets) - 3, 4):
        offset = int.from_bytes(octets[at : at + 2], "big")
        size, lie = octets[at + 2] * 8, octets[at + 3]
        before = young.held_bytes
        if size == 0:
            consume(young, lie)
        else:
            data = TRUTH[offset : offset + size]
            if lie & 0x80:
                data = data[:-1] + bytes((data[-1] ^ 0x55,))
                honest = False
            base = young.base
            young.add((FIRST + offset) & 0xFFFFFFFF, b"<" + data + b">", 1, 1 + size, LIMIT)
            if young.base != base:
                reached.add("rebased")
            if len(young.pieces) < YOUNG_PIECES_MAX:
                there[offset : offset + size] = b"\1" * size
            else:
                honest = False
        table.account(before, young)
        judge(young, table, there, honest)


def consume(young: Young, part: int) -> None:
    """Take a part of the prefix away, as whole messages are."""
    if young.prefix and not young.pieces:
        reached.add("consumed")
        young.consume(len(young.prefix) * part // 255)
        young.anchored = True


def judge(young: Young, table: YoungStreams, there: bytearray, honest: bool) -> None:
    """Compare with the truth, and do the books again."""
    held = len(young.prefix) + sum(len(piece) + PIECE_BYTES for piece in young.pieces)
    assert young.held_bytes == held == table.held_bytes, (young.held_bytes, held)
    assert young.offsets == sorted(young.offsets) and len(young.offsets) == len(young.pieces)
    assert len(young.pieces) <= YOUNG_PIECES_MAX
    assert not young.pieces or young.offsets[0] > len(young.prefix)
    if young.pieces:
        reached.add("gap")
    if young.conflict:
        reached.add("conflict")
        assert not honest, "a conflict among equal copies"
    if not honest:
        return
    begin = (young.base - FIRST) & 0xFFFFFFFF
    if begin >= len(TRUTH):
        return
    end = begin + len(young.prefix)
    assert young.prefix == TRUTH[begin:end], "other octets than were sent"
    missing = there.find(0, begin)
    assert end >= min(missing, begin + LIMIT) or not young.prefix, "octets are there, and unread"
    if young.prefix:
        reached.add("whole")
    runs = young.runs()
    assert sum(map(len, runs)) <= held
    assert all(run in TRUTH for run in runs[:3])
