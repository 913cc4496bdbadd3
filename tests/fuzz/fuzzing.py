"""The targets of this folder, their seeds, and the mutator that needs no library."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent
SEEDS: Final = FOLDER / "seeds"
INPUT_BYTES_MAX: Final = 20_000
TRUNCATIONS_MAX: Final = 150
"""Cuts of one seed: every length of a short one, evenly spread over a long one."""
INTERESTING: Final = (0, 1, 2, 4, 7, 8, 12, 15, 16, 63, 64, 100, 127, 128, 192, 254, 255)


def target_names() -> list[str]:
    """What there is to fuzz: `dns` of fuzz_dns.py."""
    return sorted(path.stem.removeprefix("fuzz_") for path in FOLDER.glob("fuzz_*.py"))


def load(name: str) -> ModuleType:
    """The module of a target."""
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    return import_module(f"fuzz_{name}")


def seeds_of(name: str) -> list[bytes]:
    """The seeds of a target, by file name."""
    return [path.read_bytes() for path in sorted((SEEDS / name).iterdir())]


def truncations(octets: bytes) -> Iterator[bytes]:
    """The seed cut to many lengths."""
    count = min(len(octets), TRUNCATIONS_MAX)
    for number in range(count):
        yield octets[: len(octets) * number // count]


def mutations(seeds: list[bytes], number: int) -> Iterator[bytes]:
    """Endlessly, the same for the same number: seeds with a few things changed."""
    rng = random.Random(number)  # noqa: S311 - reproducible on purpose
    while True:
        octets = bytearray(rng.choice(seeds))
        for _ in range(1 + int(rng.expovariate(0.6))):
            change(octets, seeds, rng)
        yield bytes(octets[:INPUT_BYTES_MAX])


def change(octets: bytearray, seeds: list[bytes], rng: random.Random) -> None:
    """Change one thing."""
    at = rng.randrange(len(octets) + 1)
    kind = rng.randrange(9)
    if kind <= 2 and at < len(octets):
        octets[at] = rng.choice(INTERESTING) if kind else octets[at] ^ 1 << rng.randrange(8)
    elif kind == 3 and at < len(octets):
        octets[at] = (octets[at] + rng.choice((-2, -1, 1, 2))) & 0xFF
    elif kind == 4:
        octets[at : at + 2] = rng.choice((0, 1, 0xFF, 0x7FFF, len(octets), 0xFFFF)).to_bytes(2)
    elif kind == 5:
        del octets[at : at + 1 + int(rng.expovariate(0.2))]
    elif kind == 6:
        octets[at:at] = rng.randbytes(1 + int(rng.expovariate(0.3)))
    elif kind == 7:
        start = rng.randrange(len(octets) + 1)
        octets[at:at] = octets[start : start + rng.randrange(1, 200)]
    else:
        other = rng.choice(seeds)
        start = rng.randrange(len(other) + 1)
        octets[at:] = other[start:]


class Crash(Exception):  # noqa: N818 - the word of every fuzzer
    """An input that breaks the invariant."""

    def __init__(self, octets: bytes, why: BaseException) -> None:
        super().__init__(f"{type(why).__name__}: {why}; input {octets.hex()[:2000]}")
        self.octets = octets


def run(target: Callable[[bytes], None], octets: bytes) -> float:
    """Run one input; Crash if it breaks the invariant. Gives the CPU seconds that it took."""
    began = time.thread_time()
    try:
        target(octets)
    except Exception as why:
        raise Crash(octets, why) from why
    return time.thread_time() - began
