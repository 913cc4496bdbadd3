"""Compiled. Ethernet and what stands between its header and the packet: tags, SNAP, shims.

Sources: IEEE 802.3, 802.1Q and 802.1ad; others stand where they are read.
"""

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.decode.ethertypes import BRIDGED, ETHERNET, ETHERTYPE_MIN, IPV4, IPV6, LLC, SERVICE
from netwatch.decode.packet import Packet
from netwatch.decode.shims import NO_SHIM, shim
from netwatch.limits import LAYERS_MAX
from netwatch.model import Anomaly, Answer


def ethernet(packet: Packet) -> i64:
    """Read the Ethernet frame at packet.start that something else carries.

    It becomes the frame in which the client is, with MACs and VLANs of its own. DONE: ethertype is
    set, its payload is packet.start..end; or -Anomaly.
    """
    packet.enter_frame()
    return mac_header(packet)


def mac_header(packet: Packet) -> i64:
    """The same for the frame as it was captured, whose tag may have been taken out before."""
    start = packet.start
    if packet.end - start < 14:
        return -Anomaly.FRAME_TRUNCATED
    packet.target_mac = start
    packet.source_mac = start + 6
    ethertype = i64(read_i16_be(packet.data, start + 12)) & 0xFFFF
    packet.start = start + 14
    return typed(packet, ethertype)


def typed(packet: Packet, ethertype: i64) -> i64:
    """Walk from `ethertype` on, whose payload begins at packet.start, to one that is no shim.

    DONE: ethertype is set, its payload is packet.start..end; or -Anomaly.
    """
    while True:
        if ethertype in (IPV4, IPV6):
            packet.ethertype = ethertype
            return Answer.DONE
        if ethertype < ETHERTYPE_MIN:
            if ethertype < 0:
                return ethertype
            ethertype = behind_llc(packet)
        elif ethertype in (ETHERNET, SERVICE):
            start = packet.start
            if packet.end - start < 14:
                return -Anomaly.FRAME_TRUNCATED
            packet.enter_frame()
            if ethertype == SERVICE:
                packet.put_in_front(i64(read_i32_be(packet.data, start - 4)) & 0xFFFFFF)
            packet.target_mac = start
            packet.source_mac = start + 6
            packet.start = start + 14
            ethertype = i64(read_i16_be(packet.data, start + 12)) & 0xFFFF
        elif ethertype in (0x8100, 0x88A8, 0x9100, 0x9200):
            start = packet.start
            if packet.end - start < 4:
                return -Anomaly.FRAME_TRUNCATED
            packet.layers += 1
            if packet.layers > LAYERS_MAX:
                return -Anomaly.TOO_DEEP
            packet.tag(i64(read_i16_be(packet.data, start)))
            packet.start = start + 4
            ethertype = i64(read_i16_be(packet.data, start + 2)) & 0xFFFF
        else:
            following = shim(packet, ethertype)
            if following == NO_SHIM:
                packet.ethertype = ethertype
                return Answer.DONE
            packet.layers += 1
            if packet.layers > LAYERS_MAX:
                return -Anomaly.TOO_DEEP
            ethertype = following


def behind_llc(packet: Packet) -> i64:
    """Pass over an LLC header: the ethertype of what follows, or -Anomaly if it is cut.

    SNAP (RFC 1042; IEEE 802.1H with its own OUI), IP by its NLPID (RFC 2684 section 5.2) or by its
    SAP (RFC 948); LLC for all others, which carry no packet.
    """
    data = packet.data
    start = packet.start
    if packet.end - start < 3:
        return -Anomaly.FRAME_TRUNCATED
    saps = i64(read_i16_be(data, start)) & 0xFFFF
    if data[start + 2] != 3 or saps not in (0xAAAA, 0xFEFE, 0x0606):
        return LLC
    packet.start = start + 3
    if saps == 0x0606:
        return IPV4
    if saps == 0xFEFE:
        return behind_nlpid(packet)
    return behind_snap(packet, 2)


def behind_nlpid(packet: Packet) -> i64:
    """The ethertype for which a network layer protocol id stands (ISO/IEC TR 9577), LLC, -Anomaly.

    IS-IS and its like are part of what they identify; they carry no packet either.
    """
    if packet.end - packet.start < 1:
        return -Anomaly.FRAME_TRUNCATED
    number = i64(packet.data[packet.start])
    packet.start += 1
    if number == 0xCC:
        return IPV4
    if number == 0x8E:
        return IPV6
    return behind_snap(packet, 0) if number == 0x80 else LLC


def behind_snap(packet: Packet, padding: i64) -> i64:
    """The ethertype behind SNAP's OUI and protocol, LLC, or -Anomaly if it is cut.

    `padding`: octets before the frame where a bridge put one there (RFC 2684 section 5.2: two;
    RFC 2427 section 4.2: none).
    """
    data = packet.data
    start = packet.start
    if packet.end - start < 5:
        return -Anomaly.FRAME_TRUNCATED
    oui = (i64(read_i16_be(data, start)) & 0xFFFF) << 8 | i64(data[start + 2])
    number = i64(read_i16_be(data, start + 3)) & 0xFFFF
    packet.start = start + 5
    if oui in (0, 0x0000F8):
        return number if number >= ETHERTYPE_MIN else LLC
    if oui != 0x0080C2 or number not in (1, 7):
        return LLC
    if packet.end - packet.start < padding:
        return -Anomaly.FRAME_TRUNCATED
    packet.start += padding
    return BRIDGED
