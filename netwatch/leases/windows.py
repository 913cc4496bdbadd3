"""Leases of a Windows DHCP server: `Get-DhcpServerv4Lease | Export-Csv`, also with other commas.

When a lease ends is written as the server's region has it, which leaves day and month open: so a
row is what somebody saw at the time of the file.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from netwatch.lease import Lease
from netwatch.leases.notation import (
    LATEST_NS,
    SNAPSHOT_NS,
    Line,
    Problem,
    Read,
    address_of,
    cells_of,
    mac_of,
    name_of,
)

ADDRESS: Final = "ipaddress"
CLIENT: Final = "clientid"
COMMAS: Final = ",;\t"
NOT_HELD: Final = ("expired", "declined")
"""Beginnings of states, in lower case, of leases that nobody has."""


def is_windows(lines: Sequence[Line]) -> bool:
    """Whether this is such a file."""
    return any(_heading(text)[1] for _, text in lines[:3])


def read_windows(lines: Iterable[Line], at_ns: int) -> Read:
    """Every row of a lease that is held."""
    comma = ""
    heading: list[str] = []
    for number, text in lines:
        if not heading:
            comma, heading = _heading(text)
            continue
        cells = cells_of(text, comma)
        row = dict(zip(heading, cells, strict=False))
        if row.get("addressstate", "").lower().startswith(NOT_HELD):
            continue
        mac, address = mac_of(row.get(CLIENT, "")), address_of(row.get(ADDRESS, ""))
        if not mac or not address:
            yield Problem(number, "no address with the MAC of an interface")
            continue
        yield Lease(
            mac=mac,
            address=address,
            first_ns=max(at_ns - SNAPSHOT_NS, 0),
            last_ns=min(at_ns + SNAPSHOT_NS, LATEST_NS),
            hostname=name_of(row.get("hostname", "")),
        )


def _heading(text: str) -> tuple[str, list[str]]:
    """The comma and the columns, if these are there that are needed."""
    for comma in COMMAS:
        cells = [cell.strip().lower() for cell in cells_of(text, comma)]
        if ADDRESS in cells and CLIENT in cells:
            return comma, cells
    return "", []
