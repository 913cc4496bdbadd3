"""`make bench`: netwatch, its floors and its peers over the same seeded captures, in one run.

Figures are CPU seconds (user + system) of whole processes, the best of `--rounds`, with the page
cache warm. In each round everything runs once, so that a busy minute hits all alike. `x walk` is
the ratio to the C walk over record headers; figures of two runs do not compare. Slow peers read a
slice of the capture and are given per packet. A tool that is not installed is left out and named.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from captures import MIXES, make

HERE = Path(__file__).resolve().parent
SLICE_PACKETS = 20_000
START_PACKETS = 1_000
"""Of netwatch what a capture of so many packets costs is taken off, and told apart: starting."""
LONG_S = 5.0


class Figures:
    """What one run of a command cost."""

    def __init__(self, cpu_s: float, wall_s: float, memory_kib: int) -> None:
        self.cpu_s = cpu_s
        self.wall_s = wall_s
        self.memory_kib = memory_kib


def measure(command: list[str], output: Path | None = None) -> Figures:
    """Run `command` once; its stdout goes to `output` or nowhere.

    A small process of its own starts it (`measure.py`): peak memory is inherited over a fork.
    """
    starter = [sys.executable, str(HERE / "measure.py"), str(output or os.devnull), *command]
    done = subprocess.run(starter, capture_output=True, check=True)  # noqa: S603 - our own list
    figures = json.loads(done.stdout)
    if figures.pop("exit") not in (0, 3):
        raise SystemExit(f"failed: {' '.join(command)}")
    return Figures(**figures)


class Row:
    """One tool over one capture: the cheapest of its rounds, and of its starts."""

    def __init__(self, command: list[str], idle: list[str], output: Path | None, once: bool):
        self._command = command
        self._idle = idle
        self._output = output
        self._once = once
        self.best: Figures | None = None
        self.start_s = 0.0

    def measure(self) -> None:
        """Another round, where it can tell more."""
        if self.best is not None and (self._once or self.best.cpu_s > LONG_S):
            return
        figures = measure(self._command, self._output)
        if self.best is None or figures.cpu_s < self.best.cpu_s:
            self.best = figures
        if self._idle:
            start_s = measure(self._idle).cpu_s
            self.start_s = min(self.start_s, start_s) if self.start_s else start_s


def warm(path: Path) -> None:
    """Bring a capture into the page cache."""
    with path.open("rb") as file:
        while file.read(1 << 20):
            pass


def names_in(output: Path) -> set[tuple[str, str, str]]:
    """Read JSON lines with signal, name and client_ip."""
    found = set()
    with output.open() as lines:
        for line in lines:
            row = json.loads(line)
            found.add((row["signal"], row["name"], row["client_ip"]))
    return found


def commands(
    netwatch: str, walk: Path, capture: Path, piece: Path
) -> list[tuple[str, list[str], Path]]:
    """Give (label, command, capture that it reads) of everything that can be measured here."""
    python = sys.executable
    fields = ["-Y", "dns.qry.name || tls.handshake.extensions_server_name", "-T", "fields"]
    fields += ["-e", "dns.qry.name", "-e", "tls.handshake.extensions_server_name"]
    return [
        ("cat", ["cat", str(capture)], capture),
        ("C walk", [str(walk), str(capture)], capture),
        ("netwatch scan", [netwatch, "scan", "--jobs", "1", str(capture)], capture),
        ("netwatch names", [netwatch, "names", str(capture)], capture),
        ("tcpdump -nn", ["tcpdump", "-nn", "-r", str(capture)], capture),
        ("ndpiReader", ["ndpiReader", "-q", "-i", str(capture)], capture),
        ("tshark", ["tshark", "-n", "-r", str(piece), *fields], piece),
        ("dpkt loop", [python, str(HERE / "loop_dpkt.py"), str(piece)], piece),
        ("scapy loop", [python, str(HERE / "loop_scapy.py"), str(piece)], piece),
    ]


def report(mix: str, netwatch: str, walk: Path, folder: Path, rounds: int, scale: float) -> None:
    """Measure everything over one mix and print its table."""
    packets = int(MIXES[mix][1] * scale)
    capture, truth_file = make(folder, mix, packets)
    piece, _ = make(folder, mix, min(SLICE_PACKETS, packets))
    beginning, _ = make(folder, mix, START_PACKETS)
    size = capture.stat().st_size
    print(f"\n{mix}: {packets:,} packets, {size / 1e6:,.0f} MB, {size / packets:.0f} octets each")
    print(f"  {'':16}{'CPU s':>8}{'x walk':>8}{'MB/s':>9}{'packets/s':>13}{'MiB':>7}  names")
    rows: dict[str, Row] = {}
    tools = [tool for tool in commands(netwatch, walk, capture, piece) if shutil.which(tool[1][0])]
    for label, command, read in tools:
        warm(read)
        idle = [str(beginning) if word == str(capture) else word for word in command]
        output = folder / "names.out" if label == "netwatch names" else None
        ours = label.startswith("netwatch")
        rows[label] = Row(command, idle if ours else [], output, read != capture)
    for _ in range(rounds):
        for row in rows.values():
            row.measure()
    floor = 0.0
    for label, command, read in commands(netwatch, walk, capture, piece):
        if label not in rows:
            print(f"  {label:16}not installed ({command[0]})")
            continue
        figures, start_s = rows[label].best, rows[label].start_s
        if figures is None:
            raise SystemExit("--rounds must be at least 1")
        cpu_s = max(figures.cpu_s - start_s, 1e-6)
        slow = read != capture
        count = SLICE_PACKETS if slow else packets - (START_PACKETS if start_s else 0)
        if label == "C walk":
            floor = cpu_s / count
        ratio = f"{cpu_s / count / floor:8.1f}" if floor else " " * 8
        octets = read.stat().st_size
        found = ""
        if label == "netwatch names":
            truth = names_truth(truth_file)
            names = names_in(folder / "names.out")
            found = f"{len(names & truth):,} of {len(truth):,}, {len(names - truth)} more"
        elif start_s:
            found = f"and {start_s:.2f} s to start"
        print(
            f"  {label:16}{cpu_s:8.3f}{ratio}{octets / cpu_s / 1e6:9,.0f}{count / cpu_s:13,.0f}"
            f"{figures.memory_kib / 1024:7.0f}  {found}{' (slice)' if slow else ''}"
        )


def names_truth(path: Path) -> set[tuple[str, str, str]]:
    """Read what is in a capture."""
    with path.open() as lines:
        return {tuple(json.loads(line)) for line in lines}


def main() -> None:
    """Build the floor, make the captures, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--netwatch", default=str(Path(sys.executable).with_name("netwatch")))
    arguments.add_argument("--folder", type=Path, default=HERE / ".captures")
    arguments.add_argument("--rounds", type=int, default=9)
    arguments.add_argument("--scale", type=float, default=1.0, help="of the number of packets")
    arguments.add_argument("mixes", nargs="*", default=list(MIXES))
    chosen = arguments.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    walk = chosen.folder / "walk"
    subprocess.run(["cc", "-O2", "-o", str(walk), str(HERE / "walk.c")], check=True)  # noqa: S603, S607 - the C compiler of this machine
    version = subprocess.run(  # noqa: S603 - ours
        [chosen.netwatch, "--version"], capture_output=True, text=True, check=True
    )
    print(version.stdout.strip())
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for mix in chosen.mixes:
        report(mix, chosen.netwatch, walk, chosen.folder, chosen.rounds, chosen.scale)


if __name__ == "__main__":
    main()
