"""Any instructions are refused as a program, or say yes or no to any octets, the same every time.

The first octet says how many instructions of eight octets follow; the rest is a frame.
"""

import struct
from typing import Final

from netwatch.capture.bpf import Program, Step, fault

RUNS: Final = 4_000
DEPTHS: Final = ("refused", "yes", "no")
reached: set[str] = set()


def target(octets: bytes) -> None:
    """Load one program and run it over its frame."""
    count = octets[0] if octets else 0
    code = octets[1 : 1 + count * 8]
    steps: list[Step] = [
        struct.unpack_from(">HBBI", code, place) for place in range(0, len(code) - 7, 8)
    ]
    frame = octets[1 + count * 8 :]
    program = Program(steps)
    assert program.wrong == fault(steps)
    if program.wrong:
        reached.add("refused")
        return
    answer = program.accepts(frame, 0, len(frame), len(frame) + 4)
    again = program.accepts(b"\xff" + frame + b"\xff", 1, 1 + len(frame), len(frame) + 4)
    assert answer == again or reads_memory(steps), "what lies around a frame does not matter"
    reached.add("yes" if answer else "no")


def reads_memory(steps: list[Step]) -> bool:
    """Words that were not written before they are read keep what the frame before left there."""
    return any(code in (0x60, 0x61) for code, _, _, _ in steps)
