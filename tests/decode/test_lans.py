"""Other local networks: what the vectors of the link types leave out."""

from collections.abc import Callable

import pytest
from link_vectors import ETHER, SNAP, SOURCE, TARGET, V4

from netwatch.decode import lans
from netwatch.decode.ethertypes import LLC
from netwatch.decode.packet import ARP, Packet
from netwatch.model import Anomaly, Answer


def told(read: Callable[[Packet], int], octets: bytes) -> tuple[int, int]:
    packet = Packet()
    packet.begin(octets, 0, len(octets))
    answer = read(packet)
    return answer, packet.ethertype


@pytest.mark.parametrize(
    ("read", "octets"),
    [
        (lans.fddi, b"\x41" + ETHER + SNAP + V4),  # station management
        (lans.token_ring, b"\x10\0" + ETHER + SNAP + V4),  # the ring's own frames
        (lans.arcnet, b"\1\2\x80rest"),  # diagnosis
        (lans.arcnet_linux, b"\1\2\0\0\xd6\0\0\7"),  # RARP
        (lans.sun_atm, b"\5\0\0\x10" + bytes(20)),  # ILMI
        (lans.sun_atm, b"\1\0\0\x10\xff\0" + bytes(20)),  # LAN emulation's control
    ],
)
def test_what_carries_no_packet(read: Callable[[Packet], int], octets: bytes) -> None:
    assert told(read, octets) == (Answer.DONE, LLC)


def test_arcnet() -> None:
    assert told(lans.arcnet, b"\1\2\xd5\0\0\7arp") == (Answer.DONE, ARP)
    assert told(lans.arcnet, b"\1\2\xf1arp") == (Answer.DONE, ARP)
    assert told(lans.arcnet, b"\1\2\xd4\2\0\7rest")[0] == -Anomaly.FRAGMENT_DROPPED
    assert told(lans.arcnet, b"\1\2\xdd\0\0\7rest")[0] == -Anomaly.ETHERTYPE_UNKNOWN
    assert told(lans.arcnet, b"\1\2\xd4\xff\0\0\0\0\0")[0] == -Anomaly.FRAME_TRUNCATED


def test_a_route_on_the_ring() -> None:
    routed = b"\x10\x40" + TARGET + bytes((SOURCE[0] | 0x80,)) + SOURCE[1:]
    assert told(lans.token_ring, routed + b"\1\0" + SNAP + V4)[0] == -Anomaly.LINK_HEADER
    assert told(lans.token_ring, routed + b"\x1e\0" + SNAP + V4)[0] == -Anomaly.FRAME_TRUNCATED
    assert told(lans.token_ring, routed)[0] == -Anomaly.FRAME_TRUNCATED
