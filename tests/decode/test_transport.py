"""TCP and UDP headers.

Invariant: for any octets `tcp` and `udp` answer DONE or an anomaly, never raise, and leave the
payload inside the packet.
"""

import random
import struct

import pytest

from netwatch.decode.packet import Packet
from netwatch.decode.transport import tcp, udp
from netwatch.model import Anomaly, Answer

PAYLOAD = b"sixteen octets.."


def segment(words: int = 5, flags: int = 0x18, payload: bytes = PAYLOAD) -> bytes:
    head = struct.pack(
        ">HHIIBBHHH", 50_000, 443, 0xFFFF_FFFE, 0x8000_0001, words << 4, flags, 1_024, 0, 0
    )
    return head + b"\x01" * (words * 4 - 20) + payload


def datagram(length: int = -1, payload: bytes = PAYLOAD) -> bytes:
    return struct.pack(">HHHH", 65_535, 53, 8 + len(payload) if length < 0 else length, 0) + payload


def packet_of(octets: bytes, before: bytes = b"before", behind: bytes = b"behind") -> Packet:
    packet = Packet()
    packet.begin(before + octets + behind, len(before), len(before + octets))
    return packet


def payload_of(packet: Packet) -> bytes:
    return packet.data[packet.start : packet.end]


@pytest.mark.parametrize("words", [5, 8, 15])
def test_tcp(words: int) -> None:
    packet = packet_of(segment(words))
    assert tcp(packet) == Answer.DONE
    assert (packet.source_port, packet.target_port) == (50_000, 443)
    assert (packet.sequence, packet.acknowledged) == (0xFFFF_FFFE, 0x8000_0001)
    assert packet.flags == 0x18
    assert payload_of(packet) == PAYLOAD
    assert packet.data[packet.ports : packet.ports + 4] == segment()[:4]


@pytest.mark.parametrize("words", [5, 8, 15])
def test_tcp_at_every_truncation(words: int) -> None:
    octets = segment(words)
    for end in range(len(octets)):
        packet = packet_of(octets[:end])
        if end < words * 4:
            assert tcp(packet) == -Anomaly.TRANSPORT_HEADER
        else:
            assert tcp(packet) == Answer.DONE
            assert payload_of(packet) == octets[words * 4 : end]


@pytest.mark.parametrize("words", [0, 1, 4])
def test_tcp_headers_that_are_too_short(words: int) -> None:
    octets = bytearray(segment())
    octets[12] = words << 4
    assert tcp(packet_of(bytes(octets))) == -Anomaly.TRANSPORT_HEADER


def test_udp() -> None:
    packet = packet_of(datagram())
    assert udp(packet) == Answer.DONE
    assert (packet.source_port, packet.target_port) == (65_535, 53)
    assert payload_of(packet) == PAYLOAD
    assert not packet.cut


def test_udp_at_every_truncation() -> None:
    octets = datagram()
    for end in range(len(octets)):
        packet = packet_of(octets[:end])
        if end < 8:
            assert udp(packet) == -Anomaly.TRANSPORT_HEADER
        else:
            assert udp(packet) == Answer.DONE
            assert payload_of(packet) == octets[8:end]
            assert packet.cut


@pytest.mark.parametrize(
    ("length", "payload"), [(8, b""), (12, PAYLOAD[:4]), (24, PAYLOAD), (0, PAYLOAD)]
)
def test_udp_lengths_inside_the_packet(length: int, payload: bytes) -> None:
    packet = packet_of(datagram(length))
    assert udp(packet) == Answer.DONE
    assert payload_of(packet) == payload
    assert not packet.cut


@pytest.mark.parametrize("length", [1, 7])
def test_udp_lengths_that_lie(length: int) -> None:
    assert udp(packet_of(datagram(length))) == -Anomaly.TRANSPORT_HEADER


def test_any_octets() -> None:
    chance = random.Random(11)  # noqa: S311 - a fixed seed is the point
    for _ in range(4_000):
        octets = chance.randbytes(chance.randrange(64))
        for decoder in (tcp, udp):
            packet = packet_of(octets, b"", b"")
            answer = decoder(packet)
            assert answer in (Answer.DONE, -Anomaly.TRANSPORT_HEADER)
            assert 0 <= packet.start <= packet.end <= len(octets)
