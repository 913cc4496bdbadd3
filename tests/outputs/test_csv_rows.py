"""A report as CSV: one row a device and one a carrier's finding, and never a formula."""

import csv
import io
from typing import Any

from managed_states import MANAGED

from netwatch.outputs.csv_rows import COLUMNS, csv_rows
from netwatch.report import Device, Evidence, Time, Unattributed


def piece(name: str, time: int, frame: int) -> Evidence:
    return Evidence(
        time=Time(time),
        signal="tls-sni",
        name=name,
        signature="s",
        purpose="update",
        strength="strong",
        capture="a.pcap",
        frame=frame,
        client_ip="",
        server_ip="",
        seat="endpoint",
        two_way=True,
        followed=True,
        blocked=False,
        count=1,
    )


def device(**fields: Any) -> Device:
    given: dict[str, Any] = {
        "id": "mac:1",
        "verdict": "running",
        "cap": None,
        "role": "endpoint",
        "zone": "vlan 7",
        "managed": MANAGED["unmanaged"],
        "ips": ["10.0.0.1", "2001:db8::1"],
        "macs": ["02:00:00:00:00:01"],
        "hostnames": ["=cmd|' /C calc'!A0"],
        "first_seen": Time(0),
        "last_seen": Time(1),
        "products": ["Kaspersky product"],
        "purposes": ["update", "telemetry"],
        "reasons": ["a, b", 'c "d"'],
        "evidence": [piece("b.test", 9, 2), piece("a.test", 5, 1), piece("b.test", 7, 3)],
        **fields,
    }
    return Device(**given)


def rows(*devices: Device, carriers: tuple[Unattributed, ...] = ()) -> list[dict[str, str]]:
    written = b"".join(csv_rows(list(devices), list(carriers))).decode()
    return list(csv.DictReader(io.StringIO(written, newline="")))


def test_a_device_is_a_row() -> None:
    (row,) = rows(device())
    assert list(row) == list(COLUMNS)
    assert row["kind"] == "device"
    assert row["ips"] == "10.0.0.1; 2001:db8::1"
    assert row["managed"] == "unmanaged"
    assert row["reasons"] == 'a, b; c "d"'
    assert row["first_seen"] == "1970-01-01T00:00:00.000000000Z"
    assert row["names"] == "b.test; a.test"
    assert row["evidence"] == "3"
    assert (row["first_capture"], row["first_frame"]) == ("a.pcap", "1")
    assert row["at_least"] == ""


def test_a_formula_becomes_text() -> None:
    (row,) = rows(device())
    assert row["hostnames"] == "'=cmd|' /C calc'!A0"


def test_not_known_is_not_no() -> None:
    cells = [
        [row[column] for column in ("managed", "asset", "asset_key", "managed_reason")]
        for row in rows(device(managed=None), device(managed=MANAGED["managed"]))
    ]
    assert cells == [[""] * 4, ["managed", "NB-1", "mac", "asset NB-1, by its MAC"]]


def test_a_device_without_evidence_has_no_frame() -> None:
    (row,) = rows(device(evidence=[], zone=None))
    assert (row["evidence"], row["first_frame"], row["zone"]) == ("0", "", "")


def test_what_a_carrier_passed_on_is_a_row_of_its_own_kind() -> None:
    finding = Unattributed(
        role="resolver",
        address="10.0.0.53",
        name="dc01",
        verdict="likely",
        at_least=2,
        evidence=[piece("a.test", 5, 1)],
        how_to_name="read its log",
    )
    row = rows(device(), carriers=(finding,))[1]
    assert row["kind"] == "unattributed"
    assert (row["ips"], row["hostnames"], row["at_least"]) == ("10.0.0.53", "dc01", "2")
    assert row["how_to_name"] == "read its log"
    assert row["id"] == ""
