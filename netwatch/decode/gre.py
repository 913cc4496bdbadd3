"""Compiled. Generic routing encapsulation, over IP or in UDP, and what mirrors put in it.

Sources: RFC 2784 and 2890 (header, key, sequence), RFC 1701 (routing), RFC 2637 (version 1, PPTP),
RFC 8086 (in UDP), draft-foschiano-erspan-03 (ERSPAN), draft-wilson-wrec-wccp-v2-01 section 4.12.
"""

from typing import Final

from librt.strings import read_i16_be
from mypy_extensions import i64

from netwatch.decode.carried import PADDING_BYTES_MAX, inside, ip_kind
from netwatch.decode.ethertypes import ETHERNET, ETHERTYPE_MIN, IPV4, IPV6, LLC
from netwatch.decode.packet import Packet
from netwatch.decode.serial import ppp
from netwatch.decode.wireless import wifi
from netwatch.model import Anomaly, Answer

CHECKSUM: Final = 0x8000
ROUTING: Final = 0x4000
KEY: Final = 0x2000
SEQUENCE: Final = 0x1000
ACKNOWLEDGED: Final = 0x0080
VERSION: Final = 7

BRIDGED: Final = 0x6558
PPP: Final = 0x880B
WCCP: Final = 0x883E
RADIO: Final = 0x8200
"""Aruba's access points: 0x8200, 0x8210 and so on up to 0x83F0."""
RADIO_BITS: Final = 0xFE0F
ERSPAN_2: Final = 0x88BE
"""Type II, and type I where there is no sequence number."""
ERSPAN_3: Final = 0x22EB


def gre(packet: Packet) -> i64:
    """Read the header at packet.start; DONE: ethertype is set, its payload is packet.start..end."""
    data = packet.data
    start = packet.start
    if packet.end - start < 4:
        return -Anomaly.TRANSPORT_HEADER
    flags = i64(read_i16_be(data, start)) & 0xFFFF
    protocol = i64(read_i16_be(data, start + 2)) & 0xFFFF
    if flags & VERSION == 1:
        return pptp(packet, flags, protocol)
    if flags & VERSION != 0:
        return -Anomaly.TRANSPORT_HEADER
    position = start + header_bytes(flags)
    if flags & ROUTING != 0:
        position = behind_routes(data, position, packet.end)
    if position > packet.end:
        return -Anomaly.TRANSPORT_HEADER
    if not packet.enter_tunnel():
        return -Anomaly.TOO_DEEP
    packet.start = position
    if protocol == ERSPAN_2:
        return mirrored(packet, flags & SEQUENCE != 0)
    if protocol == ERSPAN_3:
        return mirrored_3(packet)
    if protocol == PPP:
        return ppp(packet)
    if protocol == WCCP:
        return redirected(packet)
    if protocol & RADIO_BITS == RADIO:
        return wifi(packet, False)
    if protocol == BRIDGED:
        return inside(packet, ETHERNET, 0)
    if protocol < ETHERTYPE_MIN or protocol in (0x2000, 0x2001):
        packet.ethertype = LLC  # keep-alives (0), OSI, CDP, NHRP: no packet
        return Answer.DONE
    return inside(packet, protocol, 0)


def header_bytes(flags: i64) -> i64:
    """The length of the header with the fields that the flags name, source routes left out."""
    length: i64 = 4
    if flags & (CHECKSUM | ROUTING) != 0:
        length += 4
    if flags & KEY != 0:
        length += 4
    if flags & SEQUENCE != 0:
        length += 4
    return length


def behind_routes(data: bytes, position: i64, end: i64) -> i64:
    """Where the source routes at `position` end (RFC 1701); beyond `end` if they do not."""
    while end - position >= 4:
        family = i64(read_i16_be(data, position)) & 0xFFFF
        length = i64(data[position + 3])
        position += 4 + length
        if family == 0 and length == 0:
            return position
    return end + 1


def pptp(packet: Packet, flags: i64, protocol: i64) -> i64:
    """Version 1: a PPP frame of a PPTP session, or an acknowledgement (RFC 2637 section 4.1)."""
    start = packet.start
    position = start + header_bytes(flags)
    if flags & ACKNOWLEDGED != 0:
        position += 4
    if protocol != PPP or flags & (CHECKSUM | ROUTING | KEY) != KEY or position > packet.end:
        return -Anomaly.TRANSPORT_HEADER
    if not packet.enter_tunnel():
        return -Anomaly.TOO_DEEP
    length = i64(read_i16_be(packet.data, start + 4)) & 0xFFFF
    packet.start = position
    if flags & SEQUENCE == 0 or length == 0:
        packet.ethertype = LLC
        return Answer.DONE
    if position + length < packet.end:
        packet.end = position + length
    return ppp(packet)


def mirrored(packet: Packet, numbered: bool) -> i64:
    """ERSPAN of type I (no header at all) and II: a mirrored Ethernet frame."""
    if not numbered:
        return inside(packet, ETHERNET, 0)
    start = packet.start
    if packet.end - start < 8:
        return -Anomaly.FRAME_TRUNCATED
    first = i64(read_i16_be(packet.data, start)) & 0xFFFF
    if first >> 12 != 1:
        return -Anomaly.ETHERTYPE_UNKNOWN
    packet.start = start + 8
    return mirrored_frame(packet, first & 0x0FFF)


def mirrored_3(packet: Packet) -> i64:
    """ERSPAN of type III: a frame or an IP packet behind 12 octets and perhaps 8 of a platform."""
    data = packet.data
    start = packet.start
    if packet.end - start < 12:
        return -Anomaly.FRAME_TRUNCATED
    first = i64(read_i16_be(data, start)) & 0xFFFF
    kinds = i64(read_i16_be(data, start + 10)) & 0xFFFF
    if first >> 12 != 2:
        return -Anomaly.ETHERTYPE_UNKNOWN
    header: i64 = 12 if kinds & 1 == 0 else 20
    if packet.end - start < header:
        return -Anomaly.FRAME_TRUNCATED
    packet.start = start + header
    frame_type = (kinds >> 10) & 31
    if frame_type == 0:
        return mirrored_frame(packet, first & 0x0FFF)
    if frame_type != 2 or packet.end - packet.start < 1:
        return -Anomaly.ETHERTYPE_UNKNOWN
    version = i64(data[packet.start]) >> 4
    return inside(packet, IPV6 if version == 6 else IPV4, first & 0x0FFF)


def mirrored_frame(packet: Packet, vlan: i64) -> i64:
    """The mirrored frame: where it has no tag of its own, the mirror tells its VLAN."""
    answer = inside(packet, ETHERNET, 0)
    if answer == Answer.DONE and packet.vlan_count == 0:
        packet.put_in_front(vlan)
    return answer


def redirected(packet: Packet) -> i64:
    """WCCP: a redirected packet, behind a redirect header of 4 octets or none."""
    kind = ip_kind(packet.data, packet.start, packet.end, packet.cut, PADDING_BYTES_MAX)
    if kind == 0:
        if packet.end - packet.start < 4:
            return -Anomaly.FRAME_TRUNCATED
        packet.start += 4
        kind = ip_kind(packet.data, packet.start, packet.end, packet.cut, PADDING_BYTES_MAX)
    return inside(packet, kind, 0) if kind != 0 else -Anomaly.ETHERTYPE_UNKNOWN
