"""A made network before the judge: what was said of whom, and whether it is true.

The truth is `World`; what is compared with it is the report of `netwatch scan`, by MAC and by who
had an address when the evidence was seen.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from simulation.world import Being, World, visible

from netwatch.match.signatures import Pack, load_packs
from netwatch.model import Capture
from netwatch.paths import packs_folder
from netwatch.pipeline import judge_captures
from netwatch.report import Device, Report
from netwatch.scan import scan_captures
from netwatch.selftest.files import pcap
from netwatch.signature import Signature

ACCUSED: Final = frozenset(("likely", "running"))
FOUND: Final = ACCUSED | {"possible"}
SERIOUS: Final = ("running", "likely", "possible", "stopped", "contacted", "clean", "unknown")
Check = Callable[[World, Report], Sequence[str]]
"""What must hold of one scene, besides the general rules: gives what does not."""


class Outcome(msgspec.Struct, kw_only=True):
    """What one network gave."""

    scene: str
    seed: int
    wrong: list[str] = msgspec.field(default_factory=list)
    """False accusations, false absolutions, and what the scene's own checks say."""
    accused_wrongly: int = 0
    visible: int = 0
    """Machines with a product that could be seen twice or more, and how many were found."""
    found: int = 0
    accusable: int = 0
    """Everybody else: those who must not be accused."""
    missed: list[str] = msgspec.field(default_factory=list)
    frames: int = 0
    verdicts: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    """(kind, verdict) -> machines."""


def report_of(world: World, signatures: Sequence[Signature] | None = None) -> tuple[Report, int]:
    """Write what the mirror showed, read it, judge it; and how many frames there were.

    `signatures`: the shipped ones, as a control has changed them.
    """
    shown = world.shown()
    used = shipped()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.pcap"
        path.write_bytes(pcap(shown))
        captures: list[Capture] = scan_captures([str(path)], used, digest=False, jobs=1)
    return judge_captures(captures, signatures or used.signatures), len(shown)


@cache
def shipped() -> Pack:
    """The packs as shipped."""
    return load_packs(sorted(packs_folder().glob("*.yaml")))


def try_world(
    world: World, checks: Sequence[Check] = (), signatures: Sequence[Signature] | None = None
) -> Outcome:
    """Judge a network and compare with the truth."""
    report, frames = report_of(world, signatures)
    return compare(world, report, checks, frames)


def compare(world: World, report: Report, checks: Sequence[Check], frames: int = 0) -> Outcome:
    """What is wrong with a report."""
    outcome = Outcome(scene=world.name, seed=world.seed, frames=frames)
    best: dict[str, str] = {}
    for device in report.devices:
        owners = owners_of(world, device)
        for being in owners:
            best[being.name] = min(
                best.get(being.name, "unknown"), device.verdict, key=SERIOUS.index
            )
            outcome.verdicts[being.kind, device.verdict] += 1
        if _is_false(device, owners):
            outcome.accused_wrongly += 1
            outcome.wrong.append(f"falsely accused: {said(device, owners)}")
        if device.verdict == "clean" and any(b.guilty and seen(b) for b in owners):
            outcome.wrong.append(f"falsely cleared: {said(device, owners)}")
        if device.verdict == "stopped" and any(being.guilty for being in owners):
            outcome.wrong.append(f"said to have stopped: {said(device, owners)}")
    guilty = [being for being in world.beings if being.guilty]
    hidden = {carrier for being in guilty for carrier in (being.hidden_in, being.carried_by)}
    carriers = {stay.ip: b for b in world.beings for stay in b.stays if b.kind == "carrier"}
    for finding in report.unattributed:
        carrier = carriers.get(finding.address)
        if finding.verdict in ACCUSED and (carrier is None or carrier.name not in hidden):
            outcome.accused_wrongly += 1
            outcome.wrong.append(f"nobody behind {finding.address}: {finding.verdict}")
    outcome.accusable = sum(not being.guilty for being in world.beings)
    for being in world.beings:
        if being.kind == "product" and visible(being, world.mirror):
            outcome.visible += 1
            if best.get(being.name) in ACCUSED:
                outcome.found += 1
            else:
                outcome.missed.append(f"missed: {being.name} is {best.get(being.name)}")
    for check in checks:
        outcome.wrong.extend(check(world, report))
    return outcome


def _is_false(device: Device, owners: Sequence[Being]) -> bool:
    """A person who tries names out may look like a product for a moment, unless a tool is named."""
    if device.verdict not in ACCUSED or any(being.guilty for being in owners):
        return False
    trying = any(being.kind == "admin" for being in owners)
    return device.verdict == "running" or not trying


def owners_of(world: World, device: Device) -> list[Being]:
    """Who it really is: whose MAC, else who had its addresses when the evidence was seen."""
    by_mac = [being for being in world.beings if being.macs & set(device.macs)]
    if by_mac:
        return by_mac
    times = [evidence.time for evidence in device.evidence] or [device.first_seen]
    return [
        being
        for being in world.beings
        if not being.hidden_in and any(being.had(ip, time) for ip in device.ips for time in times)
    ]


def seen(being: Being) -> bool:
    """Whether anything of its product was shown at all."""
    return any(errand.said_shown for errand in being.errands)


def said(device: Device, owners: Sequence[Being]) -> str:
    """What the report says of a device, and who it is."""
    whose = ", ".join(f"{being.name}" for being in owners) or "nobody"
    why = "; ".join(device.reasons[:3])
    return f"{device.verdict} {device.ips[:2]} {device.macs[:1]} ({whose}): {why}"
