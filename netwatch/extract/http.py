"""Compiled. HTTP/1 request heads: who is asked for, and by whom (RFC 9110, 9112).

A listener reads what a server would, and is as tolerant as servers are: a bare LF ends a line, a
folded header is one header, spaces inside a target stay part of it. Only headers whose first letter
fits are compared, and every octet is looked at a bounded number of times.
"""

from typing import Final

from librt.strings import read_i32_be, read_i64_be
from mypy_extensions import i64

from netwatch.extract.lines import (
    COLON,
    CR,
    LF,
    SPACE,
    TAB,
    VERSION_7,
    decimal,
    find_line_feed,
    header_value,
    is_line_end,
    line_stop,
    skip_blanks,
    strip_blanks,
)
from netwatch.limits import HTTP_HEAD_BYTES_MAX
from netwatch.model import Anomaly, Answer

METHOD_BYTES_MAX: Final = 32
"""IANA's longest method, UPDATEREDIRECTREF, has 17 octets."""
SCHEME_BYTES_MAX: Final = 12
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


class HttpRequest:
    """The head of one request, reused for the next; spans are offsets into `data`.

    An absent part has start == end. `host` is the Host header's value without port and without the
    brackets of an IPv6 address. `absolute` and `connect` tell the two forms of the target that are
    sent to a proxy (RFC 9112 section 3.2); both set `authority`, like `host` without port.
    `path` has no query. `content_length` is -1 without a (sane) header. `head_end` lies behind the
    empty line once the head is complete. `expects`: the client waits before it sends the body.
    """

    def __init__(self) -> None:
        self.data: bytes = b""
        self.method_start: i64 = 0
        self.method_end: i64 = 0
        self.target_start: i64 = 0
        self.target_end: i64 = 0
        self.path_start: i64 = 0
        self.path_end: i64 = 0
        self.absolute: bool = False
        self.connect: bool = False
        self.authority_start: i64 = 0
        self.authority_end: i64 = 0
        self.authority_port: i64 = 0
        self.host_start: i64 = 0
        self.host_end: i64 = 0
        self.host_port: i64 = 0
        self.agent_start: i64 = 0
        self.agent_end: i64 = 0
        self.forwarded_start: i64 = 0
        self.forwarded_end: i64 = 0
        self.content_length: i64 = -1
        self.expects: bool = False
        self.head_end: i64 = 0
        self.name_start: i64 = 0
        self.name_end: i64 = 0
        self.port: i64 = 0
        self.empty: i64 = 0

    def clear(self, data: bytes) -> None:
        """Forget the last request."""
        self.data = data
        self.method_start = self.method_end = self.target_start = self.target_end = 0
        self.path_start = self.path_end = self.authority_start = self.authority_end = 0
        self.host_start = self.host_end = self.agent_start = self.agent_end = 0
        self.forwarded_start = self.forwarded_end = 0
        self.authority_port = self.host_port = self.head_end = self.empty = 0
        self.content_length = -1
        self.absolute = self.connect = self.expects = False

    def parse(self, data: bytes, start: i64, end: i64) -> i64:
        """Read the head that begins at data[start:end].

        DONE: all of it. NEED_MORE: it goes on past `end`; what stands in complete lines is set.
        HTTP_REQUEST: no HTTP/1 request. HTTP_HEAD_TOO_LONG: no end within the limit.
        """
        self.clear(data)
        limit = end if end - start < HTTP_HEAD_BYTES_MAX else start + HTTP_HEAD_BYTES_MAX
        at = start
        while at < limit and at - start < EMPTY_LINES_MAX and is_line_end(i64(data[at])):
            at += 1
        unfinished: i64 = Answer.NEED_MORE
        if end - start >= HTTP_HEAD_BYTES_MAX:
            unfinished = -Anomaly.HTTP_HEAD_TOO_LONG
        feed = find_line_feed(data, at, limit)
        if not self.read_method(data, at, limit if feed < 0 else feed, feed < 0):
            return -Anomaly.HTTP_REQUEST
        if feed < 0:
            return unfinished
        if not self.read_target(data, feed):
            return -Anomaly.HTTP_REQUEST
        while True:
            at = feed + 1
            feed = find_line_feed(data, at, limit)
            if feed < 0:
                return unfinished
            stop = line_stop(data, at, feed)
            if stop == at:
                self.head_end = feed + 1
                return Answer.DONE
            self.read_header(data, at, stop)

    def read_method(self, data: bytes, start: i64, end: i64, cut: bool) -> bool:
        """Set the method of the request line data[start:end]; False if that is none.

        Methods begin with a capital: all that are registered do, and text protocols often do not.
        Where the line is `cut` the method may be incomplete, and then stays unset.
        """
        if start < end and (i64(data[start]) < 0x41 or i64(data[start]) > 0x5A):
            return False
        at = start
        while at < end and token_octet(i64(data[at])):
            at += 1
            if at - start > METHOD_BYTES_MAX:
                return False
        if at == end:
            return cut
        if i64(data[at]) != SPACE and i64(data[at]) != TAB:
            return False
        self.method_start = start
        self.method_end = at
        return True

    def read_target(self, data: bytes, feed: i64) -> bool:
        """Set target, form, authority and path from the line up to `feed`; False if no HTTP/1.x.

        A missing target is forgiven: the Host header still says who was asked for.
        """
        version = version_start(data, self.method_end, feed)
        if version < 0:
            return False
        start = skip_blanks(data, self.method_end, version)
        end = strip_blanks(data, start, version)
        self.target_start = start
        self.target_end = end
        if start >= end:
            return True
        first = i64(data[start])
        path = start
        if first != 0x2F:
            length = self.method_end - self.method_start
            if length == 7 and i64(read_i32_be(data, self.method_start)) == 0x434F4E4E:
                self.connect = self.read_authority(data, start, first_blank(data, start, end))
                return True
            path = self.read_absolute(data, start, end)
            if first == 0x2A and end - start == 1:
                path = end
        self.path_start = path
        while path < end and i64(data[path]) != 0x3F and i64(data[path]) != 0x23:
            path += 1
        self.path_end = path
        return True

    def read_absolute(self, data: bytes, start: i64, end: i64) -> i64:
        """Set `absolute` and the authority of `scheme://authority/path`; where the path begins."""
        at = start
        while at < end and at - start < SCHEME_BYTES_MAX and token_octet(i64(data[at])):
            at += 1
        if at == start or end - at < 4 or i64(read_i32_be(data, at)) >> 8 != 0x3A2F2F:
            return start
        at += 3
        authority = at
        while at < end:
            octet = i64(data[at])
            if octet == 0x2F or octet == 0x3F or octet == 0x23:
                break
            if octet == 0x40:
                authority = at + 1
            at += 1
        self.absolute = self.read_authority(data, authority, at)
        return at

    def read_authority(self, data: bytes, start: i64, end: i64) -> bool:
        """Set the authority from `host:port` in data[start:end]; False if there is no host."""
        self.split_port(data, start, end)
        self.authority_start = self.name_start
        self.authority_end = self.name_end
        self.authority_port = self.port
        return self.name_end > self.name_start

    def split_port(self, data: bytes, start: i64, end: i64) -> None:
        """Set `name_start`, `name_end` and `port` from `host`, `host:port` or `[address]:port`.

        Where it is none of these the name is all of it. A port above 65535 is dropped.
        """
        self.name_start = start
        self.name_end = end
        self.port = 0
        colon: i64 = -1
        bracket: i64 = -1
        colons: i64 = 0
        at = start
        while at < end:
            octet = i64(data[at])
            if octet == COLON:
                colon = at
                colons += 1
            elif octet == 0x5D:
                bracket = at
            at += 1
        if bracket > start and i64(data[start]) == 0x5B:
            self.name_start = start + 1
            self.name_end = bracket
            if bracket + 1 != colon:
                return
        elif colons != 1 or (colon + 1 < end and decimal(data, colon + 1, end) < 0):
            return
        else:
            self.name_end = colon
        port = decimal(data, colon + 1, end)
        if port > 0 and port <= 0xFFFF:
            self.port = port

    def read_header(self, data: bytes, at: i64, stop: i64) -> None:
        """Take what is of interest from the header line data[at:stop]; the first of a name wins.

        A line that begins with a blank goes on with the header before it (RFC 9112 section 5.2):
        it counts where that header had no value yet.
        """
        octet = i64(data[at])
        first = octet | 0x20
        if octet == SPACE or octet == TAB:
            if self.empty > 0:
                self.set_value(data, self.empty, at, stop)
            return
        self.empty = 0
        value: i64 = -1
        if first == 0x68 and self.host_end == 0:
            value = header_value(data, at, stop, b"host")
        elif first == 0x75 and self.agent_end == 0:
            value = header_value(data, at, stop, b"user-agent")
        elif first == 0x78 and self.forwarded_end == 0:
            value = header_value(data, at, stop, b"x-forwarded-for")
        elif first == 0x65 and header_value(data, at, stop, b"expect") >= 0:
            self.expects = True
        elif first == 0x63 and self.content_length < 0:
            value = header_value(data, at, stop, b"content-length")
        if value >= 0:
            self.set_value(data, first, value, stop)

    def set_value(self, data: bytes, header: i64, start: i64, stop: i64) -> None:
        """Take the value data[start:stop] of the header with the first letter `header`."""
        start = skip_blanks(data, start, stop)
        end = strip_blanks(data, start, stop)
        self.empty = header if start == end else 0
        if header == 0x68:
            self.split_port(data, start, end)
            self.host_start = self.name_start
            self.host_end = self.name_end
            self.host_port = self.port
        elif header == 0x75:
            self.agent_start = start
            self.agent_end = end
        elif header == 0x78:
            self.forwarded_start = start
            self.forwarded_end = end
        else:
            self.content_length = decimal(data, start, end)
