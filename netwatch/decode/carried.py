"""Compiled. What a tunnel carries: how the inner packet is entered, and whether octets can be one.

Where a tunnel's own header proves little, what it carries must fit exactly: an IP packet whose own
length ends where the tunnel does is no accident.
"""

from typing import Final

from librt.strings import read_i16_be
from mypy_extensions import i64

from netwatch.decode.ethernet import typed
from netwatch.decode.ethertypes import ETHERNET, IPV4, IPV6
from netwatch.decode.packet import ARP, Packet
from netwatch.model import Anomaly, Answer

MPLS: Final = 0x8847
NSH: Final = 0x894F
OFFLOADED_BYTES_MIN: Final = 1_400
"""Shorter packets are not left for the card to cut, and have a length."""
PADDING_BYTES_MAX: Final = 46
"""Octets that fill an Ethernet frame up (IEEE 802.3 section 3.2.8)."""


def inside(packet: Packet, kind: i64, network: i64) -> i64:
    """Go on with what the tunnel carries from packet.start on: an ethertype, or ETHERNET.

    `network` is the tunnel's network identifier, 0 = none. DONE: ethertype is set, its payload is
    packet.start..end; or -Anomaly.
    """
    answer = typed(packet, kind)
    if answer == Answer.DONE:
        packet.put_in_front(network)
    return answer


def following_kind(following: i64) -> i64:
    """The ethertype for a next protocol of VXLAN-GPE and NSH, or -Anomaly."""
    if following == 1:
        return IPV4
    if following == 2:
        return IPV6
    if following == 3:
        return ETHERNET
    if following == 4:
        return NSH
    if following == 5:
        return MPLS
    return -Anomaly.ETHERTYPE_UNKNOWN


def ip_kind(data: bytes, start: i64, end: i64, cut: bool, padding: i64) -> i64:
    """IPV4 or IPV6 if such a packet begins at `start` and by its own length ends at `end`; else 0.

    Up to `padding` octets may follow it. `cut`: the capture cut it, so it may end behind. A length
    of 0 (segmentation offload) fits every end that is far enough.
    """
    length = end - start
    if length < 20:
        return 0
    first = i64(data[start])
    if first >> 4 == 4:
        header = (first & 15) * 4
        total = i64(read_i16_be(data, start + 2)) & 0xFFFF
        if header < 20 or 0 < total < header:
            return 0
        return IPV4 if fits(total, length, cut, padding) else 0
    if first >> 4 != 6 or length < 40:
        return 0
    payload = i64(read_i16_be(data, start + 4)) & 0xFFFF
    if payload == 0 and length >= OFFLOADED_BYTES_MIN:
        return IPV6
    return IPV6 if fits(payload + 40, length, cut, padding) else 0


def fits(total: i64, length: i64, cut: bool, padding: i64) -> bool:
    """Tell whether a packet of `total` octets can be what these `length` ones hold."""
    if total == 0:
        return length >= OFFLOADED_BYTES_MIN
    return total >= length if cut else total <= length <= total + padding


def is_ethernet(data: bytes, start: i64, end: i64, cut: bool) -> bool:
    """Tell whether an Ethernet frame with IP or ARP begins at `start` and ends at `end`."""
    if end - start < 14:
        return False
    position = start + 12
    ethertype = i64(read_i16_be(data, position)) & 0xFFFF
    tags: i64 = 0
    while ethertype in (0x8100, 0x88A8) and tags < 2:
        position += 4
        if end - position < 2:
            return False
        ethertype = i64(read_i16_be(data, position)) & 0xFFFF
        tags += 1
    position += 2
    if ethertype in (IPV4, IPV6):
        return ip_kind(data, position, end, cut, PADDING_BYTES_MAX) == ethertype
    if ethertype != ARP or end - position < 8:
        return False
    hardware = i64(read_i16_be(data, position)) & 0xFFFF
    return hardware == 1 and (i64(read_i16_be(data, position + 2)) & 0xFFFF) == IPV4
