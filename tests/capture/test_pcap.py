"""pcap records.

Invariant: for any octets, in blocks of any size, `next` gives a frame inside the block, asks for
more than it has, or says damaged; it never raises, and block borders do not show.
"""

import struct
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.capture.pcap import PcapRecords
from netwatch.capture.records import DAMAGED
from netwatch.limits import FRAME_BYTES_MAX
from netwatch.model import Answer

MICROSECONDS = 0xA1B2C3D4
NANOSECONDS = 0xA1B23C4D
MODIFIED = 0xA1B2CD34


class Frame(NamedTuple):
    frame: int
    time_ns: int
    octets: bytes
    wire_bytes: int
    link_type: int


def pcap_header(
    magic: int = MICROSECONDS,
    order: str = "<",
    version: tuple[int, int] = (2, 4),
    network: int = 1,
    snap: int = 65535,
) -> bytes:
    return struct.pack(order + "IHHiIII", magic, *version, 0, 0, snap, network)


def pcap_record(
    octets: bytes,
    seconds: int = 1_700_000_000,
    fraction: int = 5,
    order: str = "<",
    captured: int | None = None,
    wire: int | None = None,
    more: bytes = b"",
) -> bytes:
    captured = len(octets) if captured is None else captured
    wire = captured if wire is None else wire
    return struct.pack(order + "IIII", seconds, fraction, captured, wire) + more + octets


def walk(data: bytes, block_bytes: int) -> tuple[list[Frame], int, PcapRecords]:
    """Read `data` in blocks of `block_bytes`, longer where a record asks for it: the frames, the
    offset of what was not read, and the reader.
    """
    records = PcapRecords()
    frames: list[Frame] = []
    offset = 0
    size = block_bytes
    while True:
        block = data[offset : offset + size]
        records.begin(0)
        while (answer := records.next(block)) == Answer.DONE:
            assert 0 <= records.start <= records.end <= len(block)
            assert records.wire_bytes >= records.end - records.start
            assert 0 <= records.time_ns < 1 << 63
            octets = block[records.start : records.end]
            frames.append(
                Frame(records.frame, records.time_ns, octets, records.wire_bytes, records.link_type)
            )
        assert records.packets == len(frames)
        offset += records.position
        if answer == DAMAGED:
            assert records.damage
            return frames, offset, records
        assert answer == Answer.NEED_MORE
        assert records.needed > len(block) - records.position
        if offset + max(len(block) - records.position, 0) >= len(data):
            return frames, offset, records
        size = max(block_bytes, records.needed)


WHOLE = 1 << 20
OCTETS = bytes(range(60))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("magic", "unit_ns", "more"),
    [(MICROSECONDS, 1000, b""), (NANOSECONDS, 1, b""), (MODIFIED, 1000, bytes(8))],
)
def test_every_format_in_both_byte_orders(
    order: str, magic: int, unit_ns: int, more: bytes
) -> None:
    data = pcap_header(magic, order, network=113)
    data += pcap_record(OCTETS, 1, 2, order, wire=90, more=more)
    data += pcap_record(b"", 3, 999_999, order, more=more)
    frames, offset, records = walk(data, WHOLE)
    assert frames == [
        Frame(1, 1_000_000_000 + 2 * unit_ns, OCTETS, 90, 113),
        Frame(2, 3_000_000_000 + 999_999 * unit_ns, b"", 0, 113),
    ]
    assert offset == len(data)
    assert records.damage == ""


def test_the_same_octets_in_the_other_order_are_another_capture() -> None:
    # Negative control of the byte order: a swapped length is a lie, not a shorter frame.
    data = pcap_header(order="<") + pcap_record(OCTETS, order=">")
    frames, offset, records = walk(data, WHOLE)
    assert frames == []
    assert offset == 24
    assert records.damage == "captured length 1006632960 found, at most 262144 expected"


def test_every_truncation_gives_what_is_whole_and_asks_for_the_rest() -> None:
    data = pcap_header() + pcap_record(OCTETS) + pcap_record(OCTETS[:7], wire=1000)
    frames, _, _ = walk(data, WHOLE)
    ends = [24, 24 + 16 + 60, len(data)]
    for size in range(len(data)):
        some, offset, records = walk(data[:size], WHOLE)
        assert some == frames[: len(some)]
        assert len(some) == sum(end <= size for end in ends[1:])
        assert offset == max((end for end in ends if end <= size), default=0)
        assert records.damage == ""
    trailing, offset, records = walk(data + b"\xff" * 15, WHOLE)
    assert trailing == frames
    assert (offset, records.needed) == (len(data), 16)


def test_block_borders_do_not_show() -> None:
    data = pcap_header() + b"".join(pcap_record(OCTETS[:n], fraction=n) for n in range(60))
    whole = walk(data, WHOLE)
    for block_bytes in (1, 2, 15, 16, 17, 23, 24, 25, 40, 41, 99, 1000):
        frames, offset, _ = walk(data, block_bytes)
        assert frames == whole[0]
        assert offset == len(data)


@pytest.mark.parametrize(
    ("captured", "wire", "found"),
    [
        (FRAME_BYTES_MAX + 1, FRAME_BYTES_MAX + 1, 262145),
        (0x80000000, 60, 2147483648),
        (0xFFFFFFFF, 0xFFFFFFFF, 4294967295),
        (0xFFFFFFFF, 0, 4294967295),
    ],
)
def test_a_captured_length_that_cannot_be(captured: int, wire: int, found: int) -> None:
    good = pcap_header() + pcap_record(OCTETS)
    frames, offset, records = walk(good + pcap_record(OCTETS, captured=captured, wire=wire), WHOLE)
    assert len(frames) == 1
    assert offset == len(good)
    assert records.damage == f"captured length {found} found, at most 262144 expected"


