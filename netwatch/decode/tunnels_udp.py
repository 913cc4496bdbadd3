"""Compiled. Tunnels in UDP: told by port, and by a header that says exactly what follows.

Ports belong to nobody, so a datagram whose header does not stand up to the last octet is left
alone: it is an ordinary one. Sources stand at each protocol.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.decode.capwap import capwap
from netwatch.decode.carried import MPLS, NSH, following_kind, inside, ip_kind, is_ethernet
from netwatch.decode.ethertypes import ETHERNET, IPV4, IPV6
from netwatch.decode.gre import gre
from netwatch.decode.l2tp import l2tp
from netwatch.decode.packet import Packet
from netwatch.decode.wireless import wifi
from netwatch.limits import IPV6_HEADERS_MAX, LAYERS_MAX
from netwatch.model import Anomaly, Answer

L2TP: Final = 1701
GTP: Final = 2152
TEREDO: Final = 3544
LISP: Final = 4341
GRE: Final = 4754
VXLAN: Final = 4789
VXLAN_GPE: Final = 4790
AYIYA: Final = 5072
CAPWAP: Final = 5247
GENEVE: Final = 6081
MPLS_IN_UDP: Final = 6635
VXLAN_OF_OLD: Final = 8472
"""Linux, before VXLAN had a port of its own, and to this day unless told otherwise."""
TZSP: Final = 37008

DNS_PORTS: Final = (53, 5353, 5355)
TRANSPARENT: Final = 0x6558
TZSP_RADIO: Final = 18
TZSP_TAGS_MAX: Final = 64


def may_carry(packet: Packet) -> bool:
    """Tell whether the datagram's ports let it be a tunnel: asked of each, so it must be cheap.

    A client of DNS may have any port above 1,023: what goes to DNS, or comes from it, is DNS.
    """
    source = packet.source_port
    target = packet.target_port
    if is_tunnel_port(target):
        return source not in DNS_PORTS
    return is_tunnel_port(source) and target not in DNS_PORTS


def is_tunnel_port(port: i64) -> bool:
    """Tell whether a tunnel may live there: nearly always after two comparisons."""
    if port < L2TP or port > TZSP:
        return False
    if port > VXLAN_OF_OLD:
        return port == TZSP
    return port in (
        GTP, VXLAN, GENEVE, L2TP, TEREDO, VXLAN_OF_OLD, VXLAN_GPE,
        CAPWAP, LISP, GRE, AYIYA, MPLS_IN_UDP,
    )  # fmt: skip


def tunnel_udp(packet: Packet) -> i64:
    """Open what a datagram carries, whose payload is packet.start..end.

    DONE: packet.ethertype and packet.start..end are at what is inside. NEED_MORE: an ordinary
    datagram, nothing is changed. Else -Anomaly.
    """
    answer = by_port(packet, packet.target_port)
    if answer == Answer.NEED_MORE:
        answer = by_port(packet, packet.source_port)
    return answer


def by_port(packet: Packet, port: i64) -> i64:
    """The same for the tunnel of one port."""
    if port in (VXLAN, VXLAN_OF_OLD):
        return vxlan(packet)
    if port == GENEVE:
        return geneve(packet)
    if port == GTP:
        return gtp(packet)
    if port == CAPWAP:
        return capwap(packet)
    if port == L2TP:
        return l2tp(packet)
    if port == TEREDO:
        return teredo(packet)
    if port == VXLAN_GPE:
        return vxlan_gpe(packet)
    if port == TZSP:
        return tzsp(packet)
    if port == MPLS_IN_UDP:
        return mpls_udp(packet)
    if port == LISP:
        return lisp(packet)
    if port == GRE:
        return gre_udp(packet)
    if port == AYIYA:
        return ayiya(packet)
    return Answer.NEED_MORE


def open_up(packet: Packet, start: i64, kind: i64, network: i64) -> i64:
    """Enter the tunnel; what is inside begins at `start`."""
    if not packet.enter_tunnel():
        return -Anomaly.TOO_DEEP
    packet.start = start
    return inside(packet, kind, network)


def open_radio(packet: Packet, start: i64) -> i64:
    """The same for a frame of 802.11."""
    if not packet.enter_tunnel():
        return -Anomaly.TOO_DEEP
    packet.start = start
    return wifi(packet, False)


def vxlan(packet: Packet) -> i64:
    """RFC 7348 section 5; draft-smith-vxlan-group-policy-05 for the flags G, D and A."""
    data = packet.data
    start = packet.start
    if packet.end - start < 8:
        return Answer.NEED_MORE
    first = i64(read_i32_be(data, start)) & 0xFFFFFFFF
    second = i64(read_i32_be(data, start + 4)) & 0xFFFFFFFF
    if first & 0x04000000 != 0:
        return vxlan_gpe(packet)  # some use it on the older port
    reserved: i64 = 0xF7FFFFFF if first & 0x80000000 == 0 else 0x77B70000
    if first & 0x08000000 == 0 or first & reserved != 0 or second & 0xFF != 0:
        return Answer.NEED_MORE
    return open_up(packet, start + 8, ETHERNET, second >> 8)


def vxlan_gpe(packet: Packet) -> i64:
    """draft-ietf-nvo3-vxlan-gpe-12 section 3: what follows is named, Ethernet where it is not."""
    data = packet.data
    start = packet.start
    if packet.end - start < 8:
        return Answer.NEED_MORE
    first = i64(read_i32_be(data, start)) & 0xFFFFFFFF
    second = i64(read_i32_be(data, start + 4)) & 0xFFFFFFFF
    if first & 0xF0FFFF00 != 0 or first & 0x0C000000 == 0 or second & 0xFF != 0:
        return Answer.NEED_MORE
    kind: i64 = ETHERNET if first & 0x04000000 == 0 else following_kind(first & 0xFF)
    network: i64 = second >> 8 if first & 0x08000000 != 0 else 0
    return open_up(packet, start + 8, kind, network) if kind >= 0 else Answer.NEED_MORE


def geneve(packet: Packet) -> i64:
    """RFC 8926 section 3: the options have to fill their room exactly."""
    data = packet.data
    start = packet.start
    if packet.end - start < 8:
        return Answer.NEED_MORE
    first = i64(read_i16_be(data, start)) & 0xFFFF
    protocol = i64(read_i16_be(data, start + 2)) & 0xFFFF
    tail = i64(read_i32_be(data, start + 4)) & 0xFFFFFFFF
    if first & 0xC03F != 0 or tail & 0xFF != 0:
        return Answer.NEED_MORE
    position = start + 8
    stop = position + (first >> 8 & 0x3F) * 4
    if stop > packet.end:
        return Answer.NEED_MORE
    while position < stop:
        position += 4 + (i64(data[position + 3]) & 0x1F) * 4
    if position != stop:
        return Answer.NEED_MORE
    if protocol == TRANSPARENT:
        return open_up(packet, stop, ETHERNET, tail >> 8)
    if protocol in (IPV4, IPV6, MPLS, NSH):
        return open_up(packet, stop, protocol, tail >> 8)
    return Answer.NEED_MORE


def gtp(packet: Packet) -> i64:
    """A G-PDU of 3GPP TS 29.281 section 5, with its extension headers; echoes are no tunnel."""
    data = packet.data
    start = packet.start
    if packet.end - start < 12:
        return Answer.NEED_MORE
    first = i64(read_i16_be(data, start)) & 0xFFFF
    if first & 0xF8FF != 0x30FF:
        return Answer.NEED_MORE
    position = start + 8
    stop = position + (i64(read_i16_be(data, start + 2)) & 0xFFFF)
    cut = packet.cut
    if stop > packet.end:
        if not cut:
            return Answer.NEED_MORE
        stop = packet.end
    else:
        cut = False
    if first & 0x0700 != 0:
        position = behind_extensions(data, position, stop, first & 0x0400 != 0)
    kind = ip_kind(data, position, stop, cut, 0xFFFF)
    if kind == 0 and is_ethernet(data, position, stop, cut):
        kind = ETHERNET
    if kind == 0:
        return Answer.NEED_MORE
    packet.end = stop
    return open_up(packet, position, kind, 0)


def behind_extensions(data: bytes, position: i64, stop: i64, extended: bool) -> i64:
    """Where GTP's optional fields and extension headers end; `stop` if they do not."""
    if stop - position < 4:
        return stop
    following: i64 = i64(data[position + 3]) if extended else 0
    position += 4
    seen: i64 = 0
    while following != 0:
        seen += 1
        if position >= stop or data[position] == 0 or seen > IPV6_HEADERS_MAX:
            return stop
        position += i64(data[position]) * 4
        if position > stop:
            return stop
        following = i64(data[position - 1])
    return position


