"""Datagrams in fragments.

Invariant: in whatever order and however often the pieces of a datagram come, it is given once for
each time that all of its octets came, with exactly these octets; contradicting pieces give nothing;
and whatever comes, at most FRAGMENT_DATAGRAMS_MAX datagrams and about FRAGMENT_BYTES_MAX are held.
The first piece of a datagram that is given up for want of another one is handed on, once.
"""

import itertools
import random
from collections.abc import Iterable
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.decode.fragments import Fragments
from netwatch.decode.network import Piece
from netwatch.decode.packet import Packet
from netwatch.limits import (
    FRAGMENT_AGE_NS_MAX,
    FRAGMENT_BYTES_MAX,
    FRAGMENT_DATAGRAMS_MAX,
    FRAGMENTS_MAX,
)
from netwatch.model import Anomaly, Answer

WHOLE = bytes(range(256)) * 2
SIX_ENDS = bytes(range(0xE0, 0x100))
SECOND = 1_000_000_000


class Part(NamedTuple):
    offset: int
    octets: bytes
    more: bool


def parts(octets: bytes = WHOLE, size: int = 64) -> list[Part]:
    starts = range(0, len(octets), size)
    return [Part(at, octets[at : at + size], at + size < len(octets)) for at in starts]


class Feed:
    """Fragments of one conversation after the other."""

    def __init__(self) -> None:
        self.table = Fragments()
        self.now_ns = 1_700_000_000 * SECOND

    def add(
        self,
        part: Part,
        *,
        number: int = 7,
        address: bytes = bytes(4),
        protocol: int = 17,
        vlan: int = -1,
        cut: bool = False,
    ) -> int | bytes:
        """The answer; in place of DONE, the datagram."""
        packet, piece = Packet(), Piece()
        header = address + bytes(len(address) - 1) + b"\x01"
        block = b"before" + header + part.octets + b"behind"
        packet.begin(block, 6 + len(header), 6 + len(header) + len(part.octets))
        packet.source, packet.target, packet.address_length = 6, 6 + len(address), len(address)
        packet.protocol, packet.time_ns, packet.cut = protocol, self.now_ns, cut
        if vlan >= 0:
            packet.vlan_count = 1
            packet.vlans[0] = vlan
        piece.identifier, piece.offset, piece.more = number, part.offset, part.more
        answer = self.table.add(packet, piece)
        if answer != Answer.DONE:
            return int(answer)
        assert packet.protocol == protocol
        return packet.data[packet.start : packet.end]

    def add_all(self, found: Iterable[Part], number: int = 7) -> list[int | bytes]:
        return [self.add(part, number=number) for part in found]


def wait_then(octets: bytes, pieces: int) -> list[int | bytes]:
    return [Answer.NEED_MORE] * (pieces - 1) + [octets]


def test_in_every_order_of_four() -> None:
    for order in itertools.permutations(parts(size=128)):
        feed = Feed()
        assert feed.add_all(order) == wait_then(WHOLE, 4)
        assert (len(feed.table.datagrams), feed.table.held_bytes) == (0, 0)


def test_reversed_and_long() -> None:
    octets = WHOLE * 128
    found = parts(octets[:65_535], 1_480)
    assert Feed().add_all(reversed(found))[-1] == octets[:65_535]


def test_copies_are_passed_over() -> None:
    twice = [part for part in parts() for _ in range(2)]
    assert Feed().add_all(twice)[:-1] == wait_then(WHOLE, 15)
    feed = Feed()
    assert feed.add_all([*parts(), *parts()]) == wait_then(WHOLE, 8) * 2


@pytest.mark.parametrize("missing", range(8))
def test_a_missing_piece_means_nothing(missing: int) -> None:
    found = parts()
    del found[missing]
    assert Feed().add_all(found) == [Answer.NEED_MORE] * 7


