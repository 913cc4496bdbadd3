"""Compiled. 802.11 and the radio headers that capture tools put before it.

Sources: IEEE 802.11-2020 clause 9, radiotap.org, the LINKTYPE_ pages of tcpdump.org.
"""

from typing import Final

from librt.strings import read_i16_be, read_i16_le, read_i32_be, read_i32_le
from mypy_extensions import i64

from netwatch.decode.ethernet import typed
from netwatch.decode.ethertypes import LLC, LLC_FOLLOWS
from netwatch.decode.packet import Packet
from netwatch.limits import AMSDU_BYTES_MAX
from netwatch.model import Anomaly

FCS_BYTES: Final = 4

# Of the frame control field's second octet.
TO_DS: Final = 0x01
FROM_DS: Final = 0x02
PROTECTED: Final = 0x40
ORDER: Final = 0x80


def wifi(packet: Packet, padded: bool) -> i64:
    """Read the 802.11 frame at packet.start, which has no check sequence at its end.

    `padded`: the header was filled up to a multiple of four octets. DONE: ethertype is set, its
    payload is packet.start..end; more packets of an A-MSDU wait in the packet's bundle; -Anomaly.
    """
    return in_order(packet, padded, 0)


def in_order(packet: Packet, padded: bool, swapped: i64) -> i64:
    """The same; `swapped` is 1 where frame control and sequence control are big-endian, else 0."""
    data = packet.data
    start = packet.start
    packet.enter_frame()
    if packet.end - start < 2:
        return -Anomaly.FRAME_TRUNCATED
    kind = i64(data[start + swapped])
    flags = i64(data[start + 1 - swapped])
    if kind & 3 != 0:
        return -Anomaly.LINK_HEADER
    if kind & 0x0C != 8 or kind & 0x40 != 0:
        return typed(packet, LLC)  # management, control, or data without data
    quality = start + 30 if flags & 3 == 3 else start + 24
    header = quality - start
    if kind & 0x80 != 0:
        header += 6 if flags & ORDER != 0 else 2
    if padded:
        header = (header + 3) & 0xFFFC
    if packet.end - start < header:
        return -Anomaly.FRAME_TRUNCATED
    addresses(packet, flags)
    packet.start = start + header
    if flags & PROTECTED != 0 and not in_clear(packet):
        return -Anomaly.ENCRYPTED
    if i64(data[start + 22 + swapped]) & 0x0F != 0:
        return -Anomaly.FRAGMENT_DROPPED  # pieces are not put together; the first one is read
    if kind & 0x80 == 0 or i64(data[quality]) & 0x80 == 0:
        return typed(packet, LLC_FOLLOWS)
    if packet.end - packet.start > AMSDU_BYTES_MAX:
        return -Anomaly.LINK_HEADER
    packet.open_bundle()
    return subframe(packet)


def addresses(packet: Packet, flags: i64) -> None:
    """Set the MACs: which of the four addresses they are, the two DS bits say (table 9-30)."""
    start = packet.start
    packet.target_mac = start + 4
    packet.source_mac = start + 10
    if flags & TO_DS != 0:
        packet.target_mac = start + 16
    if flags & FROM_DS != 0:
        packet.source_mac = start + 24 if flags & TO_DS != 0 else start + 16


def in_clear(packet: Packet) -> bool:
    """Tell a protected frame that was decrypted before it was captured: SNAP stands in it.

    Either at once, or behind the header of the cipher, which some drivers leave where it was.
    """
    data = packet.data
    start = packet.start
    if packet.end - start >= 8 and (i64(read_i32_be(data, start)) & 0xFFFFFFFF) == 0xAAAA0300:
        return True
    start += 8
    if packet.end - start >= 8 and (i64(read_i32_be(data, start)) & 0xFFFFFFFF) == 0xAAAA0300:
        packet.start = start
        return True
    return False


def subframe(packet: Packet) -> i64:
    """Take the next packet out of an A-MSDU (clause 9.3.2.2.2): answers like `wifi`.

    Two MACs, a length, LLC; each but the last one is filled up to a multiple of four octets.
    """
    start = packet.bundle_start
    left = packet.bundle_end - start
    if left < 14:
        packet.take(left)
        return typed(packet, LLC) if left < 4 else -Anomaly.FRAME_TRUNCATED
    length = 14 + (i64(read_i16_be(packet.bundle, start + 12)) & 0xFFFF)
    packet.take(length if length < left else left)
    padded = start + ((length + 3) & 0xFFFFC)
    packet.bundle_start = padded if padded < packet.bundle_end else packet.bundle_end
    packet.target_mac = start
    packet.source_mac = start + 6
    packet.start = start + 14
    return typed(packet, LLC_FOLLOWS)


