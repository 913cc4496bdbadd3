"""Compiled. Headers that were on no wire: the kernel or a capture tool put them before the packet.

Source: the LINKTYPE_ pages of tcpdump.org.
"""

from librt.strings import read_i16_be, read_i16_le, read_i32_be, read_i32_le
from mypy_extensions import i64

from netwatch.decode.ethernet import ethernet, mac_header, typed
from netwatch.decode.ethertypes import ETHERTYPE_MIN, IPV4, IPV6, LLC_FOLLOWS
from netwatch.decode.packet import Packet
from netwatch.model import Anomaly, Answer


def raw(packet: Packet) -> i64:
    """An IP packet without any link header: its version says which."""
    if packet.end - packet.start < 1:
        return -Anomaly.FRAME_TRUNCATED
    version = i64(packet.data[packet.start]) >> 4
    if version == 4:
        packet.ethertype = IPV4
    elif version == 6:
        packet.ethertype = IPV6
    else:
        return -Anomaly.IP_HEADER
    return Answer.DONE


def cooked(packet: Packet, type_offset: i64, address_offset: i64, header: i64) -> i64:
    """Linux cooked captures, v1 and v2: only the sender's address is there, if it is a MAC."""
    data = packet.data
    start = packet.start
    if packet.end - start < header:
        return -Anomaly.FRAME_TRUNCATED
    if header == 16:
        length = i64(read_i16_be(data, start + 4)) & 0xFFFF
    else:
        length = i64(data[start + 11])
    if length == 6:
        packet.source_mac = start + address_offset
    ethertype = i64(read_i16_be(data, start + type_offset)) & 0xFFFF
    packet.start = start + header
    if ethertype < ETHERTYPE_MIN and ethertype != LLC_FOLLOWS:
        return -Anomaly.ETHERTYPE_UNKNOWN
    return typed(packet, ethertype)


def loopback(packet: Packet, link_type: i64) -> i64:
    """BSD loopback: an address family in the writer's byte order (NULL) or the network's (LOOP).

    Some writers put an ethertype into the last two octets instead, which no family is equal to.
    """
    if packet.end - packet.start < 4:
        return -Anomaly.FRAME_TRUNCATED
    family = i64(read_i32_be(packet.data, packet.start)) & 0xFFFFFFFF
    ethertype = family & 0xFFFF
    if family > 0xFFFF and link_type == 0:
        family = i64(read_i32_le(packet.data, packet.start)) & 0xFFFFFFFF
    packet.start += 4
    if ethertype in (IPV4, IPV6):
        packet.ethertype = ethertype
    elif family == 2:
        packet.ethertype = IPV4
    elif family in (10, 23, 24, 28, 30):
        packet.ethertype = IPV6
    else:
        return -Anomaly.ETHERTYPE_UNKNOWN
    return Answer.DONE


def behind(packet: Packet, header: i64) -> i64:
    """A raw IP packet behind a header of so many octets, which say nothing that we need."""
    if packet.end - packet.start < header:
        return -Anomaly.FRAME_TRUNCATED
    packet.start += header
    return raw(packet)


def pflog(packet: Packet) -> i64:
    """OpenBSD's packet filter: its header says its length, which is filled up to words."""
    if packet.end - packet.start < 1:
        return -Anomaly.FRAME_TRUNCATED
    length = i64(packet.data[packet.start])
    return behind(packet, (length + 3) & 0xFFFC) if length >= 45 else -Anomaly.LINK_HEADER


def nflog(packet: Packet) -> i64:
    """What Linux's packet filter logged: attributes in the writer's byte order, the packet last.

    The first attribute's type is below 256, which tells the byte order. A VLAN tag that was taken
    out of the frame is given back, and the sender's MAC where it is one.
    """
    data = packet.data
    if packet.end - packet.start < 8:
        return -Anomaly.FRAME_TRUNCATED
    if data[packet.start + 1] != 0:
        return -Anomaly.LINK_HEADER
    family = i64(data[packet.start])
    little = data[packet.start + 7] == 0
    ethertype: i64 = 0
    position = packet.start + 4
    while True:
        if packet.end - position < 4:
            return -Anomaly.FRAME_TRUNCATED
        length = number16(data, position, little)
        kind = number16(data, position + 2, little) & 0x3FFF  # the rest are flags
        value = position + 4
        if length < 4:
            return -Anomaly.LINK_HEADER
        if kind == 9:
            break
        if packet.end - position < length:
            return -Anomaly.FRAME_TRUNCATED
        if kind == 1 and length >= 6:
            ethertype = i64(read_i16_be(data, value)) & 0xFFFF
        elif kind == 8 and length >= 14 and read_i16_be(data, value) == 6:
            packet.source_mac = value + 4
        elif kind == 19:
            nflog_tag(packet, value, position + length, little)
        position += (length + 3) & 0x1FFFC
    packet.start = value
    if position + length < packet.end:
        packet.end = position + length
    if family in (2, 10) or ethertype == 0:
        return raw(packet)
    return typed(packet, ethertype)


