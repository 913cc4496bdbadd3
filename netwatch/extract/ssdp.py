"""Compiled. SSDP (UPnP Device Architecture 2.0, section 1): what a device says that it is.

Announcements, searches and answers are HTTP heads in one datagram. The sender speaks for itself
only: an announcement whose LOCATION is at another address is somebody's proxy and claims nothing.
"""

from typing import Final

from librt.strings import read_i64_be
from mypy_extensions import i64

from netwatch.extract.device_claim import DeviceClaim, value
from netwatch.extract.lines import (
    decimal,
    find_line_feed,
    header_value,
    line_stop,
    skip_blanks,
    strip_blanks,
)
from netwatch.limits import CLAIM_PARTS_MAX
from netwatch.model import Anomaly, Answer

NOTIFY: Final = 0x4E4F54494659202A
"""The first eight octets, as numbers: `NOTIFY *`, `M-SEARCH` and `HTTP/1.1`."""
SEARCH: Final = 0x4D2D534541524348
RESPONSE: Final = 0x485454502F312E31
BYEBYE: Final = b"ssdp:byebye"
HTTP: Final = b"http://"


def ssdp_begins(data: bytes, start: i64, end: i64) -> bool:
    """Whether the datagram begins like an SSDP message."""
    if end - start < 16:
        return False
    first = i64(read_i64_be(data, start))
    return first in (NOTIFY, SEARCH, RESPONSE)


def read_ssdp(
    data: bytes, start: i64, end: i64, source: i64, length: i64, net: bytes, claim: DeviceClaim
) -> i64:
    """Read the message data[start:end] into `claim`; it came from net[source : source + length].

    DONE; NEED_MORE: it claims nothing; -SSDP: it begins like a message and is none.
    """
    claim.clear()
    if not ssdp_begins(data, start, end):
        return -Anomaly.SSDP
    feed = find_line_feed(data, start, end)
    lines: i64 = 0
    leaves = False
    while feed >= 0 and lines < CLAIM_PARTS_MAX:
        line = feed + 1
        feed = find_line_feed(data, line, end)
        stop = line_stop(data, line, feed if feed >= 0 else end)
        if stop <= line:
            break
        lines += 1
        leaves = keep(data, line, stop, claim) or leaves
    if lines == 0:
        return -Anomaly.SSDP
    said = len(claim.description) > 0 or len(claim.location) > 0
    if leaves or not said or not own_location(claim.location, net[source : source + length]):
        claim.clear()
        return Answer.NEED_MORE
    claim.address = net[source : source + length]
    return Answer.DONE


def keep(data: bytes, line: i64, stop: i64, claim: DeviceClaim) -> bool:
    """Keep what one header line says; True if the sender takes its leave with it."""
    at = header_value(data, line, stop, b"server")
    if at < 0:
        at = header_value(data, line, stop, b"user-agent")
    if at >= 0:
        if len(claim.description) == 0:
            claim.description = stripped(data, at, stop)
        return False
    at = header_value(data, line, stop, b"location")
    if at >= 0:
        claim.location = stripped(data, at, stop)
        return False
    at = header_value(data, line, stop, b"nts")
    return at >= 0 and stripped(data, at, stop).lower() == BYEBYE


def stripped(data: bytes, start: i64, end: i64) -> bytes:
    """A header's value without the blanks around it."""
    start = skip_blanks(data, start, end)
    return value(data, start, strip_blanks(data, start, end))


def own_location(location: bytes, address: bytes) -> bool:
    """False if the URL names an IPv4 address other than the sender's."""
    if not location[:7].lower() == HTTP or len(address) != 4:
        return True
    end: i64 = len(location)
    position: i64 = 7
    octet: i64 = 0
    while octet < 4:
        stop = position
        while stop < end and 0x30 <= i64(location[stop]) <= 0x39:
            stop += 1
        number = decimal(location, position, stop)
        if number < 0 or number > 255:
            return True  # a name
        if number != i64(address[octet]):
            return False
        octet += 1
        position = stop + 1
        if octet < 4 and (stop >= end or location[stop] != 0x2E):
            return True
    return True
