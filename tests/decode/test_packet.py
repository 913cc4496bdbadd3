"""The one packet that is reused: what `begin` forgets, and what it gives."""

import struct

from netwatch.decode.packet import Packet
from netwatch.limits import LAYERS_MAX, VLANS_MAX

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
    packet.ethertype, packet.tunnel_count = 0x0800, 2
    packet.data = packet.net = b"put together"
    packet.begin(FRAME, 5, 20)
    assert (packet.start, packet.end) == (5, 20)
    assert packet.frame is packet.net is packet.data is FRAME
    assert (packet.vlan_count, packet.layers, packet.missing, packet.cut) == (0, 0, 0, False)
    assert (packet.source_mac, packet.target_mac) == (-1, -1)
    assert (packet.ethertype, packet.protocol, packet.tunnel_count) == (0, 0, 0)
    assert packet.tunnel_tuple() == ()


def test_the_ends_of_tunnels_are_kept_outermost_first() -> None:
    packet = filled()
    outer, nested = b"..srcadsta", b"." * 9 + bytes(range(32))
    packet.net, packet.source, packet.address_length = outer, 2, 4
    packet.source_mac, packet.target_mac = 6, 0
    packet.tag(7)
    assert packet.enter_tunnel()
    assert packet.tunnel_tuple() == (b"srcadsta",)
    assert (packet.source_mac, packet.target_mac, packet.vlan_tuple()) == (-1, -1, ())
    packet.net, packet.source, packet.address_length = nested, 9, 16
    assert packet.enter_tunnel()
    assert packet.tunnel_tuple() == (b"srcadsta", bytes(range(32)))
    entered = 2
    while packet.enter_tunnel():
        entered += 1
    assert (entered, packet.tunnel_count) == (LAYERS_MAX, LAYERS_MAX)


def test_a_network_stands_before_the_vlans() -> None:
    packet = filled()
    for number, expected in ((0, ()), (70_000, (70_000,))):
        packet.put_in_front(number)
        assert packet.vlan_tuple() == expected
    packet.vlan_count = 0
    for tag in range(1, VLANS_MAX + 1):
        packet.tag(tag)
        if tag == 2:
            packet.put_in_front(9)
            assert packet.vlan_tuple() == (9, 1, 2)
    packet.put_in_front(0xFFFFFF)
    assert packet.vlan_tuple() == (0xFFFFFF, 9, 1, 2), "the innermost gives way"