def nflog_tag(packet: Packet, position: i64, end: i64, little: bool) -> None:
    """NFULA_VLAN: attributes again, of which number 2 is the tag."""
    while end - position >= 6:
        length = number16(packet.data, position, little)
        if length < 6:
            return
        if number16(packet.data, position + 2, little) & 0x3FFF == 2:
            packet.tag(i64(read_i16_be(packet.data, position + 4)))
            return
        position += (length + 3) & 0x1FFFC


def number16(data: bytes, position: i64, little: bool) -> i64:
    """Two octets in the writer's byte order."""
    if little:
        return i64(read_i16_le(data, position)) & 0xFFFF
    return i64(read_i16_be(data, position)) & 0xFFFF


def pktap(packet: Packet) -> i64:
    """Pass over Apple's per-packet header: the link type of what follows, or -Anomaly.

    Only record type 1 has a packet. Numbers are in the writer's byte order, which is little-endian.
    """
    data = packet.data
    start = packet.start
    if packet.end - start < 12:
        return -Anomaly.FRAME_TRUNCATED
    length = i64(read_i32_le(data, start)) & 0xFFFFFFFF
    kind = i64(read_i32_le(data, start + 4)) & 0xFFFFFFFF
    if length < 12 or kind != 1:
        return -Anomaly.LINK_HEADER
    if packet.end - start < length:
        return -Anomaly.FRAME_TRUNCATED
    packet.start = start + length
    return i64(read_i32_le(data, start + 8)) & 0xFFFFFFFF


def switch_tagged(packet: Packet, header: i64) -> i64:
    """Ethernet from the management port of a switch chip: its tag stands behind the two MACs.

    4 octets, Broadcom's or Marvell's; 8 where Marvell's has an ethertype of its own before it.
    """
    data = packet.data
    start = packet.start
    if packet.end - start < 14 + header:
        return -Anomaly.FRAME_TRUNCATED
    packet.target_mac = start
    packet.source_mac = start + 6
    packet.start = start + 14 + header
    return typed(packet, i64(read_i16_be(data, start + 12 + header)) & 0xFFFF)


def marvell_tagged(packet: Packet, header: i64) -> i64:
    """The same with Marvell's tag, which takes the place of an 802.1Q tag that the frame had."""
    data = packet.data
    if packet.end - packet.start < 14 + header:
        return -Anomaly.FRAME_TRUNCATED
    tag = i64(read_i32_be(data, packet.start + 8 + header)) & 0xFFFFFFFF
    if tag & 0x20000000 != 0:
        packet.tag(tag)
    return switch_tagged(packet, header)


def prepended(packet: Packet) -> i64:
    """Ethernet behind the four octets of Broadcom's tag."""
    if packet.end - packet.start < 4:
        return -Anomaly.FRAME_TRUNCATED
    packet.start += 4
    return mac_header(packet)


def upper_pdu(packet: Packet) -> i64:
    """Wireshark's export of what one of its dissectors got: read if that is IP's or Ethernet's.

    Options of tag and length; 12 is the dissector's name, 0 the last one.
    """
    data = packet.data
    named = b""
    while True:
        start = packet.start
        if packet.end - start < 4:
            return -Anomaly.FRAME_TRUNCATED
        tag = i64(read_i16_be(data, start)) & 0xFFFF
        length = i64(read_i16_be(data, start + 2)) & 0xFFFF
        if packet.end - start - 4 < length:
            return -Anomaly.FRAME_TRUNCATED
        packet.start = start + 4 + length
        if tag == 0:
            break
        if tag == 12:
            named = data[start + 4 : start + 4 + length].rstrip(b"\x00")
    if named in (b"ip", b"ipv6", b"raw_ip"):
        return raw(packet)
    if named in (b"eth", b"eth_withoutfcs", b"eth_withfcs", b"eth_maybefcs"):
        return ethernet(packet)
    return -Anomaly.ETHERTYPE_UNKNOWN
