"""`make same`: the compiled and the interpreted engine give one output, octet for octet.

Runs the installed (compiled) netwatch and the tree's (interpreted) over every capture of `pcaps/`,
over the real captures where they are, and over a capture of mutated frames made on the spot, and
compares what `names` and `scan --format json` print. Exit 1 with the first difference.
"""

import argparse
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEED = 8_121
MUTATED_FRAMES = 20_000
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


def mutated(sources: list[Path], target: Path) -> int:
    """Write a capture of real frames with a few octets changed or the end cut off."""
    rng = random.Random(SEED)  # noqa: S311 - reproducible on purpose
    frames: list[bytes] = []
    for source in sources:
        octets = source.read_bytes()
        if octets[:4] != b"\xd4\xc3\xb2\xa1" or octets[20:24] != b"\x01\x00\x00\x00":
            continue
        at = 24
        while at + 16 <= len(octets):
            (length,) = struct.unpack_from("<I", octets, at + 8)
            frames.append(octets[at + 16 : at + 16 + length])
            at += 16 + length
    with target.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
        for number in range(MUTATED_FRAMES if frames else 0):
            frame = bytearray(rng.choice(frames))
            for _ in range(rng.randrange(1, 6)):
                if frame:
                    frame[rng.randrange(len(frame))] = rng.choice(
                        (0, 1, 127, 128, 255, rng.randrange(256))
                    )
            if rng.random() < 0.2:
                del frame[rng.randrange(len(frame) + 1) :]
            size = min(len(frame), 262_144)
            file.write(
                struct.pack("<IIII", 1_700_000_000 + number // 500, number % 500, size, size)
            )
            file.write(frame[:size])
    return len(frames)


def main() -> None:
    """Compare; exit 1 where the engines differ, 2 where they are not what they should be."""
    arguments = argparse.ArgumentParser(description=__doc__)
    standard = os.environ.get("NETWATCH_CAPTURES", str(ROOT.parent / "shared" / "captures"))
    arguments.add_argument("--captures", type=Path, default=Path(standard))
    captures = arguments.parse_args().captures
    if (engine_of(True), engine_of(False)) != ("compiled", "interpreted"):
        raise SystemExit("expected the installed netwatch compiled and the tree's interpreted")
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        hostile = Path(folder) / "mutated.pcap"
        sources = [ROOT / "pcaps"] + ([captures] if captures.is_dir() else [])
        made_of = [path for source in sources for path in sorted(source.rglob("*.pcap"))]
        mutated(made_of, hostile)
        for source in [*sources, hostile]:
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
