"""`make torture-lite`: hostile frames at both engines; no exception, and one output.

300 samples, each a frame that said something together with the frames before it, are taken from
`pcaps/` and, where they are, from the real captures. Every sample is read at every truncation; then
200,000 frames are read with some octets changed, put in, taken out or said twice. The installed
(compiled) netwatch and the tree's (interpreted) do the same and print a digest of all that came out
for every chunk. Exit 1 with the first chunk that raised or differs; `--show CHUNK` prints what one
of the engines made of it.
"""

import argparse
import contextlib
import hashlib
import itertools
import os
import random
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import msgspec

from netwatch.build import engine_kind
from netwatch.capture.files import open_capture
from netwatch.capture.pcapng import PcapngRecords
from netwatch.errors import NetwatchError
from netwatch.match.signatures import Pack, load_packs
from netwatch.model import Answer, Observation
from netwatch.observe import build_engine, observation
from netwatch.paths import packs_folder
from netwatch.selftest.files import Frame, pcapng

ROOT = Path(__file__).resolve().parent.parent
SEED = 8_121
SAMPLES = 300
BEFORE = 8
"""Frames in front of a sample's own: the conversation that it belongs to."""
MUTATED = 200_000
MUTATED_AT_ONCE = 2_000
CAPTURE_BYTES_MAX = 128 * 1024
"""Larger captures are passed over: choosing must not take longer than the work."""
START_NS = 1_760_000_000_000_000_000
STEP_NS = 250_000
EDGES = (0, 1, 127, 128, 255)


class Sample(msgspec.Struct, frozen=True):
    """A frame that said something, and what went before it."""

    name: str
    before: list[Frame]
    frame: Frame


# --- samples ---


def frames_of(path: Path) -> list[Frame]:
    """All frames of a capture, as far as it can be read."""
    frames: list[Frame] = []
    with open_capture(str(path)) as reader:
        for block in reader:
            records = reader.records
            while records.next(block) == Answer.DONE:
                octets = block[records.start : records.end]
                time_ns = max(0, int(records.time_ns))
                frames.append(Frame(time_ns, octets, records.link_type, records.wire_bytes))
    return frames


def telling(path: Path, pack: Pack) -> Iterator[tuple[str, Sample]]:
    """The frames of a capture that said something of a kind not said before, with the kind."""
    frames = frames_of(path)
    seen = read(pack, frames)
    said = [(sighting.frame, sighting.signal) for sighting in seen.sightings]
    said += [(reply.frame, reply.kind) for reply in seen.replies]
    said += [(claim.frame, claim.kind) for claim in seen.claims]
    told: set[str] = set()
    for number, kind in sorted(said):
        if kind not in told:
            told.add(kind)
            before = frames[max(0, number - 1 - BEFORE) : number - 1]
            name = f"{path.parent.name}/{path.name}:{number}:{kind}"
            yield kind, Sample(name, before, frames[number - 1])


def choose(folders: list[Path], pack: Pack) -> list[Sample]:
    """SAMPLES of them: from every folder as many, rare kinds first, then one capture like another.

    The order is that of the paths and of a seeded shuffle, so that the choice is always the same.
    """
    chosen: list[Sample] = []
    for index, folder in enumerate(folders):
        by_kind: dict[str, list[Sample]] = {}
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.stat().st_size <= CAPTURE_BYTES_MAX:
                with contextlib.suppress(NetwatchError):
                    for kind, sample in telling(path, pack):
                        by_kind.setdefault(kind, []).append(sample)
        rng = random.Random(SEED)  # noqa: S311 - reproducible on purpose
        for samples in by_kind.values():
            rng.shuffle(samples)
        room = (SAMPLES - len(chosen)) // (len(folders) - index)
        turns = itertools.zip_longest(*(by_kind[kind] for kind in sorted(by_kind)))
        chosen += [s for s in itertools.chain.from_iterable(turns) if s is not None][:room]
    return chosen


# --- one engine's work ---


def read(pack: Pack, frames: list[Frame]) -> Observation:
    """What an engine of its own gives for these frames; a bug is raised."""
    engine = build_engine(pack.matcher(), names=True, strict=True)
    engine.feed(pcapng(frames), PcapngRecords())
    return observation(engine)


def chunks(samples: list[Sample]) -> Iterator[tuple[str, list[Frame]]]:
    """Everything that is read, in chunks with a name: first the truncations, then the mutations."""
    for sample in samples:
        yield sample.name, [*sample.before, *truncations(sample.frame)]
    rng = random.Random(SEED)  # noqa: S311 - reproducible on purpose
    for first in range(0, MUTATED, MUTATED_AT_ONCE):
        frames: list[Frame] = []
        while len(frames) < MUTATED_AT_ONCE:
            sample = rng.choice(samples)
            frames += [mutated(frame, rng) for frame in [*sample.before, sample.frame]]
        times = range(START_NS, START_NS + STEP_NS * MUTATED_AT_ONCE, STEP_NS)
        retimed = zip(frames, times, strict=False)
        yield f"mutated-{first}", [msgspec.structs.replace(f, time_ns=t) for f, t in retimed]


