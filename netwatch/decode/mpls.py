"""Compiled. MPLS label stacks, whose last label does not say what follows.

Sources: RFC 3032 (labels), RFC 4385 (control word), RFC 4448 (Ethernet over MPLS), RFC 8469 (why
the first four bits alone do not tell an IP packet from a MAC).
"""

from librt.strings import read_i16_be
from mypy_extensions import i64

from netwatch.decode.ethertypes import ETHERNET, IPV4, IPV6, LLC
from netwatch.decode.packet import Packet
from netwatch.model import Anomaly


def mpls(packet: Packet) -> i64:
    """Pass over the label stack at packet.start: the ethertype of what follows, or -Anomaly."""
    data = packet.data
    start = packet.start
    while True:
        if packet.end - start < 4:
            return -Anomaly.FRAME_TRUNCATED
        start += 4
        if i64(data[start - 2]) & 1 != 0:
            packet.start = start
            return behind_labels(packet)


def behind_labels(packet: Packet) -> i64:
    """IPV4, IPV6, ETHERNET behind a control word or without one, LLC for signalling, -Anomaly."""
    start = packet.start
    left = packet.end - start
    if left < 4:
        return -Anomaly.FRAME_TRUNCATED
    first = i64(packet.data[start])
    nibble = first >> 4
    if first == 0x45 or (nibble == 4 and not is_frame(packet, start)):
        return IPV4  # 45 is no MAC that anybody sends to: it would be a group's
    if nibble == 6:
        length: i64 = 0
        if left >= 6:
            length = i64(read_i16_be(packet.data, start + 4)) & 0xFFFF
        return ETHERNET if length + 40 != left and is_frame(packet, start) else IPV6
    if nibble == 0 and not is_frame_without_word(packet, start):
        packet.start = start + 4
        return ETHERNET
    if nibble == 1 and not is_frame(packet, start):
        return LLC  # an associated channel: the ends test their path (RFC 5586)
    return ETHERNET if is_frame(packet, start) else -Anomaly.ETHERTYPE_UNKNOWN


def is_frame_without_word(packet: Packet, start: i64) -> bool:
    """Tell a MAC from a control word, both of which begin with a zero.

    A tag of four octets makes the frame look like one four octets on as well.
    """
    if not is_frame(packet, start):
        return False
    ethertype = i64(read_i16_be(packet.data, start + 12)) & 0xFFFF
    return ethertype in (0x8100, 0x88A8) or not is_frame(packet, start + 4)


def is_frame(packet: Packet, start: i64) -> bool:
    """Tell whether an Ethernet header that leads to a tag, to ARP or to IP may stand at `start`."""
    data = packet.data
    if packet.end - start < 16:
        return False
    ethertype = i64(read_i16_be(data, start + 12)) & 0xFFFF
    if ethertype in (0x8100, 0x88A8):
        return True
    if ethertype == IPV4:
        return data[start + 14] == 0x45
    if ethertype == IPV6:
        return i64(data[start + 14]) >> 4 == 6
    return ethertype == 0x0806 and (i64(read_i16_be(data, start + 14)) & 0xFFFF) == 1
