"""MPLS: what follows the last label must be guessed, and each guess has its look-alike."""

import pytest
from link_vectors import ETHER, V4, V6, tagged

from netwatch.decode.ethertypes import ETHERNET, IPV4, IPV6, LLC
from netwatch.decode.mpls import mpls
from netwatch.decode.packet import Packet
from netwatch.model import Anomaly

LABEL = b"\x00\x01\x01\x40"
PACKET4 = b"\x45\0\0\x3c" + bytes(8) + bytes((192, 0, 2, 7)) * 2 + bytes(40)
ARP = b"\x08\x06\0\1\x08\0\6\4" + bytes(20)


def behind(octets: bytes, labels: bytes = LABEL) -> tuple[int, bytes]:
    packet = Packet()
    packet.begin(labels + octets, 0, len(labels + octets))
    answer = mpls(packet)
    return answer, packet.data[packet.start : packet.end]


def packet6(source: str) -> bytes:
    return b"\x60\0\0\0\0\x14\6\x40" + bytes.fromhex(source) + bytes(36)


@pytest.mark.parametrize("mac", ["020000000001", "00163e000001", "48aabbccddee", "60aabbccddee"])
@pytest.mark.parametrize("rest", [V4 + PACKET4, V6 + packet6("20" * 16), tagged(7) + V4 + PACKET4])
@pytest.mark.parametrize("control_word", [b"", b"\0\0\0\0", b"\0\0\0\x2a"])
def test_frames_whatever_their_mac(mac: str, rest: bytes, control_word: bytes) -> None:
    """RFC 8469: addresses that begin with 4 or 6 are handed out, and look like IP."""
    frame = bytes.fromhex(mac) + ETHER[6:] + rest
    assert behind(control_word + frame) == (ETHERNET, frame)


@pytest.mark.parametrize("mac", ["020000000001", "00163e000001", "f0aabbccddee", "16aabbccddee"])
def test_arp_without_a_control_word(mac: str) -> None:
    frame = bytes.fromhex(mac) + ETHER[6:] + ARP
    assert behind(frame) == (ETHERNET, frame)


def test_packets_whose_addresses_look_like_ethertypes() -> None:
    odd4 = b"\x45\0\0\x3c" + bytes(8) + b"\x08\0\x45\x07" + bytes(44)
    assert behind(odd4) == (IPV4, odd4)
    odd6 = packet6("20010db8" + "0800" + "45000000000000000000")
    assert len(odd6) == 60
    assert behind(odd6) == (IPV6, odd6)


def test_options_jumbograms_and_cut_packets() -> None:
    assert behind(b"\x46" + PACKET4[1:])[0] == IPV4
    assert behind(packet6("20" * 16)[:40])[0] == IPV6
    assert behind(b"\x60\0\0\0")[0] == IPV6
    assert behind(b"\x45\0\0\x3c")[0] == IPV4


def test_signalling_carries_no_packet() -> None:
    assert behind(b"\x10\0\0\x21" + PACKET4)[0] == LLC


@pytest.mark.parametrize("octets", [b"\x20", b"\x50\0\0\0" + bytes(40), b"\xff" * 60])
def test_what_it_cannot_be(octets: bytes) -> None:
    expected = Anomaly.ETHERTYPE_UNKNOWN if len(octets) >= 4 else Anomaly.FRAME_TRUNCATED
    assert behind(octets)[0] == -expected


def test_a_stack_without_a_bottom() -> None:
    for count in (0, 1, 3, 5_000):
        assert behind(b"", b"\0\1\0\x40" * count)[0] == -Anomaly.FRAME_TRUNCATED
    assert behind(PACKET4, b"\0\1\0\x40" * 5_000 + LABEL)[0] == IPV4
