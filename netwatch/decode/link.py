"""Compiled. The link header: from the first octet of a frame to an ethertype and its payload.

Sources: IEEE 802.3 and 802.1Q, the LINKTYPE_ pages of tcpdump.org, RFC 1042 (SNAP).
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be, read_i32_le
from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.limits import LAYERS_MAX, VLANS_MAX
from netwatch.model import Anomaly, Answer

LINK_TYPES: Final = {
    0: "NULL",
    1: "Ethernet",
    12: "raw IP (BSD)",
    14: "raw IP (OpenBSD)",
    101: "raw IP",
    108: "LOOP",
    113: "Linux cooked (SLL)",
    228: "raw IPv4",
    229: "raw IPv6",
    276: "Linux cooked v2 (SLL2)",
}
"""Every LINKTYPE_ number that `link` reads; tests and the README hold it against the code."""

IPV4: Final = 0x0800
IPV6: Final = 0x86DD
LLC: Final = 0
"""`ethertype` of a frame that has none (IEEE 802.2): spanning tree, IS-IS, NetBEUI."""
ETHERTYPE_MIN: Final = 0x0600
"""Below it the field is a length (IEEE 802.3)."""


def local_only(ethertype: i64) -> bool:
    """Tell frames in which no packet can hide: they never leave their segment and carry no names.

    LLC, LLDP, EAPOL, slow protocols, loop detection, wake on LAN, RARP, PPPoE discovery, PTP,
    LLTD and AVB's 0x22F0, 0x22EA, 0x88B5-0x88B7 for experiments.
    """
    if ethertype == LLC:
        return True
    if ethertype in (0x0842, 0x8035, 0x8809, 0x8863, 0x888E, 0x8899, 0x9000):
        return True
    return ethertype in (0x88B5, 0x88B6, 0x88B7, 0x88CC, 0x88D9, 0x88E3, 0x88F7, 0x22F0, 0x22EA)


def link(packet: Packet, link_type: i64) -> i64:
    """Read the link header of packet.data[start:end]; set ethertype, MACs, VLANs and start.

    DONE, or -Anomaly. An ethertype that nobody reads is the caller's business.
    """
    if link_type == 1:
        return ethernet(packet)
    if link_type in (101, 12, 14, 228, 229):
        return raw(packet)
    if link_type == 113:
        return cooked(packet, 14, 6, 16)
    if link_type == 276:
        return cooked(packet, 0, 12, 20)
    if link_type in (0, 108):
        return loopback(packet, link_type)
    return -Anomaly.LINK_UNKNOWN


def ethernet(packet: Packet) -> i64:
    """Ethernet II, 802.3 with SNAP, and any stack of 802.1Q/ad tags."""
    start = packet.start
    if packet.end - start < 14:
        return -Anomaly.FRAME_TRUNCATED
    packet.target_mac = start
    packet.source_mac = start + 6
    ethertype = i64(read_i16_be(packet.data, start + 12)) & 0xFFFF
    packet.start = start + 14
    return typed(packet, ethertype)


def typed(packet: Packet, ethertype: i64) -> i64:
    """Walk VLAN tags and SNAP from `ethertype` on, whose payload begins at packet.start."""
    data = packet.data
    while True:
        if ethertype in (IPV4, IPV6):
            packet.ethertype = ethertype
            return Answer.DONE
        if ethertype in (0x8100, 0x88A8, 0x9100, 0x9200):
            if packet.end - packet.start < 4:
                return -Anomaly.FRAME_TRUNCATED
            packet.layers += 1
            if packet.layers > LAYERS_MAX:
                return -Anomaly.TOO_DEEP
            if packet.vlan_count < VLANS_MAX:
                tag = i64(read_i16_be(data, packet.start)) & 0x0FFF
                packet.vlans[packet.vlan_count] = tag
                packet.vlan_count += 1
            ethertype = i64(read_i16_be(data, packet.start + 2)) & 0xFFFF
            packet.start += 4
        elif ethertype < ETHERTYPE_MIN:
            ethertype = snap(packet)
            if ethertype <= LLC:
                packet.ethertype = LLC
                return Answer.DONE if ethertype == LLC else -Anomaly.FRAME_TRUNCATED
        else:
            packet.ethertype = ethertype
            return Answer.DONE


def snap(packet: Packet) -> i64:
    """The ethertype behind an LLC/SNAP header (RFC 1042); LLC (0) for others, -1 if it is cut."""
    data = packet.data
    start = packet.start
    if packet.end - start < 3:
        return -1
    if (i64(read_i16_be(data, start)) & 0xFFFF) != 0xAAAA or data[start + 2] != 3:
        return LLC
    if packet.end - start < 8:
        return -1
    if data[start + 3] != 0 or data[start + 4] != 0 or data[start + 5] != 0:
        return LLC
    ethertype = i64(read_i16_be(data, start + 6)) & 0xFFFF
    packet.start = start + 8
    return ethertype if ethertype >= ETHERTYPE_MIN else LLC


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
    if ethertype < ETHERTYPE_MIN and ethertype != 4:
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
