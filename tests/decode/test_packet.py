"""The one packet that is reused: what `begin` forgets, and what it gives."""

import struct

from netwatch.decode.packet import Packet

MACS = bytes.fromhex("0200000000010200000000aa")
SOURCE, TARGET = bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2))
PORTS = struct.pack(">HH", 40_000, 443)
FRAME = b"??" + MACS + SOURCE + TARGET + PORTS + b"octets"


def filled() -> Packet:
    packet = Packet()
    packet.begin(FRAME, 2, len(FRAME))
    packet.target_mac, packet.source_mac = 2, 8
    packet.source, packet.target, packet.address_length = 14, 18, 4
    packet.ports = 22
    packet.protocol = 6
    return packet


def test_addresses_macs_and_key() -> None:
    packet = filled()
    assert packet.source_address() == SOURCE
    assert packet.target_address() == TARGET
    assert packet.mac(packet.source_mac) == MACS[6:]
    assert packet.mac(packet.target_mac) == MACS[:6]
    assert packet.key() == SOURCE + TARGET + PORTS + b"\x06"


def test_a_link_without_macs_gives_none() -> None:
    packet = Packet()
    packet.begin(FRAME, 0, len(FRAME))
    assert packet.mac(packet.source_mac) == b""
    assert packet.mac(packet.target_mac) == b""


def test_the_key_tells_directions_and_protocols_apart() -> None:
    packet = filled()
    there = packet.key()
    packet.protocol = 17
    assert packet.key() != there
    packet.protocol = 6
    packet.source, packet.target = packet.target, packet.source
    assert packet.key() != there


def test_vlans_are_given_outermost_first() -> None:
    packet = filled()
    assert packet.vlan_tuple() == ()
    packet.vlans[0], packet.vlans[1] = 100, 7
    packet.vlan_count = 2
    assert packet.vlan_tuple() == (100, 7)


def test_begin_forgets_the_packet_before() -> None:
    packet = filled()
    packet.vlan_count, packet.layers, packet.cut, packet.missing = 2, 3, True, 9
    packet.ethertype, packet.tunnels = 0x0800, [b"outer"]
    packet.data = packet.net = b"put together"
    packet.begin(FRAME, 5, 20)
    assert (packet.start, packet.end) == (5, 20)
    assert packet.frame is packet.net is packet.data is FRAME
    assert (packet.vlan_count, packet.layers, packet.missing, packet.cut) == (0, 0, 0, False)
    assert (packet.source_mac, packet.target_mac) == (-1, -1)
    assert (packet.ethertype, packet.protocol, packet.tunnels) == (0, 0, [])
