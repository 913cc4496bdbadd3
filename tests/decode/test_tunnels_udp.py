"""Tunnels in UDP; every form that is right stands in test_tunnels.py.

Invariant: a header that does not stand to the last octet is no tunnel: DNS, and anything else, on
a tunnel's port stays what it is.
"""

import random

import pytest
from opening import ENDS, QUESTION, QUESTION6, begun, inner, opened, refused, step, what_is_inside

from netwatch.decode.packet import Packet
from netwatch.decode.tunnels_udp import by_port, is_tunnel_port, may_carry
from netwatch.limits import LAYERS_MAX
from netwatch.model import Anomaly, Answer
from netwatch.names import name_wire
from netwatch.selftest import frames, messages
from netwatch.selftest.carriers import (
    ayiya,
    geneve,
    gre,
    gtp,
    lisp,
    mpls,
    numbers,
    teredo,
    tzsp,
    vxlan,
    vxlan_gpe,
)

FRAME = inner().frame
PORTS = (1701, 2152, 3544, 4341, 4754, 4789, 4790, 5072, 5247, 6081, 6635, 8472, 37008)


def test_ports() -> None:
    assert tuple(port for port in range(0x10000) if is_tunnel_port(port)) == PORTS
    packet = Packet()
    for source, target in ((4789, 50_000), (52, 4789), (6081, 6081), (4789, 443)):
        packet.source_port, packet.target_port = source, target
        assert may_carry(packet)
    for source, target in ((50_000, 443), (4789, 53), (53, 4789), (5353, 6081), (8472, 5355)):
        packet.source_port, packet.target_port = source, target
        assert not may_carry(packet)
    assert by_port(packet, 443) == Answer.NEED_MORE


@pytest.mark.parametrize("port", PORTS)
def test_dns_on_a_tunnels_port_stays_dns(port: int) -> None:
    """A client may have any port above 1,023; no number of the message makes it a tunnel."""
    name = name_wire("ds.kaspersky.com")
    asked = messages.question(name, "A", 0)
    told = messages.answer(name, "A", 0, messages.addresses("192.0.2.1"))
    for packet in (
        bytearray(frames.udp("10.0.0.1", "10.0.0.2", (port, 53), asked)),
        bytearray(frames.udp("10.0.0.2", "10.0.0.1", (53, port), told)),
    ):
        for number in (*range(0, 0x10000, 256), *range(256), 0x3000, 0x88FF):
            packet[28:30] = number.to_bytes(2, "big")
            assert step(begun(bytes(packet))) == Answer.NEED_MORE, number


def test_random_datagrams_are_hardly_ever_tunnels() -> None:
    chance = random.Random(11)  # noqa: S311 - a fixed seed is the point
    taken = 0
    for _ in range(6_000):
        octets = chance.randbytes(chance.randrange(100))
        taken += step(begun(ENDS.udp(chance.choice(PORTS), octets))) != Answer.NEED_MORE
    assert taken <= 3


@pytest.mark.parametrize("head", ["00000000", "0c000003", "0800ff00", "18000000", "88000000"])
def test_flags_of_vxlan(head: str) -> None:
    octets = bytes.fromhex(head) + b"\0\0\7\0" + FRAME
    good = head in ("0c000003", "88000000")
    assert (refused(ENDS.udp(4789, octets)) == 0) if not good else opened(ENDS.udp(4789, octets))
    assert refused(ENDS.udp(4789, vxlan(FRAME)[:7] + b"\1" + FRAME)) == 0


def test_every_reserved_bit_of_vxlan() -> None:
    plain, group = vxlan(FRAME, 5), vxlan(FRAME, 5, group=0)
    for bit in range(64):
        for octets in (plain, group):
            flipped = int.from_bytes(octets[:8], "big") ^ 1 << 63 - bit
            made = ENDS.udp(4789, flipped.to_bytes(8, "big") + FRAME)
            answer = step(begun(made))
            known = bit in (0, 5) or 32 <= bit < 56  # group policy, GPE, the network
            if octets is group:
                known |= bit in (9, 12) or 16 <= bit < 32
            if bit == 5 and octets is plain:
                known = False  # GPE, and what follows is not named
            if bit == 5 and octets is group:
                known = False
            assert (answer == Answer.DONE) == known, bit


def test_vxlan_gpe() -> None:
    for following in (0, 6, 7, 255):
        assert refused(ENDS.udp(4790, vxlan_gpe(following, FRAME))) == 0
    unnamed = b"\x08" + vxlan_gpe(0, FRAME, 5)[1:]
    assert opened(ENDS.udp(4790, unnamed)).vlan_tuple() == (5,)
    without = b"\x04" + vxlan_gpe(3, FRAME, 5)[1:]
    assert opened(ENDS.udp(4790, without)).vlan_tuple() == (), "the network is not valid"
    for head in (b"\x3c", b"\x8c", b"\x00"):
        assert refused(ENDS.udp(4790, head + vxlan_gpe(3, FRAME)[1:])) == 0


