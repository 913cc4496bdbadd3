"""Invariant: for any octets and any program a frame passes here exactly if it passes libpcap.

libpcap's own `bpf_filter` is the referee; without libpcap only the vectors are tried.
"""

import ctypes
import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.capture import bpf
from netwatch.capture.bpf import FilteredRecords, Program, Programs, Step, fault
from netwatch.capture.filters import Instruction, compile_filter, libpcap
from netwatch.capture.pcap import PcapRecords
from netwatch.capture.records import DAMAGED
from netwatch.errors import UsageError
from netwatch.limits import FILTER_INSTRUCTIONS_MAX
from netwatch.model import Answer


def has_libpcap() -> bool:
    try:
        libpcap()
    except UsageError:
        return False
    return True


needs_libpcap = pytest.mark.skipif(not has_libpcap(), reason="libpcap is not installed")

EXPRESSIONS = (
    "ip",
    "ip6",
    "tcp port 443 or udp port 53",
    "host 10.0.0.1 and not port 22",
    "net 10.0.0.0/8",
    "ether host 02:00:00:00:00:01",
    "vlan 5 and udp",
    "vlan and vlan and ip",
    "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn",
    "tcp[((tcp[12] & 0xf0) >> 2):4] = 0x16030100",
    "ip[2:2] - ((ip[0] & 0xf) << 2) > 20",
    "ip[8] * 3 / 2 % 7 = 3",
    "len > 60 and greater 10 and less 1500",
    "ip6 protochain 6",
    "ip protochain 17",
    "mpls 100 and ip",
    "pppoes and ip",
    "icmp6 or arp",
    "ether multicast",
    "ip[6:2] & 0x1fff != 0",
)


def by_libpcap(steps: list[Step], frame: bytes, wire: int) -> bool:
    program = (Instruction * len(steps))(*(Instruction(*step) for step in steps))
    octets = (ctypes.c_ubyte * max(len(frame), 1)).from_buffer_copy(frame or b"\0")
    judge = libpcap().bpf_filter
    judge.restype = ctypes.c_uint
    return bool(judge(program, octets, ctypes.c_uint(wire), ctypes.c_uint(len(frame))))


def by_us(steps: list[Step], frame: bytes, wire: int) -> bool:
    """With octets around the frame, which must not matter."""
    program = Program(steps)
    assert program.wrong == ""
    block = b"\xff\x45\x08" + frame + b"\x08\x00\x45"
    return program.accepts(block, 3, 3 + len(frame), wire)


K = st.one_of(st.integers(0, 40), st.integers(0, 0xFFFFFFFF), st.sampled_from((0, 1, 0xFFFF)))
SHIFTS = st.integers(0, 31)
LOADS = st.sampled_from((*bpf.LOADS, bpf.LDX_MSH, bpf.LD_LEN, bpf.LDX_LEN, bpf.LD_IMM, bpf.LDX_IMM))


@st.composite
def programs(draw: st.DrawFn) -> list[Step]:
    """Any program that libpcap would take: every word of memory is written before it is read."""
    steps: list[Step] = [(bpf.ST, 0, 0, word) for word in range(bpf.WORDS)]
    size = draw(st.integers(1, 12))
    for left in range(size, 0, -1):
        kind = draw(st.sampled_from(("load", "load", "jump", "sum", "memory", "move")))
        if kind == "load":
            steps.append((draw(LOADS), 0, 0, draw(K)))
        elif kind == "jump":
            jumps = draw(st.integers(0, left)), draw(st.integers(0, left))
            steps.append((draw(st.sampled_from(bpf.JUMPS)), *jumps, draw(K)))
        elif kind == "memory":
            steps.append((draw(st.sampled_from(bpf.MEMORY)), 0, 0, draw(st.integers(0, 15))))
        elif kind == "move":
            steps.append((draw(st.sampled_from((bpf.TAX, bpf.TXA, bpf.NEG))), 0, 0, 0))
        else:
            code = draw(st.sampled_from(tuple(set(bpf.SUMS) - {bpf.NEG})))
            if draw(st.booleans()):
                steps.append((code | bpf.OF_X, 0, 0, 0))
            elif code in (bpf.LSH, bpf.RSH):
                steps.append((code, 0, 0, draw(SHIFTS)))  # beyond 31 C does not say what happens
            else:
                steps.append((code, 0, 0, max(draw(K), 1)))
    last = draw(st.sampled_from((bpf.RET_A, bpf.RET_K)))
    steps += [(last, 0, 0, draw(st.integers(0, 1))), (bpf.RET_A, 0, 0, 0)]
    return steps


@needs_libpcap
@settings(max_examples=600, deadline=None, derandomize=True)
@given(programs(), st.binary(max_size=64), st.integers(0, 0xFFFF))
def test_any_program_passes_the_same_frames(steps: list[Step], frame: bytes, wire: int) -> None:
    assert by_us(steps, frame, wire) == by_libpcap(steps, frame, wire)


