"""L2TP of both versions; every form that is right stands in test_tunnels.py.

Invariant: what does not fit is an ordinary datagram, and a session is never guessed from less than
a whole packet.
"""

import pytest
from opening import ENDS, QUESTION, QUESTION6, inner, opened, refused, what_is_inside

from netwatch.decode.ethertypes import LLC
from netwatch.model import Anomaly
from netwatch.selftest import frames
from netwatch.selftest.carriers import l2tp, l2tp_3, ppp

FRAME = inner().frame


@pytest.mark.parametrize("length", [False, True])
@pytest.mark.parametrize("numbered", [False, True])
@pytest.mark.parametrize("offset", [-1, 0, 5])
@pytest.mark.parametrize("framed", [False, True])
def test_every_mix_of_fields(length: bool, numbered: bool, offset: int, framed: bool) -> None:
    for packet in (QUESTION, QUESTION6):
        message = ppp(packet, framed=framed)
        made = l2tp(message, length=length, numbered=numbered, offset=offset)
        assert what_is_inside(opened(ENDS.udp(1701, made))) == packet
        for end in range(len(made) - len(message) + 1):
            assert refused(ENDS.udp(1701, made[:end])) == 0


def test_a_protocol_of_one_octet() -> None:
    for packet, number in ((QUESTION, b"\x21"), (QUESTION6, b"\x57")):
        assert what_is_inside(opened(ENDS.udp(1701, l2tp(number + packet)))) == packet
    assert refused(ENDS.udp(1701, l2tp(b"\x21" + QUESTION6))) == 0


def test_the_talk_of_the_session_is_no_packet() -> None:
    for octets in (b"\xff\x03\xc0\x21\1\1\0\4", b"\xc0\x21\1\1\0\4", b"\x80\x21\1\1\0\4"):
        assert opened(ENDS.udp(1701, l2tp(octets))).ethertype == LLC
    assert refused(ENDS.udp(1701, l2tp(b"\0\xfdhidden"))) == Anomaly.ENCRYPTED


@pytest.mark.parametrize("flags", [0xC802, 0x4003, 0x4001, 0x6002, 0x4402, 0x4012, 0x0000])
def test_control_reserved_bits_and_other_versions(flags: int) -> None:
    made = flags.to_bytes(2, "big") + l2tp(ppp(QUESTION))[2:]
    assert refused(ENDS.udp(1701, made)) == 0


def test_a_length_that_lies() -> None:
    made = l2tp(ppp(QUESTION))
    assert refused(ENDS.udp(1701, made[:2] + b"\xff\xff" + made[4:])) == 0
    assert refused(ENDS.udp(1701, made[:2] + b"\0\3" + made[4:])) == 0
    packet = opened(ENDS.udp(1701, made + b"behind"))
    assert what_is_inside(packet) == QUESTION


def test_an_offset_that_lies() -> None:
    made = l2tp(ppp(QUESTION), length=False, offset=0)
    assert refused(ENDS.udp(1701, made[:6] + b"\xff\xff" + made[8:])) == 0


@pytest.mark.parametrize("cookie", [0, 4, 8])
@pytest.mark.parametrize("sublayer", [0, 4])
def test_pseudowires(cookie: int, sublayer: int) -> None:
    arp = frames.arp("00:16:3e:00:00:01", "10.0.0.1", "10.0.0.2")
    for octets in (FRAME, ppp(QUESTION), b"\x0f\0\x08\0" + QUESTION, QUESTION):
        made = l2tp_3(octets, b"\xa5" * cookie, b"\x40\0\0\1"[:sublayer])
        packet = opened(ENDS.ip(115, made))
        assert what_is_inside(packet) == QUESTION
        assert (packet.source_mac >= 0) == (octets is FRAME)
    made = l2tp_3(arp, b"\xa5" * cookie, b"\x40\0\0\1"[:sublayer])
    assert opened(ENDS.ip(115, made)).ethertype == 0x0806


@pytest.mark.parametrize("cookie", [b"cook", b"\x6f\0\0\0", b"E\0\0\x3e", b"\x40\0\0\x3e"])
def test_a_cookie_and_a_mac_that_look_like_a_packet(cookie: bytes) -> None:
    """Behind `c`, which is version 6, 00:16 of the MAC is the length of a SYN's frame."""
    syn = frames.tcp("10.0.0.1", "10.0.0.2", (50_000, 443), "S", (1, 0))
    frame = frames.on_link(syn, 1, "00:16:3e:00:00:01", "00:16:3e:00:00:02")
    assert len(cookie + frame) == 62 == 0x16 + 40
    packet = opened(ENDS.ip(115, l2tp_3(frame, cookie)))
    assert what_is_inside(packet) == syn
    assert packet.source_mac >= 0
    assert what_is_inside(opened(ENDS.ip(115, l2tp_3(syn, cookie)))) == syn


def test_pseudowires_of_something_else() -> None:
    assert refused(ENDS.ip(115, l2tp_3(b"frame relay, or what" * 3))) == Anomaly.ETHERTYPE_UNKNOWN
    assert refused(ENDS.ip(115, b"abc")) == Anomaly.ETHERTYPE_UNKNOWN
    assert refused(ENDS.udp(1701, l2tp_3(b"frame relay, or what", udp=True))) == 0
    assert refused(ENDS.udp(1701, l2tp_3(QUESTION + b"x", udp=True))) == 0
    assert opened(ENDS.ip(115, bytes(4) + QUESTION)).ethertype == LLC, "control"
