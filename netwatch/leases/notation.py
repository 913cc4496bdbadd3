"""Values as people and machines write them in such files: MACs, addresses, times."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Final, NamedTuple

from netwatch.lease import Lease

SECOND_NS: Final = 1_000_000_000
LATEST_NS: Final = 0x7FFF_FFFF_FFFF_FFFF
SNAPSHOT_NS: Final = 4 * 3_600 * SECOND_NS
"""What somebody saw at one time is believed so long before and after it."""
MAC: Final = re.compile(
    r"(?<![\w.:-])(?:[0-9A-Fa-f]{1,2}(?:[:-][0-9A-Fa-f]{1,2}){5}"
    r"|[0-9A-Fa-f]{4}(?:[.:-][0-9A-Fa-f]{4}){2})(?![\w:-]|\.\w)"
)
"""00:16:3e:00:00:05, 0:16:3e:0:0:5, 00-16-3e-00-00-05 or 0016.3e00.0005."""
BARE_MAC: Final = re.compile(r"[0-9A-Fa-f]{12}")


class Problem(NamedTuple):
    """A line that says nothing."""

    line: int
    text: str


Line = tuple[int, str]
"""Number from 1 on, and text."""
Read = Iterator[Lease | Problem]


def mac_of(text: str) -> bytes:
    """A unicast MAC in any of the usual notations; empty if it is none."""
    text = text.strip()
    if BARE_MAC.fullmatch(text):
        octets = bytes.fromhex(text)
    elif not MAC.fullmatch(text):
        return b""
    elif len(parts := re.split("[:-]", text)) == 6:
        octets = bytes(int(part, 16) for part in parts)
    else:
        octets = bytes.fromhex(re.sub("[.:-]", "", text))
    return octets if not octets[0] & 1 and any(octets) else b""


def address_of(text: str) -> bytes:
    """A packed address; empty if it is none. A zone (`%eth0`) is left out."""
    try:
        return ip_address(text.strip().partition("%")[0]).packed
    except ValueError:
        return b""


def epoch_ns(text: str) -> int:
    """Seconds since 1970. ValueError, also for what no clock shows."""
    seconds = int(text.strip())
    if not 0 <= seconds * SECOND_NS <= LATEST_NS:
        raise ValueError(f"no time: {seconds}")
    return seconds * SECOND_NS


def calendar_ns(text: str, form: str) -> int:
    """A time in UTC, as `datetime.strptime` reads it. ValueError."""
    moment = datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
    return epoch_ns(str(int(moment.timestamp())))


def cells_of(text: str, comma: str = ",") -> list[str]:
    """The cells of a line of CSV; none where it is no such line."""
    try:
        return next(csv.reader([text], delimiter=comma), [])
    except csv.Error:
        return []


def name_of(text: str) -> bytes:
    """A host name; empty for what stands for none."""
    text = text.strip()
    return b"" if text in ("", "*", "-", "?") else text.encode("utf-8", "replace")
