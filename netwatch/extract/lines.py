"""Compiled. Lines of HTTP/1: where they end, and what a header line says.

Line ends are looked for seven octets at a time, because most of a head (cookies, tokens) is of no
interest to anybody here.
"""

from typing import Final

from librt.strings import read_i64_le
from mypy_extensions import i64

TAB: Final = 0x09
LF: Final = 0x0A
CR: Final = 0x0D
SPACE: Final = 0x20
COLON: Final = 0x3A
VERSION_7: Final = 0x485454502F312E
"""The octets `HTTP/1.` as a number."""
TALK_BYTES_MAX: Final = 512
"""Of the lines of a talk in one segment: a command has 512 (RFC 5321 section 4.5.3.1.4)."""

LINES_7: Final = 0x0A0A0A0A0A0A0A
ONES_7: Final = 0x01010101010101
HIGH_7: Final = 0x80808080808080
LOW_56: Final = 0xFFFFFFFFFFFFFF


def find_line_feed(data: bytes, at: i64, end: i64) -> i64:
    """The offset of the first LF in data[at:end], or -1."""
    while end - at >= 8:
        # Seven octets fit into an i64 whatever they are. An octet of `differing` is 0 for an LF;
        # taking 1 from it then clears its (set) high bit, and only then, without a borrow.
        differing = (i64(read_i64_le(data, at)) & LOW_56) ^ LINES_7
        if (((differing | HIGH_7) - ONES_7) | differing) & HIGH_7 != HIGH_7:
            break
        at += 7
    while at < end:
        if i64(data[at]) == LF:
            return at
        at += 1
    return -1


def line_stop(data: bytes, start: i64, feed: i64) -> i64:
    """The end of the line data[start:feed] without the CR that belongs to its line end."""
    if feed > start and i64(data[feed - 1]) == CR:
        return feed - 1
    return feed


def skip_blanks(data: bytes, at: i64, end: i64) -> i64:
    """The offset of the first octet of data[at:end] that is no space or tab, or `end`."""
    while at < end and (i64(data[at]) == SPACE or i64(data[at]) == TAB):
        at += 1
    return at


def strip_blanks(data: bytes, start: i64, end: i64) -> i64:
    """The end of data[start:end] without spaces, tabs and CRs at its end."""
    while end > start:
        octet = i64(data[end - 1])
        if octet != SPACE and octet != TAB and octet != CR:
            break
        end -= 1
    return end


def header_value(data: bytes, at: i64, end: i64, name: bytes) -> i64:
    """The offset behind the colon if the line data[at:end] is the header `name`, or -1.

    `name` is in lower case. Blanks before the colon are forbidden, and forgiven.
    """
    length: i64 = len(name)
    if end - at <= length:
        return -1
    i: i64 = 0
    while i < length:
        octet = i64(data[at + i])
        if octet >= 0x41 and octet <= 0x5A:
            octet += 0x20
        if octet != i64(name[i]):
            return -1
        i += 1
    at = skip_blanks(data, at + length, end)
    return at + 1 if at < end and i64(data[at]) == COLON else -1


def decimal(data: bytes, start: i64, end: i64) -> i64:
    """The decimal number data[start:end], or -1 if it is none or has more than 15 digits."""
    if start >= end or end - start > 15:
        return -1
    value: i64 = 0
    while start < end:
        digit = i64(data[start]) - 0x30
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
        start += 1
    return value


def is_line_end(octet: i64) -> bool:
    """True for CR and LF."""
    return octet == CR or octet == LF


def is_talk(data: bytes, start: i64, end: i64) -> bool:
    """True if data[start:end] is a few lines of ASCII, as clients and servers of mail say them."""
    if end - start < 2 or end - start > TALK_BYTES_MAX or i64(data[end - 1]) != LF:
        return False
    while start < end:
        octet = i64(data[start])
        if octet > 0x7E or (octet < SPACE and octet != TAB and not is_line_end(octet)):
            return False
        start += 1
    return True