def cut_check_sequence(packet: Packet) -> None:
    """The frame ends with its FCS: what of it is in the capture is no payload."""
    present = FCS_BYTES - packet.unseen
    if present > 0:
        packet.end = packet.end - present if packet.end - present > packet.start else packet.start


def radiotap(packet: Packet) -> i64:
    """The radiotap header, of which only the flags matter, and its frame."""
    data = packet.data
    start = packet.start
    if packet.end - start < 8:
        return -Anomaly.FRAME_TRUNCATED
    length = i64(read_i16_le(data, start + 2)) & 0xFFFF
    if data[start] != 0 or length < 8:
        return -Anomaly.LINK_HEADER
    if packet.end - start < length:
        return -Anomaly.FRAME_TRUNCATED
    present = i64(read_i32_le(data, start + 4)) & 0xFFFFFFFF
    word = present
    position: i64 = 8
    while word & 0x80000000 != 0:
        if position + 4 > length:
            return -Anomaly.LINK_HEADER
        word = i64(read_i32_le(data, start + position)) & 0xFFFFFFFF
        position += 4
    if present & 1 != 0:
        position = ((position + 7) & 0xFFFF8) + 8
    flags: i64 = 0
    if present & 2 != 0:
        if position >= length:
            return -Anomaly.LINK_HEADER
        flags = i64(data[start + position])
    packet.start = start + length
    if flags & 0x10 != 0:
        cut_check_sequence(packet)
    return -Anomaly.FRAME_DAMAGED if flags & 0x40 != 0 else wifi(packet, flags & 0x20 != 0)


def prism(packet: Packet) -> i64:
    """The Prism header, whose length is in the writer's byte order; some write AVS instead."""
    data = packet.data
    start = packet.start
    if packet.end - start < 8:
        return -Anomaly.FRAME_TRUNCATED
    first = i64(read_i32_be(data, start)) & 0xFFFFFFFF
    if first >> 12 == 0x80211 or first < 0x10000:
        length = i64(read_i32_be(data, start + 4)) & 0xFFFFFFFF
    else:
        length = i64(read_i32_le(data, start + 4)) & 0xFFFFFFFF
    return behind_radio_header(packet, length)


def avs(packet: Packet) -> i64:
    """The AVS header: a magic number, its length, both in network byte order."""
    if packet.end - packet.start < 8:
        return -Anomaly.FRAME_TRUNCATED
    return behind_radio_header(packet, i64(read_i32_be(packet.data, packet.start + 4)) & 0xFFFFFFFF)


def behind_radio_header(packet: Packet, length: i64) -> i64:
    """The frame behind a header of so many octets."""
    if length < 8:
        return -Anomaly.LINK_HEADER
    if packet.end - packet.start < length:
        return -Anomaly.FRAME_TRUNCATED
    packet.start += length
    return wifi(packet, False)


def ppi(packet: Packet) -> i64:
    """Pass over the Per-Packet Information header: the link type of what follows, or -Anomaly.

    Its field 2, of 802.11, says whether an FCS stands at the end and whether it is wrong.
    """
    data = packet.data
    start = packet.start
    if packet.end - start < 8:
        return -Anomaly.FRAME_TRUNCATED
    length = i64(read_i16_le(data, start + 2)) & 0xFFFF
    if data[start] != 0 or length < 8:
        return -Anomaly.LINK_HEADER
    if packet.end - start < length:
        return -Anomaly.FRAME_TRUNCATED
    packet.start = start + length
    position: i64 = 8
    while position + 4 <= length:
        kind = i64(read_i16_le(data, start + position)) & 0xFFFF
        size = i64(read_i16_le(data, start + position + 2)) & 0xFFFF
        if kind == 2 and size >= 20 and position + 14 <= length:
            flags = i64(data[start + position + 12])
            if flags & 4 != 0:
                return -Anomaly.FRAME_DAMAGED
            if flags & 1 != 0:
                cut_check_sequence(packet)
        position += 4 + size
        if i64(data[start + 1]) & 1 != 0:
            position = (position + 3) & 0xFFFFC
    return i64(read_i32_le(data, start + 4)) & 0xFFFFFFFF
