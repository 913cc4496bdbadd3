"""802.11: encryption, pieces, aggregates and check sequences.

Invariant: no octet of a check sequence, and none of the next packet of an aggregate, is payload.
"""

import random
import struct

import pytest
from link_vectors import ETHER, OTHER, SNAP, SOURCE, TARGET, V4, V6, radiotap, wifi

from netwatch.decode import wireless
from netwatch.decode.ethertypes import LLC
from netwatch.decode.packet import Packet
from netwatch.model import ANOMALY_NAMES, Anomaly, Answer

CLEAR = SNAP + V4 + b"\x45 the packet"
AGGREGATE = wifi(1, kind=0x88, quality=b"\x80\0")


def begun(octets: bytes, unseen: int = 0) -> Packet:
    packet = Packet()
    packet.begin(b"before" + octets + b"behind", 6, 6 + len(octets))
    packet.unseen = unseen
    return packet


def refused(octets: bytes) -> int:
    return -wireless.wifi(begun(octets), False)


def payload(packet: Packet) -> bytes:
    return packet.data[packet.start : packet.end]


@pytest.mark.parametrize("octets", [bytes(8), b"\x5a\x5a\xaa\x20" + bytes(60), b"\xaa\xaa\3"])
def test_protected_frames_are_counted(octets: bytes) -> None:
    for flags in (0x41, 0x42, 0x43):
        frame = wifi(flags, kind=0x88, fourth=SOURCE if flags & 3 == 3 else b"", quality=b"\0\0")
        assert refused(frame + octets) == Anomaly.ENCRYPTED
    assert refused(AGGREGATE[:1] + b"\x41" + AGGREGATE[2:] + octets) == Anomaly.ENCRYPTED


@pytest.mark.parametrize("kind", [0x80, 0x40, 0xB4, 0xD4, 0x48, 0xC8, 0x1C])
def test_what_carries_no_packet(kind: int) -> None:
    """Beacons, probes, RTS, ACK, data frames without data, extensions."""
    for flags in (0, 1, 0x40):
        packet = begun(bytes((kind, flags)) + bytes(22))
        assert wireless.wifi(packet, False) == Answer.DONE
        assert packet.ethertype == LLC


def test_pieces() -> None:
    first = wifi(0x05) + CLEAR
    packet = begun(first)
    assert wireless.wifi(packet, False) == Answer.DONE
    assert payload(packet) == b"\x45 the packet"
    second = first[:22] + b"\x11" + first[23:]
    assert refused(second) == Anomaly.FRAGMENT_DROPPED


def test_another_version_of_the_header() -> None:
    assert refused(b"\x09" + wifi(0)[1:] + CLEAR) == Anomaly.LINK_HEADER


def test_no_llc_no_packet() -> None:
    packet = begun(wifi(0) + b"\x42\x42\x03" + bytes(30))
    assert wireless.wifi(packet, False) == Answer.DONE
    assert packet.ethertype == LLC


@pytest.mark.parametrize("unseen", [0, 1, 3, 4, 40])
def test_the_check_sequence_is_no_payload(unseen: int) -> None:
    """Also where the capture cut the frame, and with it some of the check sequence."""
    whole = radiotap(2, b"\x10") + wifi(1) + CLEAR + b"FCS!"
    packet = begun(whole[: len(whole) - unseen], unseen)
    answer = wireless.radiotap(packet)
    if unseen <= 4:
        assert answer == Answer.DONE
        assert payload(packet) == b"\x45 the packet"
    else:
        assert answer == -Anomaly.FRAME_TRUNCATED


def test_a_frame_shorter_than_its_check_sequence() -> None:
    for octets in (b"", b"\x08", b"\x08\0"):
        assert wireless.radiotap(begun(radiotap(2, b"\x10") + octets)) == -Anomaly.FRAME_TRUNCATED


def test_a_wrong_check_sequence() -> None:
    frame = wifi(1) + CLEAR + b"FCS!"
    assert wireless.radiotap(begun(radiotap(2, b"\x50") + frame)) == -Anomaly.FRAME_DAMAGED
    field = struct.pack("<HH8sHH8s", 2, 20, b"clock", 5, 0, b"")
    head = struct.pack("<BBHI", 0, 0, 8 + len(field), 105) + field
    assert wireless.ppi(begun(head + frame)) == -Anomaly.FRAME_DAMAGED


@pytest.mark.parametrize(
    "header",
    [
        b"\1\0\x08\0\0\0\0\0",
        b"\0\0\7\0\0\0\0\0",
        radiotap(0x80000000, b""),
        radiotap(0x80000000, struct.pack("<I", 0x80000000)),
        radiotap(2, b""),
        radiotap(3, bytes(8)),
    ],
)
def test_a_radiotap_header_that_contradicts_itself(header: bytes) -> None:
    assert wireless.radiotap(begun(header + wifi(1) + CLEAR)) == -Anomaly.LINK_HEADER


