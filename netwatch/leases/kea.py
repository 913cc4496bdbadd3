"""The lease files of Kea (memfile): CSV, one row for each grant and renewal, the newest last."""

from collections.abc import Iterable, Sequence
from typing import Final

from netwatch.lease import Lease
from netwatch.leases.notation import (
    SECOND_NS,
    Line,
    Problem,
    Read,
    address_of,
    cells_of,
    epoch_ns,
    mac_of,
    name_of,
)

HEADS: Final = ("address,hwaddr,client_id,valid_lifetime,", "address,duid,valid_lifetime,")
HELD: Final = "0"
"""The state of a lease that was neither declined nor taken back."""
COMMA: Final = "&#x2c"
"""How a comma inside a value is written."""


def is_kea(lines: Sequence[Line]) -> bool:
    """Whether this is such a file."""
    return bool(lines) and lines[0][1].startswith(HEADS)


def read_kea(lines: Iterable[Line], at_ns: int) -> Read:
    """Every row with a MAC; DHCPv6 knows many clients by other numbers only."""
    del at_ns
    heading: list[str] = []
    for number, text in lines:
        cells = cells_of(text)
        if not heading:
            heading = cells
            continue
        row = dict(zip(heading, cells, strict=False))
        mac, address = mac_of(row.get("hwaddr", "")), address_of(row.get("address", ""))
        if row.get("state", HELD) != HELD or (address and not row.get("hwaddr", "").strip()):
            continue
        try:
            last_ns = epoch_ns(row["expire"])
            first_ns = max(last_ns - int(row["valid_lifetime"]) * SECOND_NS, 0)
        except (KeyError, ValueError):
            yield Problem(number, "no time from which on it holds")
            continue
        if not mac or not address:
            yield Problem(number, "no address with the MAC of an interface")
        elif first_ns < last_ns:
            yield Lease(
                mac=mac,
                address=address,
                first_ns=first_ns,
                last_ns=last_ns,
                granted=True,
                hostname=name_of(row.get("hostname", "").replace(COMMA, ",").rstrip(".")),
            )
