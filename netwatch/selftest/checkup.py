"""The whole pipeline on traffic that it must not miss: reader, engine, judge, and what they missed.

The trials are written into a capture file and read like any other.
"""

import tempfile
from collections import Counter
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import msgspec

from netwatch.charge import Seat
from netwatch.match.signatures import Pack
from netwatch.model import Capture, Signal
from netwatch.pipeline import judge_captures
from netwatch.report import Report
from netwatch.scan import scan_captures
from netwatch.selftest.examples import Example, examples
from netwatch.selftest.files import pcapng
from netwatch.selftest.trials import Trial, Trials, buildable
from netwatch.signature import Signature
from netwatch.verdict.judge import ceiling

NO_EVIDENCE: Final = frozenset((Signal.NBNS,))
"""A NetBIOS name is one label: no pack has any, so nothing can be tried."""
SIGNALS: Final = tuple(
    text for name, text in vars(Signal).items() if name.isupper() and text not in NO_EVIDENCE
)
VERDICT: Final = "verdict"
PATTERN: Final = "pattern"
ROWS: Final = (*SIGNALS, VERDICT, PATTERN)
"""What is counted: every signal, the verdicts, and that every pattern can match at all."""
EXAMPLES_AT_A_TIME: Final = 1_000
"""A name is said by up to eight machines, and no more than DEVICES_MAX are kept of one scan."""


class Checkup(msgspec.Struct, kw_only=True):
    """What was tried, and what was missed."""

    checks: Counter[str] = msgspec.field(default_factory=Counter)
    """Row of ROWS -> checks."""
    covered: dict[str, set[int]] = msgspec.field(
        default_factory=lambda: {row: set() for row in ROWS}
    )
    """Row of ROWS -> indices of the signatures that these were for."""
    missed: list[tuple[str, str]] = []
    """(row, what was missed, in words), in the order of the packs."""
    frames: int = 0
    left_out: list[str] = []
    """Examples for which no frame can be made, and why: neither found nor missed."""

    def check(self, row: str, signature: int) -> None:
        """Count one check."""
        self.checks[row] += 1
        self.covered[row].add(signature)


def check_up(pack: Pack) -> Checkup:
    """Try everything in `pack`; the same pack always gives the same result."""
    found, barren = examples(pack.signatures, pack.matcher())
    total = Checkup(missed=[(PATTERN, f"{line} is claimed by other entries") for line in barren])
    total.checks[PATTERN] = sum(map(_patterns, pack.signatures))
    total.covered[PATTERN] = set(range(len(pack.signatures)))
    for start in range(0, len(found), EXAMPLES_AT_A_TIME):
        trials = _made(found[start : start + EXAMPLES_AT_A_TIME], total)
        total.frames += len(trials.wire.shown)
        capture, report = _through_the_pipeline(trials, pack)
        compare(total, trials.trials, capture, report, pack.signatures)
    return total


def _through_the_pipeline(trials: Trials, pack: Pack) -> tuple[Capture, Report]:
    with tempfile.TemporaryDirectory(prefix="netwatch-") as folder:
        path = Path(folder) / "selftest.pcapng"
        path.write_bytes(pcapng(trials.wire.shown))
        captures = scan_captures([str(path)], pack, jobs=1)
    return captures[0], judge_captures(captures, pack.signatures)


def _patterns(signature: Signature) -> int:
    said = (signature.names, signature.paths, signature.issuers, signature.subjects)
    shown = (signature.magics, signature.prefixes, signature.ports, signature.users)
    return sum(map(len, (*said, *shown)))


def _made(found: Sequence[Example], total: Checkup) -> Trials:
    """Trials of these examples; the first name of every signature is said in every way."""
    trials = Trials()
    said = total.covered[Signal.TLS_SNI]
    for example in found:
        if example.kind in ("issuer", "subject"):
            try:
                buildable(example.text)
            except ValueError as error:
                total.left_out.append(str(error))
                continue
        first = example.kind == "name" and example.signature not in said
        if first:
            said.add(example.signature)
        trials.add(example, every_way=first)
    return trials


def compare(
    total: Checkup,
    trials: Sequence[Trial],
    capture: Capture,
    report: Report,
    signatures: Sequence[Signature],
) -> None:
    """Book what was seen against what had to be seen."""
    seen = {
        (sighting.client, sighting.signal, sighting.signature)
        for sighting in capture.observation.sightings
    }
    verdicts = {ip: device.verdict for device in report.devices for ip in device.ips}
    for trial in trials:
        number = trial.example.signature
        signature = signatures[number]
        client = ip_address(trial.client).packed
        for signal in trial.signals:
            total.check(signal, number)
            if (client, signal, number) not in seen:
                total.missed.append((signal, f"{signature.id} by {trial.example.text}"))
        if trial.judged:
            total.check(VERDICT, number)
            wanted, got = expected(trial, signature), verdicts.get(trial.client, "no device")
            if got != wanted:
                by = f"{signature.id} by {trial.example.text} ({trial.signals[-1]})"
                total.missed.append((VERDICT, f"{by}: {got}, not {wanted}"))


def expected(trial: Trial, signature: Signature) -> str:
    """The verdict on a machine that did this once, and was answered."""
    strength = signature.strength
    signal = trial.signals[-1]
    named = signal == Signal.TLS_CERTIFICATE and trial.example.kind == "name"
    if named or signal == Signal.PORT_PROFILE:
        strength = "weak"  # such a certificate is on public web sites too; anybody has these ports
    top = ceiling(strength, signature.purpose, signal, Seat.ENDPOINT)
    if top != "running":
        return top
    # Circumvention tools say decoys in hellos; here nothing else vouches for one over UDP.
    said = signal in (Signal.QUIC_SNI, Signal.DTLS_SNI)
    return "possible" if signature.decoy and said else "likely"
