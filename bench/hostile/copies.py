"""What a mirror does to frames: copies, loss and changed order must not change what is found."""

import re
import struct
import tempfile
import time
from pathlib import Path

import msgspec

from hostile.checks import Outcome
from hostile.costs import PCAPS
from hostile.wires import Clock, Honest, Tap, generator
from netwatch.match.signatures import load_packs
from netwatch.paths import packs_folder
from netwatch.pipeline import judge_captures
from netwatch.scan import scan_captures

COPY_US = 2
CLIENTS = 3_000
HELLOS = 3
LOSS, REORDERED, DISTANCE = 0.05, 0.20, 4

Record = tuple[int, int, int, bytes]
"""Seconds, microseconds, octets on the wire, frame."""


def duplicates() -> Outcome:
    """Every capture of pcaps/ with half and all of its frames twice: the same findings."""
    pack = load_packs([packs_folder()])
    outcome = Outcome()
    different: list[str] = []
    found = shown = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "capture.pcap"

        def findings() -> bytes:
            began = time.thread_time()
            captures = scan_captures([str(path)], pack, jobs=1)
            report = judge_captures(captures, pack.signatures)
            outcome.seconds += time.thread_time() - began
            outcome.packets += report.coverage.packets
            nonlocal shown
            shown += report.coverage.duplicates
            return said(report.devices, report.unattributed)

        for source in sorted(PCAPS.glob("*/capture.pcap")):
            head, records = read_records(source.read_bytes())
            if b"" in (head, b"".join(record[3] for record in records)):
                continue
            told = []
            for share in (0.0, 0.5, 1.0):
                path.write_bytes(head + copied(records, share))
                told.append(findings())
            found += b'"evidence":[{' in told[0]
            if len(set(told)) > 1:
                different.append(source.parent.name)
    outcome.notes = f"{found} captures with findings; {shown:,} duplicates told as such"
    if different:
        outcome.notes += f"; DIFFERENT: {', '.join(different)}"
    outcome.at_most("captures that say something else", len(different), 0, -1)
    outcome.at_least("captures with findings", found, 20)
    return outcome


def read_records(octets: bytes) -> tuple[bytes, list[Record]]:
    """The head and the records of a little-endian pcap file in microseconds; none of another."""
    if octets[:4] != b"\xd4\xc3\xb2\xa1":
        return b"", []
    records: list[Record] = []
    at = 24
    while at + 16 <= len(octets):
        seconds, micros, length, wire = struct.unpack_from("<IIII", octets, at)
        records.append((seconds, micros, wire, octets[at + 16 : at + 16 + length]))
        at += 16 + length
    return octets[:24], records


def copied(records: list[Record], share: float) -> bytes:
    """All records, and behind some of them the same again."""
    rng = generator(20)
    parts: list[bytes] = []
    for seconds, micros, wire, frame in records:
        for turn in range(1 + (rng.random() < share)):
            late = micros + turn * COPY_US
            stamp = (seconds + late // 1_000_000, late % 1_000_000)
            parts.append(struct.pack("<IIII", *stamp, len(frame), wire) + frame)
    return b"".join(parts)


def said(devices: object, unattributed: object) -> bytes:
    """Everything that a report says of anybody, without times, frame numbers and counts."""
    text = msgspec.json.encode([devices, unattributed], enc_hook=int)
    return re.sub(rb'"(time|frame|count|first_seen|last_seen)":\d+,?', b"", text)


def lossy() -> Outcome:
    """5 % of the frames lost and 20 % late, with three hellos a client: at most 1 % not found."""
    rng, clock, tap = generator(21), Clock(), Tap(names=True)
    honest = Honest(clock, CLIENTS)
    frames: list[tuple[float, bytes]] = []
    for turn in range(HELLOS):
        for number in range(CLIENTS):
            place = 4.0 * (turn * CLIENTS + number)
            for step, frame in enumerate(honest.packets(number, turn)):
                late = rng.uniform(1, DISTANCE) if rng.random() < REORDERED else 0
                if rng.random() >= LOSS:
                    frames.append((place + 4 * step + late, frame))
    frames.sort(key=lambda pair: pair[0])
    for _, frame in frames:
        tap.feed(clock.record(frame, 50))
    tap.close()
    found = tap.found("tls-sni", honest.names)
    strangers = len({name for name in tap.names if name.startswith("tls-sni")}) - found
    outcome = Outcome(tap.packets, tap.seconds, 0)
    outcome.notes = f"{found:,} of {CLIENTS:,} clients found, {strangers} names that nobody said"
    outcome.at_least("clients found", found, 0.99 * CLIENTS)
    outcome.at_most("names that nobody said", strangers, 0, -1)
    return outcome
