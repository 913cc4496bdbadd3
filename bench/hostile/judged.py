"""Floods of what matches, through the whole scan: sightings, devices, verdicts and the report.

The right-hand side takes a million times as long for a sighting as the engine for a packet, and all
captures of a run meet in it. What is kept is bounded, the honest clients are in it, and what is not
kept is told.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hostile.checks import Outcome
from hostile.wires import (
    FILE_HEADER,
    PACK,
    SOURCE4,
    Clock,
    Honest,
    client_hello,
    dns,
    generator,
    ipv4,
    tcp,
    udp,
    vary,
)
from netwatch.limits import DEVICES_MAX, SIGHTINGS_KEPT_MAX
from netwatch.outputs.csv_rows import csv_rows
from netwatch.outputs.json_records import json_lines, json_object
from netwatch.outputs.table import table
from netwatch.pipeline import judge_captures
from netwatch.report import Report
from netwatch.scan import scan_captures

BLOCK = 1_000
HONEST = 200
FORGED_CLIENT, FORGED_SERVER = 0x0A800000, 0x2D000001
MATCHED = "x00000000.honest.example"


def matched_clients() -> Outcome:
    """400,000 forged clients say one strong name each, once, one half of them in hellos."""
    clock = Clock()
    honest = Honest(clock, HONEST)
    hello = ipv4(0, FORGED_SERVER, 6, tcp((40_000, 443), (1, 1), 0x18, client_hello(MATCHED, 0)))
    asked = ipv4(0, 0x0A000035, 17, udp((5_000, 53), dns(MATCHED)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flood.pcap"
        with path.open("wb") as file:
            file.write(FILE_HEADER)
            for number in range(0, 400_000, BLOCK):
                frame = hello if number % (2 * BLOCK) else asked
                block = clock.copies(frame, BLOCK, 20)
                vary(block, BLOCK, SOURCE4, _addresses(FORGED_CLIENT + number))
                file.write(block)
                if number % 2_000 == 0:
                    file.write(b"".join(honest.records(number // 2_000)))
        outcome, report = _scanned([str(path)])
    _hold(outcome, report, 300_000)
    return outcome


def matched_captures() -> Outcome:
    """12 captures with 30,000 forged clients each, all names and addresses different; claims."""
    rng = generator(12)
    asked = ipv4(0, 0x0A000035, 17, udp((5_000, 53), dns(MATCHED)))
    arp = bytes.fromhex("ffffffffffff 020000000000 0806 0001 0800 06 04 0001 020000000000")
    arp += b"\x0a" + bytes(3 + 6 + 4)
    place = asked.index(b"x00000000")
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number:02}.pcap" for number in range(12)]
        clock = Clock()
        honest = Honest(clock, HONEST)
        for turn, path in enumerate(paths):
            with path.open("wb") as file:
                file.write(FILE_HEADER)
                for number in range(0, 30_000, BLOCK):
                    block = clock.copies(asked, BLOCK, 20)
                    vary(block, BLOCK, SOURCE4, _addresses(FORGED_CLIENT + turn * 30_000 + number))
                    vary(block, BLOCK, place + 1, rng.randbytes(4 * BLOCK).hex().encode())
                    file.write(block)
                    block = clock.copies(arp, BLOCK, 20)
                    vary(block, BLOCK, 24, rng.randbytes(4 * BLOCK))
                    vary(block, BLOCK, 29, rng.randbytes(3 * BLOCK))
                    file.write(block)
                for number in range(turn, HONEST, len(paths)):
                    file.write(b"".join(honest.records(number)))
        outcome, report = _scanned([str(path) for path in paths])
    _hold(outcome, report, 20_000)
    outcome.at_least("captures", len(report.captures), len(paths))
    return outcome


def _addresses(first: int) -> bytes:
    return b"".join(number.to_bytes(4, "big") for number in range(first, first + BLOCK))


def _scanned(paths: list[str]) -> tuple[Outcome, Report]:
    """Scan and judge, write every format, and say how long each took."""
    outcome = Outcome()
    steps: list[str] = []

    def timed(what: str, step: Callable[[], Any]) -> Any:
        began = time.thread_time()
        result = step()
        took = time.thread_time() - began
        outcome.seconds += took
        steps.append(f"{what} {took:.1f} s")
        return result

    captures = timed("scan", lambda: scan_captures(paths, PACK, digest=False, jobs=1))
    outcome.packets = sum(capture.observation.coverage.packets for capture in captures)
    kept = sum(len(capture.observation.sightings) for capture in captures)
    outcome.at_most("sightings kept", kept, SIGHTINGS_KEPT_MAX)
    report = timed("judge", lambda: judge_captures(captures, PACK.signatures))
    for pieces in (json_object, json_lines):
        timed("JSON", lambda pieces=pieces: sum(map(len, pieces(report))))
    timed("CSV", lambda: sum(map(len, csv_rows(report.devices, report.unattributed))))
    page = timed("table", lambda: table(report))
    outcome.at_least("told in the table", "not kept for want of room" in page, 1)
    outcome.notes = ", ".join(steps)
    return outcome, report


def _hold(outcome: Outcome, report: Report, least: int) -> None:
    """Every honest client is there, `likely`; nobody else is more than `possible`.

    At `least` so many are told of as not kept: a lower bound, since captures may share addresses.
    """
    likely = sum(device.verdict == "likely" for device in report.devices)
    outcome.exactly("honest clients", likely, HONEST)
    outcome.exactly("devices", len(report.devices), DEVICES_MAX)
    outcome.at_most("accused wrongly", report.coverage.verdicts["running"], 0, absurd=-1)
    not_kept = report.coverage.devices_not_kept
    outcome.at_least("not kept", not_kept, least)
    outcome.notes = f"{likely} honest, {not_kept:,} not kept; {outcome.notes}"
