"""A datagram that is given as whole has exactly the octets that were sent; no octet is miscounted.

Six octets are one fragment: which datagram, time, offset, length, more, and whether its octets lie.
"""

from typing import Final

from netwatch.decode.fragments import Fragments
from netwatch.decode.network import Piece
from netwatch.decode.packet import Packet
from netwatch.limits import FRAGMENT_BYTES_MAX, FRAGMENT_DATAGRAMS_MAX, FRAGMENTS_MAX
from netwatch.model import Answer

RUNS: Final = 7_500
DEPTHS: Final = ("whole", "overlap", "late", "alone")
reached: set[str] = set()

TRUTH: Final = bytes((i * 7 + (i >> 8) + 13) & 0xFF for i in range(0x10000 + 2048))
SECONDS_NS: Final = 1_000_000_000


def target(octets: bytes) -> None:
    """Put the fragments together."""
    fragments = Fragments()
    packet = Packet()
    piece = Piece()
    now_ns = 0
    lied: set[int] = set()
    for at in range(0, len(octets) - 5, 6):
        which, wait, place, size, more, lie = octets[at : at + 6]
        now_ns += (wait & 0x0F) * SECONDS_NS * (-1 if wait == 0xFF else 1)
        offset = place * 8 + (0xF800 if more & 0x80 else 0)
        length = size * 8 if more & 1 else size * 8 + (lie & 7)
        data = TRUTH[offset : offset + length]
        if lie & 0x80 and data:
            data = bytes((data[0] ^ 0x55,)) + data[1:]
            lied.add(which & 3)
        net = bytes((10, 0, 0, which & 3, 10, 0, 1, 1))
        packet.begin(net + data, 8, 8 + len(data))
        packet.net = net
        packet.source, packet.target, packet.address_length = 0, 4, 4
        packet.time_ns, packet.protocol = now_ns, 17
        packet.cut = more & 0x40 != 0
        piece.identifier, piece.offset, piece.more = which & 1, offset, more & 1 != 0
        before = fragments.dropped
        answer = fragments.add(packet, piece)
        if fragments.dropped > before:
            reached.add("late")
        judge(fragments, packet, answer, which & 3 in lied)


def judge(fragments: Fragments, packet: Packet, answer: int, lied: bool) -> None:
    """Compare with the truth, and do the books again."""
    if answer == Answer.DONE:
        reached.add("whole")
        assert 0 == packet.start <= packet.end == len(packet.data) <= 0x10000
        assert lied or packet.data == TRUTH[: packet.end]
        assert packet.protocol == 17
    else:
        assert answer == Answer.NEED_MORE or answer < 0
    if answer < 0:
        reached.add("overlap")
    for first in fragments.given_up:
        reached.add("alone")
        assert first.cut and 0 == first.start < first.end == len(first.data)
        assert lied or first.missing >= 0
    fragments.given_up = []
    held = 0
    for datagram in fragments.datagrams.values():
        size = sum(len(held_piece) for held_piece in datagram.pieces.values())
        assert size == datagram.held_bytes, (size, datagram.held_bytes)
        assert len(datagram.pieces) <= FRAGMENTS_MAX
        held += size
    assert held == fragments.held_bytes <= FRAGMENT_BYTES_MAX + 0x10000
    assert len(fragments.datagrams) <= FRAGMENT_DATAGRAMS_MAX
    assert len(fragments.whole) <= FRAGMENT_DATAGRAMS_MAX