def test_geneve() -> None:
    whole = geneve(0x6558, FRAME, 9, options=b"\1\2\3\1abcd")
    assert opened(ENDS.udp(6081, whole)).vlan_tuple() == (9,)
    for changed in (
        b"\x42" + whole[1:],  # another version
        whole[:1] + b"\x01" + whole[2:],  # reserved
        whole[:7] + b"\1" + whole[8:],  # reserved
        whole[:11] + b"\2" + whole[12:],  # options that do not fill their room
        b"\x01" + whole[1:],
        b"\x3f" + whole[1:],
        whole[:2] + b"\x88\xcc" + whole[4:],
    ):
        assert refused(ENDS.udp(6081, changed)) == 0
    control = whole[:1] + b"\xc0" + whole[2:]
    assert what_is_inside(opened(ENDS.udp(6081, control))) == QUESTION


def test_gtp() -> None:
    whole = gtp(QUESTION)
    for changed in (
        b"\x50" + whole[1:],  # another version
        b"\x20" + whole[1:],  # GTP'
        b"\x38" + whole[1:],  # reserved
        whole[:1] + b"\1" + whole[2:],  # an echo
        whole[:2] + b"\xff\xff" + whole[4:],
        gtp(b"\x45 nothing that fits in here at all"),
        whole[:11],
    ):
        assert refused(ENDS.udp(2152, changed)) == 0
    packet = opened(ENDS.udp(2152, whole + b"behind"))
    assert what_is_inside(packet) == QUESTION
    chain = b"\x34\xff" + numbers((4 + 8 + len(QUESTION), 2), (1, 4)) + b"\0\0\0\x40"
    assert what_is_inside(opened(ENDS.udp(2152, chain + b"\1ab\x40\1cd\0" + QUESTION)))
    for broken in (b"\1ab\x40\0cd\0", b"\1ab\x40\xffcd\0"):
        assert refused(ENDS.udp(2152, chain + broken + QUESTION)) == 0
    endless = b"\x34\xff" + numbers((4 + 4 * 99 + len(QUESTION), 2), (1, 4)) + b"\0\0\0\x40"
    endless += b"\1ab\x40" * 98 + b"\1ab\0" + QUESTION
    assert refused(ENDS.udp(2152, endless)) == 0


def test_a_gtp_packet_that_the_capture_cut() -> None:
    for packet in (gtp(QUESTION), gtp(QUESTION6, session=True)):
        outer = ENDS.udp(2152, packet)
        cut = begun(outer[:-5])
        assert step(cut) == Answer.DONE
        assert what_is_inside(cut)[:20] in packet


def test_teredo() -> None:
    bubble = bytes.fromhex("6000000000003b15") + bytes(32)
    assert what_is_inside(opened(ENDS.udp(3544, teredo(bubble, origin=True)))) == bubble
    whole = teredo(QUESTION6, authenticated=True, origin=True)
    for end in range(len(whole)):
        assert refused(ENDS.udp(3544, whole[:end])) == 0
    assert refused(ENDS.udp(3544, teredo(QUESTION))) == 0
    assert refused(ENDS.udp(3544, b"\0\1\xff\xff" + whole[4:])) == 0


def test_lisp() -> None:
    assert opened(ENDS.udp(4341, lisp(QUESTION, 7))).vlan_tuple() == (7,)
    assert opened(ENDS.udp(4341, lisp(QUESTION))).vlan_tuple() == ()
    whole = lisp(QUESTION)
    for changed in (whole + b"x", whole[:-1], b"\x81" + whole[1:], whole[:7]):
        assert refused(ENDS.udp(4341, changed)) == 0


def test_gre_in_udp() -> None:
    for octets in (
        gre(0x0800, QUESTION, routes=()),
        b"\0\1\x08\0" + QUESTION,
        gre(0x88BE, FRAME),
        gre(0, b""),
        b"\0\0\x08",
    ):
        assert refused(ENDS.udp(4754, octets)) == 0
    assert refused(ENDS.udp(4754, b"\x20\0\x08\0")) == Anomaly.TRANSPORT_HEADER


def test_mpls() -> None:
    for labels in (1, LAYERS_MAX):
        assert what_is_inside(opened(ENDS.udp(6635, mpls(QUESTION, labels)))) == QUESTION
    for octets in (
        mpls(QUESTION, LAYERS_MAX + 1),
        mpls(QUESTION + b"x"),
        mpls(b"\x45\0\0\x14" + bytes(30)),
        b"\0\1\0\x40" * 3,
        b"",
    ):
        assert refused(ENDS.udp(6635, octets)) == 0
    assert what_is_inside(opened(ENDS.udp(6635, mpls(FRAME, 1)))) == QUESTION


def test_ayiya() -> None:
    whole = ayiya(QUESTION6)
    for place, value in ((2, 0x12), (3, 4), (3, 59), (0, 0xF1), (1, 0xF2), (0, 0x31)):
        changed = bytearray(whole)
        changed[place] = value
        assert refused(ENDS.udp(5072, bytes(changed))) == 0
    assert refused(ENDS.udp(5072, whole[:7])) == 0


def test_tzsp() -> None:
    whole = tzsp(FRAME)
    for changed in (
        b"\2" + whole[1:],  # another version
        whole[:1] + b"\5" + whole[2:],  # a port opener
        whole[:3] + b"\x77" + whole[4:],  # Prism
        whole[:4] + bytes(65) + whole[4:],  # fillings without end
        whole[:4],
        whole[:5],
        whole[:5] + b"\xff",
    ):
        assert refused(ENDS.udp(37008, changed)) == 0
    assert refused(ENDS.udp(37008, whole[:10])) == Anomaly.FRAME_TRUNCATED
