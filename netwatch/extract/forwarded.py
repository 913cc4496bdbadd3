"""Compiled. For whom a proxy asks: X-Forwarded-For, and Forwarded (RFC 7239).

Each proxy appends the address that it was asked by. Only the last one is the sender's own word: the
others came with the request, and whoever made it can have written them. A proxy may write `unknown`
or a name of its own instead, and hides whom it asks for.
"""

from typing import Final

from mypy_extensions import i64

from netwatch.extract.lines import COLON, SPACE, TAB, decimal, skip_blanks

COMMA: Final = 0x2C
SEMICOLON: Final = 0x3B
EQUALS: Final = 0x3D
QUOTE: Final = 0x22
DOT: Final = 0x2E
OPENING: Final = 0x5B
CLOSING: Final = 0x5D
GROUPS: Final = 8


class Forwarded:
    """The origin that a header names: data[start:end], an address as text; start == end: none."""

    def __init__(self) -> None:
        self.start: i64 = 0
        self.end: i64 = 0
        self.hidden: bool = False
        """The last word of a header is no address: the origin is somebody else, but not told. Set
        only; whoever reads the headers of a request clears it before.
        """

    def addresses(self, data: bytes, start: i64, end: i64) -> bool:
        """Read an X-Forwarded-For: addresses between commas."""
        first = last = start
        while start < end:
            stop = find(data, start, end, COMMA)
            if skip_blanks(data, start, stop) < stop:
                first = start
                last = stop
            start = stop + 1
        return self.told(data, first, last)

    def elements(self, data: bytes, start: i64, end: i64) -> bool:
        """Read a Forwarded: elements between commas, of pairs between semicolons (section 4)."""
        first = last = start
        while start < end:
            stop = find_outside_quotes(data, start, end)
            at = skip_blanks(data, start, stop)
            if is_for(data, at, stop):
                first = at + 4
                last = stop
            start = stop + 1
        return self.told(data, first, last)

    def told(self, data: bytes, start: i64, end: i64) -> bool:
        """Take the last word of the header; False where it is no address, or there is none."""
        if self.take(data, start, end):
            return True
        if self.start < self.end and not is_loopback(data, self.start, self.end):
            self.hidden = True
        self.start = self.end = 0
        return False

    def take(self, data: bytes, start: i64, end: i64) -> bool:
        """Take the node data[start:end]: an address, quoted or not, in brackets or with a port."""
        while start < end and is_around(i64(data[start])):
            start += 1
        while end > start and is_around(i64(data[end - 1])):
            end -= 1
        if start < end and i64(data[start]) == OPENING:
            start += 1
            end = find(data, start, end, CLOSING)
        elif count_of(data, start, end, COLON) == 1:
            end = find(data, start, end, COLON)
        self.start = start
        self.end = end
        return is_address(data, start, end)


def is_for(data: bytes, at: i64, end: i64) -> bool:
    """True if data[at:end] begins with `for=`, in any case."""
    if end - at < 4 or i64(data[at + 3]) != EQUALS:
        return False
    return (
        i64(data[at]) | 0x20 == 0x66
        and i64(data[at + 1]) | 0x20 == 0x6F
        and i64(data[at + 2]) | 0x20 == 0x72
    )


def is_around(octet: i64) -> bool:
    """True for what may stand around an address: blanks and quotes."""
    return octet == SPACE or octet == TAB or octet == QUOTE


def find(data: bytes, at: i64, end: i64, octet: i64) -> i64:
    """The offset of `octet` in data[at:end], or `end`."""
    while at < end and i64(data[at]) != octet:
        at += 1
    return at


def find_outside_quotes(data: bytes, at: i64, end: i64) -> i64:
    """The offset of the first comma or semicolon that is not inside quotes, or `end`."""
    quoted = False
    while at < end:
        octet = i64(data[at])
        if octet == QUOTE:
            quoted = not quoted
        elif not quoted and (octet == COMMA or octet == SEMICOLON):
            break
        at += 1
    return at


def count_of(data: bytes, at: i64, end: i64, octet: i64) -> i64:
    """How often `octet` stands in data[at:end]."""
    count: i64 = 0
    while at < end:
        if i64(data[at]) == octet:
            count += 1
        at += 1
    return count


def is_address(data: bytes, start: i64, end: i64) -> bool:
    """True for the text of an IP address that a device on a network can have.

    Not 0.0.0.0/8, 127.0.0.0/8 and from 224.0.0.0 on, nor their like in IPv6.
    """
    if count_of(data, start, end, COLON) > 0:
        return is_ipv6(data, start, end)
    first = ipv4_first(data, start, end)
    return first > 0 and first != 127 and first < 224


def is_loopback(data: bytes, start: i64, end: i64) -> bool:
    """True for the text of an address by which a machine speaks to itself."""
    return ipv4_first(data, start, end) == 127 or data[start:end] == b"::1"


def ipv4_first(data: bytes, start: i64, end: i64) -> i64:
    """The first number of the dotted IPv4 address data[start:end], or -1 if it is none.

    Zeros before a number are refused: some read it as octal (RFC 6943 section 3.1.1).
    """
    first: i64 = -1
    parts: i64 = 0
    while parts < 4:
        stop = find(data, start, end, DOT)
        if stop - start > 3 or (stop == end) != (parts == 3):
            return -1
        number = decimal(data, start, stop)
        if number < 0 or number > 255 or (i64(data[start]) == 0x30 and stop - start > 1):
            return -1
        if parts == 0:
            first = number
        parts += 1
        start = stop + 1
    return first


def is_ipv6(data: bytes, start: i64, end: i64) -> bool:
    """True for the text of a unicast IPv6 address (RFC 4291 section 2.2) but `::` and `::1`."""
    groups: i64 = 0
    gaps: i64 = 0
    digits: i64 = 0
    value: i64 = 0
    told = False
    at = start
    while at <= end:
        octet = i64(data[at]) if at < end else COLON
        digit = hex_value(octet)
        if digit >= 0:
            digits += 1
            value = value * 16 + digit
            if digits > 4:
                return False
        elif octet == DOT:
            # The last 32 bits may be dotted.
            fits = groups == 6 if gaps == 0 else gaps == 1 and groups <= 5
            return fits and ipv4_first(data, at - digits, end) >= 0
        elif octet != COLON:
            return False
        else:
            if digits > 0:
                groups += 1
                if value > 1 or (value > 0 and at < end):
                    told = True
                if groups == 1 and gaps == 0 and value >= 0xFF00:
                    return False
            elif at == end:
                if at - start < 2 or i64(data[at - 2]) != COLON:
                    return False
            elif at > start and i64(data[at - 1]) == COLON:
                gaps += 1
            elif at != start or end - at < 2 or i64(data[at + 1]) != COLON:
                return False
            digits = value = 0
        at += 1
    if gaps > 1 or groups > GROUPS or (gaps == 0) != (groups == GROUPS):
        return False
    return told


def hex_value(octet: i64) -> i64:
    """The value of a hexadecimal digit, or -1."""
    if octet >= 0x30 and octet <= 0x39:
        return octet - 0x30
    octet |= 0x20
    return octet - 0x57 if octet >= 0x61 and octet <= 0x66 else -1
