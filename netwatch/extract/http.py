"""Compiled. HTTP/1 request heads: who is asked for, and by whom (RFC 9110, 9112).

A listener reads what a server would, and is as tolerant as servers are: a bare LF ends a line, a
folded header is one header, spaces inside a target stay part of it. Only headers whose first letter
fits are compared, and every octet is looked at a bounded number of times.
"""

from typing import Final

from librt.strings import read_i32_be
from mypy_extensions import i64

from netwatch.extract.hpack import Hpack
from netwatch.extract.http_begins import (
    EMPTY_LINES_MAX,
    METHOD_BYTES_MAX,
    first_blank,
    token_octet,
    version_start,
)
from netwatch.extract.lines import (
    COLON,
    SPACE,
    TAB,
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

SCHEME_BYTES_MAX: Final = 12


class HttpRequest:
    """The head of one request, reused for the next; spans are offsets into `data`.

    An absent part has start == end. `host` is the Host header's value without port and without the
    brackets of an IPv6 address; `forwarded` is X-Forwarded-For, `elements` Forwarded. `absolute`
    and `connect` tell the two forms of the target that are sent to a proxy (RFC 9112 section 3.2);
    both set `authority`, like `host` without port.
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
        self.elements_start: i64 = 0
        self.elements_end: i64 = 0
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
        self.forwarded_start = self.forwarded_end = self.elements_start = self.elements_end = 0
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
        self.read_path(data, path, end)
        return True

    def read_path(self, data: bytes, path: i64, end: i64) -> None:
        """Set the path of data[path:end], without query and fragment."""
        self.path_start = path
        while path < end and i64(data[path]) != 0x3F and i64(data[path]) != 0x23:
            path += 1
        self.path_end = path

    def tell(self, fields: Hpack) -> None:
        """Take a head of HTTP/2 (RFC 9113 section 8.3.1) as if it were one of HTTP/1."""
        host = fields.authority if len(fields.authority) > 0 else fields.host
        target = fields.path if len(fields.path) > 0 else host
        parts = [fields.method, target, host, fields.agent, fields.forwarded_for, fields.forwarded]
        data = b"".join(parts)
        self.clear(data)
        self.method_end = self.target_start = len(fields.method)
        self.target_end = self.target_start + len(target)
        at = self.target_end + len(host)
        self.agent_start = at
        self.agent_end = self.forwarded_start = at + len(fields.agent)
        self.forwarded_end = self.forwarded_start + len(fields.forwarded_for)
        self.elements_start = self.forwarded_end
        self.elements_end = len(data)
        if fields.method == b"CONNECT":
            self.connect = self.read_authority(data, self.target_end, at)
            return
        self.read_path(data, self.target_start, self.target_end)
        self.split_port(data, self.target_end, at)
        self.host_start = self.name_start
        self.host_end = self.name_end
        self.host_port = self.port

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
        elif first == 0x78:  # of several the last one is the sender's own
            value = header_value(data, at, stop, b"x-forwarded-for")
        elif first == 0x66:
            value = header_value(data, at, stop, b"forwarded")
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
        elif header == 0x66:
            self.elements_start = start
            self.elements_end = end
        else:
            self.content_length = decimal(data, start, end)
