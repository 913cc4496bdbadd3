"""Link headers.

Invariant: for any octets and any link type `link` answers DONE or an anomaly, never raises, reads
nothing outside the frame, and leaves `start` between the frame's start and its end.
"""

import random
from collections.abc import Sequence

import pytest

from netwatch.decode.link import LINK_TYPES, LLC, link, local_only
from netwatch.decode.packet import Packet
from netwatch.limits import LAYERS_MAX, VLANS_MAX
from netwatch.model import Anomaly, Answer
from netwatch.selftest import frames

SOURCE, TARGET = bytes.fromhex("0200000000aa"), bytes.fromhex("020000000001")
ETHER = TARGET + SOURCE
PAYLOAD = b"\x45payload of no interest"
PAYLOAD6 = b"\x60payload of no interest"
SNAP = b"\xaa\xaa\x03\x00\x00\x00"


def tagged(*tags: int, kind: bytes = b"\x81\x00") -> bytes:
    return b"".join(kind + tag.to_bytes(2, "big") for tag in tags)


def read(frame: bytes, link_type: int = 1, before: bytes = b"", behind: bytes = b"") -> Packet:
    """Read a frame that stands inside a block; it must be DONE."""
    packet = Packet()
    packet.begin(before + frame + behind, len(before), len(before + frame))
    assert link(packet, link_type) == Answer.DONE
    return packet


def refused(frame: bytes, link_type: int = 1) -> int:
    packet = Packet()
    packet.begin(frame, 0, len(frame))
    answer = link(packet, link_type)
    assert answer < 0
    assert 0 <= packet.start <= packet.end
    return -answer


VECTORS: Sequence[tuple[str, int, bytes, int, bytes, tuple[int, ...]]] = (
    ("plain", 1, ETHER + b"\x08\x00" + PAYLOAD, 0x0800, PAYLOAD, ()),
    ("arp", 1, ETHER + b"\x08\x06" + b"who has", 0x0806, b"who has", ()),
    ("one tag", 1, ETHER + tagged(0xE064) + b"\x08\x00" + PAYLOAD, 0x0800, PAYLOAD, (100,)),
    (
        "802.1ad",
        1,
        ETHER + tagged(7, kind=b"\x88\xa8") + tagged(8) + b"\x86\xdd" + PAYLOAD6,
        0x86DD,
        PAYLOAD6,
        (7, 8),
    ),
    (
        "old QinQ",
        1,
        ETHER + tagged(1, kind=b"\x91\x00") + b"\x08\x00" + PAYLOAD,
        0x0800,
        PAYLOAD,
        (1,),
    ),
    ("SNAP", 1, ETHER + b"\x00\x1e" + SNAP + b"\x08\x00" + PAYLOAD, 0x0800, PAYLOAD, ()),
    (
        "SNAP behind a tag",
        1,
        ETHER + tagged(5) + b"\x00\x1e" + SNAP + b"\x86\xdd" + PAYLOAD6,
        0x86DD,
        PAYLOAD6,
        (5,),
    ),
    ("raw 4", 101, PAYLOAD, 0x0800, PAYLOAD, ()),
    ("raw 6", 101, PAYLOAD6, 0x86DD, PAYLOAD6, ()),
    ("raw, BSD", 12, PAYLOAD, 0x0800, PAYLOAD, ()),
    ("raw, OpenBSD", 14, PAYLOAD6, 0x86DD, PAYLOAD6, ()),
    ("raw IPv4", 228, PAYLOAD, 0x0800, PAYLOAD, ()),
    ("raw IPv6", 229, PAYLOAD6, 0x86DD, PAYLOAD6, ()),
    ("null, little", 0, b"\x02\0\0\0" + PAYLOAD, 0x0800, PAYLOAD, ()),
    ("null, big", 0, b"\0\0\0\x02" + PAYLOAD, 0x0800, PAYLOAD, ()),
    ("null, FreeBSD 6", 0, b"\x1c\0\0\0" + PAYLOAD6, 0x86DD, PAYLOAD6, ()),
    ("null, macOS 6", 0, b"\0\0\0\x1e" + PAYLOAD6, 0x86DD, PAYLOAD6, ()),
    ("loop", 108, b"\0\0\0\x18" + PAYLOAD6, 0x86DD, PAYLOAD6, ()),
    ("cooked", 113, b"\0\0\0\1\0\6" + SOURCE + b"\0\0\x08\x00" + PAYLOAD, 0x0800, PAYLOAD, ()),
    (
        "cooked, tagged",
        113,
        b"\0\0\0\1\0\6" + SOURCE + b"\0\0" + tagged(9) + b"\x08\x00" + PAYLOAD,
        0x0800,
        PAYLOAD,
        (9,),
    ),
    (
        "cooked v2",
        276,
        b"\x86\xdd\0\0\0\0\0\2\0\1\0\6" + SOURCE + b"\0\0" + PAYLOAD6,
        0x86DD,
        PAYLOAD6,
        (),
    ),
    (
        "cooked, 802.2",
        113,
        b"\0\0\0\1\0\6" + SOURCE + b"\0\0\x00\x04" + SNAP + b"\x08\x00" + PAYLOAD,
        0x0800,
        PAYLOAD,
        (),
    ),
)


