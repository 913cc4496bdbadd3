"""Compiled. How an HTTP/1 request begins: what most payloads of a connection are tried for."""

from typing import Final

from librt.strings import read_i64_be
from mypy_extensions import i64

from netwatch.extract.lines import (
    CR,
    LF,
    SPACE,
    TAB,
    VERSION_7,
    find_line_feed,
    is_line_end,
    strip_blanks,
)
from netwatch.limits import HTTP_HEAD_BYTES_MAX

METHOD_BYTES_MAX: Final = 32
"""IANA's longest method, UPDATEREDIRECTREF, has 17 octets."""
EMPTY_LINES_MAX: Final = 4
"""Octets of empty lines before a request line (RFC 9112 section 2.2 asks for one line)."""


def token_octet(octet: i64) -> bool:
    """True for what a method is made of here: letters, digits, `-`, `_`, `.`."""
    if octet >= 0x61:
        return octet <= 0x7A
    if octet >= 0x41:
        return octet <= 0x5A or octet == 0x5F
    return (octet >= 0x30 and octet <= 0x39) or octet == 0x2D or octet == 0x2E


def usual_method(first: i64, second: i64) -> bytes:
    """The well-known method that begins with these two octets (`second` is 0 if not there yet)."""
    if first == 0x47:
        return b"GET "
    if first == 0x50:
        if second == 0x55:
            return b"PUT "
        if second == 0x41:
            return b"PATCH "
        return b"PROPFIND " if second == 0x52 else b"POST "
    if first == 0x48:
        return b"HEAD "
    if first == 0x43:
        return b"CONNECT "
    if first == 0x4F:
        return b"OPTIONS "
    if first == 0x44:
        return b"DELETE "
    return b"TRACE " if first == 0x54 else b""


def request_begins(data: bytes, start: i64, end: i64) -> bool:
    """True if data[start:end] begins like an HTTP/1 request; cheap, most payloads end here.

    A well-known method and its space suffice, or as much of them as there is. Any other method
    needs its whole line, with HTTP/1.x at its end, because many protocols begin with a word.
    """
    if start >= end:
        return False
    first = i64(data[start])
    if first >= 0x41 and first <= 0x5A:
        return method_begins(data, start, end)
    if first != CR and first != LF:
        return False
    at = start
    while at < end and at - start < EMPTY_LINES_MAX and is_line_end(i64(data[at])):
        at += 1
    return at < end and method_begins(data, at, end)


def method_begins(data: bytes, start: i64, end: i64) -> bool:
    """`request_begins` where the first octet may be a method's; `start` is before `end`."""
    second = i64(data[start + 1]) if end - start > 1 else 0
    method = usual_method(i64(data[start]), second)
    length: i64 = len(method)
    i: i64 = 0
    while i < length and start + i < end and i64(data[start + i]) == i64(method[i]):
        i += 1
    if i > 0 and (i == length or start + i == end):
        return True
    at = start
    while at < end and token_octet(i64(data[at])):
        at += 1
        if at - start > METHOD_BYTES_MAX:
            return False
    if at == start or at == end or (i64(data[at]) != SPACE and i64(data[at]) != TAB):
        return False
    limit = end if end - start < HTTP_HEAD_BYTES_MAX else start + HTTP_HEAD_BYTES_MAX
    feed = find_line_feed(data, at, limit)
    return feed >= 0 and version_start(data, at, feed) >= 0


def version_start(data: bytes, start: i64, end: i64) -> i64:
    """Where the version stands if data[start:end] ends in a blank and HTTP/1.x, or -1."""
    at = strip_blanks(data, start, end) - 8
    if at <= start or i64(read_i64_be(data, at)) >> 8 != VERSION_7:
        return -1
    digit = i64(data[at + 7])
    if digit < 0x30 or digit > 0x39:
        return -1
    before = i64(data[at - 1])
    return at if before == SPACE or before == TAB else -1


def first_blank(data: bytes, at: i64, end: i64) -> i64:
    """The offset of the first space or tab in data[at:end], or `end`."""
    while at < end and i64(data[at]) != SPACE and i64(data[at]) != TAB:
        at += 1
    return at
