"""The PPP header: protocols in one octet or two, bridged frames, multilink, what is encrypted."""

import pytest

from netwatch.decode.ethertypes import ETHERNET, IPV4, IPV6, LLC
from netwatch.decode.packet import Packet
from netwatch.decode.ppp import ppp_protocol
from netwatch.model import Anomaly

PAYLOAD = b"\x45 the packet"

VECTORS = (
    (b"\0\x21", IPV4),
    (b"\x21", IPV4),
    (b"\0\x57", IPV6),
    (b"\x57", IPV6),
    (b"\xff\3\0\x21", IPV4),
    (b"\xff\3\x57", IPV6),
    (b"\2\x81", 0x8847),
    (b"\2\x83", 0x8848),
    (b"\xc0\x21", LLC),
    (b"\xc2\x23", LLC),
    (b"\x80\x57", LLC),
    (b"\1", LLC),
    (b"\0\x31\0\1", ETHERNET),
    (b"\0\x31\x83\1", ETHERNET),
    (b"\0\x31\x40\1\0\0\0\7", ETHERNET),
    (b"\0\x3d\xc0\0\0\7\0\x21", IPV4),
    (b"\0\x3d\xc0\0\0\7\x57", IPV6),
    (b"\0\x3d\x80\0\0\7\0\x21", IPV4),
    (b"\x3d\xc0\7\0\x21", IPV4),
    (b"\x3d\xc1\7\x21", IPV4),
)


def told(octets: bytes) -> tuple[int, bytes]:
    packet = Packet()
    packet.begin(b"before" + octets, 6, 6 + len(octets))
    answer = ppp_protocol(packet)
    assert 6 <= packet.start <= packet.end
    return answer, packet.data[packet.start : packet.end]


@pytest.mark.parametrize(("header", "ethertype"), VECTORS)
def test_vectors(header: bytes, ethertype: int) -> None:
    assert told(header + PAYLOAD) == (ethertype, PAYLOAD)
    for end in range(len(header)):
        answer, _ = told(header[:end])
        # FF and, in multilink, a number of four octets look like something else when they are cut.
        cut = (Anomaly.FRAME_TRUNCATED, Anomaly.ETHERTYPE_UNKNOWN, Anomaly.FRAGMENT_DROPPED)
        assert -answer in cut


@pytest.mark.parametrize("header", [b"\0\x53", b"\0\x55", b"\0\xfb", b"\0\xfd", b"\xff\3\xfd"])
def test_what_is_encrypted_or_compressed(header: bytes) -> None:
    assert told(header + PAYLOAD)[0] == -Anomaly.ENCRYPTED


@pytest.mark.parametrize(
    ("header", "anomaly"),
    [
        (b"\0\x2d", Anomaly.ETHERTYPE_UNKNOWN),  # compressed TCP headers
        (b"\0\x2b", Anomaly.ETHERTYPE_UNKNOWN),  # IPX
        (b"\0\x31\0\3", Anomaly.ETHERTYPE_UNKNOWN),  # a bridged token ring
        (b"\0\x3d\x40\0\0\7", Anomaly.FRAGMENT_DROPPED),  # the end of a packet
        (b"\0\x3d\0\0\0\7", Anomaly.FRAGMENT_DROPPED),
        (b"\0\x3d\xc0\7\0\x3d", Anomaly.LINK_HEADER),  # multilink in multilink
    ],
)
def test_what_is_not_read(header: bytes, anomaly: int) -> None:
    assert told(header + PAYLOAD)[0] == -anomaly


def test_a_bridged_spanning_tree_carries_no_packet() -> None:
    assert told(b"\0\x31\0\0" + PAYLOAD)[0] == LLC