OVERLAPS = {
    "bsd, a later piece over the end": [Part(0, b"a" * 32, True), Part(24, b"b" * 16, False)],
    "bsd, before": [Part(24, b"b" * 16, False), Part(0, b"a" * 32, True)],
    "teardrop, inside": [Part(0, b"a" * 64, True), Part(8, b"b" * 8, False)],
    "around": [Part(8, b"b" * 8, True), Part(0, b"a" * 64, False)],
    "other octets": [Part(0, b"a" * 8, True), Part(0, b"b" * 8, True)],
    "longer": [Part(0, b"a" * 8, True), Part(0, b"a" * 16, True)],
    "two ends": [Part(8, b"a" * 8, False), Part(16, b"a" * 8, False)],
    "behind the end": [Part(8, b"a" * 8, False), Part(16, b"a" * 8, True)],
}


@pytest.mark.parametrize("found", OVERLAPS.values(), ids=OVERLAPS.keys())
def test_overlaps_drop_the_whole_datagram(found: list[Part]) -> None:
    feed = Feed()
    assert feed.add_all(found)[-1] == -Anomaly.FRAGMENT_OVERLAP
    assert feed.table.held_bytes == 0
    assert feed.add_all(parts()) == [Answer.NEED_MORE] * 8
    assert feed.add_all(parts(), number=8)[-1] == WHOLE


def test_an_empty_piece_says_nothing() -> None:
    feed = Feed()
    assert feed.add(Part(0, b"", True)) == Answer.NEED_MORE
    assert feed.add_all(parts()) == wait_then(WHOLE, 8)


def test_an_empty_last_piece_ends_the_datagram() -> None:
    feed = Feed()
    assert feed.add(Part(0, WHOLE, True)) == Answer.NEED_MORE
    assert feed.add(Part(len(WHOLE), b"", False)) == WHOLE


def test_what_is_longer_than_ip_can_say_is_dropped() -> None:
    feed = Feed()
    assert feed.add(Part(0xFFF8, b"x" * 8, True)) == Answer.NEED_MORE
    assert feed.add(Part(0xFFF8, b"x" * 9, False), number=8) == -Anomaly.FRAGMENT_DROPPED


def test_too_many_pieces_drop_the_datagram() -> None:
    feed = Feed()
    found = parts(b"x" * 8 * (FRAGMENTS_MAX + 1), 8)
    answers = feed.add_all(found)
    assert answers == [*[Answer.NEED_MORE] * FRAGMENTS_MAX, -Anomaly.FRAGMENT_DROPPED]
    fits = parts(b"y" * 8 * FRAGMENTS_MAX, 8)
    assert feed.add_all(fits, number=8)[-1] == b"y" * 8 * FRAGMENTS_MAX


def test_a_piece_that_the_capture_cut_can_never_be_whole() -> None:
    feed = Feed()
    first, *rest = parts()
    assert feed.add(first) == Answer.NEED_MORE
    assert feed.add(rest[0], cut=True) == -Anomaly.FRAGMENT_DROPPED
    assert feed.add_all(rest[1:]) == [Answer.NEED_MORE] * 6


def first_pieces(table: Fragments) -> list[bytes]:
    return [packet.data[packet.start : packet.end] for packet in table.given_up]


def test_the_first_piece_is_handed_on_when_another_one_is_lost() -> None:
    for missing in range(1, 8):
        feed = Feed()
        found = parts()
        del found[missing]
        feed.add_all(found)
        assert feed.table.given_up == []
        feed.table.finish()
        assert first_pieces(feed.table) == [WHOLE[:64]]
        assert (feed.table.dropped, feed.table.held_bytes) == (1, 0)
        assert feed.table.given_up[0].missing == (len(WHOLE) - 64 if missing < 7 else 0)


def test_without_its_first_piece_nothing_is_handed_on() -> None:
    feed = Feed()
    feed.add_all(parts()[1:])
    feed.table.finish()
    assert (feed.table.given_up, feed.table.dropped) == ([], 1)


