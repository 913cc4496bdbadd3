"""The answer and its limit in three sentences: found, behind carriers, and what silence means."""

from typing import Final

from netwatch.outputs.words import carrier, counted
from netwatch.report import Device, Report, Unattributed

ACCUSED: Final = ("running", "likely", "possible")
"""The verdicts that accuse, most serious first."""
CARRIERS_MAX: Final = 2


def answer_lines(report: Report) -> tuple[str, str, str]:
    """Three sentences; numbers behind several carriers are never added up."""
    seen = report.coverage
    return (
        _found(report.devices),
        _carried(report),
        _limit(seen.devices, seen.devices_undecided, seen.devices_absent)
        + _not_kept(seen.devices_not_kept),
    )


def _found(devices: list[Device]) -> str:
    by_verdict = {v: [d for d in devices if d.verdict == v] for v in ACCUSED}
    running, likely, possible = (by_verdict[verdict] for verdict in ACCUSED)
    if running:
        verb = "runs" if len(running) == 1 else "run"
        sentence = f"{counted(len(running), 'device')} here {verb} a Kaspersky product"
        sentence += _unmanaged(running)
        more = [f"{len(likely):,} likely {_do(likely)}"] if likely else []
        more += [f"{len(possible):,} possibly {_do(possible)}"] if possible else []
        return sentence + (f"; {', '.join(more)}" if more else "") + "."
    if likely:
        verb = "runs" if len(likely) == 1 else "run"
        sentence = f"{counted(len(likely), 'device')} here likely {verb} a Kaspersky product"
        sentence += _unmanaged(likely)
        if possible:
            sentence += f"; {len(possible):,} more possibly {_do(possible)}"
        return sentence + "."
    if possible:
        verb = "runs" if len(possible) == 1 else "run"
        sentence = f"{counted(len(possible), 'device')} here possibly {verb} a Kaspersky product"
        return f"{sentence}{_unmanaged(possible)}; none certainly."
    return "No device here was seen to run a Kaspersky product."


def _do(devices: list[Device]) -> str:
    return "does" if len(devices) == 1 else "do"


def _unmanaged(devices: list[Device]) -> str:
    """How many are on no managed list; silent where no list was given."""
    states = [device.managed.state for device in devices if device.managed is not None]
    unmanaged, untold = states.count("unmanaged"), states.count("unidentified")
    if not states:
        return ""
    if len(devices) == 1:
        untold_words = ", managed or not cannot be told" if untold else ", on the managed list"
        return ", on no managed list" if unmanaged else untold_words
    if unmanaged:
        told = f", {unmanaged:,} of them on no managed list"
        return told + (f" and {untold:,} that cannot be told" if untold else "")
    return f", {untold:,} of them perhaps unmanaged" if untold else ", all of them managed"


def _carried(report: Report) -> str:
    accused = [finding for finding in report.unattributed if finding.verdict in ACCUSED]
    if not accused:
        return "No finding remains behind a DNS server, proxy or NAT gateway."
    more = " more" if any(device.verdict in ACCUSED for device in report.devices) else ""
    if len(accused) == 1:
        (finding,) = accused
        maybe = "Possibly at least" if finding.verdict == "possible" else "At least"
        noun = more or (" device" if finding.at_least == 1 else " devices")
        return (
            f"{maybe} {finding.at_least:,}{noun}, behind {carrier(finding)}, "
            "cannot be named from here."
        )
    shown = [_behind(finding) for finding in accused[:CARRIERS_MAX]]
    if len(accused) > CARRIERS_MAX:
        shown.append(f"some behind {counted(len(accused) - CARRIERS_MAX, 'more carrier')}")
    return f"Devices that cannot be named from here, perhaps the same ones: {', '.join(shown)}."


def _behind(finding: Unattributed) -> str:
    maybe = "possibly " if finding.verdict == "possible" else ""
    return f"{maybe}at least {finding.at_least:,} behind {carrier(finding)}"


def _limit(devices: int, undecided: int, absent: int) -> str:
    if devices == 0:
        return "No device of this network was seen at all: 'not found' means nothing here."
    if undecided == 0 and devices == 1:
        return "There is no other device here that could have been missed."
    if undecided == 0 and absent == 0:
        return f"All {devices:,} devices that were seen are told here; others were not seen."
    if undecided == 0:
        return f"'Not found' means absent for {absent:,} of {counted(devices, 'device')}."
    if undecided == devices:
        of_all = "the only device" if devices == 1 else f"any of the {devices:,} devices"
        return f"'Not found' means nothing for {of_all}."
    return f"'Not found' means nothing for {undecided:,} of {counted(devices, 'device')}."


def _not_kept(addresses: int) -> str:
    """What a flood, or a very large network, pushed out: the least serious of all."""
    if not addresses:
        return ""
    if addresses == 1:
        return " At least 1 more address was not kept for want of room."
    return f" At least {addresses:,} more addresses were not kept for want of room."
