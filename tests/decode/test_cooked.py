"""Headers of kernels and capture tools: what the vectors of the link types leave out."""

import struct

import pytest
from link_vectors import PACKET_HEADER, SOURCE, TAKEN_OUT, V4, attribute, nflog

from netwatch.decode import cooked
from netwatch.decode.link import link
from netwatch.decode.packet import Packet
from netwatch.model import Anomaly, Answer

PAYLOAD = b"\x45payload of no interest"


def begun(octets: bytes) -> Packet:
    packet = Packet()
    packet.begin(octets, 0, len(octets))
    return packet


def refused(octets: bytes, link_type: int) -> int:
    packet = begun(octets)
    answer = link(packet, link_type)
    assert answer < 0
    assert 0 <= packet.start <= packet.end
    return -answer


@pytest.mark.parametrize("frame", [b"\x25" + bytes(30), b"\xf0", b"\x00" * 40])
def test_raw_that_is_no_ip(frame: bytes) -> None:
    assert refused(frame, 101) == Anomaly.IP_HEADER


def test_loopback_families_that_are_no_ip() -> None:
    assert refused(b"\0\0\0\x07" + PAYLOAD, 0) == Anomaly.ETHERTYPE_UNKNOWN
    assert refused(b"\x02\0\0\0" + PAYLOAD, 108) == Anomaly.ETHERTYPE_UNKNOWN


@pytest.mark.parametrize("length", [0, 44])
def test_a_pflog_header_that_is_too_short(length: int) -> None:
    assert refused(bytes((length, 2)) + bytes(80), 117) == Anomaly.LINK_HEADER


def test_pktap_records_without_a_packet() -> None:
    for head in (struct.pack("<III", 108, 0, 1), struct.pack("<III", 11, 1, 1)):
        assert refused(head + bytes(200), 258) == Anomaly.LINK_HEADER
    assert refused(struct.pack("<III", 0xFFFFFFFF, 1, 1) + bytes(200), 258) == (
        Anomaly.FRAME_TRUNCATED
    )


# --- NFLOG ---


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_tag_that_nflog_took_out(order: str) -> None:
    for nested in (19, 0x8013):
        tag = attribute(1, b"\x88\xa8", order) + attribute(2, b"\x60\x07", order)
        before = attribute(1, b"\x86\xdd\1\0", order) + attribute(nested, tag, order)
        packet = begun(nflog(7, before, order, 1) + b"\x60")
        assert cooked.nflog(packet) == Answer.DONE
        assert (packet.ethertype, packet.vlan_tuple()) == (0x86DD, (7,))


@pytest.mark.parametrize(
    "tag", [b"", b"\3\0\1\0", attribute(1, b"\x81\0"), b"\6\0\2\0\0", b"\0\0\2\0\0\7\0\0"]
)
def test_a_tag_that_is_none(tag: bytes) -> None:
    packet = begun(nflog(2, PACKET_HEADER + attribute(19, tag), "<", len(PAYLOAD)) + PAYLOAD)
    assert cooked.nflog(packet) == Answer.DONE
    assert packet.vlan_tuple() == ()


def test_an_nflog_mac_that_is_none() -> None:
    for value in (b"\0\x08\0\0" + SOURCE + bytes(2), b"\0\6\0\0" + SOURCE[:4]):
        before = PACKET_HEADER + attribute(8, value)
        packet = begun(nflog(2, before, "<", len(PAYLOAD)) + PAYLOAD)
        assert cooked.nflog(packet) == Answer.DONE
        assert packet.source_mac == -1


@pytest.mark.parametrize(
    ("octets", "anomaly"),
    [
        (b"\2\1\0\0" + PACKET_HEADER, Anomaly.LINK_HEADER),
        (nflog(2, b"\3\0\1\0") + PAYLOAD, Anomaly.LINK_HEADER),
        (nflog(2, b"\0\0\1\0") + PAYLOAD, Anomaly.LINK_HEADER),
        (nflog(2, b"\xff\xff\1\0") + PAYLOAD, Anomaly.FRAME_TRUNCATED),
        (b"\2\0\0\0" + PACKET_HEADER + TAKEN_OUT, Anomaly.FRAME_TRUNCATED),
        (nflog(2, PACKET_HEADER), Anomaly.FRAME_TRUNCATED),
        (nflog(3, PACKET_HEADER) + b"\x25", -Answer.DONE),
        (nflog(2, PACKET_HEADER, "<", 1) + b"\x25", Anomaly.IP_HEADER),
    ],
)
def test_nflog_that_contradicts_itself(octets: bytes, anomaly: int) -> None:
    assert -cooked.nflog(begun(octets)) == anomaly


# --- exported PDUs ---


def exported(*options: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack(">HH", tag, len(value)) + value for tag, value in options)


@pytest.mark.parametrize("name", [b"dns", b"tls\0", b"", b"ipx", b"ethertype"])
def test_exports_of_other_dissectors_are_not_read(name: bytes) -> None:
    assert refused(exported((12, name), (0, b"")) + PAYLOAD, 252) == Anomaly.ETHERTYPE_UNKNOWN


def test_other_options_of_an_export_are_passed_over() -> None:
    options = exported((20, bytes(4)), (12, b"ip\0\0"), (24, bytes(4)), (0, b""))
    packet = begun(options + PAYLOAD)
    assert cooked.upper_pdu(packet) == Answer.DONE
    assert packet.data[packet.start :] == PAYLOAD
    assert refused(options[:-4], 252) == Anomaly.FRAME_TRUNCATED
    assert (
        refused(exported((12, b"ip")) + b"\0\0\xff\xff" + PAYLOAD, 252) == Anomaly.FRAME_TRUNCATED
    )


def test_cooked_frames_that_no_ethertype_stands_in() -> None:
    head = b"\0\0\0\1\0\6" + SOURCE + b"\0\0"
    for kind in (b"\0\1", b"\0\x0c", b"\0\0"):
        assert refused(head + kind + PAYLOAD, 113) == Anomaly.ETHERTYPE_UNKNOWN
    assert link(begun(head + V4 + PAYLOAD), 113) == Answer.DONE
