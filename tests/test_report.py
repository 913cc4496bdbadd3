"""The report's fields are the contract of `--format json`: names and order as published."""

import msgspec
import pytest

from netwatch import report

FIELDS = {
    report.Report: "netwatch captures devices unattributed coverage assets",
    report.Netwatch: "version engine packs",
    report.Capture: "path site sha256 packets bytes first_time last_time link_types anomalies"
    " error log",
    report.Log: "format lines notes",
    report.Device: "id verdict cap role role_suspected role_reason zone site managed ips macs"
    " vendor hostnames switch_ports first_seen last_seen products purposes reasons evidence",
    report.Managed: "state reason matches",
    report.AssetMatch: "asset path line key value",
    report.Assets: "lists states running conflicts stale never_seen",
    report.AssetList: "path format encoding sha256 rows assets seen columns unused placeholders"
    " skipped skipped_rows",
    report.AssetRow: "asset path line last_seen devices",
    report.AssetConflict: "kind path assets devices",
    report.SkippedRow: "line why",
    report.Evidence: "time signal name signature purpose strength capture frame client_ip"
    " server_ip seat two_way followed blocked count log",
    report.Unattributed: "role address name site verdict at_least evidence how_to_name",
}


@pytest.mark.parametrize(("record", "fields"), FIELDS.items())
def test_fields(record: type[msgspec.Struct], fields: str) -> None:
    assert record.__struct_encode_fields__ == tuple(fields.split())


def test_times_are_for_the_output_to_write() -> None:
    capture = report.Capture(
        path="a", sha256="", packets=0, bytes=0, first_time=report.Time(7), last_time=None,
        link_types={1: 2}, anomalies={}, error=None,
    )  # fmt: skip
    assert report.Time(7) == 7
    with pytest.raises(TypeError, match="Time"):
        msgspec.json.encode(capture)
    encoded = msgspec.json.decode(msgspec.json.encode(capture, enc_hook=lambda t: f"t{int(t)}"))
    assert encoded["first_time"] == "t7"
    assert encoded["link_types"] == {"1": 2}
