"""Compiled. CAPWAP's data channel (RFC 5415 section 4): what access points send their controller.

Frames that are too long for the way are cut by CAPWAP itself. Only the first piece is read: names
stand at the beginning of a message.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.decode.carried import inside
from netwatch.decode.ethertypes import ETHERNET
from netwatch.decode.packet import Packet
from netwatch.decode.wireless import in_order
from netwatch.model import Anomaly, Answer

# Of the first word, behind the preamble.
NATIVE: Final = 0x100
FRAGMENT: Final = 0x80
NO_FRAME: Final = 0x0F
"""Keep-alives, and bits that are reserved."""
DTLS_PREAMBLE: Final = 0x01000000
APPLICATION: Final = 23
IEEE_802_11: Final = 1


def capwap(packet: Packet) -> i64:
    """Read a datagram of port 5247: DONE, NEED_MORE (an ordinary datagram) or -Anomaly."""
    data = packet.data
    start = packet.start
    if packet.end - start < 8:
        return Answer.NEED_MORE
    head = i64(read_i32_be(data, start)) & 0xFFFFFFFF
    if head == DTLS_PREAMBLE and data[start + 4] == APPLICATION and data[start + 5] == 0xFE:
        return -Anomaly.ENCRYPTED
    header = (head >> 19 & 31) * 4
    if head >> 24 != 0 or head & NO_FRAME != 0 or header < 8 or packet.end - start < header:
        return Answer.NEED_MORE
    if head & NATIVE != 0 and head >> 9 & 31 != IEEE_802_11:
        return Answer.NEED_MORE
    if head & FRAGMENT != 0 and (i64(read_i16_be(data, start + 6)) & 0xFFF8) != 0:
        return -Anomaly.FRAGMENT_DROPPED
    if not packet.enter_tunnel():
        return -Anomaly.TOO_DEEP
    packet.start = start + header
    return station(packet) if head & NATIVE != 0 else inside(packet, ETHERNET, 0)


def station(packet: Packet) -> i64:
    """An 802.11 frame. Cisco's access points write its control fields the other way round.

    Then the second octet says that it is data. The first one cannot say the same of an honest
    frame: it would come neither from a station nor from the controller.
    """
    data = packet.data
    start = packet.start
    swapped: i64 = 0
    if packet.end - start >= 2 and i64(data[start]) & 15 != 8 and i64(data[start + 1]) & 15 == 8:
        swapped = 1
    return in_order(packet, False, swapped)
