"""Compiled. IPv4 (RFC 791) and IPv6 (RFC 8200) with extension headers, down to the transport.

Checksums are not looked at: offloading makes them wrong on half of all mirrors. A total length of
0 (segmentation offload) or beyond the capture means "as far as the frame goes".
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.limits import IPV6_HEADERS_MAX
from netwatch.model import Anomaly, Answer

AUTHENTICATION: Final = 51
"""AH (RFC 4302): it adds a header and hides nothing."""
FRAGMENT: Final = 2
"""The packet is a piece: packet.start..end is its part, the fields of `Piece` say which."""


class Piece:
    """Where in its datagram a fragment belongs."""

    def __init__(self) -> None:
        self.identifier: i64 = 0
        self.offset: i64 = 0
        self.more: bool = False


def ipv4(packet: Packet, piece: Piece) -> i64:
    """Read the header at packet.start: DONE, FRAGMENT or -Anomaly."""
    data = packet.data
    start = packet.start
    if packet.end - start < 20:
        return -Anomaly.IP_HEADER
    first = i64(data[start])
    header = (first & 15) * 4
    if first >> 4 != 4 or header < 20 or packet.end - start < header:
        return -Anomaly.IP_HEADER
    total = i64(read_i16_be(data, start + 2)) & 0xFFFF
    if total != 0:
        if total < header:
            return -Anomaly.IP_LENGTH
        if start + total < packet.end:
            packet.end = start + total
        elif start + total > packet.end:
            packet.cut = True
            packet.missing = start + total - packet.end
    packet.net = data
    packet.source = start + 12
    packet.target = start + 16
    packet.address_length = 4
    packet.ttl = i64(data[start + 8])
    packet.protocol = i64(data[start + 9])
    packet.start = start + header
    fragment = i64(read_i16_be(data, start + 6)) & 0x3FFF
    if fragment != 0:
        piece.identifier = i64(read_i16_be(data, start + 4)) & 0xFFFF
        piece.offset = (fragment & 0x1FFF) * 8
        piece.more = (fragment & 0x2000) != 0
        return FRAGMENT
    return extensions(packet, piece) if packet.protocol == AUTHENTICATION else Answer.DONE


def ipv6(packet: Packet, piece: Piece) -> i64:
    """Read the header and the extension headers at packet.start: DONE, FRAGMENT or -Anomaly."""
    data = packet.data
    start = packet.start
    if packet.end - start < 40 or i64(data[start]) >> 4 != 6:
        return -Anomaly.IP_HEADER
    length = i64(read_i16_be(data, start + 4)) & 0xFFFF
    if length != 0:
        if start + 40 + length < packet.end:
            packet.end = start + 40 + length
        elif start + 40 + length > packet.end:
            packet.cut = True
            packet.missing = start + 40 + length - packet.end
    packet.net = data
    packet.source = start + 8
    packet.target = start + 24
    packet.address_length = 16
    packet.ttl = i64(data[start + 7])
    packet.start = start + 40
    packet.protocol = i64(data[start + 6])
    if packet.protocol in (6, 17):
        return Answer.DONE
    return extensions(packet, piece)


def extensions(packet: Packet, piece: Piece) -> i64:
    """Skip extension headers (RFC 8200 section 4) from packet.protocol on; of IPv4 only AH.

    Also for a datagram whose pieces were put together: its first header names what comes there.
    """
    data = packet.data
    seen: i64 = 0
    while packet.protocol in (0, 43, 44, AUTHENTICATION, 60, 135, 139, 140):
        if packet.address_length == 4 and packet.protocol != AUTHENTICATION:
            return Answer.DONE
        position = packet.start
        if packet.end - position < 8:
            return -Anomaly.IP_HEADER
        seen += 1
        if seen > IPV6_HEADERS_MAX:
            return -Anomaly.TOO_DEEP
        current = packet.protocol
        packet.protocol = i64(data[position])
        if current == 44:
            fragment = i64(read_i16_be(data, position + 2)) & 0xFFFF
            packet.start = position + 8
            if fragment & 0xFFF9 != 0:
                piece.identifier = i64(read_i32_be(data, position + 4)) & 0xFFFFFFFF
                piece.offset = fragment & 0xFFF8
                piece.more = (fragment & 1) != 0
                return FRAGMENT
        elif current == AUTHENTICATION:
            packet.start = position + (i64(data[position + 1]) + 2) * 4
        else:
            packet.start = position + (i64(data[position + 1]) + 1) * 8
        if packet.start > packet.end:
            return -Anomaly.IP_HEADER
    return Answer.DONE
