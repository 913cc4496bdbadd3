"""Compiled. Classic BPF programs, run over the frames of a block: what `--filter` lets through.

libpcap compiles the expression; calling it for every frame through ctypes would take longer than
everything else together. So its programs are run here, with the meaning that libpcap's own
`bpf_filter` gives them (McCanne and Jacobson 1993, section 3.3); the tests compare the two.
"""

from collections.abc import Callable
from typing import Final

from librt.strings import read_i16_be, read_i32_be
from librt.vecs import vec
from mypy_extensions import i64

from netwatch.capture.records import U16, U32, Records
from netwatch.limits import FILTER_INSTRUCTIONS_MAX, FILTER_STEPS_MAX
from netwatch.model import Answer

Step = tuple[int, int, int, int]
"""An instruction: code, octets to jump over if true and if false, k."""

LD_W_ABS: Final = 0x20
LD_H_ABS: Final = 0x28
LD_B_ABS: Final = 0x30
LD_W_IND: Final = 0x40
LD_H_IND: Final = 0x48
LD_B_IND: Final = 0x50
LD_IMM: Final = 0x00
LD_MEM: Final = 0x60
LD_LEN: Final = 0x80
LDX_IMM: Final = 0x01
LDX_MEM: Final = 0x61
LDX_LEN: Final = 0x81
LDX_MSH: Final = 0xB1
"""Four times the lower half of an octet: the length of an IPv4 header."""
ST: Final = 0x02
STX: Final = 0x03
JUMP: Final = 0x05
JEQ: Final = 0x15
JGT: Final = 0x25
JGE: Final = 0x35
JSET: Final = 0x45
RET_K: Final = 0x06
RET_A: Final = 0x16
TAX: Final = 0x07
TXA: Final = 0x87
ADD: Final = 0x04
SUB: Final = 0x14
MUL: Final = 0x24
DIV: Final = 0x34
OR: Final = 0x44
AND: Final = 0x54
LSH: Final = 0x64
RSH: Final = 0x74
NEG: Final = 0x84
MOD: Final = 0x94
XOR: Final = 0xA4
OF_X: Final = 0x08
"""Set in a jump or a calculation: with X, not with k."""
CLASS: Final = 0x07
CLASS_ALU: Final = 0x04
CLASS_JMP: Final = 0x05
MODE: Final = 0xE0
INDIRECT: Final = 0x40
WORDS: Final = 16
"""Words of scratch memory."""

ETHERNET: Final = 1
VLAN: Final = 0x8100
VLAN_PROVIDER: Final = 0x88A8
VLAN_OLD: Final = 0x9100

MEMORY: Final = (LD_MEM, LDX_MEM, ST, STX)
JUMPS: Final = (JEQ, JGT, JGE, JSET, JEQ | OF_X, JGT | OF_X, JGE | OF_X, JSET | OF_X)
SUMS: Final = (ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, MOD, XOR, NEG)
LOADS: Final = (LD_W_ABS, LD_H_ABS, LD_B_ABS, LD_W_IND, LD_H_IND, LD_B_IND)
MOVES: Final = (*LOADS, LD_IMM, LD_LEN, LDX_IMM, LDX_LEN, LDX_MSH, TAX, TXA)