def frames(seed: int) -> list[bytes]:
    """Ethernet, tagged or not, with IP, IPv6 or anything, TCP or UDP, cut anywhere."""
    chance = random.Random(seed)  # noqa: S311 - the same frames every time
    found = []
    for _ in range(300):
        tags = b"".join(b"\x81\x00\x00\x05" for _ in range(chance.choice((0, 0, 1, 2))))
        ports = struct.pack(">HH", *chance.choices((53, 443, 22, 40_000), k=2))
        inner = ports + chance.randbytes(8) + b"\x50\x02" + chance.randbytes(6) + b"\x16\x03\x01\0"
        protocol = chance.choice((6, 17, 1))
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(inner), 1, 0, 64, protocol, 0)
        ip += bytes((10, 0, 0, chance.randrange(3))) * 2 + inner
        headers = b"\0\0" + bytes(6) + bytes((protocol, 1)) + bytes(14) + inner
        ip6 = b"\x60\0\0\0" + struct.pack(">HBB", len(headers), chance.choice((0, protocol)), 64)
        ip6 += chance.randbytes(32) + headers
        body = chance.choice((b"\x08\x00" + ip, b"\x86\xdd" + ip6, b"\x88\x47\0\x06\x41\x40" + ip))
        frame = b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02" + tags + body
        found.append(frame[: chance.choice((len(frame), chance.randrange(len(frame))))])
    return found


@needs_libpcap
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions_pass_the_same_frames(expression: str) -> None:
    steps = compile_filter(expression, 1)
    verdicts = [by_us(steps, frame, len(frame) + 7) for frame in frames(7)]
    assert verdicts == [by_libpcap(steps, frame, len(frame) + 7) for frame in frames(7)]


@needs_libpcap
def test_control_the_referee_sees_a_difference() -> None:
    one, other = compile_filter("tcp port 443", 1), compile_filter("udp port 443", 1)
    assert [by_us(one, f, 60) for f in frames(7)] != [by_libpcap(other, f, 60) for f in frames(7)]


@needs_libpcap
def test_expressions_without_vlan_do_not_look_behind_tags() -> None:
    plain = b"\x02" * 12 + b"\x08\x00\x45" + bytes(8) + b"\x11" + bytes(10) + b"\0\x35\0\x35" * 2
    tagged = plain[:12] + b"\x81\0\0\x05" + plain[12:]
    for expression, verdicts in (("udp port 53", [True, False]), ("vlan", [False, True])):
        steps = compile_filter(expression, 1)
        assert [by_us(steps, frame, len(frame)) for frame in (plain, tagged)] == verdicts


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        ([], "a filter of 0 instructions"),
        ([(bpf.RET_K, 0, 0, 1)] * (FILTER_INSTRUCTIONS_MAX + 1), "1 to 4096 expected"),
        ([(bpf.LD_IMM, 0, 0, 1)], "a jump out of a filter found at instruction 0"),
        ([(bpf.JEQ, 0, 1, 1), (bpf.RET_K, 0, 0, 1)], "a jump out"),
        ([(bpf.JEQ, 1, 0, 1), (bpf.RET_K, 0, 0, 1)], "a jump out"),
        ([(bpf.JUMP, 0, 0, 0xFFFFFFFE), (bpf.RET_K, 0, 0, 1)], "a jump out"),
        ([(bpf.LD_MEM, 0, 0, 16), (bpf.RET_K, 0, 0, 1)], "word 16"),
        ([(bpf.DIV, 0, 0, 0), (bpf.RET_K, 0, 0, 1)], "divides by zero"),
        ([(0xFF, 0, 0, 0), (bpf.RET_K, 0, 0, 1)], "instruction 0xff"),
    ],
)
def test_a_program_that_cannot_be_is_refused(steps: list[Step], wrong: str) -> None:
    assert wrong in fault(steps)
    assert Program(steps).wrong == fault(steps)


def test_a_loop_without_end_ends() -> None:
    steps = [(bpf.LD_IMM, 0, 0, 1), (bpf.JUMP, 0, 0, 0xFFFFFFFE), (bpf.RET_K, 0, 0, 1)]
    assert not by_us(steps, b"abc", 3)


HEAD = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)
FRAMES = (
    b"\x02" * 12 + b"\x08\x00a",
    b"\x02" * 12 + b"\x81\x00\0\5\x08\x00",
    b"short",
    b"\x02" * 20,
)
FILE = HEAD + b"".join(
    struct.pack("<IIII", 5, number, len(frame), len(frame)) + frame
    for number, frame in enumerate(FRAMES)
)
LONG: list[Step] = [(bpf.LD_H_ABS, 0, 0, 12), (bpf.JEQ, 0, 1, 0x0800)] + [
    (bpf.RET_K, 0, 0, k) for k in (1, 0)
]


@pytest.mark.parametrize("cut", range(len(FILE)))
def test_frames_keep_their_numbers_wherever_a_block_ends(cut: int) -> None:
    inner = PcapRecords()
    records = FilteredRecords(inner, Programs(lambda _link_type: LONG))
    block, numbers = FILE[:cut], []
    for rest in (FILE, b""):
        records.begin(0)
        while records.next(block) == Answer.DONE:
            assert block[records.start : records.end] == FRAMES[0]
            numbers.append((records.frame, records.time_ns, records.wire_bytes, records.link_type))
        assert (records.needed, records.position) == (inner.needed, inner.position)
        block = block[inner.position :] + rest[cut:]
    assert numbers == [(1, 5_000_000_000, 15, 1)]
    assert (records.packets, inner.packets, records.tagged_dropped) == (1, 4, 1)


def test_a_link_type_without_a_program_ends_the_reading() -> None:
    asked: list[int] = []

    def refuse(link_type: int) -> str:
        asked.append(link_type)
        return "not for this link type"

    inner = PcapRecords()
    records = FilteredRecords(inner, Programs(refuse))
    records.begin(0)
    assert records.next(FILE) == DAMAGED
    assert records.damage == inner.damage == "not for this link type"
    assert asked == [1]


def test_damage_is_handed_on() -> None:
    records = FilteredRecords(PcapRecords(), Programs(lambda _link_type: LONG))
    records.begin(0)
    assert records.next(b"\0" * 100) == DAMAGED
    assert records.damage.startswith("magic")
