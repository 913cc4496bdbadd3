"""`make bench`: a pack of 100,000 names, its time to load and what it costs a packet.

A seeded list is imported as a pack. Loading is CPU time from the file to the matcher, the cheapest
of `--rounds`. Then one engine with the shipped packs alone and one with the list beside them read
the benchmark's captures in turn, in this process; figures are CPU time in the engine, of the
cheapest rounds. Names of the list do not occur in the captures, as in life.
"""

import argparse
import random
import time
from pathlib import Path

from captures import make

from netwatch.build import engine_kind
from netwatch.capture.files import open_capture
from netwatch.exchange.formats import read_list
from netwatch.exchange.pack_text import Meaning, pack_text
from netwatch.match.matcher import Matcher
from netwatch.match.signatures import load_packs
from netwatch.observe import build_engine, take
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


def seconds_to_load(paths: list[Path], rounds: int) -> float:
    """From files to a matcher."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        load_packs(paths).matcher()
        best = min(best, time.process_time() - began)
    return best


def seconds_to_read(capture: Path, matcher: Matcher) -> tuple[float, int]:
    """(CPU seconds in the engine, packets) of one reading of a capture."""
    engine = build_engine(matcher)
    used = 0.0
    with open_capture(str(capture)) as reader:
        for block in reader:
            began = time.thread_time()
            engine.feed(block, reader.records)
            take(engine)
            used += time.thread_time() - began
        return used, int(reader.records.packets)


def main() -> None:
    """Make the pack, load it, scan with it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--folder", type=Path, default=HERE / ".captures")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--names", type=int, default=100_000)
    arguments.add_argument("--packets", type=int, default=2_000_000)
    chosen = arguments.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    pack = chosen.folder / "long.yaml"
    pack_of(listed(chosen.names), pack)
    shipped = packs_folder()
    seconds = [seconds_to_load([path], chosen.rounds) for path in (shipped, pack)]
    size = pack.stat().st_size / 1e6
    print(f"\npacks, engine {engine_kind()}: the shipped ones load in {seconds[0]:.2f} s,")
    print(f"  one of {chosen.names:,} names ({size:.1f} MB) in {seconds[1]:.2f} s")
    matchers = [load_packs(paths).matcher() for paths in ([shipped], [shipped, pack])]
    for mix in MIXES:
        capture, _ = make(chosen.folder, mix, chosen.packets)
        best = [float("inf"), float("inf")]
        packets = 0
        for _ in range(chosen.rounds):
            for number, matcher in enumerate(matchers):
                used, packets = seconds_to_read(capture, matcher)
                best[number] = min(best[number], used)
        alone, beside = (used / packets * 1e9 for used in best)
        print(
            f"  {mix}: {alone:.0f} ns a packet without the list, {beside:.0f} ns with it:"
            f" {(beside / alone - 1) * 100:+.1f} %"
        )


if __name__ == "__main__":
    main()