class Program:
    """One program, checked: no jump leaves it and no index leaves the scratch memory.

    `wrong` says what is wrong with it; then it must not be run.
    """

    def __init__(self, steps: list[Step]) -> None:
        self.wrong: str = fault(steps)
        self.codes: vec[i64] = vec[i64]([i64(step[0]) for step in steps])
        self.trues: vec[i64] = vec[i64]([i64(step[1]) for step in steps])
        self.falses: vec[i64] = vec[i64]([i64(step[2]) for step in steps])
        self.ks: vec[i64] = vec[i64]([i64(operand(step)) for step in steps])
        self.memory: vec[i64] = vec[i64]([i64(0)] * WORDS)
        self.a: i64 = 0
        self.x: i64 = 0

    def accepts(self, data: bytes, start: i64, end: i64, wire: i64) -> bool:
        """Tell whether the frame data[start:end], of `wire` octets on the wire, passes."""
        codes = self.codes
        ks = self.ks
        size = end - start
        a: i64 = 0
        x: i64 = 0
        place: i64 = 0
        steps: i64 = 0
        while steps < FILTER_STEPS_MAX:
            steps += 1
            code = codes[place]
            k = ks[place]
            if code == LD_H_ABS:
                if k + 2 > size:
                    return False
                a = i64(read_i16_be(data, start + k)) & U16
            elif code == JEQ:
                place += self.trues[place] if a == k else self.falses[place]
            elif code == LD_W_ABS:
                if k + 4 > size:
                    return False
                a = i64(read_i32_be(data, start + k)) & U32
            elif code == LD_B_ABS:
                if k + 1 > size:
                    return False
                a = i64(data[start + k])
            elif code == RET_K:
                return k != 0
            elif code == JUMP:
                place += k
            elif code & CLASS == CLASS_JMP:
                taken = holds(code & ~OF_X, a, x if code & OF_X != 0 else k)
                place += self.trues[place] if taken else self.falses[place]
            elif code & CLASS == CLASS_ALU:
                a = calculated(code & ~OF_X, a, x if code & OF_X != 0 else k)
                if a < 0:
                    return False
            elif code == RET_A:
                return a != 0
            else:
                self.a = a
                self.x = x
                if not self.move(code, k, data, start, size, wire):
                    return False
                a = self.a
                x = self.x
            place += 1
        return False

    def move(self, code: i64, k: i64, data: bytes, start: i64, size: i64, wire: i64) -> bool:
        """A load or store that is not frequent; False where it reaches beyond the frame."""
        if code & CLASS == 0 and code & MODE == INDIRECT:
            width: i64 = 4 if code == LD_W_IND else 2 if code == LD_H_IND else 1
            k += self.x
            if k + width > size:
                return False
            self.a = octets(data, start + k, width)
        elif code == LDX_MSH:
            if k >= size:
                return False
            self.x = (i64(data[start + k]) & 15) << 2
        elif code == LD_IMM:
            self.a = k
        elif code == LDX_IMM:
            self.x = k
        elif code == LD_MEM:
            self.a = self.memory[k]
        elif code == LDX_MEM:
            self.x = self.memory[k]
        elif code == ST:
            self.memory[k] = self.a
        elif code == STX:
            self.memory[k] = self.x
        elif code == LD_LEN:
            self.a = wire & U32
        elif code == LDX_LEN:
            self.x = wire & U32
        elif code == TAX:
            self.x = self.a
        elif code == TXA:
            self.a = self.x
        return True


class Programs:
    """The programs of one expression, one for each link type.

    `compile` gives the steps for a LINKTYPE_ number, or says why there are none.
    """

    def __init__(self, compile: Callable[[int], list[Step] | str]) -> None:
        self.compile = compile
        self.known: dict[int, Program] = {}

    def program(self, link_type: int) -> Program:
        """The program for a link type; look at its `wrong` first."""
        known = self.known.get(link_type)
        if known is None:
            steps = self.compile(link_type)
            known = Program([] if isinstance(steps, str) else steps)
            if isinstance(steps, str):
                known.wrong = steps
            self.known[link_type] = known
        return known