def teredo(packet: Packet) -> i64:
    """RFC 4380 section 5.1.1: authentication and origin may stand before the packet.

    Trailers may follow it (RFC 6081 section 4).
    """
    data = packet.data
    position = packet.start
    end = packet.end
    if end - position >= 4 and (i64(read_i16_be(data, position)) & 0xFFFF) == 1:
        position += 13 + i64(data[position + 2]) + i64(data[position + 3])
    if end - position >= 2 and read_i16_be(data, position) == 0:
        position += 8
    if ip_kind(data, position, end, packet.cut, 0xFFFF) != IPV6:
        return Answer.NEED_MORE
    return open_up(packet, position, IPV6, 0)


def lisp(packet: Packet) -> i64:
    """RFC 9300 section 5: no magic in eight octets, so the packet has to fit."""
    data = packet.data
    start = packet.start
    if packet.end - start < 8:
        return Answer.NEED_MORE
    first = i64(data[start])
    kind = ip_kind(data, start + 8, packet.end, packet.cut, 0)
    if kind == 0 or first & 0x07 != 0:
        return Answer.NEED_MORE
    network: i64 = 0
    if first & 0x08 != 0:
        network = (i64(read_i32_be(data, start + 4)) & 0xFFFFFFFF) >> 8
    return open_up(packet, start + 8, kind, network)


