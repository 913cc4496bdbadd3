"""`make parity`: real captures, read by netwatch and by tshark, name by name.

Exit 1 where netwatch misses or invents names without a reason that is written down. Where the
captures are not there nothing can be compared, and that is said.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Final

from parity_compare import compare
from parity_ours import read_ours
from parity_page import page, summary
from parity_truth import TREE, captures, captures_folder, read_truth

from netwatch.build import engine_kind

PAGE: Final = TREE / "docs" / "parity.md"


def main() -> int:
    """Compare, print the summary, and say with the exit code whether all is as written down."""
    arguments = argparse.ArgumentParser(prog="parity", description=__doc__)
    arguments.add_argument("--captures", type=Path, default=captures_folder())
    arguments.add_argument("--write-docs", action="store_true", help=f"write {PAGE.name} anew")
    given = arguments.parse_args()
    if not (given.captures / "truth.jsonl.gz").is_file():
        print(f"NOT RUN: there are no captures with truth in {given.captures}")
        return 0
    began = time.monotonic()
    ours = read_ours(given.captures, captures(given.captures))
    result = compare(given.captures, read_truth(given.captures), ours)
    if given.write_docs:
        PAGE.write_text(page(result), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page(result):
        result.problems.append(f"{PAGE.name} is out of date: run bench/parity.py --write-docs")
    print(summary(result))
    print(f"{engine_kind()} engine, {time.monotonic() - began:.0f} s")
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
