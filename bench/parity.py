"""`make parity`: starts the comparison in tests/parity, whose parts the suite tests as well."""

import runpy
from pathlib import Path

if __name__ == "__main__":
    place = Path(__file__).resolve().parent.parent / "tests" / "parity"
    runpy.run_path(str(place), run_name="__main__")
