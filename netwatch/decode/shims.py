"""Compiled. What may stand between an ethertype and the packet: labels, tags, backbone headers.

Each of these has a header that says, or lets us find out, what follows it. None of them changes
whose packet it is, except that some carry a whole Ethernet frame, and then it is that frame's.
Sources stand at each.
"""

from typing import Final

from librt.strings import read_i16_be
from mypy_extensions import i64

from netwatch.decode.ethertypes import BRIDGED, ETHERNET, IPV4, IPV6, LLC, LLC_FOLLOWS, SERVICE
from netwatch.decode.mpls import mpls
from netwatch.decode.packet import Packet
from netwatch.decode.ppp import ppp_protocol
from netwatch.model import Anomaly

SHIMS: Final = {
    0x22F3: "TRILL",
    0x6558: "Ethernet (transparent bridging)",
    0x8100: "802.1Q tag",
    0x880B: "PPP",
    0x8847: "MPLS",
    0x8848: "MPLS (multicast)",
    0x8864: "PPPoE session",
    0x8870: "LLC (jumbo frame)",
    0x88A8: "802.1ad tag",
    0x88E5: "MACsec (not encrypted)",
    0x88E7: "802.1ah (provider backbone bridge)",
    0x8903: "Cisco FabricPath",
    0x8909: "Cisco metadata (security group tag)",
    0x8926: "VN-Tag",
    0x892F: "HSR",
    0x893F: "802.1BR E-tag",
    0x894F: "NSH",
    0x9100: "802.1Q tag (before 802.1ad)",
    0x9200: "802.1Q tag (before 802.1ad)",
    0xF1C1: "802.1CB R-tag",
}
"""Every ethertype that `typed` walks through; tests and the README hold it against the code."""

NO_SHIM: Final = 0x10003


def shim(packet: Packet, ethertype: i64) -> i64:
    """Pass over the shim `ethertype`, which begins at packet.start.

    The ethertype of what follows, LLC, ETHERNET, SERVICE, NO_SHIM where it is none, or -Anomaly.
    Tags of 802.1Q are left to the caller, who meets them most.
    """
    if ethertype in (0x8847, 0x8848):
        return mpls(packet)
    if ethertype == 0x8864:
        return pppoe(packet)
    if ethertype == 0x88E5:
        return macsec(packet)
    if ethertype == 0x8909:
        return cisco_metadata(packet)
    if ethertype == 0x894F:
        return nsh(packet)
    if ethertype == 0x22F3:
        return trill(packet)
    if ethertype in (0x892F, 0xF1C1, 0x8926):
        # HSR (IEC 62439-3): path, size, sequence. R-tag (802.1CB): reserved, sequence. VN-Tag:
        # two interfaces. All have four octets, then an ethertype.
        return fixed(packet, 4)
    if ethertype == 0x893F:
        return fixed(packet, 6)  # 802.1BR clause 7.5
    if ethertype == 0x88E7:
        # 802.1Q clause 9.7: flags and I-SID, then the customer's frame.
        return framed(packet, 4, SERVICE)
    if ethertype == 0x8903:
        return framed(packet, 2, ETHERNET)
    if ethertype == BRIDGED:
        return ETHERNET
    if ethertype == 0x8870:
        return LLC_FOLLOWS
    if ethertype == 0x880B:
        return ppp_protocol(packet)
    return NO_SHIM


def fixed(packet: Packet, octets: i64) -> i64:
    """The ethertype that stands behind a header of so many octets."""
    start = packet.start
    if packet.end - start < octets + 2:
        return -Anomaly.FRAME_TRUNCATED
    packet.start = start + octets + 2
    return i64(read_i16_be(packet.data, start + octets)) & 0xFFFF


def framed(packet: Packet, octets: i64, following: i64) -> i64:
    """`following`, which is some ETHERNET, behind a header of so many octets."""
    if packet.end - packet.start < octets:
        return -Anomaly.FRAME_TRUNCATED
    packet.start += octets
    return following


def pppoe(packet: Packet) -> i64:
    """RFC 2516 section 4. The length is believed where it cuts padding off, not where it lies."""
    data = packet.data
    start = packet.start
    if packet.end - start < 6:
        return -Anomaly.FRAME_TRUNCATED
    if data[start] != 0x11:
        return -Anomaly.LINK_HEADER
    length = i64(read_i16_be(data, start + 4)) & 0xFFFF
    packet.start = start + 6
    if 2 <= length < packet.end - packet.start:
        packet.end = packet.start + length
    return ppp_protocol(packet) if data[start + 1] == 0 else LLC


def macsec(packet: Packet) -> i64:
    """IEEE 802.1AE clause 9: readable where only the integrity is protected (neither E nor C)."""
    data = packet.data
    start = packet.start
    if packet.end - start < 8:
        return -Anomaly.FRAME_TRUNCATED
    control = i64(data[start])
    if control & 0x80 != 0:
        return -Anomaly.LINK_HEADER
    if control & 0x0C != 0:
        return -Anomaly.ENCRYPTED
    short = i64(data[start + 1]) & 0x3F
    answer = fixed(packet, 14 if control & 0x20 != 0 else 6)
    if 2 <= short < 48 and answer >= 0 and packet.start + short - 2 < packet.end:
        packet.end = packet.start + short - 2  # the rest is the check value and padding
    return answer


def cisco_metadata(packet: Packet) -> i64:
    """Version, length in units of eight octets, the security group, and at its end an ethertype."""
    start = packet.start
    if packet.end - start < 2:
        return -Anomaly.FRAME_TRUNCATED
    length = i64(packet.data[start + 1]) * 8
    return fixed(packet, length - 2) if length > 0 else -Anomaly.LINK_HEADER


def nsh(packet: Packet) -> i64:
    """RFC 8300 section 2.2: the length in words, the next protocol."""
    data = packet.data
    start = packet.start
    if packet.end - start < 4:
        return -Anomaly.FRAME_TRUNCATED
    length = (i64(data[start + 1]) & 0x3F) * 4
    if i64(data[start]) >> 6 != 0 or length < 8:
        return -Anomaly.LINK_HEADER
    if packet.end - start < length:
        return -Anomaly.FRAME_TRUNCATED
    packet.start = start + length
    following = i64(data[start + 3])
    if following == 1:
        return IPV4
    if following == 2:
        return IPV6
    if following == 3:
        return ETHERNET
    if following == 4:
        return 0x894F
    return 0x8847 if following == 5 else -Anomaly.ETHERTYPE_UNKNOWN


def trill(packet: Packet) -> i64:
    """RFC 6325 section 3: flags and hops, two nicknames, options in words, then a frame."""
    start = packet.start
    if packet.end - start < 6:
        return -Anomaly.FRAME_TRUNCATED
    flags = i64(read_i16_be(packet.data, start)) & 0xFFFF
    if flags >> 14 != 0:
        return -Anomaly.LINK_HEADER
    return framed(packet, 6 + (flags >> 6 & 0x1F) * 4, ETHERNET)
