"""Compiled. The PPP header, wherever PPP travels: serial lines, PPPoE, GRE, L2TP.

Sources: RFC 1661 and 1662 (framing), RFC 1990 (multilink), RFC 3518 (bridging), the IANA's list of
PPP protocol numbers.
"""

from typing import Final

from librt.strings import read_i16_be
from mypy_extensions import i64

from netwatch.decode.ethertypes import ETHERNET, IPV4, IPV6, LLC
from netwatch.decode.packet import Packet
from netwatch.model import Anomaly

PADDING: Final = 0x0001
PPP_IPV4: Final = 0x0021
BRIDGING: Final = 0x0031
MULTILINK: Final = 0x003D
PPP_IPV6: Final = 0x0057
MPLS_UNICAST: Final = 0x0281
MPLS_MULTICAST: Final = 0x0283
CONTROL: Final = 0x8000
"""From here on the two ends only talk about their link: LCP, IPCP, CHAP and their like."""


def ppp_protocol(packet: Packet) -> i64:
    """Pass over the PPP header at packet.start: the ethertype of what follows, or -Anomaly.

    FF 03 may stand before the protocol, which has two octets or one (RFC 1661 section 6.5).
    """
    start = packet.start
    if packet.end - start >= 2 and (i64(read_i16_be(packet.data, start)) & 0xFFFF) == 0xFF03:
        packet.start = start + 2
    number = protocol_number(packet)
    if number == MULTILINK:
        number = behind_multilink(packet)
    if number < 0:
        return number
    if number == PPP_IPV4:
        return IPV4
    if number == PPP_IPV6:
        return IPV6
    if number >= CONTROL or number == PADDING:
        return LLC
    if number == MPLS_UNICAST:
        return 0x8847
    if number == MPLS_MULTICAST:
        return 0x8848
    if number == BRIDGING:
        return behind_bridging(packet)
    if number in (0x0053, 0x0055, 0x00FB, 0x00FD):
        # ECP (RFC 1968), and compression, under which MPPE (RFC 3078) encrypts as well.
        return -Anomaly.ENCRYPTED
    return -Anomaly.ETHERTYPE_UNKNOWN


def protocol_number(packet: Packet) -> i64:
    """Pass over the protocol field: its number, or -Anomaly. An odd first octet is all of it."""
    start = packet.start
    if packet.end - start < 1:
        return -Anomaly.FRAME_TRUNCATED
    number = i64(packet.data[start])
    if number & 1 != 0:
        packet.start = start + 1
        return number
    if packet.end - start < 2:
        return -Anomaly.FRAME_TRUNCATED
    packet.start = start + 2
    return i64(read_i16_be(packet.data, start)) & 0xFFFF


def behind_multilink(packet: Packet) -> i64:
    """The protocol number of a packet that was not cut, or of the first piece of one (RFC 1990).

    Its sequence number has four octets or two, as the ends agreed: the longer one if a protocol
    follows that is one of those we read.
    """
    start = packet.start
    if packet.end - start < 5:
        return -Anomaly.FRAME_TRUNCATED
    first = i64(packet.data[start])
    if first & 0x80 == 0:
        return -Anomaly.FRAGMENT_DROPPED
    if first & 0x3F == 0:
        packet.start = start + 4
        number = protocol_number(packet)
        if number in (PPP_IPV4, PPP_IPV6):
            return number
    packet.start = start + 2
    number = protocol_number(packet)
    return number if number != MULTILINK else -Anomaly.LINK_HEADER


def behind_bridging(packet: Packet) -> i64:
    """ETHERNET behind the header of a bridged frame (RFC 3518 section 4.2), or -Anomaly."""
    start = packet.start
    if packet.end - start < 2:
        return -Anomaly.FRAME_TRUNCATED
    header: i64 = 6 if i64(packet.data[start]) & 0x40 != 0 else 2
    if packet.end - start < header:
        return -Anomaly.FRAME_TRUNCATED
    packet.start = start + header
    kind = i64(packet.data[start + 1])
    if kind == 0:
        return LLC  # spanning tree
    return ETHERNET if kind == 1 else -Anomaly.ETHERTYPE_UNKNOWN
