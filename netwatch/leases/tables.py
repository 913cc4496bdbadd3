"""Tables of one moment: neighbours of routers and hosts, and which MAC stands at which port.

`ip neigh`, `arp -a`, `show ip arp`, `show ipv6 neighbors`, `netsh dhcp server scope show clients`,
`show mac address-table` and their like: a line of one is one MAC with an address, or with a port.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from netwatch.lease import Lease
from netwatch.leases.notation import (
    LATEST_NS,
    MAC,
    SNAPSHOT_NS,
    Line,
    Problem,
    Read,
    address_of,
    mac_of,
)

WORDS: Final = re.compile(r"[^\s,;|()]+")
DEAD: Final = re.compile(r"\b(FAILED|INCOMPLETE|incomplete)\b")
PORT: Final = re.compile(
    r"(?i)(?:(?:gi|fa|te|twe|fo|hu|et|eth|po|ge|xe|ae|lag|trk|swp|sfp|stack-unit|ethernet|port)"
    r"[a-z-]*[-_]?\d+(?:[/:.]\d+)*|\d+(?:/\d+){1,3})"
)
"""A port as switches call theirs: Gi1/0/5, GigabitEthernet1/0/5, ge-0/0/5.0, swp5, 1/1/5."""


def is_table(lines: Sequence[Line]) -> bool:
    """Whether any line is of such a table."""
    return any(mac_of(found[0]) for _, text in lines for found in MAC.finditer(text))


def read_table(lines: Iterable[Line], at_ns: int) -> Read:
    """Every line with one MAC. Headings, dead entries and group addresses are passed over."""
    first_ns, last_ns = max(at_ns - SNAPSHOT_NS, 0), min(at_ns + SNAPSHOT_NS, LATEST_NS)
    for number, text in lines:
        macs = {mac for found in MAC.finditer(text) if (mac := mac_of(found[0]))}
        if not macs or DEAD.search(text):
            continue
        words = WORDS.findall(MAC.sub(" ", text))
        addresses = {packed for word in words if (packed := address_of(word)) and _is_host(packed)}
        ports = [word for word in words if PORT.fullmatch(word)]
        if len(macs) > 1 or len(addresses) > 1:
            yield Problem(number, "several addresses or MACs in one line")
            continue
        port = "" if addresses or not ports else ports[-1]
        if not addresses and not port:
            continue
        yield Lease(
            mac=macs.pop(),
            address=addresses.pop() if addresses else b"",
            first_ns=first_ns,
            last_ns=last_ns,
            port=port,
        )


def _is_host(address: bytes) -> bool:
    """Not a network mask or a group: a table may show them beside the address."""
    if len(address) == 16:
        return address[0] != 0xFF and any(address)
    return 0 < address[0] < 224
