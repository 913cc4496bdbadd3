"""A report as CSV: one row a device, then one row for what each carrier passed on.

No cell is a formula: names, host names and paths are other people's words (OWASP "CSV injection").
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from netwatch.outputs.text import cell_text, time_text
from netwatch.report import Device, Evidence, Managed, Time, Unattributed

COLUMNS: Final = (
    "kind",
    "id",
    "verdict",
    "cap",
    "role",
    "role_suspected",
    "role_reason",
    "zone",
    "site",
    "managed",
    "asset",
    "asset_key",
    "managed_reason",
    "at_least",
    "ips",
    "macs",
    "vendor",
    "hostnames",
    "switch_ports",
    "first_seen",
    "last_seen",
    "products",
    "purposes",
    "reasons",
    "names",
    "evidence",
    "first_capture",
    "first_frame",
    "first_log",
    "how_to_name",
)
"""`kind` is `device` or `unattributed`; lists are joined by `; `; `evidence` is how many pieces."""


def csv_rows(devices: list[Device], unattributed: list[Unattributed]) -> Iterator[bytes]:
    """The head, then the rows, each with its line end, in UTF-8."""
    yield _row(COLUMNS)
    for device in devices:
        yield _cells(_device_cells(device))
    for finding in unattributed:
        yield _cells(_carrier_cells(finding))


def _cells(cells: dict[str, str]) -> bytes:
    return _row(cell_text(cells.get(column, "")) for column in COLUMNS)


def _row(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue().encode("utf-8")


def _device_cells(device: Device) -> dict[str, str]:
    return {
        "kind": "device",
        "id": device.id,
        "verdict": device.verdict,
        "cap": device.cap or "",
        "role": device.role,
        "role_suspected": "yes" if device.role_suspected else "no",
        "role_reason": device.role_reason or "",
        "zone": device.zone or "",
        "site": device.site or "",
        **_managed_cells(device.managed),
        "ips": _joined(device.ips),
        "macs": _joined(device.macs),
        "vendor": device.vendor or "",
        "switch_ports": _joined(device.switch_ports),
        "hostnames": _joined(device.hostnames),
        "first_seen": _time_cell(device.first_seen),
        "last_seen": _time_cell(device.last_seen),
        "products": _joined(device.products),
        "purposes": _joined(device.purposes),
        "reasons": _joined(device.reasons),
        **_evidence_cells(device.evidence),
    }


def _managed_cells(managed: Managed | None) -> dict[str, str]:
    if managed is None:
        return {}
    return {
        "managed": managed.state,
        "asset": _joined(match.asset for match in managed.matches),
        "asset_key": _joined(match.key for match in managed.matches),
        "managed_reason": managed.reason,
    }


def _carrier_cells(finding: Unattributed) -> dict[str, str]:
    return {
        "kind": "unattributed",
        "verdict": finding.verdict,
        "role": finding.role,
        "site": finding.site or "",
        "at_least": str(finding.at_least),
        "ips": finding.address,
        "hostnames": finding.name or "",
        "how_to_name": finding.how_to_name,
        **_evidence_cells(finding.evidence),
    }


def _evidence_cells(evidence: list[Evidence]) -> dict[str, str]:
    cells = {
        "names": _joined(dict.fromkeys(piece.name for piece in evidence if piece.name)),
        "evidence": str(len(evidence)),
    }
    if evidence:
        first = min(evidence, key=lambda piece: piece.time)
        cells["first_capture"] = first.capture
        cells["first_frame"] = str(first.frame)
        cells["first_log"] = "" if first.log is msgspec.UNSET else first.log
    return cells


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(texts)


def _time_cell(time: Time) -> str:
    return time_text(time)