def test_the_first_piece_is_handed_on_for_want_of_room_or_time() -> None:
    feed = Feed()
    first = parts()[0]
    for number in range(FRAGMENT_DATAGRAMS_MAX + 3):
        feed.add(first, number=number)
    assert first_pieces(feed.table) == [WHOLE[:64]] * 3
    feed.table.given_up = []
    feed.now_ns += FRAGMENT_AGE_NS_MAX + 1
    feed.add(parts()[1], number=500)
    assert first_pieces(feed.table) == [WHOLE[:64]]


def test_the_first_piece_is_handed_on_at_once_when_the_capture_cut_another_one() -> None:
    feed = Feed()
    first, second, *rest = parts()
    feed.add_all([first, second])
    assert feed.add(rest[0], cut=True) == -Anomaly.FRAGMENT_DROPPED
    assert first_pieces(feed.table) == [WHOLE[:64]]
    feed.add_all(rest)
    feed.table.finish()
    assert len(feed.table.given_up) == 1, "once"


@pytest.mark.parametrize("found", OVERLAPS.values(), ids=OVERLAPS.keys())
def test_of_contradicting_pieces_none_is_handed_on(found: list[Part]) -> None:
    feed = Feed()
    feed.add_all([*found, *parts()])
    feed.table.finish()
    assert (feed.table.given_up, feed.table.dropped) == ([], 0)


def test_a_late_copy_of_the_first_piece_is_no_datagram() -> None:
    feed = Feed()
    feed.add_all([*parts(), parts()[0], parts()[2]])
    feed.table.finish()
    assert (feed.table.given_up, feed.table.dropped) == ([], 0)
    feed = Feed()
    feed.add_all(parts())
    feed.now_ns += FRAGMENT_AGE_NS_MAX + 1
    feed.add(parts()[0])
    feed.table.finish()
    assert first_pieces(feed.table) == [WHOLE[:64]], "long after, it is another one"


def test_a_flood_of_whole_datagrams_is_remembered_in_part() -> None:
    feed = Feed()
    for number in range(FRAGMENT_DATAGRAMS_MAX + 50):
        feed.add_all(parts(size=256), number=number)
    assert len(feed.table.whole) == FRAGMENT_DATAGRAMS_MAX


@pytest.mark.parametrize("macs", [(-1, -1), (0, 6), (-1, 4)])
def test_what_is_handed_on_is_what_came_and_holds_no_block(macs: tuple[int, int]) -> None:
    packet, piece = Packet(), Piece()
    block = bytes(range(12)) + SIX_ENDS + WHOLE
    packet.begin(block, 44, 44 + 64)
    packet.target_mac, packet.source_mac = macs
    packet.source, packet.target, packet.address_length = 12, 28, 16
    packet.protocol, packet.time_ns, packet.number, packet.ttl = 17, 5_000, 77, 61
    packet.vlan_count = 2
    packet.vlans[0], packet.vlans[1] = 10, 20
    packet.tunnel_count = packet.layers = 1
    packet.tunnel_nets[0], packet.tunnel_starts[0], packet.tunnel_lengths[0] = block, 12, 8
    piece.more = True
    table = Fragments()
    table.add(packet, piece)
    told = (packet.mac(packet.target_mac), packet.mac(packet.source_mac))
    packet.begin(bytes(len(block)), 0, 0)
    packet.vlans[0] = 99
    packet.tunnel_nets[0] = b""
    table.finish()
    (first,) = table.given_up
    assert first.source_address() + first.target_address() == SIX_ENDS
    assert (first.mac(first.target_mac), first.mac(first.source_mac)) == told
    assert (first.time_ns, first.number, first.ttl, first.protocol) == (5_000, 77, 61, 17)
    assert (first.vlan_tuple(), first.layers) == ((10, 20), 1)
    assert first.tunnel_tuple() == (SIX_ENDS[:8],)
    assert (first.cut, first.data, first.start, first.end) == (True, WHOLE[:64], 0, 64)
    assert max(len(first.frame), len(first.net)) <= 32


def test_an_old_datagram_is_not_gone_on_with() -> None:
    feed = Feed()
    first, *rest = parts()
    feed.add(first)
    feed.now_ns += FRAGMENT_AGE_NS_MAX + 1
    assert feed.add_all(rest) == [Answer.NEED_MORE] * 7
    assert feed.table.dropped == 1
    assert feed.add(first) == WHOLE


