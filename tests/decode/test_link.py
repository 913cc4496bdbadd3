"""Link types.

Invariant: for any octets and any link type `link` answers DONE or an anomaly, never raises, reads
nothing outside the frame, and leaves `start` between the frame's start and its end.
"""

import random

import pytest
from link_vectors import (
    ETHER,
    SNAP,
    TARGET,
    V4,
    VECTORS,
    Vector,
    hold,
    payload_of,
    pktap,
    ppi,
    tagged,
)

from netwatch.decode.link import LINK_TYPES, link
from netwatch.decode.packet import Packet
from netwatch.model import ANOMALY_NAMES, Anomaly, Answer


@pytest.mark.parametrize("vector", VECTORS, ids=[vector.name for vector in VECTORS])
def test_vectors(vector: Vector) -> None:
    hold(vector, payload_of(vector))


def test_every_link_type_of_the_table_is_read_and_no_other() -> None:
    assert {vector.link_type for vector in VECTORS} == set(LINK_TYPES)
    assert list(LINK_TYPES) == sorted(LINK_TYPES)
    for kind in range(-1, 400):
        packet = Packet()
        packet.begin(bytes(200), 0, 200)
        known = link(packet, kind) != -Anomaly.LINK_UNKNOWN
        assert known == (kind in LINK_TYPES) or kind == 149, kind


@pytest.mark.parametrize("head", [ppi(192), pktap(258), ppi(258), ppi(147), pktap(0xFFFFFFFF)])
def test_a_header_that_names_a_link_type_is_not_believed_twice(head: bytes) -> None:
    packet = Packet()
    packet.begin(head + ETHER + V4 + bytes(60), 0, len(head) + 74)
    assert link(packet, 192 if head[:2] == b"\0\0" else 258) == -Anomaly.LINK_UNKNOWN


def test_a_user_type_that_is_no_pktap_is_unknown() -> None:
    for octets in (b"", bytes(200), pktap(1)[:60], ETHER + V4):
        packet = Packet()
        packet.begin(octets, 0, len(octets))
        assert link(packet, 149) == -Anomaly.LINK_UNKNOWN


def test_any_octets_under_any_link_type() -> None:
    chance = random.Random(2024)  # noqa: S311 - a fixed seed is the point
    kinds = [*LINK_TYPES, 5, 147]
    heads = [vector.head for vector in VECTORS]
    pieces = (tagged(7)[:2], b"\x88\xa8", SNAP, V4, b"\x86\xdd", b"\x00\x04", TARGET, bytes(4))
    for _ in range(20_000):
        octets = chance.choice((b"", chance.choice(heads), chance.randbytes(chance.randrange(60))))
        octets += b"".join(chance.choices(pieces, k=chance.randrange(8)))
        start = chance.randrange(min(len(octets), 4) + 1)
        end = chance.randrange(start, len(octets) + 1)
        packet = Packet()
        packet.begin(octets[:end], start, end)
        answer = link(packet, chance.choice(kinds))
        assert answer == Answer.DONE or 0 < -answer < len(ANOMALY_NAMES)
        assert start <= packet.start <= packet.end <= end
        assert packet.layers <= 9
