"""Compiled. Local networks that came before or beside Ethernet: FDDI, Token Ring, ARCnet, ATM.

Sources: ISO 9314-2 (FDDI), IEEE 802.5, RFC 1201 and 1051 (ARCnet), RFC 2684 (ATM), the LINKTYPE_
pages of tcpdump.org.
"""

from librt.strings import read_i32_be
from mypy_extensions import i64

from netwatch.decode.ethernet import ethernet, typed
from netwatch.decode.ethertypes import IPV4, IPV6, LLC, LLC_FOLLOWS
from netwatch.decode.packet import ARP, Packet
from netwatch.model import Anomaly


def fddi(packet: Packet) -> i64:
    """Frame control, two MACs, whose bits stay as they are; only LLC frames carry packets."""
    start = packet.start
    if packet.end - start < 13:
        return -Anomaly.FRAME_TRUNCATED
    packet.target_mac = start + 1
    packet.source_mac = start + 7
    packet.start = start + 13
    control = i64(packet.data[start]) & 0x70
    return typed(packet, LLC_FOLLOWS if control == 0x50 else LLC)


def token_ring(packet: Packet) -> i64:
    """Access and frame control, two MACs, and the route if the source's first bit says so.

    A source with that bit set is no MAC any more, so then there is none.
    """
    data = packet.data
    start = packet.start
    if packet.end - start < 14:
        return -Anomaly.FRAME_TRUNCATED
    packet.target_mac = start + 2
    packet.start = start + 14
    if i64(data[start + 8]) & 0x80 == 0:
        packet.source_mac = start + 8
    else:
        if packet.end - packet.start < 2:
            return -Anomaly.FRAME_TRUNCATED
        route = i64(data[packet.start]) & 0x1F
        if route < 2:
            return -Anomaly.LINK_HEADER
        if packet.end - packet.start < route:
            return -Anomaly.FRAME_TRUNCATED
        packet.start += route
    return typed(packet, LLC_FOLLOWS if i64(data[start + 1]) & 0xC0 == 0x40 else LLC)


def arcnet(packet: Packet) -> i64:
    """BSD's view: addresses of one octet, the protocol, then RFC 1201's split flag and number."""
    data = packet.data
    start = packet.start
    if packet.end - start < 3:
        return -Anomaly.FRAME_TRUNCATED
    ethertype = arcnet_ethertype(i64(data[start + 2]))
    packet.start = start + 3
    if i64(data[start + 2]) in (128, 240, 241):
        return typed(packet, ethertype)
    if packet.end - start < 6:
        return -Anomaly.FRAME_TRUNCATED
    packet.start = start + 6
    flag = i64(data[start + 3])
    if flag == 0xFF:  # an exception frame: padding, and the header once more
        if packet.end - start < 10:
            return -Anomaly.FRAME_TRUNCATED
        packet.start = start + 10
        flag = i64(data[start + 7])
    if flag != 0 and flag & 1 == 0:
        return -Anomaly.FRAGMENT_DROPPED  # a later piece; the first one is odd
    return typed(packet, ethertype)


def arcnet_linux(packet: Packet) -> i64:
    """Linux's view, in which the packet is whole: two octets of offset behind the addresses."""
    data = packet.data
    start = packet.start
    if packet.end - start < 5:
        return -Anomaly.FRAME_TRUNCATED
    number = i64(data[start + 4])
    header: i64 = 5 if number in (128, 240, 241) else 8
    if packet.end - start < header:
        return -Anomaly.FRAME_TRUNCATED
    packet.start = start + header
    return typed(packet, arcnet_ethertype(number))


def arcnet_ethertype(number: i64) -> i64:
    """The ethertype for which ARCnet's protocol number stands, LLC, or -Anomaly."""
    if number in (212, 240):
        return IPV4
    if number == 196:
        return IPV6
    if number in (213, 241):
        return ARP
    return LLC if number in (128, 214) else -Anomaly.ETHERTYPE_UNKNOWN


def atm(packet: Packet) -> i64:
    """RFC 2684: an LLC header, or, where the circuit alone says what it carries, IP at once."""
    start = packet.start
    if packet.end - start < 1:
        return -Anomaly.FRAME_TRUNCATED
    first = i64(packet.data[start])
    if first == 0x45:
        return typed(packet, IPV4)
    return typed(packet, IPV6 if first >> 4 == 6 else LLC_FOLLOWS)


def sun_atm(packet: Packet) -> i64:
    """What it is, and its circuit, in four octets; then LLC, or a LAN emulation frame."""
    start = packet.start
    if packet.end - start < 4:
        return -Anomaly.FRAME_TRUNCATED
    kind = i64(packet.data[start]) & 0x0F
    packet.start = start + 4
    if kind == 2:
        return atm(packet)
    if kind != 1:
        return typed(packet, LLC)
    if packet.end - packet.start < 4:
        return -Anomaly.FRAME_TRUNCATED
    control = (i64(read_i32_be(packet.data, packet.start)) & 0xFFFF0000) == 0xFF000000
    packet.start += 2
    return typed(packet, LLC) if control else ethernet(packet)
