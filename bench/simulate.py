"""`make simulate`: 50 networks of each kind whose truth is known, judged and compared with it.

Nobody who runs no product may be accused, and of those whose product could be seen twice or more
99 % must be found. Exit 1 where this does not hold, with the seeds: `--scene` and `--seed` make one
network again. (`tests/simulation` makes the networks; a few seeds of each run with the suite.)
"""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from simulation.seeds import ALL, SEEDS, Total, errands, run_seed, totals

from netwatch.build import engine_kind

SHOWN = 10
"""Of what is wrong in one scene."""


def row(total: Total) -> str:
    """One line of the table."""
    return (
        f"{total.scene:28} {total.networks:8} {total.frames:9} {total.accusable:9}"
        f" {total.accused_wrongly:7} {total.visible:8} {total.found:6}"
    )


def main() -> None:
    """Run; exit 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", action="append", choices=sorted(ALL), help="only this one")
    parser.add_argument("--seed", action="append", type=int, help="only this one")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many (default %(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    todo = errands(arguments.scene or list(ALL), arguments.seed or range(arguments.seeds))
    begun = time.monotonic()
    with ProcessPoolExecutor(arguments.jobs) as pool:
        found = totals(pool.map(run_seed, todo, chunksize=2))
    print(f"{'scene':28} networks    frames  innocent accused  visible  found")
    for name in ALL:
        if name in found:
            print(row(found[name]))
    print(f"{len(todo)} networks in {time.monotonic() - begun:.0f} s, {engine_kind()} engine")
    wrong = [text for total in found.values() for text in total.wrong[:SHOWN]]
    wrong += [f"{t.scene}: only {t.found} of {t.visible}" for t in found.values() if not t.enough]
    for text in wrong:
        print(text)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
