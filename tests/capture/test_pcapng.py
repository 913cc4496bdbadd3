"""pcapng blocks.

Invariant: for any octets, in blocks of any size, `next` gives a frame inside the block, asks for
more than it has, or says damaged; it never raises, and block borders do not show.
"""

import struct
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.capture.pcapng import PcapngRecords, time_ns
from netwatch.capture.records import DAMAGED
from netwatch.limits import FRAME_BYTES_MAX, PCAPNG_BLOCK_BYTES_MAX, PCAPNG_INTERFACES_MAX
from netwatch.model import Answer

OCTETS = bytes(range(61))
WHOLE = 1 << 21
TIME_NS_MAX = (1 << 63) - 1


class Frame(NamedTuple):
    frame: int
    time_ns: int
    octets: bytes
    wire_bytes: int
    link_type: int
    interface: int


def padded(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 4)


class Writer:
    """Builds blocks in one byte order."""

    def __init__(self, order: str = "<") -> None:
        self.order = order

    def pack(self, layout: str, *values: int) -> bytes:
        return struct.pack(self.order + layout, *values)

    def block(
        self, kind: int, body: bytes, total: int | None = None, trailer: int | None = None
    ) -> bytes:
        body = padded(body)
        total = len(body) + 12 if total is None else total
        trailer = total if trailer is None else trailer
        return self.pack("II", kind, total) + body + self.pack("I", trailer)

    def section(
        self, length: int = -1, version: tuple[int, int] = (1, 0), options: bytes = b""
    ) -> bytes:
        body = self.pack("IHHq", 0x1A2B3C4D, *version, length) + options
        return self.block(0x0A0D0D0A, body)

    def option(self, code: int, value: bytes, length: int | None = None) -> bytes:
        length = len(value) if length is None else length
        return self.pack("HH", code, length) + padded(value)

    def interface(self, link_type: int = 1, snap: int = 0, options: bytes = b"") -> bytes:
        return self.block(1, self.pack("HHI", link_type, 0, snap) + options)

    def enhanced(
        self,
        octets: bytes = OCTETS,
        ticks: int = 1_700_000_000_000_000,
        interface: int = 0,
        captured: int | None = None,
        wire: int | None = None,
        options: bytes = b"",
    ) -> bytes:
        captured = len(octets) if captured is None else captured
        wire = captured if wire is None else wire
        head = self.pack("IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF, captured, wire)
        return self.block(6, head + padded(octets) + options)

    def obsolete(self, octets: bytes, ticks: int, interface: int = 0) -> bytes:
        size = len(octets)
        head = self.pack("HHIIII", interface, 7, ticks >> 32, ticks & 0xFFFFFFFF, size, size)
        return self.block(2, head + octets)

    def simple(self, octets: bytes, wire: int | None = None) -> bytes:
        return self.block(3, self.pack("I", len(octets) if wire is None else wire) + octets)


LITTLE = Writer("<")
BIG = Writer(">")


def walk(data: bytes, block_bytes: int = WHOLE) -> tuple[list[Frame], int, str]:
    """Read `data` in blocks of `block_bytes`, longer where a record asks for it.

    Gives the frames, the offset of what was not read, and the damage.
    """
    records = PcapngRecords()
    frames: list[Frame] = []
    offset = 0
    size = block_bytes
    while True:
        block = data[offset : offset + size]
        records.begin(0)
        while (answer := records.next(block)) == Answer.DONE:
            assert 0 <= records.start <= records.end <= len(block)
            assert records.wire_bytes >= records.end - records.start
            assert 0 <= records.time_ns <= TIME_NS_MAX
            frames.append(
                Frame(
                    records.frame,
                    records.time_ns,
                    block[records.start : records.end],
                    records.wire_bytes,
                    records.link_type,
                    records.interface,
                )
            )
        assert records.packets == len(frames)
        offset += records.position
        if answer == DAMAGED:
            assert records.damage
            return frames, offset, records.damage
        assert answer == Answer.NEED_MORE
        assert records.needed > len(block) - records.position
        if offset + len(block) - records.position >= len(data):
            return frames, offset, ""
        size = max(block_bytes, records.needed)


def times(data: bytes) -> list[int]:
    return [frame.time_ns for frame in walk(data)[0]]


@pytest.mark.parametrize("writer", [LITTLE, BIG])
def test_every_packet_block_in_both_byte_orders(writer: Writer) -> None:
    data = writer.section() + writer.interface(snap=40) + writer.interface(113)
    data += writer.enhanced(OCTETS, 1_000_001, 1, wire=99, options=writer.option(2, b"\1\0\0\0"))
    data += writer.obsolete(OCTETS[:5], 2_000_002, 1)
    data += writer.simple(OCTETS[:40], wire=60)
    data += writer.simple(OCTETS[:9])
    data += writer.enhanced(b"", 3)
    frames, offset, damage = walk(data)
    assert frames == [
        Frame(1, 1_000_001_000, OCTETS, 99, 113, 1),
        Frame(2, 2_000_002_000, OCTETS[:5], 5, 113, 1),
        Frame(3, 0, OCTETS[:40], 60, 1, 0),
        Frame(4, 0, OCTETS[:9], 9, 1, 0),
        Frame(5, 3_000, b"", 0, 1, 0),
    ]
    assert (offset, damage) == (len(data), "")


def test_sections_have_their_own_byte_order_and_interfaces() -> None:
    data = LITTLE.section(length=48) + LITTLE.interface(1) + LITTLE.interface(101)
    data += LITTLE.enhanced(interface=1)
    data += BIG.section() + BIG.interface(113) + BIG.enhanced()
    frames, _, damage = walk(data + LITTLE.section() + LITTLE.enhanced())
    assert [(frame.frame, frame.link_type) for frame in frames] == [(1, 101), (2, 113)]
    assert damage == "packet of interface 0 found, 0 interfaces were described before it"


def test_what_carries_no_packet_is_passed_over() -> None:
    # Interface statistics, names, secrets, unknown, and what Wireshark does not number.
    data = LITTLE.section() + LITTLE.interface()
    for kind in (4, 5, 7, 8, 10, 0x201, 0x202, 0x80000001, 0xFFFFFFFF, 0):
        data += LITTLE.block(kind, bytes(16))
    assert [frame.frame for frame in walk(data + LITTLE.enhanced())[0]] == [1]


@pytest.mark.parametrize("kind", [9, 0x0BAD, 0x40000BAD, 0x204, 0x216, 0x221])
def test_what_wireshark_numbers_is_numbered(kind: int) -> None:
    data = LITTLE.section() + LITTLE.interface() + LITTLE.enhanced()
    data += LITTLE.block(kind, bytes(24)) + LITTLE.enhanced()
    assert [frame.frame for frame in walk(data)[0]] == [1, 3]


def test_every_truncation_gives_what_is_whole_and_asks_for_the_rest() -> None:
    parts = [LITTLE.section(), LITTLE.interface(), LITTLE.enhanced(), LITTLE.block(5, bytes(20))]
    parts += [LITTLE.obsolete(OCTETS, 1), LITTLE.simple(b"abc")]
    data = b"".join(parts)
    ends = [sum(map(len, parts[: i + 1])) for i in range(len(parts))]
    frames, _, _ = walk(data)
    for size in range(len(data)):
        some, offset, damage = walk(data[:size])
        assert some == frames[: len(some)]
        assert len(some) == sum(ends[i] <= size for i in (2, 4, 5))
        assert offset == max((end for end in ends if end <= size), default=0)
        assert damage == ""
    assert walk(data + b"\n\r\r\n" + bytes(7)) == (frames, len(data), "")


def test_block_borders_do_not_show() -> None:
    data = b""
    for writer in (LITTLE, BIG):
        data += writer.section() + writer.interface() + writer.block(10, bytes(50))
        data += b"".join(writer.enhanced(OCTETS[:n], n) for n in range(30))
    whole = walk(data)
    for block_bytes in (1, 3, 4, 11, 12, 13, 27, 28, 29, 63, 500):
        assert walk(data, block_bytes) == whole


@pytest.mark.parametrize("writer", [LITTLE, BIG])
@pytest.mark.parametrize("total", [0, 3, 8, 11, 13, 14, 0x01000004, 0x7FFFFFFC, 0xFFFFFFFF])
def test_a_block_length_that_cannot_be(writer: Writer, total: int) -> None:
    good = writer.section() + writer.interface() + writer.enhanced()
    bad = writer.block(6, bytes(60), total=total)
    frames, offset, damage = walk(good + bad)
    assert len(frames) == 1
    assert offset == len(good)
    assert damage == (
        f"pcapng block length {total} found, a multiple of 4 from 12 to 16777216 expected"
    )


def test_a_trailer_that_differs() -> None:
    good = LITTLE.section() + LITTLE.interface()
    frames, offset, damage = walk(good + LITTLE.block(6, bytes(60), trailer=76))
    assert (frames, offset) == ([], len(good))
    assert damage == "pcapng block length 76 found at the block's end, 72 expected"


def test_the_longest_block_is_read() -> None:
    head = LITTLE.section() + LITTLE.interface()
    long = LITTLE.block(4, bytes(PCAPNG_BLOCK_BYTES_MAX - 12))
    frames, _, damage = walk(head + long + LITTLE.enhanced(), 512 * 1024)
    assert (len(frames), damage) == (1, "")


@pytest.mark.parametrize(
    ("body", "damage"),
    [
        ((6, bytes(16)), "enhanced packet block of 28 octets found, at least 32 expected"),
        ((2, bytes(16)), "packet block of 28 octets found, at least 32 expected"),
        ((3, b""), "simple packet block of 12 octets found, at least 16 expected"),
        ((1, bytes(4)), "interface description block of 16 octets found, at least 20 expected"),
        (
            (0x0A0D0D0A, b"\x4d\x3c\x2b\x1a" + bytes(8)),
            "section header block of 24 octets found, at least 28 expected",
        ),
        (
            (0x0A0D0D0A, bytes(16)),
            "byte-order magic 00000000 found, 1a2b3c4d or 4d3c2b1a expected",
        ),
    ],
)
def test_a_block_too_short_for_what_it_is(body: tuple[int, bytes], damage: str) -> None:
    good = LITTLE.section() + LITTLE.interface()
    assert walk(good + LITTLE.block(*body)) == ([], len(good), damage)


@pytest.mark.parametrize("writer", [LITTLE, BIG])
def test_versions(writer: Writer) -> None:
    def damage(*version: int) -> str:
        return walk(writer.section(version=(version[0], version[1])))[2]

    assert damage(1, 0) == damage(1, 2) == ""
    assert damage(1, 1) == "pcapng version 1.1 found, 1.0 expected"
    assert damage(2, 0) == "pcapng version 2.0 found, 1.0 expected"


def test_a_packet_before_its_interface() -> None:
    data = LITTLE.section() + LITTLE.interface()
    for packet in (LITTLE.enhanced(interface=1), LITTLE.obsolete(OCTETS, 1, interface=1)):
        assert walk(data + packet + LITTLE.interface()) == (
            [],
            len(data),
            "packet of interface 1 found, 1 interfaces were described before it",
        )
    lies = LITTLE.enhanced(interface=0xFFFFFFFF)
    assert walk(data + lies)[2].startswith("packet of interface 4294967295 found")
    assert walk(LITTLE.section() + LITTLE.simple(OCTETS))[2].startswith("packet of interface 0")


def test_more_interfaces_than_the_limit() -> None:
    most = LITTLE.section() + LITTLE.interface() * PCAPNG_INTERFACES_MAX
    last = LITTLE.enhanced(interface=PCAPNG_INTERFACES_MAX - 1)
    assert len(walk(most + last)[0]) == 1
    frames, offset, damage = walk(most + last + LITTLE.interface() + last)
    assert len(frames) == 1
    assert offset == len(most + last)
    assert damage == "another interface found, at most 1024 expected in a section"


def test_a_captured_length_that_cannot_be() -> None:
    good = LITTLE.section() + LITTLE.interface()
    for captured in (65, 0x80000000, 0xFFFFFFFF):
        assert walk(good + LITTLE.enhanced(captured=captured)) == (
            [],
            len(good),
            f"captured length {captured} found, at most 64 expected in its pcapng block",
        )
    # The padding is room as well: a length within it is read, as Wireshark does.
    assert len(walk(good + LITTLE.enhanced(captured=64))[0][0].octets) == 64


def test_a_frame_longer_than_any() -> None:
    good = LITTLE.section() + LITTLE.interface() + LITTLE.interface(231)
    octets = bytes(FRAME_BYTES_MAX + 4)
    frames, _, damage = walk(good + LITTLE.enhanced(octets, interface=1) + LITTLE.enhanced(octets))
    assert [(len(frame.octets), frame.wire_bytes) for frame in frames] == [(262144, 262148)]
    assert damage == "captured length 262148 found, at most 262144 expected"


def test_a_wire_length_below_the_captured_one_is_corrected() -> None:
    data = LITTLE.section() + LITTLE.interface() + LITTLE.enhanced(wire=3)
    assert walk(data)[0][0].wire_bytes == 61


def test_a_simple_packet_that_claims_more_than_it_has() -> None:
    data = LITTLE.section() + LITTLE.interface() + LITTLE.simple(OCTETS, wire=0xFFFFFFFF)
    assert walk(data)[0] == [Frame(1, 0, OCTETS + bytes(3), 0xFFFFFFFF, 1, 0)]


@pytest.mark.parametrize("writer", [LITTLE, BIG])
def test_resolution_and_offset_are_of_their_interface(writer: Writer) -> None:
    data = writer.section()
    data += writer.interface()
    data += writer.interface(options=writer.option(9, b"\x09") + writer.option(0, b""))
    data += writer.interface(
        options=writer.option(2, b"eth0!") + writer.option(14, writer.pack("q", 10))
    )
    offset = writer.option(14, writer.pack("q", -1))
    data += writer.interface(options=writer.option(9, b"\x8a") + offset)
    for interface in range(4):
        data += writer.enhanced(ticks=2049, interface=interface)
        data += writer.obsolete(OCTETS, 2049, interface)
    assert times(data)[::2] == [2_049_000, 2_049, 10_002_049_000, 1_000_976_562]
    assert times(data)[::2] == times(data)[1::2]


def test_options_that_lie() -> None:
    data = LITTLE.section()
    for options in (
        LITTLE.option(9, b"\x09", length=0xFFFF),  # runs past its block
        LITTLE.option(9, b"\x09\x09"),  # of another length than it can have
        LITTLE.option(14, b"\1\0\0\0"),
        LITTLE.option(0, b"") + LITTLE.option(9, b"\x09"),  # behind the end of the options
        b"\x09",
    ):
        data += LITTLE.interface(options=options)
    for interface in range(5):
        data += LITTLE.enhanced(ticks=7, interface=interface)
    assert times(data) == [7_000] * 5


@pytest.mark.parametrize("resolution", range(256))
def test_the_fast_way_and_the_exact_one_agree(resolution: int) -> None:
    options = LITTLE.option(9, bytes((resolution,)))
    head = LITTLE.section() + LITTLE.interface(options=options)
    for ticks in (0, 1, 1_700_000_000_123_456_789, (1 << 63) - 1, (1 << 64) - 1):
        (found,) = times(head + LITTLE.enhanced(ticks=ticks))
        assert found == time_ns(ticks >> 32, ticks & 0xFFFFFFFF, resolution, 0)


@given(st.sampled_from([LITTLE, BIG]), st.binary(max_size=200), st.integers(1, 100))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_any_octets_after_an_interface(writer: Writer, octets: bytes, block_bytes: int) -> None:
    data = writer.section() + writer.interface() + octets
    assert walk(data, block_bytes) == walk(data)


@given(st.binary(max_size=100))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_any_octets_at_all(octets: bytes) -> None:
    walk(octets)


BLOCKS = st.one_of(
    st.builds(
        LITTLE.block,
        st.one_of(st.integers(0, 11), st.integers(0, 0xFFFFFFFF)),
        st.binary(max_size=80),
    ),
    st.builds(lambda options: LITTLE.interface(options=options), st.binary(max_size=30)),
    st.builds(lambda octets: LITTLE.enhanced(octets, 5), st.binary(max_size=40)),
    st.sampled_from([LITTLE.section(), BIG.section(), BIG.interface(), BIG.enhanced()]),
)


@given(st.lists(BLOCKS, max_size=8), st.integers(1, 200))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_any_blocks_in_a_row(blocks: list[bytes], block_bytes: int) -> None:
    data = LITTLE.section() + LITTLE.interface() + b"".join(blocks)
    assert walk(data, block_bytes) == walk(data)


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=6), st.integers(1))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_changed_octets(changes: list[tuple[int, int]], block_bytes: int) -> None:
    capture = bytearray(LITTLE.section() + LITTLE.interface(options=LITTLE.option(9, b"\x09")))
    for n in range(12):
        capture += LITTLE.enhanced(OCTETS[: n * 5], n) + LITTLE.simple(OCTETS[:n])
    for place, octet in changes:
        capture[place % len(capture)] = octet
    assert walk(bytes(capture), block_bytes % 997 + 1) == walk(bytes(capture))
