"""`make bench`: a pack of 100,000 names, its time to load and what it costs a packet.

A seeded list is imported as a pack. Loading is timed in this process: files to matcher, the best of
`--rounds`. Then whole scans of the benchmark's captures run with the shipped packs alone and with
the list beside them, in turn, each without the time to start (a scan of an empty capture); the
ratio is that of the cheapest runs. Names of the list do not occur in the captures, as in life.
"""

import argparse
import random
import sys
import time
from pathlib import Path

from captures import make
from run import measure, warm

from netwatch.build import engine_kind
from netwatch.exchange.formats import read_list
from netwatch.exchange.pack_text import Meaning, pack_text
from netwatch.match.signatures import load_packs
from netwatch.paths import packs_folder

HERE = Path(__file__).resolve().parent
SEED = 20240929
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
MIXES = ("enterprise", "dns")


def listed(count: int) -> list[str]:
    """Names as block lists have them: nearly as many domains, of all lengths."""
    rng = random.Random(SEED)  # noqa: S311 - a benchmark, not a secret
    names: dict[str, None] = {}
    while len(names) < count:
        host = "".join(rng.choices(LETTERS, k=rng.randint(2, 10)))
        domain = "".join(rng.choices(LETTERS, k=rng.randint(4, 14)))
        names[f"{host}.{domain}.{rng.choice(('com', 'net', 'org', 'info', 'example'))}"] = None
    return list(names)


def pack_of(names: list[str], path: Path) -> None:
    """Write the pack as `netwatch signatures import` does."""
    meaning = Meaning(
        id_prefix="long",
        service="A long list",
        product="Anything",
        purpose="unclassified",
        strength="weak",
        references=("made up",),
        added="2026-11-22",
        source="the benchmark",
    )
    path.write_text(pack_text(read_list("\n".join(names).encode(), "plain"), meaning))


def seconds_to_load(path: Path, rounds: int) -> float:
    """From the file to a matcher; the cheapest of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        load_packs([path]).matcher()
        best = min(best, time.perf_counter() - began)
    return best


def cost(netwatch: str, capture: Path, empty: Path, pack: Path, rounds: int) -> tuple[float, float]:
    """CPU seconds of (the shipped packs, these and the list), the cheapest of runs in turn."""
    shipped = [netwatch, "scan", "--jobs", "1", "--signatures", "shipped"]
    commands = (shipped, [*shipped, "--signatures", str(pack)])
    starts = [measure([*command, str(empty)], rounds).cpu_s for command in commands]
    best = [float("inf")] * len(commands)
    for _ in range(rounds):
        for number, command in enumerate(commands):
            used = measure([*command, str(capture)], 1).cpu_s - starts[number]
            best[number] = min(best[number], used)
    return best[0], best[1]


def main() -> None:
    """Make the pack, load it, scan with it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--netwatch", default=str(Path(sys.executable).with_name("netwatch")))
    arguments.add_argument("--folder", type=Path, default=HERE / ".captures")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--names", type=int, default=100_000)
    arguments.add_argument("--packets", type=int, default=2_000_000)
    chosen = arguments.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    pack = chosen.folder / "long.yaml"
    pack_of(listed(chosen.names), pack)
    shipped = seconds_to_load(packs_folder(), chosen.rounds)
    long = seconds_to_load(pack, chosen.rounds)
    print(f"\npacks ({engine_kind()}): the shipped ones load in {shipped:.2f} s,")
    print(f"  {chosen.names:,} names ({pack.stat().st_size / 1e6:.1f} MB) in {long:.2f} s")
    for mix in MIXES:
        capture, _ = make(chosen.folder, mix, chosen.packets)
        empty, _ = make(chosen.folder, mix, -1)
        warm(capture)
        alone, beside = cost(chosen.netwatch, capture, empty, pack, chosen.rounds)
        each = (beside - alone) / chosen.packets * 1e9
        print(
            f"  {mix}: {alone:.3f} s without the list, {beside:.3f} s with it:"
            f" {(beside / alone - 1) * 100:+.1f} %, {each:+.0f} ns a packet"
        )


if __name__ == "__main__":
    main()