def test_the_clock_of_radiotap_is_aligned_behind_all_bitmaps() -> None:
    words = struct.pack("<I", 0xA0000000) + struct.pack("<I", 0)
    fields = words + bytes(8) + b"\x10"
    packet = begun(radiotap(0x80000003, fields) + wifi(1) + CLEAR + b"FCS!")
    assert wireless.radiotap(packet) == Answer.DONE
    assert payload(packet) == b"\x45 the packet"


def test_other_radio_headers_that_contradict_themselves() -> None:
    for read in (wireless.prism, wireless.avs):
        for head in (struct.pack(">II", 0x80211001, 7), struct.pack(">II", 0x80211001, 0)):
            assert read(begun(head + bytes(60))) == -Anomaly.LINK_HEADER
        assert read(begun(struct.pack(">II", 0x80211001, 61))) == -Anomaly.FRAME_TRUNCATED
        assert read(begun(b"1234567")) == -Anomaly.FRAME_TRUNCATED
    for head in (b"\1\0\x08\0", b"\0\0\7\0"):
        assert wireless.ppi(begun(head + bytes(60))) == -Anomaly.LINK_HEADER


# --- aggregates ---


def aggregate(*parts: tuple[bytes, bytes, bytes]) -> bytes:
    """An A-MSDU of (target, source, LLC and payload)."""
    made = b""
    for target, source, content in parts:
        made += bytes(-len(made) % 4) + target + source + struct.pack(">H", len(content)) + content
    return AGGREGATE + made


def every(packet: Packet) -> list[tuple[int, int, bytes, bytes]]:
    """(answer, ethertype, source, payload) of all packets of a frame."""
    answer = wireless.wifi(packet, False)
    found = [(answer, packet.ethertype, packet.mac(packet.source_mac), payload(packet))]
    while packet.bundle_start < packet.bundle_end:
        position = packet.bundle_start
        # What the packet before went through must not reach the next one.
        packet.data, packet.net, packet.frame = b"put together", b"", b"elsewhere"
        packet.cut, packet.missing, packet.layers, packet.protocol = True, 9, 7, 17
        packet.tag(99)
        answer = wireless.subframe(packet)
        assert packet.bundle_start > position
        assert (packet.cut, packet.missing, packet.protocol) == (False, 0, 0)
        assert packet.vlan_tuple() == () and packet.layers == 0
        found.append((answer, packet.ethertype, packet.mac(packet.source_mac), payload(packet)))
    return found


def test_every_packet_of_an_aggregate() -> None:
    frame = aggregate(
        (TARGET, SOURCE, SNAP + V4 + b"\x45 first"),
        (TARGET, OTHER, SNAP + V6 + b"\x60 second one"),
        (OTHER, SOURCE, b"\x42\x42\x03"),
        (OTHER, SOURCE, SNAP + V4 + b"\x45"),
    )
    found = every(begun(frame))
    assert found[:2] == [
        (Answer.DONE, 0x0800, SOURCE, b"\x45 first"),
        (Answer.DONE, 0x86DD, OTHER, b"\x60 second one"),
    ]
    assert [(answer, ethertype) for answer, ethertype, _, _ in found[2:]] == [
        (Answer.DONE, LLC),
        (Answer.DONE, 0x0800),
    ]


def test_an_aggregate_at_every_truncation() -> None:
    frame = aggregate(*[(TARGET, SOURCE, SNAP + V4 + b"\x45" * count) for count in (9, 30, 2)])
    whole = [found[3] for found in every(begun(frame))]
    for end in range(len(AGGREGATE), len(frame)):
        found = every(begun(frame[:end]))
        done = [octets for answer, kind, _, octets in found if kind == 0x0800 and answer > 0]
        assert all(full.startswith(part) for part, full in zip(done, whole, strict=False))
        assert done[:-1] == whole[: len(done) - 1] or not done


def test_an_aggregate_longer_than_any_is_none() -> None:
    frame = AGGREGATE + (TARGET + SOURCE + b"\0\0" + b"\0\0") * 1_000
    assert refused(frame) == Anomaly.LINK_HEADER
    assert len(every(begun(frame[:11_000]))) < 800


def test_the_layers_around_an_aggregate_stay() -> None:
    packet = begun(aggregate(*[(TARGET, SOURCE, CLEAR)] * 3))
    packet.layers = 3
    assert wireless.wifi(packet, False) == Answer.DONE
    packet.layers = 6
    assert wireless.subframe(packet) == Answer.DONE
    assert packet.layers == 3
    packet.begin(ETHER, 0, len(ETHER))
    assert packet.bundle_start >= packet.bundle_end


def test_any_octets_in_an_aggregate() -> None:
    chance = random.Random(7)  # noqa: S311 - a fixed seed is the point
    for _ in range(3_000):
        pieces = (chance.randbytes(4), TARGET + SOURCE + b"\0\x10", SNAP + V4, b"\0\0", b"\0\4")
        octets = AGGREGATE + b"".join(chance.choices(pieces, k=chance.randrange(12)))
        for answer, _, _, _ in every(begun(octets)):
            assert answer == Answer.DONE or 0 < -answer < len(ANOMALY_NAMES)
