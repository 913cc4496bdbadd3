"""Records of sightings: whose ends they are, and which names leave the engine."""

import struct

import pytest

from netwatch.decode.packet import Packet
from netwatch.dissect.sightings import Sightings
from netwatch.match.signatures import Pack
from netwatch.model import Signal
from netwatch.names import Name
from netwatch.signature import Signature

MATCHER = Pack(
    (
        Signature(
            id="found",
            service="found",
            product="Test",
            purpose="update",
            strength="strong",
            names=("*.found.test",),
        ),
    )
).matcher()
MACS = bytes.fromhex("020000000001" + "0200000000aa")
ENDS = bytes((10, 0, 0, 1, 10, 0, 0, 2))


def packet_of() -> Packet:
    packet = Packet()
    block = MACS + ENDS + struct.pack(">HH", 40_000, 443)
    packet.begin(block, 0, len(block))
    packet.target_mac, packet.source_mac = 0, 6
    packet.source, packet.target, packet.address_length = 12, 16, 4
    packet.ports, packet.source_port, packet.target_port = 20, 40_000, 443
    packet.protocol, packet.time_ns, packet.number = 6, 5, 9
    return packet


def name_of(dotted: bytes) -> Name:
    name = Name()
    assert name.set_dotted(dotted, 0, len(dotted))
    return name


@pytest.mark.parametrize("from_client", [True, False])
def test_the_client_is_the_sender_or_the_receiver(from_client: bool) -> None:
    sighting = Sightings(MATCHER, False).made(packet_of(), 77, from_client, "", b"", -1)
    client = (sighting.client, sighting.client_port, sighting.client_mac)
    server = (sighting.server, sighting.server_port, sighting.server_mac)
    sender = (ENDS[:4], 40_000, MACS[6:])
    receiver = (ENDS[4:], 443, MACS[:6])
    assert (client, server) == ((sender, receiver) if from_client else (receiver, sender))
    assert (sighting.time_ns, sighting.frame, sighting.flow, sighting.transport) == (5, 9, 77, 6)
    assert (sighting.vlans, sighting.tunnels, sighting.signature) == ((), (), -1)


def test_vlans_and_tunnels_come_along() -> None:
    packet = packet_of()
    packet.vlan_count = 2
    packet.vlans[0], packet.vlans[1] = 100, 5
    packet.enter_tunnel()
    packet.vlan_count = 2
    sighting = Sightings(MATCHER, False).made(packet, 0, True, "", b"", -1)
    assert (sighting.vlans, sighting.tunnels) == ((100, 5), (ENDS,))


@pytest.mark.parametrize("names", [True, False])
def test_only_matched_names_leave_unless_all_are_wanted(names: bool) -> None:
    sightings = Sightings(MATCHER, names)
    matched = sightings.add_name(packet_of(), 0, True, Signal.MDNS, name_of(b"DS.found.test"))
    other = sightings.add_name(packet_of(), 0, True, Signal.MDNS, name_of(b"other.test"))
    assert matched is not None
    assert (matched.name, matched.signature) == (b"\x02ds\x05found\x04test", 0)
    assert (other is not None) == names
    assert len(sightings.found) == 1 + names
    assert sightings.wanted(0)
    assert sightings.wanted(-1) == names


def test_replies() -> None:
    sightings = Sightings(MATCHER, False)
    sightings.reply(packet_of(), 77, "refused")
    (reply,) = sightings.replies
    assert (reply.time_ns, reply.frame, reply.flow, reply.kind) == (5, 9, 77, "refused")
