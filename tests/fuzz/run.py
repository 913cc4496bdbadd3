"""Runs one target for long: `python tests/fuzz/run.py TARGET [--seconds N]`.

With atheris (`pip install atheris`, guided by coverage) where it is installed, else with the
mutator of the tests. What atheris learns stays in the temporary folder for the next run. What
breaks the invariant is written beside the seeds, as crash-DIGEST, where it stays as a seed once
the mistake is mended.
"""

import argparse
import hashlib
import importlib.util
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).resolve().parent))
import fuzzing


def with_atheris(name: str, seconds: int) -> None:
    """Let atheris drive; it ends the process by itself."""
    atheris = import_module("atheris")  # which has no type stubs

    sys.path.insert(0, str(fuzzing.FOLDER.parent.parent))
    with atheris.instrument_imports(include=["netwatch", f"fuzz_{name}"]):
        module = fuzzing.load(name)
    corpus = Path(tempfile.gettempdir()) / "netwatch-corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    options = [
        sys.argv[0],
        f"-max_total_time={seconds}",
        "-timeout=20",
        "-rss_limit_mb=2048",
        f"-max_len={fuzzing.INPUT_BYTES_MAX}",
        "-print_final_stats=1",
        f"-artifact_prefix={fuzzing.SEEDS / name}/",
        str(corpus),
        str(fuzzing.SEEDS / name),
    ]
    atheris.Setup(options, module.target)
    atheris.Fuzz()


def with_mutator(module: ModuleType, name: str, seconds: int) -> int:
    """Mutate seeds until the time is over; the exit code."""
    seeds = fuzzing.seeds_of(name)
    began = time.monotonic()
    count, worst = 0, 0.0
    for octets in fuzzing.mutations(seeds, time.time_ns()):
        if time.monotonic() - began > seconds:
            break
        count += 1
        try:
            worst = max(worst, fuzzing.run(module.target, octets))
        except fuzzing.Crash as crash:
            digest = hashlib.sha256(octets).hexdigest()[:16]
            (fuzzing.SEEDS / name / f"crash-{digest}").write_bytes(octets)
            sys.stdout.write(f"{name}: {crash}\n")
            return 1
    sys.stdout.write(f"{name}: {count:,} inputs in {seconds} s, worst {worst * 1e3:.1f} ms, fine\n")
    return 0


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=fuzzing.target_names())
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--mutator", action="store_true", help="without atheris, even if installed")
    arguments = parser.parse_args()
    if importlib.util.find_spec("atheris") and not arguments.mutator:
        with_atheris(arguments.target, arguments.seconds)
    else:
        module = fuzzing.load(arguments.target)
        sys.exit(with_mutator(module, arguments.target, arguments.seconds))


if __name__ == "__main__":
    main()
