"""Every case in pcaps/, whole, through the real commands.

A golden file is written only by `python tests/cases.py --accept CASE`, and read by a person then.
"""

import ipaddress
import json
from collections import Counter
from pathlib import Path

import cases
import pytest

from netwatch.model import Signal

FOLDERS = cases.folders()
CASES = [pytest.param(folder, id=folder.name) for folder in FOLDERS]
CASE_BYTES_MAX = 50_000
LARGE = {"office-day": 300_000, "behind-a-router": 100_000}
"""Captures that may be larger."""
ALL_BYTES_MAX = 2_000_000
SIGNALS = {text for name, text in vars(Signal).items() if name.isupper()}


@pytest.mark.parametrize("folder", CASES)
def test_names_are_as_they_were(folder: Path) -> None:
    assert cases.names_output(folder) == (folder / cases.NAMES_GOLDEN).read_text()


@pytest.mark.parametrize("folder", CASES)
def test_the_scan_is_as_it_was(folder: Path) -> None:
    assert cases.scan_output(folder) == (folder / cases.SCAN_GOLDEN).read_text()


@pytest.mark.parametrize(
    "folder", [pytest.param(f, id=f.name) for f in FOLDERS if cases.has_list(f)]
)
def test_the_managed_devices_are_as_they_were(folder: Path) -> None:
    assert cases.managed_output(folder) == (folder / cases.MANAGED_GOLDEN).read_text()


@pytest.mark.parametrize("folder", CASES)
def test_the_golden_scan_finds_what_the_case_is_for(folder: Path) -> None:
    golden = (folder / cases.SCAN_GOLDEN).read_text()
    assert cases.most_serious(golden) == cases.description(folder).finds


@pytest.mark.tree
@pytest.mark.parametrize("folder", CASES)
def test_build_makes_the_committed_capture(folder: Path) -> None:
    assert cases.built(folder) == cases.capture_of(folder).read_bytes()


@pytest.mark.tree
@pytest.mark.parametrize("folder", CASES)
def test_a_case_is_whole_and_small(folder: Path) -> None:
    described = cases.description(folder)
    assert described.licence == "BSD-3-Clause"
    assert described.finds in cases.FINDS
    assert len(described.why) > 40
    assert ("silent" in described.tags) == (described.finds == "nothing")
    held = {path.name for path in folder.iterdir() if path.name != "__pycache__"}
    capture = cases.capture_of(folder)
    golden = {cases.NAMES_GOLDEN, cases.SCAN_GOLDEN}
    if cases.has_list(folder):
        golden |= {cases.MANAGED_LIST, cases.MANAGED_GOLDEN}
    assert held == {"case.yaml", "build.py", capture.name} | golden
    assert capture.stat().st_size <= LARGE.get(folder.name, CASE_BYTES_MAX)


@pytest.mark.tree
def test_all_captures_together_are_small() -> None:
    assert sum(cases.capture_of(folder).stat().st_size for folder in FOLDERS) <= ALL_BYTES_MAX


@pytest.mark.tree
def test_no_two_cases_share_a_machine() -> None:
    """So that `netwatch scan pcaps/` judges every machine as its own case does."""
    owners: dict[str, set[str]] = {}
    for folder in FOLDERS:
        report = json.loads((folder / cases.SCAN_GOLDEN).read_text())
        for device in report["devices"]:
            for mac in device["macs"]:
                owners.setdefault(mac, set()).add(folder.name)
            for ip in device["ips"]:
                if ipaddress.ip_address(ip).is_private:
                    owners.setdefault(ip, set()).add(folder.name)
    assert {key: names for key, names in owners.items() if len(names) > 1} == {}


@pytest.mark.tree
def test_silence_is_tested_as_hard_as_findings() -> None:
    found = Counter(cases.description(folder).finds for folder in FOLDERS)
    accused = found["running"] + found["likely"] + found["possible"]
    assert accused >= 20
    assert found["contacted"] + found["nothing"] >= accused
    assert found["nothing"] >= 15


@pytest.mark.tree
def test_every_signal_has_a_case() -> None:
    rows = [
        json.loads(line)
        for folder in FOLDERS
        for line in (folder / cases.NAMES_GOLDEN).read_text().splitlines()
    ]
    assert {row["signal"] for row in rows} == SIGNALS
    matched = {row["signal"] for row in rows if row["signature"] is not None}
    # A NetBIOS name is one label: no pack has any.
    assert matched == SIGNALS - {Signal.NBNS}


def test_control_a_wrong_golden_file_fails() -> None:
    """The comparisons above are of whole texts: one changed octet is seen."""
    (folder,) = [folder for folder in FOLDERS if folder.name == "dns-question-and-answer"]
    golden = (folder / cases.NAMES_GOLDEN).read_text()
    assert cases.names_output(folder) != golden.replace("kaspersky-web-site", "kaspersky-website")
    assert cases.most_serious('{"devices": [], "unattributed": []}') == "nothing"
    scan = '{"devices": [{"verdict": "likely", "evidence": [1]}, {"verdict": "running", %s}], %s}'
    told = scan % ('"evidence": []', '"unattributed": []')
    assert cases.most_serious(told) == "likely"