@pytest.mark.parametrize(
    ("kind", "frame", "ethertype", "payload", "vlans"),
    [vector[1:] for vector in VECTORS],
    ids=[vector[0] for vector in VECTORS],
)
def test_vectors(
    kind: int, frame: bytes, ethertype: int, payload: bytes, vlans: tuple[int, ...]
) -> None:
    for before, behind in ((b"", b""), (b"frame before", b"frame behind")):
        packet = read(frame, kind, before, behind)
        assert packet.ethertype == ethertype
        assert packet.data[packet.start : packet.end] == payload
        assert packet.vlan_tuple() == vlans
    header_bytes = 1 if frame == payload else len(frame) - len(payload)
    for end in range(header_bytes):
        assert refused(frame[:end], kind) in (Anomaly.FRAME_TRUNCATED, Anomaly.ETHERTYPE_UNKNOWN)


def test_macs() -> None:
    packet = read(ETHER + b"\x08\x00" + PAYLOAD)
    assert packet.mac(packet.source_mac) == SOURCE
    assert packet.mac(packet.target_mac) == TARGET
    for link_type in (frames.SLL, frames.SLL2):
        frame = frames.on_link(PAYLOAD, link_type, "02:00:00:00:00:aa", "02:00:00:00:00:01")
        packet = read(frame, link_type, b"before")
        assert packet.mac(packet.source_mac) == SOURCE
        assert packet.target_mac == -1
    without = b"\0\4\0\1\0\0" + bytes(8) + b"\0\0\x08\x00" + PAYLOAD
    assert read(without[:14] + b"\x08\x00" + PAYLOAD, 113).source_mac == -1


def test_every_link_type_of_the_table_is_read_and_no_other() -> None:
    by_builder = {
        kind: frames.on_link(PAYLOAD, kind, "02:00:00:00:00:aa", "02:00:00:00:00:01")
        for kind in (frames.NULL, frames.ETHERNET, frames.RAW, frames.LOOP, frames.SLL, frames.SLL2)
    }
    for kind in LINK_TYPES:
        packet = read(by_builder.get(kind, PAYLOAD), kind)
        assert packet.data[packet.start : packet.end] == PAYLOAD
    for kind in (-1, 2, 9, 105, 127, 147, 0xFFFF):
        assert refused(PAYLOAD, kind) == Anomaly.LINK_UNKNOWN


@pytest.mark.parametrize("tags", [LAYERS_MAX, LAYERS_MAX + 1, 200])
def test_nested_tags_end(tags: int) -> None:
    frame = ETHER + tagged(*range(1, tags + 1)) + b"\x08\x00" + PAYLOAD
    if tags > LAYERS_MAX:
        assert refused(frame) == Anomaly.TOO_DEEP
    else:
        assert read(frame).vlan_tuple() == tuple(range(1, VLANS_MAX + 1))


@pytest.mark.parametrize(
    "frame",
    [
        ETHER + b"\x00\x04\x42\x42\x03\x00",
        ETHER + b"\x00\x08" + SNAP + b"\x00\x10",
        ETHER + b"\x05\xff" + bytes(20),
    ],
)
def test_llc_that_carries_no_ethertype(frame: bytes) -> None:
    """Spanning tree and its like: nothing is hidden in them, so they are no surprise."""
    assert read(frame).ethertype == LLC
    assert local_only(LLC)


def test_a_cut_snap_header() -> None:
    assert refused(ETHER + b"\x00\x08\xaa\xaa\x03\x00\x00") == Anomaly.FRAME_TRUNCATED


@pytest.mark.parametrize("ethertype", [0x88CC, 0x888E, 0x8809, 0x9000])
def test_what_never_leaves_its_segment_is_no_surprise(ethertype: int) -> None:
    assert local_only(ethertype)


@pytest.mark.parametrize("ethertype", [0x8847, 0x8864, 0x88A8, 0x88E7, 0x88E5, 0x0800, 0x86DD])
def test_what_may_carry_packets_is_never_local_only(ethertype: int) -> None:
    """MPLS, PPPoE sessions, tags, 802.1ah and MACsec blind us: they must be counted."""
    assert not local_only(ethertype)


def test_an_ethertype_that_nobody_reads_is_the_callers_business() -> None:
    assert read(ETHER + b"\x88\xcc" + b"lldp").ethertype == 0x88CC


@pytest.mark.parametrize("frame", [b"\x25" + bytes(30), b"\xf0", b"\x00" * 40])
def test_raw_that_is_no_ip(frame: bytes) -> None:
    assert refused(frame, 101) == Anomaly.IP_HEADER


def test_loopback_families_that_are_no_ip() -> None:
    assert refused(b"\0\0\0\x07" + PAYLOAD, 0) == Anomaly.ETHERTYPE_UNKNOWN
    assert refused(b"\x02\0\0\0" + PAYLOAD, 108) == Anomaly.ETHERTYPE_UNKNOWN


def test_any_octets_under_any_link_type() -> None:
    chance = random.Random(2024)  # noqa: S311 - a fixed seed is the point
    kinds = [*LINK_TYPES, 5, 105]
    pieces = (b"\x81\x00", b"\x88\xa8", SNAP, b"\x08\x00", b"\x86\xdd", b"\x00\x04", bytes(4))
    for _ in range(5_000):
        count = chance.randrange(60)
        octets = chance.randbytes(count) + b"".join(chance.choices(pieces, k=chance.randrange(8)))
        start = chance.randrange(len(octets) + 1)
        end = chance.randrange(start, len(octets) + 1)
        packet = Packet()
        packet.begin(octets[:end], start, end)
        answer = link(packet, chance.choice(kinds))
        assert answer == Answer.DONE or -Anomaly.BUG < answer < 0
        assert start <= packet.start <= end
