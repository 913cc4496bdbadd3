"""Ethernet, its tags and LLC.

Invariant: the MACs and VLANs of a packet are those of the innermost Ethernet frame around it.
"""

import pytest
from link_vectors import ETHER, INNER, OUTSIDE, SNAP, SOURCE, TARGET, V4, V6, tagged

from netwatch.decode.ethernet import ethernet, mac_header, typed
from netwatch.decode.ethertypes import LLC
from netwatch.decode.packet import Packet
from netwatch.limits import LAYERS_MAX, VLANS_MAX
from netwatch.model import Anomaly, Answer

PAYLOAD = b"\x45payload of no interest"


def begun(frame: bytes) -> Packet:
    packet = Packet()
    packet.begin(frame, 0, len(frame))
    return packet


def refused(frame: bytes) -> int:
    packet = begun(frame)
    answer = mac_header(packet)
    assert answer < 0
    assert 0 <= packet.start <= packet.end
    return -answer


def test_a_frame_inside_something_is_the_clients_own() -> None:
    outer = OUTSIDE + tagged(5) + b"\x12\x34tunnel"
    packet = begun(outer + ETHER + tagged(7) + V4 + PAYLOAD)
    assert mac_header(packet) == Answer.DONE and packet.ethertype == 0x1234
    assert (packet.vlan_tuple(), packet.mac(packet.source_mac)) == ((5,), OUTSIDE[6:])
    # What carried it was put together elsewhere.
    packet.data = b"??" + ETHER + tagged(7) + V4 + PAYLOAD
    packet.start, packet.end = 2, len(packet.data)
    assert ethernet(packet) == Answer.DONE
    assert (packet.vlan_tuple(), packet.layers) == ((7,), 2)
    assert packet.mac(packet.source_mac) == SOURCE and packet.mac(packet.target_mac) == TARGET
    assert packet.data[packet.start : packet.end] == PAYLOAD


def test_a_frame_inside_without_tags_has_none() -> None:
    packet = begun(ETHER + V4 + PAYLOAD)
    packet.tag(5)
    assert ethernet(packet) == Answer.DONE
    assert packet.vlan_tuple() == ()
    assert ethernet(begun(ETHER)) == -Anomaly.FRAME_TRUNCATED


def test_a_tag_that_was_taken_out_of_the_frame_is_the_outermost() -> None:
    packet = begun(ETHER + tagged(7) + V4 + PAYLOAD)
    packet.tag(0xE005)
    assert mac_header(packet) == Answer.DONE
    assert packet.vlan_tuple() == (5, 7)


def test_from_an_ethertype_on() -> None:
    packet = begun(b"\0\x07" + V6 + PAYLOAD)
    assert typed(packet, 0x8100) == Answer.DONE
    assert (packet.ethertype, packet.vlan_tuple(), packet.start) == (0x86DD, (7,), 4)
    for anomaly in (-Anomaly.LINK_HEADER, -Anomaly.ENCRYPTED):
        assert typed(begun(PAYLOAD), anomaly) == anomaly


@pytest.mark.parametrize("tags", [LAYERS_MAX, LAYERS_MAX + 1, 200])
def test_nested_tags_end(tags: int) -> None:
    frame = ETHER + tagged(*range(1, tags + 1)) + V4 + PAYLOAD
    if tags > LAYERS_MAX:
        assert refused(frame) == Anomaly.TOO_DEEP
    else:
        packet = begun(frame)
        assert mac_header(packet) == Answer.DONE
        assert packet.vlan_tuple() == tuple(range(1, VLANS_MAX + 1))


@pytest.mark.parametrize(
    "shim",
    [
        b"\x88\xe7\0\0\1\x2c" + ETHER,
        b"\x65\x58" + ETHER,
        b"\0\x44\xaa\xaa\3\0\x80\xc2\0\7\0\0" + ETHER,
        b"\x89\x26\0\0\0\0",
        b"\x89\x4f\x0f\xc2\2\3\0\0\1\xff" + ETHER,
    ],
)
@pytest.mark.parametrize("count", [LAYERS_MAX, LAYERS_MAX + 1, 2_000])
def test_nested_shims_end(shim: bytes, count: int) -> None:
    frame = ETHER + shim * count + V4 + PAYLOAD
    if count > LAYERS_MAX:
        assert refused(frame) == Anomaly.TOO_DEEP
    else:
        packet = begun(frame)
        assert mac_header(packet) == Answer.DONE
        assert (packet.layers, packet.ethertype) == (LAYERS_MAX, 0x0800)


@pytest.mark.parametrize(
    "rest",
    [
        b"\x00\x04\x42\x42\x03\x00",
        b"\x00\x08" + SNAP + b"\x00\x10",
        b"\x05\xff" + bytes(20),
        b"\x00\x08\xaa\xaa\x03\x00\x00\x0c\x20\x00cdp",
        b"\x00\x08\xfe\xfe\x03\x83is-is",
        b"\x00\x08\xaa\xaa\x03\x00\x80\xc2\x00\x0e",
    ],
)
def test_llc_that_carries_no_packet(rest: bytes) -> None:
    """Spanning tree and its like: nothing is hidden in them, so they are no surprise."""
    packet = begun(ETHER + rest)
    assert mac_header(packet) == Answer.DONE
    assert packet.ethertype == LLC


@pytest.mark.parametrize(
    "llc",
    [
        SNAP + b"\x08",
        b"\xaa\xaa\x03\x00\x00",
        b"\xfe\xfe\x03",
        b"\xaa\xaa\3\0\x80\xc2\0\7\0",
        b"\6",
    ],
)
def test_a_cut_llc_header(llc: bytes) -> None:
    for end in range(len(llc) + 1):
        assert refused(ETHER + b"\x00\x44" + llc[:end]) == Anomaly.FRAME_TRUNCATED


def test_an_ethertype_that_nobody_reads_is_the_callers_business() -> None:
    packet = begun(ETHER + b"\x88\xcc" + b"lldp")
    assert mac_header(packet) == Answer.DONE
    assert packet.ethertype == 0x88CC
    assert INNER == ETHER + V4
