"""Compiled. Serial lines: PPP, Cisco HDLC, Frame Relay, SLIP, as frames of their own.

Sources: RFC 1661 and 1662 (PPP), RFC 2427 (Frame Relay), the LINKTYPE_ pages of tcpdump.org.
"""

from librt.strings import read_i16_be
from mypy_extensions import i64

from netwatch.decode.ethernet import behind_nlpid, typed
from netwatch.decode.ethertypes import ETHERTYPE_MIN, LLC
from netwatch.decode.packet import Packet
from netwatch.decode.ppp import ppp_protocol
from netwatch.model import Anomaly


def ppp(packet: Packet) -> i64:
    """Read the PPP frame at packet.start: with FF 03 or without, one octet of protocol or two.

    DONE: ethertype is set, its payload is packet.start..end; or -Anomaly.
    """
    return typed(packet, ppp_protocol(packet))


def ppp_hdlc(packet: Packet) -> i64:
    """PPP, with HDLC's address before it or not, or Cisco HDLC, which has addresses of its own.

    They are no PPP protocol numbers.
    """
    start = packet.start
    if packet.end - start >= 2:
        address = i64(read_i16_be(packet.data, start)) & 0xFFFF
        if address in (0x0F00, 0x8F00):
            return cisco_hdlc(packet)
    return ppp(packet)


def ppp_directed(packet: Packet) -> i64:
    """PPP behind an octet that says who sent it."""
    if packet.end - packet.start < 1:
        return -Anomaly.FRAME_TRUNCATED
    packet.start += 1
    return ppp(packet)


def ppp_pppd(packet: Packet) -> i64:
    """PPP whose FF was overwritten by the direction, 0 or 1."""
    start = packet.start
    if packet.end - start >= 2 and packet.data[start] <= 1 and packet.data[start + 1] == 3:
        packet.start = start + 2
    return ppp(packet)


def cisco_hdlc(packet: Packet) -> i64:
    """Address, control, ethertype. SLARP is no reverse ARP here; it stays on the line like CDP."""
    start = packet.start
    if packet.end - start < 4:
        return -Anomaly.FRAME_TRUNCATED
    packet.start = start + 4
    ethertype = i64(read_i16_be(packet.data, start + 2)) & 0xFFFF
    return typed(packet, LLC if ethertype in (0x8035, 0x2000, 0xFEFE) else ethertype)


def cisco_hdlc_directed(packet: Packet) -> i64:
    """The same behind an octet that says who sent it."""
    if packet.end - packet.start < 1:
        return -Anomaly.FRAME_TRUNCATED
    packet.start += 1
    return cisco_hdlc(packet)


def frame_relay(packet: Packet) -> i64:
    """RFC 2427: an address, whose last octet is odd, UI and an NLPID; or Cisco's ethertype."""
    data = packet.data
    start = packet.start
    length: i64 = 1
    while packet.end - start >= length and i64(data[start + length - 1]) & 1 == 0:
        length += 1
        if length > 4:
            return -Anomaly.LINK_HEADER
    if packet.end - start < length + 2:
        return -Anomaly.FRAME_TRUNCATED
    packet.start = start + length
    if data[packet.start] != 3:
        ethertype = i64(read_i16_be(data, packet.start)) & 0xFFFF
        packet.start += 2
        return typed(packet, ethertype if ethertype >= ETHERTYPE_MIN else LLC)
    packet.start += 1
    if data[packet.start] == 0:
        packet.start += 1  # padding to an even number of octets
    if packet.start < packet.end and data[packet.start] == 0xCF:
        packet.start += 1
        return ppp(packet)  # RFC 1973
    return typed(packet, behind_nlpid(packet))


def frame_relay_directed(packet: Packet) -> i64:
    """The same behind an octet that says who sent it."""
    if packet.end - packet.start < 1:
        return -Anomaly.FRAME_TRUNCATED
    packet.start += 1
    return frame_relay(packet)
