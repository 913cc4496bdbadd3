"""Serial lines: what the vectors of the link types leave out."""

import pytest

from netwatch.decode import serial
from netwatch.decode.ethertypes import LLC
from netwatch.decode.packet import Packet
from netwatch.model import Anomaly, Answer


def begun(octets: bytes) -> Packet:
    packet = Packet()
    packet.begin(octets, 0, len(octets))
    return packet


@pytest.mark.parametrize("header", [b"\xff\3\0\x21", b"\0\x21", b"\x21", b"\xff\3\x21"])
def test_ppp_of_a_tunnel(header: bytes) -> None:
    packet = begun(header + b"\x45rest")
    assert serial.ppp(packet) == Answer.DONE
    assert (packet.ethertype, packet.data[packet.start :]) == (0x0800, b"\x45rest")


def test_mpls_over_ppp() -> None:
    packet = begun(b"\2\x81\0\1\1\x40\x45" + bytes(19))
    assert serial.ppp(packet) == Answer.DONE
    assert (packet.ethertype, packet.layers) == (0x0800, 1)


@pytest.mark.parametrize("kind", [b"\x80\x35", b"\x20\0", b"\xfe\xfe"])
def test_what_stays_on_a_cisco_line(kind: bytes) -> None:
    packet = begun(b"\x8f\0" + kind + bytes(14))
    assert serial.cisco_hdlc(packet) == Answer.DONE
    assert packet.ethertype == LLC


@pytest.mark.parametrize(
    "rest", [b"\3\x08\0\x75", b"\3\x09\0\x75", b"\3\x83is-is", b"\3\x80\0\0\x0c\x20\0"]
)
def test_what_stays_on_a_frame_relay_line(rest: bytes) -> None:
    packet = begun(b"\0\1" + rest)
    assert serial.frame_relay(packet) == Answer.DONE
    assert packet.ethertype == LLC


def test_a_frame_relay_address_ends() -> None:
    assert serial.frame_relay(begun(b"\x18\x40\2\2\1\3\xcc" + bytes(20))) == -Anomaly.LINK_HEADER
    assert serial.frame_relay(begun(b"\x18")) == -Anomaly.FRAME_TRUNCATED
    assert serial.frame_relay(begun(b"\x18\x41\3")) == -Anomaly.FRAME_TRUNCATED


def test_a_direction_that_is_cut() -> None:
    for read in (serial.ppp_directed, serial.cisco_hdlc_directed, serial.frame_relay_directed):
        assert read(begun(b"")) == -Anomaly.FRAME_TRUNCATED


def test_pppd_with_a_plain_header() -> None:
    packet = begun(b"\xff\3\0\x57\x60")
    assert serial.ppp_pppd(packet) == Answer.DONE
    assert packet.ethertype == 0x86DD