def truncations(frame: Frame) -> Iterator[Frame]:
    """The frame at every length: cut by the capture, and, from then on, so short on the wire."""
    whole = max(frame.wire_bytes, len(frame.octets))
    for wire_bytes in (whole, 0):
        for length in range(len(frame.octets) + 1):
            octets = frame.octets[:length]
            yield msgspec.structs.replace(frame, octets=octets, wire_bytes=wire_bytes)


def mutated(frame: Frame, rng: random.Random) -> Frame:
    """The frame with up to five places changed, more often in the headers; some are left whole."""
    octets = bytearray(frame.octets)
    for _ in range(rng.choice((0, 1, 1, 2, 3, 5))):
        if not octets:
            break
        at = rng.randrange(min(len(octets), rng.choice((64, 128, len(octets)))))
        turn = rng.random()
        if turn < 0.7:
            octets[at] = rng.choice((*EDGES, rng.randrange(256)))
        elif turn < 0.8:
            octets[at:at] = octets[: rng.randrange(16)]
        elif turn < 0.9:
            del octets[at : at + rng.randrange(1, 9)]
        else:
            del octets[at:]
    cut = rng.random() < 0.1
    wire_bytes = max(frame.wire_bytes, len(octets)) if cut else len(octets)
    return msgspec.structs.replace(frame, octets=bytes(octets), wire_bytes=wire_bytes)


def work(samples: list[Sample], show: str | None) -> int:
    """Read all chunks and print a line for each, or all that one of them gave."""
    pack = load_packs([packs_folder()])
    for name, frames in chunks(samples):
        if show not in (None, name):
            continue
        try:
            seen = read(pack, frames)
        except Exception:  # noqa: BLE001 - whatever it is, it is told with its chunk
            print(f"{name} RAISED {traceback.format_exc()!r}")
            return 1
        octets = msgspec.json.encode(seen)
        if show:
            print(msgspec.json.format(octets).decode())
        names, anomalies = len(seen.sightings), sum(seen.coverage.anomalies.values())
        digest = hashlib.sha256(octets).hexdigest()
        print(f"{name} {len(frames)} frames {names} names {anomalies} anomalies {digest}")
    return 0


# --- both ---


def start(compiled: bool, samples: Path, more: list[str]) -> subprocess.Popen[str]:
    """Start the work in one of the engines."""
    environment = os.environ | {"PYTHONSAFEPATH": "1", "PYTHONPATH": "" if compiled else str(ROOT)}
    python = sys.executable if compiled else str(ROOT / ".venv-dev" / "bin" / "python")
    command = [python, __file__, "--samples", str(samples), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603 - ours


def compare(samples: Path) -> str:
    """Run both engines side by side and give what is wrong, or nothing."""
    both = [start(compiled, samples, []) for compiled in (True, False)]
    wrong = ""
    lines = frames = 0
    for line, other in itertools.zip_longest(*(child.stdout or () for child in both)):
        lines += 1
        if line != other or " RAISED " in line:
            wrong = f"compiled:    {line}interpreted: {other}"
            break
        frames += int(line.rsplit(" frames ", 1)[0].rsplit(None, 1)[1])
    for child in both:
        if wrong:
            child.terminate()
        if child.wait() != 0 and not wrong:
            wrong = f"{child.args} ended with {child.returncode}"
    if not wrong:
        print(f"{lines} chunks, {frames:,} frames: no exception, one output")
    return wrong


def main() -> None:
    """Compare both engines; or, with --samples, do one engine's work."""
    arguments = argparse.ArgumentParser(description=__doc__)
    standard = os.environ.get("NETWATCH_CAPTURES", str(ROOT.parent / "shared" / "captures"))
    arguments.add_argument("--captures", type=Path, default=Path(standard))
    arguments.add_argument("--samples", type=Path, help="do the work of this engine alone")
    arguments.add_argument("--show", help="print all that the chunk of this name gave")
    arguments.add_argument("--keep", type=Path, help="write the samples here, for --samples")
    chosen = arguments.parse_args()
    if chosen.samples:
        samples = msgspec.msgpack.decode(chosen.samples.read_bytes(), type=list[Sample])
        sys.exit(work(samples, chosen.show))
    if engine_kind() != "compiled":
        raise SystemExit("expected the installed netwatch to be compiled")
    folders = [ROOT / "pcaps", *([chosen.captures] if chosen.captures.is_dir() else [])]
    samples = choose(folders, load_packs([packs_folder()]))
    kinds = {sample.name.rsplit(":", 1)[1] for sample in samples}
    print(f"{len(samples)} samples of {len(kinds)} kinds: {', '.join(sorted(kinds))}")
    with tempfile.TemporaryDirectory() as folder:
        file = chosen.keep or Path(folder) / "samples"
        file.write_bytes(msgspec.msgpack.encode(samples))
        wrong = compare(file)
    if len(samples) < SAMPLES:
        wrong = wrong or f"{len(samples)} samples found, {SAMPLES} expected"
    sys.exit(wrong or None)


if __name__ == "__main__":
    main()