def gre_udp(packet: Packet) -> i64:
    """RFC 8086: GRE of version 0 without source routes, and a protocol that is one."""
    data = packet.data
    start = packet.start
    if packet.end - start < 4:
        return Answer.NEED_MORE
    flags = i64(read_i16_be(data, start)) & 0xFFFF
    protocol = i64(read_i16_be(data, start + 2)) & 0xFFFF
    if flags & 0x4FFF != 0 or protocol not in (IPV4, IPV6, TRANSPARENT, MPLS, 0x8848):
        return Answer.NEED_MORE
    return gre(packet)


def mpls_udp(packet: Packet) -> i64:
    """RFC 7510: a label stack, behind which something fits."""
    data = packet.data
    position = packet.start
    labels: i64 = 0
    last = False
    while not last:
        labels += 1
        if packet.end - position < 4 or labels > LAYERS_MAX:
            return Answer.NEED_MORE
        last = i64(data[position + 2]) & 1 != 0
        position += 4
    cut = packet.cut
    if (
        ip_kind(data, position, packet.end, cut, 0) == 0
        and not is_ethernet(data, position, packet.end, cut)
        and not is_ethernet(data, position + 4, packet.end, cut)
    ):
        return Answer.NEED_MORE
    return open_up(packet, packet.start, MPLS, 0)


def ayiya(packet: Packet) -> i64:
    """draft-massar-v6ops-ayiya-02 section 3: lengths of identity and signature, "forward"."""
    data = packet.data
    start = packet.start
    if packet.end - start < 8:
        return Answer.NEED_MORE
    lengths = i64(read_i16_be(data, start)) & 0xFFFF
    following = i64(data[start + 3])
    if i64(data[start + 2]) & 15 != 1 or lengths >> 12 > 8:
        return Answer.NEED_MORE
    identity: i64 = 1
    power = lengths >> 12
    while power > 0:
        identity += identity
        power -= 1
    position = start + 8 + identity + (lengths >> 4 & 15) * 4
    kind = ip_kind(data, position, packet.end, packet.cut, 0)
    if (kind == IPV6 and following == 41) or (kind == IPV4 and following == 4):
        return open_up(packet, position, kind, 0)
    return Answer.NEED_MORE


def tzsp(packet: Packet) -> i64:
    """TaZmen Sniffer Protocol: a mirrored frame behind a list of tags."""
    data = packet.data
    start = packet.start
    end = packet.end
    if end - start < 5 or data[start] != 1 or i64(data[start + 1]) > 1:
        return Answer.NEED_MORE
    protocol = i64(read_i16_be(data, start + 2)) & 0xFFFF
    if protocol not in (1, TZSP_RADIO):
        return Answer.NEED_MORE
    position = start + 4
    tags: i64 = 0
    while position < end and tags < TZSP_TAGS_MAX:
        tag = i64(data[position])
        position += 1
        if tag == 1 and protocol == 1:
            return open_up(packet, position, ETHERNET, 0)
        if tag == 1:
            return open_radio(packet, position)
        if tag != 0:
            if position >= end:
                return Answer.NEED_MORE
            position += 1 + i64(data[position])
        tags += 1
    return Answer.NEED_MORE
