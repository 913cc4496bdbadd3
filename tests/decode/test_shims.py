"""What stands between an ethertype and the packet: what the vectors of the link types leave out."""

import pytest
from link_vectors import ETHER, V4, ethernet

from netwatch.decode.ethernet import mac_header
from netwatch.decode.ethertypes import LLC
from netwatch.decode.packet import Packet
from netwatch.decode.shims import NO_SHIM, SHIMS, shim
from netwatch.model import Anomaly, Answer

TAGS = (0x8100, 0x88A8, 0x9100, 0x9200)
"""Walked by `typed` itself."""


def read(rest: bytes) -> tuple[int, Packet]:
    packet = Packet()
    packet.begin(ETHER + rest, 0, len(ETHER + rest))
    return mac_header(packet), packet


def test_the_table_is_what_is_walked_through() -> None:
    for ethertype in range(0x10000):
        packet = Packet()
        packet.begin(bytes(80), 0, 80)
        walked = shim(packet, ethertype) != NO_SHIM or ethertype in TAGS
        assert walked == (ethertype in SHIMS), hex(ethertype)
    assert list(SHIMS) == sorted(SHIMS)


def test_every_shim_of_the_table_has_a_vector() -> None:
    heads = b"".join(vector.head for vector in ethernet())
    assert [hex(kind) for kind in SHIMS if kind.to_bytes(2, "big") not in heads] == []


@pytest.mark.parametrize("control", [0x0C, 0x08, 0x04, 0x2F, 0x6C])
def test_macsec_that_is_encrypted(control: int) -> None:
    answer, _ = read(b"\x88\xe5" + bytes((control, 0)) + bytes(60))
    assert answer == -Anomaly.ENCRYPTED


def test_macsec_of_a_short_frame_ends_before_its_check_value() -> None:
    packet_octets = b"\x45" + bytes(19)
    answer, packet = read(b"\x88\xe5\0\x16\0\0\0\1" + V4 + packet_octets + b"check value 16 o")
    assert answer == Answer.DONE
    assert packet.data[packet.start : packet.end] == packet_octets


@pytest.mark.parametrize(
    ("rest", "anomaly"),
    [
        (b"\x88\xe5\x80" + bytes(40), Anomaly.LINK_HEADER),  # version 1
        (b"\x88\x64\x21\0\0\1\0\x20\0\x21" + bytes(40), Anomaly.LINK_HEADER),
        (b"\x89\x09\1\0" + bytes(40), Anomaly.LINK_HEADER),
        (b"\x89\x4f\x40\2\1\1" + bytes(40), Anomaly.LINK_HEADER),
        (b"\x89\x4f\0\1\1\1" + bytes(40), Anomaly.LINK_HEADER),
        (b"\x89\x4f\0\2\1\x09" + bytes(40), Anomaly.ETHERTYPE_UNKNOWN),
        (b"\x89\x4f\0\x3f\1\1" + bytes(40), Anomaly.FRAME_TRUNCATED),
        (b"\x22\xf3\x40" + bytes(40), Anomaly.LINK_HEADER),
        (b"\x22\xf3\7\xc0" + bytes(40), Anomaly.FRAME_TRUNCATED),
    ],
)
def test_headers_that_contradict_themselves(rest: bytes, anomaly: int) -> None:
    assert read(rest)[0] == -anomaly


def test_pppoe_that_is_no_session_data_carries_nothing() -> None:
    answer, packet = read(b"\x88\x64\x11\xa7\0\1\0\0")
    assert (answer, packet.ethertype) == (Answer.DONE, LLC)


@pytest.mark.parametrize("length", [0, 1, 0x7000])
def test_the_length_of_pppoe_is_not_believed_when_it_lies(length: int) -> None:
    told = length.to_bytes(2, "big")
    answer, packet = read(b"\x88\x64\x11\0\0\1" + told + b"\0\x21\x45" + bytes(30))
    assert (answer, packet.ethertype) == (Answer.DONE, 0x0800)
    assert packet.end - packet.start == 31