def test_the_longest_frame_is_read() -> None:
    octets = bytes(FRAME_BYTES_MAX)
    frames, _, _ = walk(pcap_header(snap=96) + pcap_record(octets), WHOLE)
    assert [len(frame.octets) for frame in frames] == [FRAME_BYTES_MAX]


def test_a_wire_length_below_the_captured_one_is_corrected() -> None:
    frames, _, _ = walk(pcap_header() + pcap_record(OCTETS, wire=10), WHOLE)
    assert [(len(frame.octets), frame.wire_bytes) for frame in frames] == [(60, 60)]


@pytest.mark.parametrize(
    ("version", "swapped"), [((2, 0), True), ((2, 3), True), ((543, 0), True), ((2, 4), False)]
)
def test_old_versions_wrote_the_lengths_the_other_way_round(
    version: tuple[int, int], swapped: bool
) -> None:
    record = pcap_record(OCTETS, captured=1500, wire=60)
    frames, _, _ = walk(pcap_header(version=version) + record, WHOLE)
    # In 2.4 it is a frame of 1500 octets that is not there.
    expected = [Frame(1, 1_700_000_000_000_005_000, OCTETS, 1500, 1)] if swapped else []
    assert frames == expected


@pytest.mark.parametrize("version", [(1, 0), (2, 5), (3, 0), (543, 1), (0, 4)])
def test_a_version_nobody_knows_is_damage(version: tuple[int, int]) -> None:
    frames, offset, records = walk(pcap_header(version=version) + pcap_record(OCTETS), WHOLE)
    assert (frames, offset) == ([], 0)
    assert records.damage == f"pcap version {version[0]}.{version[1]} found, 2.0 to 2.4 expected"


def test_another_magic_is_damage() -> None:
    _, _, records = walk(b"PK\x03\x04" + bytes(40), WHOLE)
    assert records.damage == "magic 04034b50 found, one of pcap expected"


def test_the_link_type_is_the_lower_half() -> None:
    # draft-ietf-opsawg-pcap section 4: the upper bits say that frames end in a check sequence.
    frames, _, _ = walk(pcap_header(network=0x24000001) + pcap_record(OCTETS), WHOLE)
    assert frames[0].link_type == 1


def test_times_at_both_ends() -> None:
    data = pcap_header()
    data += pcap_record(b"a", 0, 0) + pcap_record(b"b", 0xFFFFFFFF, 0xFFFFFFFF)
    frames, _, _ = walk(data, WHOLE)
    assert [frame.time_ns for frame in frames] == [
        0,
        0xFFFFFFFF * 1_000_000_000 + 0xFFFFFFFF * 1000,
    ]


def test_a_huge_frame_of_a_bus_is_passed_over_after_its_start() -> None:
    # LINKTYPE_DBUS: the frame is cut at the bound, and no block grows to the length of its record.
    records = PcapRecords()
    data = pcap_header(network=231) + pcap_record(bytes(FRAME_BYTES_MAX + 10), wire=900_000)
    records.begin(0)
    assert records.next(data[:1000]) == Answer.NEED_MORE
    assert records.needed == 16 + FRAME_BYTES_MAX
    records.begin(24)
    assert records.next(data[:-10]) == Answer.DONE
    assert records.end - records.start == FRAME_BYTES_MAX
    assert records.wire_bytes == 900_000
    assert records.position == len(data)
    assert walk(data + pcap_record(OCTETS), 512)[0][1].octets == OCTETS


def test_damage_is_said_again() -> None:
    data = pcap_header() + pcap_record(b"", captured=0xFFFFFFFF)
    records = PcapRecords()
    records.begin(0)
    assert [records.next(data) for _ in range(3)] == [DAMAGED] * 3
    assert records.position == 24


@given(
    st.sampled_from([MICROSECONDS, NANOSECONDS, MODIFIED]),
    st.sampled_from("<>"),
    st.binary(max_size=300),
    st.integers(1, 80),
)
@settings(derandomize=True, max_examples=300, deadline=None)
def test_any_octets_after_a_header(magic: int, order: str, octets: bytes, block_bytes: int) -> None:
    data = pcap_header(magic, order) + octets
    whole, end, records = walk(data, WHOLE)
    frames, offset, others = walk(data, block_bytes)
    assert (frames, offset, others.damage) == (whole, end, records.damage)


@given(st.binary(max_size=100))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_any_octets_at_all(octets: bytes) -> None:
    walk(octets, WHOLE)


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=6), st.data())
@settings(derandomize=True, max_examples=150, deadline=None)
def test_one_changed_octet(changes: list[tuple[int, int]], data: st.DataObject) -> None:
    capture = bytearray(
        pcap_header() + b"".join(pcap_record(OCTETS[:n], fraction=n) for n in range(20))
    )
    for place, octet in changes:
        capture[24 + place % (len(capture) - 24)] = octet
    block_bytes = data.draw(st.integers(1, 600))
    assert walk(bytes(capture), WHOLE)[:2] == walk(bytes(capture), block_bytes)[:2]