class FilteredRecords(Records):
    """The frames of `inner` that a filter lets through, under their own numbers.

    `packets` counts those; the inner reader's `packets` goes on counting all. Where there is no
    program for a link type the capture counts as damaged, and reading ends.
    """

    def __init__(self, inner: Records, programs: Programs) -> None:
        super().__init__()
        self.inner: Records = inner
        self.programs: Programs = programs
        self.program: Program = Program([])
        self.known_type: i64 = -1
        self.tagged_dropped: i64 = 0
        """Frames with a VLAN tag that were not let through."""

    def begin(self, position: i64) -> None:
        """See `Records.begin`."""
        self.inner.begin(position)
        self.position = position
        self.needed = 0

    def next(self, block: bytes) -> i64:
        """See `Records.next`; DONE only for a frame that passes."""
        inner = self.inner
        while True:
            answer = inner.next(block)
            if answer != Answer.DONE:
                self.position = inner.position
                self.needed = inner.needed
                self.damage = inner.damage
                return answer
            if inner.link_type != self.known_type:
                self.known_type = inner.link_type
                self.program = self.programs.program(int(inner.link_type))
                if self.program.wrong:
                    inner.damage = self.program.wrong
                    return self.damaged(self.program.wrong)
            if self.program.accepts(block, inner.start, inner.end, inner.wire_bytes):
                break
            if inner.link_type == ETHERNET and is_tagged(block, inner.start, inner.end):
                self.tagged_dropped += 1
        self.packets += 1
        self.stand_on(inner)
        return answer


def holds(code: i64, a: i64, b: i64) -> bool:
    """Tell whether the condition of a jump holds."""
    if code == JEQ:
        return a == b
    if code == JGT:
        return a > b
    if code == JGE:
        return a >= b
    return a & b != 0


def calculated(code: i64, a: i64, b: i64) -> i64:
    """Give the sum, modulo 2^32; -1 for a division by zero, which ends a program with "no"."""
    if code == ADD:
        return (a + b) & U32
    if code == SUB:
        return (a - b) & U32
    if code == AND:
        return a & b
    if code == OR:
        return a | b
    if code == XOR:
        return a ^ b
    if code == LSH:
        return (a & (U32 >> b)) << b if b < 32 else 0
    if code == RSH:
        return a >> b if b < 32 else 0
    if code == NEG:
        return (0x100000000 - a) & U32
    if code == MUL:
        # In halves: the whole product does not fit into a signed number.
        return (a * (b & U16) + ((a * (b >> 16) & U16) << 16)) & U32
    if b == 0:
        return -1
    return a // b if code == DIV else a % b


def octets(data: bytes, place: i64, width: i64) -> i64:
    """Give one, two or four octets as a number."""
    if width == 4:
        return i64(read_i32_be(data, place)) & U32
    if width == 2:
        return i64(read_i16_be(data, place)) & U16
    return i64(data[place])


def is_tagged(data: bytes, start: i64, end: i64) -> bool:
    """Tell whether an Ethernet frame has a VLAN tag."""
    if end - start < 14:
        return False
    kind = i64(read_i16_be(data, start + 12)) & U16
    return kind == VLAN or kind == VLAN_PROVIDER or kind == VLAN_OLD


def operand(step: Step) -> int:
    """The k of a step; that of a jump has a sign, because `protochain` goes back."""
    k = step[3]
    return k - 0x100000000 if step[0] == JUMP and k > 0x7FFFFFFF else k


def fault(steps: list[Step]) -> str:
    """What is wrong with a program, empty if nothing is."""
    count = len(steps)
    if not 0 < count <= FILTER_INSTRUCTIONS_MAX:
        return f"a filter of {count} instructions found, 1 to {FILTER_INSTRUCTIONS_MAX} expected"
    for place in range(count):
        step = steps[place]
        code = step[0]
        ahead = [1]
        if code == RET_K or code == RET_A:
            ahead = []
        elif code == JUMP:
            ahead = [1 + operand(step)]
        elif code in JUMPS:
            ahead = [1 + step[1], 1 + step[2]]
        elif code in MEMORY:
            if step[3] >= WORDS:
                return f"word {step[3]} of a filter's memory found, at most {WORDS - 1} expected"
        elif code & CLASS == CLASS_ALU and code & ~OF_X in SUMS:
            if step[3] == 0 and code in (DIV, MOD):
                return "a filter that divides by zero found"
        elif code not in MOVES:
            return f"instruction {code:#x} found in a filter, one of classic BPF expected"
        for jump in ahead:
            if not 0 <= place + jump < count:
                return f"a jump out of a filter found at instruction {place}"
    return ""
