"""Compiled. L2TP: PPP over UDP (version 2), pseudowires over IP or UDP (version 3).

Sources: RFC 2661 section 3.1 (version 2), RFC 3931 sections 3.2 and 4.1 (version 3), RFC 4719
(Ethernet), RFC 4349 (HDLC).
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.decode.carried import inside, ip_kind, is_ethernet
from netwatch.decode.ethertypes import ETHERNET, IPV4, IPV6, LLC
from netwatch.decode.packet import Packet
from netwatch.decode.serial import ppp
from netwatch.model import Anomaly, Answer

CONTROL: Final = 0x8000
LENGTH: Final = 0x4000
NUMBERED: Final = 0x0800
OFFSET: Final = 0x0200
RESERVED: Final = 0x34F0
VERSION: Final = 0x000F
SUBLAYERS: Final = 12
"""A cookie has 0, 4 or 8 octets, a sublayer behind it 0 or 4 (RFC 3931 sections 4.1 and 4.6)."""


def l2tp(packet: Packet) -> i64:
    """Read a datagram of port 1701: DONE, NEED_MORE (an ordinary datagram) or -Anomaly."""
    data = packet.data
    start = packet.start
    if packet.end - start < 8:
        return Answer.NEED_MORE
    flags = i64(read_i16_be(data, start)) & 0xFFFF
    if flags == 3 and (i64(read_i16_be(data, start + 2)) & 0xFFFF) == 0:
        return pseudowire(packet, start + 4)
    if flags & (CONTROL | RESERVED) != 0 or flags & VERSION != 2:
        return Answer.NEED_MORE
    end = packet.end
    position = start + 2
    if flags & LENGTH != 0:
        length = i64(read_i16_be(data, position)) & 0xFFFF
        if start + length > end and not packet.cut:
            return Answer.NEED_MORE
        if start + length < end:
            end = start + length
        position += 2
    position += 4
    if flags & NUMBERED != 0:
        position += 4
    if flags & OFFSET != 0:
        if end - position < 2:
            return Answer.NEED_MORE
        position += 2 + (i64(read_i16_be(data, position)) & 0xFFFF)
    if not is_ppp(data, position, end):
        return Answer.NEED_MORE
    if not packet.enter_tunnel():
        return -Anomaly.TOO_DEEP
    packet.start = position
    packet.end = end
    return ppp(packet)


def is_ppp(data: bytes, start: i64, end: i64) -> bool:
    """Tell whether a PPP frame begins here: FF 03, or a protocol that is in use without it."""
    if end - start < 2:
        return False
    number = i64(read_i16_be(data, start)) & 0xFFFF
    if number == 0xFF03:
        return True
    if number >> 8 in (0x21, 0x57):  # compressed to one octet, the packet follows
        number = number >> 8
        start -= 1
    if number in (0x0021, 0x0057):
        return end - start > 2 and i64(data[start + 2]) >> 4 == (4 if number == 0x0021 else 6)
    return number in (0x003D, 0x00FD, 0x8021, 0x8057, 0x80FD, 0xC021, 0xC023, 0xC025, 0xC223)


def l2tp_ip(packet: Packet) -> i64:
    """IP protocol 115: DONE or -Anomaly. Session 0 is the tunnel's own talk."""
    answer = pseudowire(packet, packet.start)
    if answer != Answer.NEED_MORE:
        return answer
    if packet.end - packet.start < 4 or read_i32_be(packet.data, packet.start) != 0:
        return -Anomaly.ETHERTYPE_UNKNOWN
    if not packet.enter_tunnel():
        return -Anomaly.TOO_DEEP
    packet.ethertype = LLC
    return Answer.DONE


def pseudowire(packet: Packet, start: i64) -> i64:
    """A version 3 session from its id on: DONE, NEED_MORE where nothing known is in it, -Anomaly.

    What it carries, and how long cookie and sublayer are, was agreed on the control channel: it is
    the first way of reading it that fits to the octet. Frames come first: more of them has to fit
    than of a packet, which a cookie and a MAC may look like.
    """
    data = packet.data
    end = packet.end
    if end - start < 4 or read_i32_be(data, start) == 0:
        return Answer.NEED_MORE
    kind: i64 = ETHERNET
    position = frame_start(packet, start + 4)
    if position < 0:
        position = start + 4
        kind = 0
        while position <= start + 4 + SUBLAYERS and position < end:
            kind = packet_kind(packet, position)
            if kind != 0:
                break
            position += 4
        if kind == 0:
            return Answer.NEED_MORE
        position = ip_start(data, position, end)
    if not packet.enter_tunnel():
        return -Anomaly.TOO_DEEP
    packet.start = position
    return inside(packet, kind, 0)


def frame_start(packet: Packet, start: i64) -> i64:
    """Where an Ethernet frame begins that fits, behind a cookie and a sublayer or none; else -1."""
    position = start
    while position <= start + SUBLAYERS and position < packet.end:
        if is_ethernet(packet.data, position, packet.end, packet.cut):
            return position
        position += 4
    return -1


def packet_kind(packet: Packet, position: i64) -> i64:
    """IPV4 or IPV6 if that fits at `position`, bare, in PPP or in HDLC; else 0."""
    data = packet.data
    start = ip_start(data, position, packet.end)
    kind = ip_kind(data, start, packet.end, packet.cut, 0)
    if kind == 0 or start == position:
        return kind
    number = i64(read_i16_be(data, start - 2)) & 0xFFFF
    return kind if number in (0x0021, 0x0057, IPV4, IPV6) else 0


def ip_start(data: bytes, position: i64, end: i64) -> i64:
    """Where an IP packet at `position` begins: behind FF 03 or 0F 00 and a protocol, if any."""
    if end - position < 4:
        return position
    first = i64(read_i16_be(data, position)) & 0xFFFF
    return position + 4 if first in (0xFF03, 0x0F00) else position
