"""Compiled. Tunnels told by their IP protocol, and the table of all that are read.

A tunnel's ends are kept in the packet; what they carry is the packet of somebody else, with MACs,
VLANs and addresses of its own. Sources stand at each protocol.
"""

from typing import Final

from librt.strings import read_i16_be
from mypy_extensions import i64

from netwatch.decode.carried import MPLS, inside, ip_kind
from netwatch.decode.ethertypes import ETHERNET, IPV4, IPV6
from netwatch.decode.gre import gre
from netwatch.decode.l2tp import l2tp_ip
from netwatch.decode.packet import Packet
from netwatch.model import Anomaly, Answer

TUNNELS: Final = {
    "IP in IP": "IP protocol 4",
    "6in4 and IPv6 in IPv6": "IP protocol 41",
    "GRE": "IP protocol 47, UDP port 4754; IP, MPLS",
    "PPTP": "IP protocol 47; version 1 of GRE with PPP",
    "GRE with Ethernet": "IP protocol 47, UDP port 4754; protocol type 0x6558 (also NVGRE)",
    "GRE with 802.11": "IP protocol 47; protocol types 0x8200 to 0x83F0 (Aruba)",
    "WCCP": "IP protocol 47; protocol type 0x883E",
    "ERSPAN I": "IP protocol 47; protocol type 0x88BE without sequence number",
    "ERSPAN II": "IP protocol 47; protocol type 0x88BE with a header of version 1",
    "ERSPAN III": "IP protocol 47; protocol type 0x22EB; a frame or an IP packet",
    "ESP without encryption": "IP protocol 50, if an IP packet fits into it; else it is encrypted",
    "EtherIP": "IP protocol 97",
    "L2TPv3": "IP protocol 115, UDP port 1701; Ethernet, PPP, HDLC or IP, if it fits",
    "MPLS in IP": "IP protocol 137",
    "Ethernet in IPv6": "IP protocol 143 (SRv6)",
    "L2TPv2": "UDP port 1701; PPP",
    "GTP-U": "UDP port 2152; IP, or Ethernet if it fits",
    "Teredo": "UDP port 3544",
    "LISP": "UDP port 4341",
    "VXLAN": "UDP ports 4789 and 8472, also with a group policy",
    "VXLAN-GPE": "UDP ports 4790 and 4789; Ethernet, IP, MPLS, NSH",
    "AYIYA": "UDP port 5072",
    "CAPWAP": "UDP port 5247; 802.11 or Ethernet, if it is not encrypted",
    "Geneve": "UDP port 6081; Ethernet, IP, MPLS, NSH",
    "MPLS in UDP": "UDP port 6635",
    "TZSP": "UDP port 37008; Ethernet or 802.11",
}
"""Every tunnel that is read, and how it is told; tests and the README hold it against the code."""

IPIP: Final = 4
SIX: Final = 41
GRE: Final = 47
ESP: Final = 50
NO_NEXT: Final = 59
ETHERIP: Final = 97
L2TP: Final = 115
MPLS_IN_IP: Final = 137
ETHERNET_IN_IP: Final = 143

INTEGRITY_BYTES: Final = (12, 16, 0, 24, 32)
"""Lengths of ESP's check value in use: HMAC of MD5 and SHA-1, of SHA-2, GMAC, none."""


def tunnel(packet: Packet) -> i64:
    """Open what packet.protocol carries from packet.start on.

    DONE: packet.ethertype and packet.start..end are at what is inside. NEED_MORE: this protocol is
    no tunnel. Else -Anomaly.
    """
    protocol = packet.protocol
    if protocol == GRE:
        return gre(packet)
    if protocol == IPIP:
        return open_up(packet, IPV4, 0)
    if protocol == SIX:
        return open_up(packet, IPV6, 0)
    if protocol == ESP:
        return esp(packet)
    if protocol == ETHERIP:
        return etherip(packet)
    if protocol == L2TP:
        return l2tp_ip(packet)
    if protocol == MPLS_IN_IP:
        return open_up(packet, MPLS, 0)
    if protocol == ETHERNET_IN_IP:
        return open_up(packet, ETHERNET, 0)
    return Answer.NEED_MORE


def open_up(packet: Packet, kind: i64, header: i64) -> i64:
    """Enter the tunnel; `kind` begins behind a header of so many octets, which are there."""
    if not packet.enter_tunnel():
        return -Anomaly.TOO_DEEP
    packet.start += header
    return inside(packet, kind, 0)


def etherip(packet: Packet) -> i64:
    """RFC 3378 section 3: version 3, and nothing else in two octets."""
    if packet.end - packet.start < 2:
        return -Anomaly.TRANSPORT_HEADER
    if (i64(read_i16_be(packet.data, packet.start)) & 0xFFFF) != 0x3000:
        return -Anomaly.TRANSPORT_HEADER
    return open_up(packet, ETHERNET, 2)


def esp(packet: Packet) -> i64:
    """RFC 4303 section 2: a packet that is whole between header and trailer is not encrypted.

    Its length, the padding that counts up, and the next header all have to agree; of random octets
    one packet in 2^40 does. Anything else is.
    """
    data = packet.data
    start = packet.start + 8
    if packet.end - start < 22 or packet.cut:
        return -Anomaly.ENCRYPTED
    for check in INTEGRITY_BYTES:
        trailer = packet.end - check - 2
        end = trailer - (i64(data[trailer]) if trailer >= start else 0)
        if end - start < 20 or not counts_up(data, end, trailer):
            continue
        kind = ip_kind(data, start, end, False, 0)
        following = i64(data[trailer + 1])
        if (kind == IPV4 and following == IPIP) or (kind == IPV6 and following == SIX):
            packet.end = end
            return open_up(packet, kind, 8)
    return -Anomaly.ENCRYPTED


def counts_up(data: bytes, start: i64, end: i64) -> bool:
    """Tell whether the octets are 1, 2, 3 and so on: ESP's padding."""
    position = start
    while position < end:
        if i64(data[position]) != position - start + 1:
            return False
        position += 1
    return True