def test_time_may_run_backwards() -> None:
    feed = Feed()
    first, *rest = parts()
    feed.add(first)
    feed.now_ns = 0
    assert feed.add_all(rest)[-1] == WHOLE


def test_datagrams_are_told_apart() -> None:
    feed = Feed()
    halves = parts(size=256)
    six = b"\xfd" + bytes(15)
    kinds: list[dict[str, object]] = [
        {},
        {"number": 8},
        {"address": b"\x0a\0\0\1"},
        {"protocol": 6},
        {"vlan": 0},
        {"vlan": 5},
        {"address": six},
        {"address": six, "number": 0xFFFF_FFFF},
        {"address": six, "vlan": 5},
    ]
    for kind in kinds:
        assert feed.add(halves[0], **kind) == Answer.NEED_MORE  # type: ignore[arg-type] # a table
    assert len(feed.table.datagrams) == len(kinds)
    for kind in kinds:
        assert feed.add(halves[1], **kind) == WHOLE  # type: ignore[arg-type] # a table


def test_the_table_is_bounded_and_the_oldest_gives_way() -> None:
    feed = Feed()
    first, *rest = parts()
    count = FRAGMENT_DATAGRAMS_MAX + 100
    for number in range(count):
        feed.add(first, number=number)
    assert FRAGMENT_DATAGRAMS_MAX - 1 <= len(feed.table.datagrams) <= FRAGMENT_DATAGRAMS_MAX
    assert feed.table.dropped == 100
    assert feed.add_all(rest, number=count - 1)[-1] == WHOLE
    assert feed.add_all(rest, number=0) == [Answer.NEED_MORE] * 7


def test_octets_are_bounded_also_where_old_datagrams_grow() -> None:
    feed = Feed()
    for number in range(FRAGMENT_DATAGRAMS_MAX):
        feed.add(Part(0, b"x" * 8, True), number=number)
    grown = b"x" * 60_000
    for number in range(FRAGMENT_DATAGRAMS_MAX):
        feed.add(Part(8, grown, True), number=number)
        assert feed.table.held_bytes <= FRAGMENT_BYTES_MAX + len(grown)
    held = sum(datagram.held_bytes for datagram in feed.table.datagrams.values())
    assert held == feed.table.held_bytes


def test_a_flood_reaches_a_plateau_and_whole_ones_are_still_given() -> None:
    chance = random.Random(3)  # noqa: S311 - a fixed seed is the point
    feed = Feed()
    highest = 0
    for number in range(4_000):
        part = Part(chance.randrange(0, 8_000) * 8, bytes(chance.randrange(0, 1_480)), True)
        feed.add(part, number=chance.randrange(1 << 32), address=chance.randbytes(4))
        highest = max(highest, feed.table.held_bytes)
        if number % 1_000 == 999:
            assert feed.add_all(parts(), number=number)[-1] == WHOLE
    assert highest <= FRAGMENT_BYTES_MAX + 1_480
    assert FRAGMENT_DATAGRAMS_MAX - 1 <= len(feed.table.datagrams) <= FRAGMENT_DATAGRAMS_MAX


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.integers(1, 60),
    st.integers(1, 8),
    st.randoms(use_true_random=False),
    st.lists(st.integers(0, 59), max_size=20),
)
def test_any_cut_any_order_any_copies(
    units: int, size: int, chance: random.Random, copies: list[int]
) -> None:
    octets = bytes(chance.randrange(256) for _ in range(units * 8 - chance.randrange(8)))
    found = parts(octets, size * 8)
    chance.shuffle(found)
    last = found[-1]
    before = [*found[:-1], *(found[copy] for copy in copies if copy < len(found) - 1)]
    chance.shuffle(before)
    feed = Feed()
    assert set(feed.add_all(before)) <= {Answer.NEED_MORE}
    assert feed.add(last) == octets
    assert (feed.table.held_bytes, len(feed.table.datagrams)) == (0, 0)
