"""`make same`: the compiled and the interpreted engine give one output, octet for octet.

Runs the installed (compiled) netwatch and the tree's (interpreted) over every capture of `pcaps/`
and over the real captures where they are, and compares what `names` and `scan --format json` print.
Exit 1 with the first difference. (`make torture-lite` does the same with hostile frames.)
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FINE = (0, 3)


def run(compiled: bool, arguments: list[str]) -> bytes:
    """Give what the command prints with one of the engines."""
    environment = os.environ | {"PYTHONSAFEPATH": "1", "PYTHONPATH": ""}
    python = sys.executable
    if not compiled:
        python = str(ROOT / ".venv-dev" / "bin" / "python")
        environment["PYTHONPATH"] = str(ROOT)
    command = [python, "-m", "netwatch", *arguments]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)  # noqa: S603 - our own command
    if done.returncode not in FINE:
        raise SystemExit(f"exit {done.returncode} of {command}: {done.stderr[-2000:].decode()}")
    return done.stdout


def engine_of(compiled: bool) -> str:
    """Ask the command which engine runs."""
    return run(compiled, ["--version"]).split(b"engine: ", 1)[1].split(None, 1)[0].decode()


def without_engine(document: bytes) -> bytes:
    """Take out of a scan's JSON what says which engine ran."""
    report = json.loads(document)
    del report["netwatch"]["engine"]
    return json.dumps(report, indent=1).encode()


def differ(what: str, one: bytes, other: bytes) -> bool:
    """Say where two outputs part; False if they do not."""
    if one == other:
        return False
    pairs = zip(one.splitlines(), other.splitlines(), strict=False)
    for number, (compiled, interpreted) in enumerate(pairs, start=1):
        if compiled != interpreted:
            print(f"{what}, line {number}:\n  compiled    {compiled.decode()[:500]}")
            print(f"  interpreted {interpreted.decode()[:500]}")
            return True
    print(f"{what}: {len(one)} octets compiled, {len(other)} interpreted")
    return True


def main() -> None:
    """Compare; exit 1 where the engines differ, 2 where they are not what they should be."""
    arguments = argparse.ArgumentParser(description=__doc__)
    standard = os.environ.get("NETWATCH_CAPTURES", str(ROOT.parent / "shared" / "captures"))
    arguments.add_argument("--captures", type=Path, default=Path(standard))
    captures = arguments.parse_args().captures
    if (engine_of(True), engine_of(False)) != ("compiled", "interpreted"):
        raise SystemExit("expected the installed netwatch compiled and the tree's interpreted")
    bad = 0
    for source in [ROOT / "pcaps", *([captures] if captures.is_dir() else [])]:
        for command in (["names"], ["scan", "--format", "json"]):
            outputs = [run(compiled, [*command, str(source)]) for compiled in (True, False)]
            if command[0] == "scan":
                outputs = [without_engine(output) for output in outputs]
            what = f"{command[0]} {source.name}"
            bad += differ(what, *outputs)
            print(f"{what}: {len(outputs[0]):,} octets, {'DIFFERENT' if bad else 'identical'}")
    if not captures.is_dir():
        print(f"left out: {captures} is not there")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
