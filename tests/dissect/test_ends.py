"""The ends of a packet, kept: they give the sighting that would have been made at once."""

import pytest

from netwatch.decode.packet import Packet
from netwatch.dissect.ends import Ends
from netwatch.dissect.sightings import Sightings
from netwatch.match.signatures import Pack
from netwatch.model import HttpFields

OCTETS = bytes(range(40))


def packet_of(tagged: bool) -> Packet:
    packet = Packet()
    packet.begin(OCTETS, 0, len(OCTETS))
    packet.target_mac, packet.source_mac = 0, 6
    packet.source, packet.target, packet.address_length = 12, 16, 4
    packet.source_port, packet.target_port = 40_000, 443
    packet.protocol, packet.time_ns, packet.number = 6, 5, 9
    if tagged:
        packet.vlan_count = 1
        packet.vlans[0] = 100
        packet.enter_tunnel()
        packet.vlan_count = 1
    return packet


@pytest.mark.parametrize("tagged", [False, True])
def test_ends_give_the_sighting_of_the_packet(tagged: bool) -> None:
    sightings = Sightings(Pack(signatures=()).matcher(), False)
    made = sightings.made(packet_of(tagged), 77, True, "", b"", -1)
    assert Ends(packet_of(tagged), 77, False, b"").sighting() == made
    assert (made.vlans, bool(made.tunnels)) == ((100,) if tagged else (), tagged)


def test_what_was_known_then_is_kept() -> None:
    packet = packet_of(False)
    ends = Ends(packet, 1, True, b"10.0.0.1")
    packet.begin(bytes(40), 0, 40)
    packet.source_port = 1
    made = ends.sighting()
    assert (made.client, made.client_port, made.two_way) == (OCTETS[12:16], 40_000, True)
    assert made.http == HttpFields(forwarded_for=b"10.0.0.1")
