"""Whether octets can be what a tunnel carries.

Invariant: a packet fits where its own length says so and nowhere else; no octet behind `end` is
read, and nothing raises.
"""

import random

import pytest
from opening import QUESTION, QUESTION6, inner

from netwatch.decode.carried import fits, following_kind, ip_kind, is_ethernet
from netwatch.decode.ethertypes import ETHERNET, IPV4, IPV6
from netwatch.model import Anomaly
from netwatch.selftest import frames

FRAME = inner().frame


@pytest.mark.parametrize(("packet", "kind"), [(QUESTION, IPV4), (QUESTION6, IPV6)])
def test_an_ip_packet_fits_to_the_octet(packet: bytes, kind: int) -> None:
    size = len(packet)
    assert ip_kind(b"ab" + packet + b"c", 2, 2 + size, False, 0) == kind
    for end in range(size):
        assert ip_kind(packet, 0, end, False, 9) == 0
        header = 20 if kind == IPV4 else 40
        assert ip_kind(packet, 0, end, True, 0) == (kind if end >= header else 0)
    longer = packet + bytes(10)
    assert ip_kind(longer, 0, size + 10, False, 9) == 0
    assert ip_kind(longer, 0, size + 10, False, 10) == kind
    assert ip_kind(longer, 0, size + 10, True, 10) == 0, "what is cut does not end early"


def test_a_length_of_0_fits_where_a_card_cuts_the_packet() -> None:
    for packet, kind in ((QUESTION, IPV4), (QUESTION6, IPV6)):
        place = 2 if kind == IPV4 else 4
        octets = packet[:place] + b"\0\0" + packet[place + 2 :] + bytes(1_400)
        assert ip_kind(octets, 0, 1_400, False, 0) == kind
        assert ip_kind(octets, 0, 1_399, False, 0) == 0
    bubble = bytes.fromhex("6000000000003b15") + bytes(32)
    assert ip_kind(bubble, 0, 40, False, 0) == IPV6


@pytest.mark.parametrize("first", [0x44, 0x40, 0x55, 0x15, 0x00, 0x75])
def test_no_ip_header(first: int) -> None:
    assert ip_kind(bytes((first,)) + QUESTION[1:], 0, len(QUESTION), False, 0) == 0


def test_a_total_length_below_the_header_is_none() -> None:
    assert ip_kind(QUESTION[:2] + b"\0\x13" + QUESTION[4:], 0, 19 + 1, False, 9) == 0


@pytest.mark.parametrize("vlans", [(), (7,), (7, 8)])
def test_frames_with_ip(vlans: tuple[int, ...]) -> None:
    for packet in (QUESTION, QUESTION6):
        frame = inner(packet, vlans=vlans).frame
        assert is_ethernet(b"x" + frame, 1, 1 + len(frame), False)
        for end in range(len(frame)):
            assert not is_ethernet(frame, 0, end, False)
        assert is_ethernet(frame + bytes(46), 0, len(frame) + 46, False), "filled up"
        assert not is_ethernet(frame + bytes(47), 0, len(frame) + 47, False)


def test_frames_without() -> None:
    arp = frames.arp("00:16:3e:00:00:01", "10.0.0.1", "10.0.0.2")
    assert is_ethernet(arp, 0, len(arp), False)
    assert not is_ethernet(arp, 0, 21, False)
    for ethertype in (b"\0\x26", b"\x88\xcc", b"\x86\xdd", b"\x81\0"):
        assert not is_ethernet(FRAME[:12] + ethertype + FRAME[14:], 0, len(FRAME), False)
    three = inner(vlans=(1, 2, 3)).frame
    assert not is_ethernet(three, 0, len(three), False)


def test_what_follows_by_its_number() -> None:
    assert [following_kind(n) for n in range(1, 6)] == [IPV4, IPV6, ETHERNET, 0x894F, 0x8847]
    assert {following_kind(n) for n in (0, 6, 255)} == {-Anomaly.ETHERTYPE_UNKNOWN}


def test_fits() -> None:
    assert [fits(10, n, False, 2) for n in (9, 10, 12, 13)] == [False, True, True, False]
    assert [fits(10, n, True, 2) for n in (9, 10, 11)] == [True, True, False]


def test_any_octets() -> None:
    chance = random.Random(5)  # noqa: S311 - a fixed seed is the point
    for _ in range(5_000):
        octets = bytearray(chance.choice((FRAME, QUESTION6, bytes(60))))
        for _ in range(chance.randrange(5)):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        start = chance.randrange(len(octets) + 1)
        end = chance.randrange(start, len(octets) + 1)
        data = bytes(octets[:end])
        cut = chance.random() < 0.5
        again = data + b"\x45\0\0\x14\x86\xdd" * 9
        assert ip_kind(data, start, end, cut, 9) == ip_kind(again, start, end, cut, 9)
        assert is_ethernet(data, start, end, cut) == is_ethernet(again, start, end, cut)
