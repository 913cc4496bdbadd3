"""The lease file of dnsmasq (also of Pi-hole and OpenWrt): the leases of one moment.

A line is when it ends (seconds since 1970, 0: never), MAC, address, host name, client id. When it
began is not told. Leases of DHCPv6 follow behind a line `duid`; they name no MAC.
"""

import re
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
    epoch_ns,
    mac_of,
    name_of,
)

LINE: Final = re.compile(r"(\d{1,12}) ((?:[0-9a-f]{2}-)?[0-9a-f]{2}(?::[0-9a-f]{2})+) (\S+) (\S+)")


def is_dnsmasq(lines: Sequence[Line]) -> bool:
    """Whether this is such a file."""
    return any(LINE.match(text) for _, text in lines)


def read_dnsmasq(lines: Iterable[Line], at_ns: int) -> Read:
    """Every line of an IPv4 lease."""
    for number, text in lines:
        if text.startswith("duid "):
            return
        found = LINE.match(text)
        mac = mac_of(found[2]) if found else b""
        address = address_of(found[3]) if found else b""
        if found is None or not mac or not address:
            yield Problem(number, "no lease of an interface")
            continue
        ends = epoch_ns(found[1])
        yield Lease(
            mac=mac,
            address=address,
            first_ns=max(at_ns - SNAPSHOT_NS, 0),
            last_ns=max(ends or LATEST_NS, min(at_ns + SNAPSHOT_NS, LATEST_NS)),
            hostname=name_of(found[4]),
        )
