"""Compiled. Who was visible, and how much of what they did: the engine's counters for coverage.

Also keeps the bindings of addresses to MACs, so that a claim leaves the engine only when it is new.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be, read_i64_be
from mypy_extensions import i64

from netwatch.decode.packet import TCP, Packet
from netwatch.limits import BINDING_SLOTS, MAC_SLOTS
from netwatch.state.answers import VALUE, Remembered
from netwatch.state.clients import (
    ADDRESS,
    CONNECTIONS,
    FLOWS,
    LENGTH_VLAN,
    MAC,
    MACS,
    TTL_KINDS,
    TUNNELS,
    Clients,
    Macs,
)
from netwatch.state.fingerprint import address_hash, is_public, mix

M32: Final = 0xFFFFFFFF
M48: Final = 0xFFFFFFFFFFFF


class ClientWatch:
    """The clients of one engine."""

    def __init__(self, key: i64) -> None:
        self.key: i64 = key
        self.clients: Clients = Clients()
        self.macs: Macs = Macs(MAC_SLOTS)
        self.bindings: Remembered = Remembered(BINDING_SLOTS)

    def source(self, packet: Packet) -> i64:
        """Give the place of the record of the packet's sender."""
        return self.record(packet, packet.source, packet.source_hash, packet.source_mac)

    def target(self, packet: Packet) -> i64:
        """Give the place of the record of the packet's receiver."""
        return self.record(packet, packet.target, packet.target_hash, packet.target_mac)

    def record(self, packet: Packet, offset: i64, hashed: i64, mac_offset: i64) -> i64:
        """Give the place of the record of the address at `offset`; VLANs keep equal ones apart."""
        vlan = outer_vlan(packet)
        clients = self.clients
        place = clients.find(mix(hashed, vlan) | 1, packet.time_ns)
        records = clients.records
        mac: i64 = 0
        if mac_offset >= 0:
            mac = mac_number(packet.frame, mac_offset)
        if clients.fresh:
            data = packet.net
            records[place + LENGTH_VLAN] = packet.address_length | (vlan << 8)
            words = packet.address_length >> 2
            word: i64 = 0
            while word < words:
                value = i64(read_i32_be(data, offset + word * 4)) & M32
                records[place + ADDRESS + word] = value
                word += 1
            records[place + MAC] = mac
            records[place + MACS] = 1
            if mac_offset >= 0:
                public = is_public(data, offset, packet.address_length)
                self.macs.add(mac, public, packet.time_ns)
        elif mac != 0 and records[place + MAC] != mac:
            if records[place + MAC] != 0:
                records[place + MACS] = 2
            records[place + MAC] = mac
        return place

    def connection(self, packet: Packet, from_client: bool) -> bool:
        """Charge a new flow to the client's side; True when it goes to a public address."""
        if from_client:
            place = self.source(packet)
            public = is_public(packet.net, packet.target, packet.address_length)
            self.clients.mark(place, TTL_KINDS, packet.ttl)
        else:
            place = self.target(packet)
            public = is_public(packet.net, packet.source, packet.address_length)
        self.clients.count(place, FLOWS)
        if public:
            self.clients.count(place, CONNECTIONS)
        return public

    def count(self, packet: Packet, from_client: bool, field: i64) -> i64:
        """Add one to a counter of the client's side; give the place of its record."""
        place = self.source(packet) if from_client else self.target(packet)
        self.clients.count(place, field)
        return place

    def sender(self, packet: Packet) -> None:
        """Note that one of our own addresses sent something, be it only an answer."""
        net = packet.net
        length = packet.address_length
        if not is_public(net, packet.source, length) and is_one_host(net, packet.source, length):
            self.source(packet)

    def tunnel(self, packet: Packet) -> None:
        """Note a packet of a VPN at both ends, as far as they are ours: who began is not told."""
        if not is_public(packet.net, packet.source, packet.address_length):
            self.count(packet, True, TUNNELS)
        if not is_public(packet.net, packet.target, packet.address_length):
            self.count(packet, False, TUNNELS)

    def bind(
        self, packet: Packet, data: bytes, start: i64, length: i64, mac: i64, salt: i64
    ) -> bool:
        """Note address -> MAC (48 bits as a number); True when this was not known before.

        VLANs keep equal addresses apart.
        """
        vlan = outer_vlan(packet)
        hashed = mix(mix(address_hash(self.key, data, start, length), salt), vlan) | 1
        place = self.bindings.put(hashed, packet.time_ns)
        if self.bindings.records[place + VALUE] == mac + 1:
            return False
        self.bindings.records[place + VALUE] = mac + 1
        return True


def outer_vlan(packet: Packet) -> i64:
    """Give the id of the outermost tag, 0 where there is none.

    A function, because `... if ... else 0` makes an object of the number when it is compiled.
    """
    if packet.vlan_count > 0:
        return packet.vlans[0]
    return 0


def is_one_host(data: bytes, start: i64, length: i64) -> bool:
    """Tell whether the address can be one sender's: not unspecified, not multicast."""
    first = i64(data[start])
    if length == 4:
        return 0 < first < 224
    if first == 0:
        return i64(read_i64_be(data, start)) != 0 or i64(read_i64_be(data, start + 8)) != 0
    return first != 0xFF


def is_tunnel(packet: Packet, server_port: i64) -> bool:
    """Tell the first packet of a VPN's flow: by its port, WireGuard by its shape on any.

    IKE and IPsec NAT traversal (RFC 3948), OpenVPN, WireGuard; PPTP (RFC 2637), whose GRE is read
    only where it is not encrypted.
    A WireGuard initiation is of type 1 and has 148 octets.
    """
    if packet.protocol == TCP:
        return server_port == 1194 or server_port == 1723
    if packet.end - packet.start == 148:
        return i64(read_i32_be(packet.data, packet.start)) & M32 == 0x01000000
    return server_port in (500, 4500, 1194, 51820)


def mac_number(data: bytes, start: i64) -> i64:
    """Give six octets as a number of 48 bits."""
    if start + 8 <= len(data):
        return (i64(read_i64_be(data, start)) >> 16) & M48
    high = i64(read_i16_be(data, start)) & 0xFFFF
    return (high << 32) | (i64(read_i32_be(data, start + 2)) & M32)
