"""Compiled. Frames that say "this address is mine": ARP (RFC 826), Neighbor Discovery (RFC 4861).

A claim is worth a MAC only if it was made by its owner: probes for a free address (RFC 5227,
RFC 4862 section 5.4) claim nothing, and neither do senders that no interface can have.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.model import Anomaly, Answer

ARP_BYTES: Final = 28
ARP_ETHERNET: Final = 1
ARP_IEEE802: Final = 6
ARP_REQUEST: Final = 1
ARP_REPLY: Final = 2
ETHERTYPE_IPV4: Final = 0x0800

ND_ROUTER_SOLICITATION: Final = 133
ND_ROUTER_ADVERTISEMENT: Final = 134
ND_NEIGHBOUR_SOLICITATION: Final = 135
ND_NEIGHBOUR_ADVERTISEMENT: Final = 136
ND_OPTION_SOURCE: Final = 1
ND_OPTION_TARGET: Final = 2


class AddressClaim:
    """One claim: data[address_start:][:address_length] belongs to data[mac_start:][:mac_length].

    `address_length` is 4 or 16. `mac_length` is 6, or 0 where a neighbour advertisement leaves its
    MAC out (RFC 4861 section 4.4: the asker knew it): then only the frame's source tells it.
    `router`: the claimer says that it is a router.
    """

    def __init__(self) -> None:
        self.address_start: i64 = 0
        self.address_length: i64 = 0
        self.mac_start: i64 = 0
        self.mac_length: i64 = 0
        self.router: bool = False

    def arp(self, data: bytes, start: i64, end: i64) -> i64:
        """Read the payload of EtherType 0x0806; padding behind it is allowed.

        DONE: the sender's address and MAC, of requests, replies and gratuitous ones. NEED_MORE:
        nothing is claimed (a probe, or not IPv4 over Ethernet). Negative: `-Anomaly.ARP`.
        """
        self._forget()
        if end - start < 8:
            return -Anomaly.ARP
        hardware = i64(read_i16_be(data, start)) & 0xFFFF
        protocol = i64(read_i16_be(data, start + 2)) & 0xFFFF
        if hardware != ARP_ETHERNET and hardware != ARP_IEEE802:
            return Answer.NEED_MORE
        if protocol != ETHERTYPE_IPV4:
            return Answer.NEED_MORE
        if i64(data[start + 4]) != 6 or i64(data[start + 5]) != 4 or end - start < ARP_BYTES:
            return -Anomaly.ARP
        operation = i64(read_i16_be(data, start + 6)) & 0xFFFF
        if operation != ARP_REQUEST and operation != ARP_REPLY:
            return Answer.NEED_MORE
        first = i64(data[start + 14])
        if first == 0:
            return Answer.NEED_MORE
        if first >= 224 or first == 127 or not one_interface(data, start + 8):
            return -Anomaly.ARP
        self.address_start = start + 14
        self.address_length = 4
        self.mac_start = start + 8
        self.mac_length = 6
        return Answer.DONE

    def neighbour(self, data: bytes, start: i64, end: i64, source_start: i64) -> i64:
        """Read the ICMPv6 message data[start:end]; its IPv6 source address is at `source_start`.

        DONE: solicitations and router messages claim their source address by the source link-layer
        option, neighbour advertisements their target by the target option. NEED_MORE: nothing is
        claimed. Negative: `-Anomaly.ND`. The caller has checked that the hop limit is 255, without
        which the message came from beyond the link (RFC 4861 section 6.1, 7.1).
        """
        self._forget()
        if end - start < 1:
            return -Anomaly.ND
        kind = i64(data[start])
        if kind < ND_ROUTER_SOLICITATION or kind > ND_NEIGHBOUR_ADVERTISEMENT:
            return Answer.NEED_MORE
        options = start + 24
        if kind == ND_ROUTER_SOLICITATION:
            options = start + 8
        elif kind == ND_ROUTER_ADVERTISEMENT:
            options = start + 16
        if options > end or i64(data[start + 1]) != 0:
            return -Anomaly.ND
        wanted: i64 = ND_OPTION_SOURCE
        address = source_start
        if kind == ND_NEIGHBOUR_ADVERTISEMENT:
            wanted = ND_OPTION_TARGET
            address = start + 8
        if address < 0 or address + 16 > len(data) or i64(data[address]) == 0xFF:
            return -Anomaly.ND
        mac = find_mac(data, options, end, wanted)
        if mac < 0:
            return mac
        if unspecified(data, address) or (mac == 0 and kind != ND_NEIGHBOUR_ADVERTISEMENT):
            return Answer.NEED_MORE
        self.address_start = address
        self.address_length = 16
        self.mac_start = mac
        self.mac_length = 0 if mac == 0 else 6
        self.router = kind == ND_ROUTER_ADVERTISEMENT or (
            kind == ND_NEIGHBOUR_ADVERTISEMENT and i64(data[start + 4]) & 0x80 != 0
        )
        return Answer.DONE

    def _forget(self) -> None:
        self.address_start = 0
        self.address_length = 0
        self.mac_start = 0
        self.mac_length = 0
        self.router = False


def find_mac(data: bytes, position: i64, end: i64, wanted: i64) -> i64:
    """Where the MAC in the option `wanted` is (RFC 4861 section 4.6); 0 = none, or -Anomaly.ND.

    All options are walked, since one of length 0 makes the whole message void.
    """
    found: i64 = 0
    while position < end:
        if position + 2 > end:
            return -Anomaly.ND
        size = i64(data[position + 1]) * 8
        if size == 0 or position + size > end:
            return -Anomaly.ND
        if i64(data[position]) == wanted and size == 8 and found == 0:
            found = position + 2
            if not one_interface(data, found):
                return -Anomaly.ND
        position += size
    return found


def one_interface(data: bytes, start: i64) -> bool:
    """Whether the six octets can be one interface's MAC: not a group's and not all zero."""
    if i64(data[start]) & 1 != 0:
        return False
    high = i64(read_i32_be(data, start)) & 0xFFFFFFFF
    return high != 0 or i64(read_i16_be(data, start + 4)) & 0xFFFF != 0


def unspecified(data: bytes, start: i64) -> bool:
    """Whether the 16 octets are `::`, the source of a probe (RFC 4862 section 5.4)."""
    i: i64 = 0
    while i < 16:
        if i64(read_i32_be(data, start + i)) != 0:
            return False
        i += 4
    return True
