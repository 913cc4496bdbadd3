"""Every parser, over its seeds, over the seeds cut, and over seeded mutations of them.

No input breaks the invariant that the first line of its target states, and none takes long. To run
one target longer: `python tests/fuzz/run.py TARGET --seconds 60`.
"""

import ast
import faulthandler
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import pytest

FOLDER: Final = Path(__file__).resolve().parent
sys.path.append(str(FOLDER))
try:
    import fuzzing
finally:
    sys.path.remove(str(FOLDER))

NUMBER: Final = 8_121
"""Of the random numbers: the same inputs every time."""
INPUT_SECONDS_MAX: Final = 1.0
"""Of the interpreted engine; the compiled one is held to more by bench/torture.py."""
HANG_SECONDS: Final = 120
SEED_BYTES_MAX: Final = 64 * 1024


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    """A loop without an end cannot be interrupted in compiled code: say where, and stop."""
    faulthandler.dump_traceback_later(HANG_SECONDS, exit=True, file=2)
    yield
    faulthandler.cancel_dump_traceback_later()


def worst_of(target: Callable[[bytes], None], inputs: Iterable[bytes]) -> float:
    """Run all inputs; the CPU seconds of the slowest. fuzzing.Crash at the first bad one."""
    return max(fuzzing.run(target, octets) for octets in inputs)


@pytest.mark.parametrize("name", fuzzing.target_names())
def test_no_input_breaks_the_invariant(name: str) -> None:
    module = fuzzing.load(name)
    seeds = fuzzing.seeds_of(name)
    worst = worst_of(module.target, seeds)
    assert module.reached >= set(module.DEPTHS), (
        f"the seeds never get to {sorted(set(module.DEPTHS) - module.reached)}"
    )
    for seed in seeds:
        worst = max(worst, worst_of(module.target, fuzzing.truncations(seed)))
    mutated = islice(fuzzing.mutations(seeds, NUMBER), module.RUNS)
    worst = max(worst, worst_of(module.target, mutated))
    assert worst < INPUT_SECONDS_MAX, f"one input took {worst:.2f} s"


def test_every_target_is_one() -> None:
    for name in fuzzing.target_names():
        source = (FOLDER / f"fuzz_{name}.py").read_text()
        tree = ast.parse(source)
        first = (ast.get_docstring(tree) or "").split("\n")[0]
        assert first.endswith((".", ",")), f"{name}: no invariant in its first line"
        functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        assert "target" in functions, name
        assert all(len(seed) <= SEED_BYTES_MAX for seed in fuzzing.seeds_of(name)), name
    folders = sorted(path.name for path in fuzzing.SEEDS.iterdir() if path.is_dir())
    assert folders == fuzzing.target_names(), "seeds without a target, or a target without seeds"


# --- negative controls ---


def test_control_a_planted_mistake_is_found() -> None:
    """A parser that believes one length octet too many is caught within a target's runs."""

    def believes(octets: bytes) -> None:
        if len(octets) > 4 and octets[0] == 3:
            assert octets[1] <= len(octets) - 2

    seeds = [b"\x03\x05hello", b"\x04\x02hi and more"]
    for seed in seeds:
        fuzzing.run(believes, seed)
    inputs = list(islice(fuzzing.mutations(seeds, NUMBER), 500))
    with pytest.raises(fuzzing.Crash) as caught:
        worst_of(believes, inputs)
    with pytest.raises(AssertionError):
        believes(caught.value.octets)
    assert caught.value.octets.hex() in str(caught.value)


def test_control_any_exception_is_a_crash() -> None:
    def raises(octets: bytes) -> None:
        octets[7]

    with pytest.raises(fuzzing.Crash, match=r"IndexError.*input 00"):
        fuzzing.run(raises, b"\0")


def test_mutations_are_the_same_every_time_and_differ() -> None:
    seeds = [bytes(range(64)), b"abc"]
    first = list(islice(fuzzing.mutations(seeds, 1), 200))
    assert first == list(islice(fuzzing.mutations(seeds, 1), 200))
    assert first != list(islice(fuzzing.mutations(seeds, 2), 200))
    assert len(set(first)) > 150
    assert list(fuzzing.truncations(b"abc")) == [b"", b"a", b"ab"]
