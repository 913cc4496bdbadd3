"""dhcpd.leases of ISC's DHCP server: a log of declarations, the newest last.

A declaration holds when the lease began and ends, in UTC or in seconds since 1970.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from netwatch.lease import Lease
from netwatch.leases.notation import (
    LATEST_NS,
    Line,
    Problem,
    Read,
    address_of,
    calendar_ns,
    epoch_ns,
    mac_of,
    name_of,
)

BEGINS: Final = re.compile(r"\s*lease\s+(\S+)\s*\{")
NEVER_HELD: Final = frozenset(("abandoned", "backup"))
TIME: Final = "%Y/%m/%d %H:%M:%S"


def is_isc(lines: Sequence[Line]) -> bool:
    """Whether this is such a file."""
    return any(BEGINS.match(text) for _, text in lines)


def read_isc(lines: Iterable[Line], at_ns: int) -> Read:
    """Every declaration of an IPv4 lease that says when."""
    del at_ns
    begun, address = 0, ""
    said: dict[str, str] = {}
    for number, text in lines:
        begins = BEGINS.match(text)
        if begins:
            if begun:
                yield Problem(begun, "a lease that does not end")
            begun, address, said = number, begins[1], {}
        elif begun and text.strip() == "}":
            yield from _lease(begun, address, said)
            begun = 0
        elif begun:
            word, _, rest = text.strip().rstrip(";").partition(" ")
            said[word] = rest.strip()
    if begun:
        yield Problem(begun, "a lease that is cut off")


def _lease(line: int, address: str, said: dict[str, str]) -> Read:
    if said.get("binding", "").removeprefix("state").strip() in NEVER_HELD:
        return
    mac = mac_of(said.get("hardware", "").removeprefix("ethernet"))
    packed = address_of(address)
    if not mac or not packed:
        if "hardware" in said or not packed:
            yield Problem(line, "no address with the MAC of an interface")
        return
    try:
        first_ns = _time(said["starts"])
        last_ns = _time(said.get("ends", "never"))
    except (KeyError, ValueError):
        yield Problem(line, "no time from which on it holds")
        return
    name = name_of(said.get("client-hostname", "").strip('"'))
    if first_ns < last_ns:
        yield Lease(
            mac=mac,
            address=packed,
            first_ns=first_ns,
            last_ns=last_ns,
            granted=True,
            hostname=name,
        )


def _time(text: str) -> int:
    """`4 2026/11/19 10:00:00`, `epoch 1763546400; # ...` or `never`."""
    if text == "never":
        return LATEST_NS
    word, _, rest = text.partition(" ")
    return epoch_ns(rest.partition(";")[0]) if word == "epoch" else calendar_ns(rest, TIME)
