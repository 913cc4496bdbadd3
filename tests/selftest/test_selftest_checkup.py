"""The whole checkup, and that it misses what a blind pipeline would miss."""

from collections.abc import Sequence

import msgspec
import pytest

from netwatch.match.signatures import Pack, load_packs
from netwatch.model import Capture
from netwatch.paths import packs_folder
from netwatch.pipeline import judge_captures
from netwatch.report import Report
from netwatch.scan import scan_captures
from netwatch.selftest import checkup
from netwatch.selftest.checkup import ROWS, SIGNALS, VERDICT, check_up
from netwatch.signature import Signature

OWN = Signature(
    id="acme",
    service="s",
    product="p",
    purpose="update",
    strength="strong",
    names=("*.acme.example",),
    matches=("a.acme.example",),
)


def test_nothing_of_the_shipped_packs_is_missed() -> None:
    pack = load_packs([packs_folder()])
    result = check_up(pack)
    assert result.missed == []
    assert result.left_out == []
    assert all(result.checks[row] > 0 for row in ROWS)
    everything = set(range(len(pack.signatures)))
    assert set().union(*(result.covered[signal] for signal in SIGNALS)) == everything
    assert result.covered[VERDICT] == everything


def test_an_own_pack_has_only_the_signals_that_it_can_have() -> None:
    result = check_up(Pack((OWN,)))
    assert result.missed == []
    assert result.checks["tls-sni"] == 4
    assert result.checks["http-path"] == 0


def test_a_certificate_that_cannot_be_made_is_left_out() -> None:
    odd = msgspec.structs.replace(OWN, names=(), matches=(), issuers=("SERIALNUMBER=1234*",))
    result = check_up(Pack((odd,)))
    assert result.missed == []
    assert len(result.left_out) == 1


def test_many_examples_go_in_several_captures(monkeypatch: pytest.MonkeyPatch) -> None:
    names = tuple(f"n{number}.acme.example" for number in range(5))
    pack = Pack((msgspec.structs.replace(OWN, names=names, matches=()),))
    whole = check_up(pack)
    monkeypatch.setattr(checkup, "EXAMPLES_AT_A_TIME", 2)
    parts = check_up(pack)
    assert (parts.checks, parts.missed, parts.frames) == (whole.checks, [], whole.frames)


def test_control_a_blind_engine_misses_every_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(paths: Sequence[str], pack: Pack, *, jobs: int) -> list[Capture]:
        (capture,) = scan_captures(paths, pack, jobs=jobs)
        seen = msgspec.structs.replace(capture.observation, sightings=[])
        return [msgspec.structs.replace(capture, observation=seen)]

    monkeypatch.setattr(checkup, "scan_captures", blind)
    result = check_up(Pack((OWN,)))
    missed = [row for row, _ in result.missed]
    assert all(missed.count(row) == result.checks[row] for row in SIGNALS)
    assert ("tls-sni", "acme by a.acme.example") in result.missed
    assert (VERDICT, "acme by a.acme.example (tls-sni): unknown, not likely") in result.missed


def test_control_a_lenient_judge_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def lenient(captures: Sequence[Capture], signatures: Sequence[Signature]) -> Report:
        report = judge_captures(captures, signatures)
        for device in report.devices:
            device.verdict = "contacted"
        return report

    monkeypatch.setattr(checkup, "judge_captures", lenient)
    result = check_up(Pack((OWN,)))
    assert {row for row, _ in result.missed} == {VERDICT}
