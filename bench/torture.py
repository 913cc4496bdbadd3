"""`make torture`: hostile input at the installed, compiled engine; bounds on memory and time.

Every scenario of bench/hostile runs in a process of its own, so that its memory is its own; as many
at a time as there are cores, since times are CPU times. Exit 1 if a bound does not hold.
"""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE))  # which PYTHONSAFEPATH leaves out

from hostile.checks import Check, read_outcome  # noqa: E402 - needs the line above

from netwatch.build import engine_kind  # noqa: E402 - stands with the other

MEMORY_MIB_MAX = 256
HANG_SECONDS = 600
WIDTH = 16


def start(*words: str) -> subprocess.Popen[bytes]:
    """Start a scenario: with this folder and the installed package, without the tree."""
    environment = os.environ | {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(HERE)}
    command = [sys.executable, "-m", "hostile", *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)  # noqa: S603 - ours


def run(name: str) -> list[str]:
    """Run one scenario and print its line of the table; gives what is wrong."""
    child = start(name)
    try:
        output, _ = child.communicate(timeout=HANG_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        return [f"{name}: not ended after {HANG_SECONDS} s"]
    if child.returncode != 0:
        return [f"{name}: ended with {child.returncode}"]
    outcome = read_outcome(output.decode())
    outcome.checks.append(Check("memory, MiB", outcome.memory_mib, MEMORY_MIB_MAX, absurd=10))
    each_us = outcome.seconds / max(outcome.packets, 1) * 1e6
    worst = f"{outcome.worst_ms:9.1f}" if outcome.worst_ms else " " * 9
    line = f"{name:{WIDTH}}{outcome.packets:>11,}{outcome.seconds:8.2f}{each_us:9.2f}{worst}"
    print(f"{line}{outcome.memory_mib:6.0f}  {outcome.notes}", flush=True)
    return [f"{name}: {text}" for check in outcome.checks if (text := check.problem())]


def main() -> None:
    """Run all scenarios, or those that were named."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("scenarios", nargs="*")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--scale", type=int, default=1, help="so many times the mutated packets")
    chosen = arguments.parse_args()
    if engine_kind() != "compiled":
        raise SystemExit("the bounds are those of the compiled engine, and this one is not")
    os.environ["HOSTILE_SCALE"] = str(chosen.scale)
    names = chosen.scenarios or start("--list").communicate()[0].decode().split()
    print(f"{'scenario':{WIDTH}}{'packets':>11}{'CPU s':>8}{'us each':>9}{'worst ms':>9}{'MiB':>6}")
    began = time.monotonic()
    with ThreadPoolExecutor(chosen.jobs) as pool:
        problems = [text for found in pool.map(run, names) for text in found]
    print(f"{len(names)} scenarios in {time.monotonic() - began:.0f} s")
    for problem in problems:
        print(f"VIOLATION {problem}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
