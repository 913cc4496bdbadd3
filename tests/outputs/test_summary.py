"""The three sentences at the top, for each thing that can be said."""

from typing import Any

import msgspec
import pytest
from managed_states import MANAGED

from netwatch.outputs.summary import answer_lines
from netwatch.report import Coverage, Device, Report, Unattributed


def device(verdict: str, managed: str | None = None) -> Device:
    given: dict[str, Any] = {
        "id": "x", "verdict": verdict, "cap": None, "role": "endpoint", "zone": None,
        "ips": [], "macs": [], "hostnames": [], "first_seen": 0,
        "last_seen": 0, "products": [], "purposes": [], "reasons": [], "evidence": [],
    }  # fmt: skip
    made = msgspec.convert(given, Device, strict=False, dec_hook=lambda kind, value: kind(value))
    made.managed = MANAGED[managed] if managed else None
    return made


def carrier(verdict: str, at_least: int = 1, address: str = "10.20.0.10") -> Unattributed:
    return Unattributed(
        role="resolver",
        address=address,
        name=None,
        verdict=verdict,
        at_least=at_least,
        evidence=[],
        how_to_name="",
    )


def report(
    devices: list[Device], carriers: list[Unattributed], seen: int = 71, undecided: int = 56
) -> Report:
    numbers = {
        name: 0
        for name, kind in Coverage.__annotations__.items()
        if kind in (int, float, "int", "float | None", float | None)
    }
    numbers.update(devices=seen, devices_undecided=undecided)
    coverage = Coverage(
        sentence="",
        seat="access",
        first_time=None,
        last_time=None,
        dns_leg=True,
        hello_leg=True,
        verdicts={},
        anomalies={},
        set_aside={},
        networks=[],
        **numbers,
    )
    return Report(captures=[], devices=devices, unattributed=carriers, coverage=coverage)


RUNNING = [device("running")]
NOBODY = "No finding remains behind a DNS server, proxy or NAT gateway."


@pytest.mark.parametrize(
    ("devices", "sentence"),
    [
        ([], "No device here was seen to run a Kaspersky product."),
        ([device("contacted")], "No device here was seen to run a Kaspersky product."),
        (RUNNING, "1 device here runs a Kaspersky product."),
        (
            [
                device("running", "unmanaged"),
                device("running", "managed"),
                device("running", "unmanaged"),
            ],
            "3 devices here run a Kaspersky product, 2 of them on no managed list.",
        ),
        (
            [device("running", "unmanaged")],
            "1 device here runs a Kaspersky product, on no managed list.",
        ),
        (
            [device("running", "managed")],
            "1 device here runs a Kaspersky product, on the managed list.",
        ),
        (
            [device("running", "managed"), device("running", "managed")],
            "2 devices here run a Kaspersky product, all of them managed.",
        ),
        (
            [device("running", "unidentified")],
            "1 device here runs a Kaspersky product, managed or not cannot be told.",
        ),
        (
            [device("running", "unidentified"), device("running", "managed")],
            "2 devices here run a Kaspersky product, 1 of them perhaps unmanaged.",
        ),
        (
            [device("running", "unidentified"), device("running", "unmanaged")],
            "2 devices here run a Kaspersky product, 1 of them on no managed list and 1 that cannot"
            " be told.",
        ),
        (
            [*RUNNING, device("likely"), device("possible"), device("possible")],
            "1 device here runs a Kaspersky product; 1 likely does, 2 possibly do.",
        ),
        ([device("likely")], "1 device here likely runs a Kaspersky product."),
        (
            [device("likely"), device("likely"), device("possible")],
            "2 devices here likely run a Kaspersky product; 1 more possibly does.",
        ),
        (
            [device("possible"), device("possible")],
            "2 devices here possibly run a Kaspersky product; none certainly.",
        ),
    ],
)
def test_what_was_found(devices: list[Device], sentence: str) -> None:
    assert answer_lines(report(devices, []))[0] == sentence


@pytest.mark.parametrize(
    ("devices", "carriers", "sentence"),
    [
        ([], [], NOBODY),
        (
            [],
            [carrier("contacted")],
            NOBODY,
        ),
        (
            RUNNING,
            [carrier("likely")],
            "At least 1 more, behind DNS server 10.20.0.10, cannot be named from here.",
        ),
        (
            [],
            [carrier("likely", 3)],
            "At least 3 devices, behind DNS server 10.20.0.10, cannot be named from here.",
        ),
        (
            RUNNING,
            [carrier("possible")],
            "Possibly at least 1 more, behind DNS server 10.20.0.10, cannot be named from here.",
        ),
        (
            RUNNING,
            [carrier("likely", 2), carrier("possible", 1, "10.0.0.1"), carrier("likely", 9)],
            "Devices that cannot be named from here, perhaps the same ones: at least 2 behind DNS "
            "server 10.20.0.10, possibly at least 1 behind DNS server 10.0.0.1, some behind 1 more "
            "carrier.",
        ),
    ],
)
def test_what_is_behind_carriers(
    devices: list[Device], carriers: list[Unattributed], sentence: str
) -> None:
    assert answer_lines(report(devices, carriers))[1] == sentence


@pytest.mark.parametrize(
    ("seen", "undecided", "sentence"),
    [
        (71, 56, "'Not found' means nothing for 56 of 71 devices."),
        (71, 71, "'Not found' means nothing for any of the 71 devices."),
        (1, 1, "'Not found' means nothing for the only device."),
        (71, 0, "'Not found' means absent for 3 of 71 devices."),
        (0, 0, "No device of this network was seen at all: 'not found' means nothing here."),
    ],
)
def test_what_silence_means(seen: int, undecided: int, sentence: str) -> None:
    made = report([], [], seen, undecided)
    made.coverage.devices_absent = 3
    assert answer_lines(made)[2] == sentence


def test_where_all_are_accused_nobody_is_absent() -> None:
    told = "All 71 devices that were seen are told here; others were not seen."
    assert answer_lines(report([], [], 71, 0))[2] == told


@pytest.mark.parametrize(
    ("lost", "ending"),
    [
        (0, "71 devices."),
        (1, "71 devices. At least 1 more address was not kept for want of room."),
        (380_000, "At least 380,000 more addresses were not kept for want of room."),
    ],
)
def test_what_found_no_room_is_said(lost: int, ending: str) -> None:
    made = report(RUNNING, [])
    made.coverage.devices_not_kept = lost
    assert answer_lines(made)[2].endswith(ending)
