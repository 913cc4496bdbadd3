"""Compiled. The link types: from the first octet of a frame to an ethertype and its payload.

Source: the LINKTYPE_ pages of tcpdump.org.
"""

from typing import Final

from mypy_extensions import i64

from netwatch.decode.cooked import (
    behind,
    cooked,
    loopback,
    marvell_tagged,
    nflog,
    pflog,
    pktap,
    prepended,
    raw,
    switch_tagged,
    upper_pdu,
)
from netwatch.decode.ethernet import mac_header, typed
from netwatch.decode.lans import arcnet, arcnet_linux, atm, fddi, sun_atm, token_ring
from netwatch.decode.packet import Packet
from netwatch.decode.serial import (
    cisco_hdlc,
    cisco_hdlc_directed,
    frame_relay,
    frame_relay_directed,
    ppp_directed,
    ppp_hdlc,
    ppp_pppd,
)
from netwatch.decode.wireless import avs, ppi, prism, radiotap, wifi
from netwatch.model import Anomaly

LINK_TYPES: Final = {
    0: "NULL",
    1: "Ethernet",
    6: "Token Ring",
    7: "ARCnet",
    8: "SLIP",
    9: "PPP",
    10: "FDDI",
    12: "raw IP (BSD)",
    14: "raw IP (OpenBSD)",
    50: "PPP or Cisco HDLC",
    51: "PPPoE",
    100: "ATM (RFC 2684)",
    101: "raw IP",
    104: "Cisco HDLC",
    105: "802.11",
    107: "Frame Relay",
    108: "LOOP",
    109: "ENC",
    113: "Linux cooked (SLL)",
    117: "PFLOG",
    119: "802.11 with Prism header",
    123: "ATM (SunATM)",
    127: "802.11 with radiotap",
    129: "ARCnet (Linux)",
    149: "PKTAP (as user type)",
    163: "802.11 with AVS header",
    166: "PPP (pppd)",
    192: "PPI",
    204: "PPP with direction",
    205: "Cisco HDLC with direction",
    206: "Frame Relay with direction",
    219: "MPLS",
    228: "raw IPv4",
    229: "raw IPv6",
    239: "NFLOG",
    252: "Wireshark upper PDU",
    258: "PKTAP",
    276: "Linux cooked v2 (SLL2)",
    281: "Ethernet with Broadcom tag",
    282: "Ethernet behind Broadcom tag",
    284: "Ethernet with Marvell tag",
    285: "Ethernet with Marvell tag and ethertype",
}
"""Every LINKTYPE_ number that `link` reads; tests and the README hold it against the code."""


def link(packet: Packet, link_type: i64) -> i64:
    """Read the link header of packet.data[start:end]; set ethertype, MACs, VLANs and start.

    DONE, or -Anomaly. An ethertype that nobody reads is the caller's business.
    """
    if link_type == 1:
        return mac_header(packet)
    if link_type in (192, 149, 258):
        # The header says which link's frame stands behind it. One such header is enough.
        inner = ppi(packet) if link_type == 192 else pktap(packet)
        if inner < 0:
            return inner if link_type != 149 else -Anomaly.LINK_UNKNOWN
        if inner == 1:
            return mac_header(packet)
        link_type = inner
    if link_type in (101, 12, 14, 228, 229):
        return raw(packet)
    if link_type == 113:
        return cooked(packet, 14, 6, 16)
    if link_type == 276:
        return cooked(packet, 0, 12, 20)
    if link_type in (0, 108):
        return loopback(packet, link_type)
    if link_type == 239:
        return nflog(packet)
    if link_type == 109:
        return behind(packet, 12)
    if link_type == 8:
        return behind(packet, 16)
    if link_type == 117:
        return pflog(packet)
    if link_type == 252:
        return upper_pdu(packet)
    return wired(packet, link_type)


def wired(packet: Packet, link_type: i64) -> i64:
    """`link` for serial lines, and for Ethernet with something of a switch chip in it."""
    if link_type in (9, 50):
        return ppp_hdlc(packet)
    if link_type == 51:
        return typed(packet, 0x8864)
    if link_type == 104:
        return cisco_hdlc(packet)
    if link_type == 107:
        return frame_relay(packet)
    if link_type == 166:
        return ppp_pppd(packet)
    if link_type == 204:
        return ppp_directed(packet)
    if link_type == 205:
        return cisco_hdlc_directed(packet)
    if link_type == 206:
        return frame_relay_directed(packet)
    if link_type == 219:
        return typed(packet, 0x8847)
    if link_type == 281:
        return switch_tagged(packet, 4)
    if link_type == 282:
        return prepended(packet)
    if link_type == 284:
        return marvell_tagged(packet, 4)
    if link_type == 285:
        return marvell_tagged(packet, 8)
    return shared(packet, link_type)


def shared(packet: Packet, link_type: i64) -> i64:
    """`link` for media that many stations share, and ATM."""
    if link_type == 105:
        return wifi(packet, False)
    if link_type == 127:
        return radiotap(packet)
    if link_type == 119:
        return prism(packet)
    if link_type == 163:
        return avs(packet)
    if link_type == 6:
        return token_ring(packet)
    if link_type == 7:
        return arcnet(packet)
    if link_type == 129:
        return arcnet_linux(packet)
    if link_type == 10:
        return fddi(packet)
    if link_type == 100:
        return atm(packet)
    if link_type == 123:
        return sun_atm(packet)
    return -Anomaly.LINK_UNKNOWN
