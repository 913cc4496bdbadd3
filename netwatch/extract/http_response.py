"""Compiled. HTTP/1 response heads: the status, and where the body begins (RFC 9112).

The engine compares the first octets of a body with the file magics of the signatures.
"""

from typing import Final

from librt.strings import read_i64_be
from mypy_extensions import i64

from netwatch.extract.lines import (
    VERSION_7,
    decimal,
    find_line_feed,
    header_value,
    line_stop,
    skip_blanks,
    strip_blanks,
)
from netwatch.limits import HTTP_HEAD_BYTES_MAX
from netwatch.model import Anomaly, Answer

CHUNK_LINE_BYTES_MAX: Final = 256
"""A chunk-size line with its extensions, which nobody uses."""
NO_CONTENT: Final = 204
NOT_MODIFIED: Final = 304
ZERO: Final = 0x30


def response_begins(data: bytes, start: i64, end: i64) -> bool:
    """True if data[start:end] begins like an HTTP/1 response, or is the beginning of that."""
    if end - start >= 8:
        return i64(read_i64_be(data, start)) >> 8 == VERSION_7
    at = start
    shift: i64 = 48
    while at < end and shift >= 0:
        if i64(data[at]) != (VERSION_7 >> shift) & 0xFF:
            return False
        at += 1
        shift -= 8
    return at > start


class HttpResponse:
    """The head of one response, reused for the next; offsets into the data that was parsed.

    `body_start` is the first octet of the body, behind the first chunk-size line where `chunked`;
    the body is packed where `gzip`. Without `has_body` (RFC 9112 section 6.3, as far as the head
    tells: not that it answers HEAD) the next head begins at `head_end`.
    """

    def __init__(self) -> None:
        self.status: i64 = 0
        self.head_end: i64 = 0
        self.body_start: i64 = 0
        self.content_length: i64 = -1
        self.chunked: bool = False
        self.gzip: bool = False
        self.has_body: bool = False

    def parse(self, data: bytes, start: i64, end: i64) -> i64:
        """Read the head that begins at data[start:end], and the first chunk-size line behind it.

        DONE: both; `body_start` may be `end`. NEED_MORE: they go on past `end`. HTTP_RESPONSE: no
        HTTP/1 response, or no chunk where one must be. HTTP_HEAD_TOO_LONG: beyond the limit.
        """
        self.status = self.head_end = self.body_start = 0
        self.content_length = -1
        self.chunked = self.gzip = self.has_body = False
        if not response_begins(data, start, end):
            return Answer.NEED_MORE if start >= end else -Anomaly.HTTP_RESPONSE
        limit = end
        unfinished: i64 = Answer.NEED_MORE
        if end - start >= HTTP_HEAD_BYTES_MAX:
            limit = start + HTTP_HEAD_BYTES_MAX
            unfinished = -Anomaly.HTTP_HEAD_TOO_LONG
        feed = find_line_feed(data, start, limit)
        if feed < 0:
            return unfinished
        digits = skip_blanks(data, start + 8, feed)
        self.status = decimal(data, digits, digits + 3) if feed - digits >= 3 else -1
        if self.status < 100 or digits == start + 8:
            self.status = 0
            return -Anomaly.HTTP_RESPONSE
        while True:
            at = feed + 1
            feed = find_line_feed(data, at, limit)
            if feed < 0:
                return unfinished
            stop = line_stop(data, at, feed)
            if stop == at:
                break
            self.read_header(data, at, stop)
        self.head_end = self.body_start = feed + 1
        if self.status < 200 or self.status == NO_CONTENT or self.status == NOT_MODIFIED:
            return Answer.DONE
        if self.chunked:
            return self.read_chunk_size(data, feed + 1, end)
        self.has_body = self.content_length != 0
        return Answer.DONE

    def read_header(self, data: bytes, at: i64, stop: i64) -> None:
        """Take what is of interest from the header line data[at:stop]."""
        first = i64(data[at]) | 0x20
        if first == 0x74:
            value = header_value(data, at, stop, b"transfer-encoding")
            # The last coding is chunked, or there are no chunks (RFC 9112 section 6.1).
            if value >= 0 and value_ends(data, value, stop, b"chunked"):
                self.chunked = True
        elif first == 0x63:
            value = header_value(data, at, stop, b"content-encoding")
            if value >= 0:
                self.gzip = value_ends(data, value, stop, b"gzip")
            elif self.content_length < 0:
                value = header_value(data, at, stop, b"content-length")
                if value >= 0:
                    value = skip_blanks(data, value, stop)
                    self.content_length = decimal(data, value, strip_blanks(data, value, stop))

    def read_chunk_size(self, data: bytes, start: i64, end: i64) -> i64:
        """Set `body_start` behind the chunk-size line at `start` (RFC 9112 section 7.1)."""
        limit = end if end - start < CHUNK_LINE_BYTES_MAX else start + CHUNK_LINE_BYTES_MAX
        feed = find_line_feed(data, start, limit)
        if start < limit and not hex_digit(i64(data[start])):
            return -Anomaly.HTTP_RESPONSE
        if feed < 0:
            return Answer.NEED_MORE if limit == end else -Anomaly.HTTP_RESPONSE
        at = start
        while at < feed and i64(data[at]) == ZERO:
            at += 1
        self.has_body = at < feed and hex_digit(i64(data[at]))
        if self.has_body:
            self.body_start = feed + 1
        return Answer.DONE


def hex_digit(octet: i64) -> bool:
    """True for 0-9, A-F, a-f."""
    if octet >= 0x30 and octet <= 0x39:
        return True
    return (octet | 0x20) >= 0x61 and (octet | 0x20) <= 0x66


def value_ends(data: bytes, start: i64, stop: i64, word: bytes) -> bool:
    """True if data[start:stop], without blanks, ends in `word` (lower case) in any case."""
    end = strip_blanks(data, start, stop)
    length: i64 = len(word)
    if end - start < length:
        return False
    i: i64 = 0
    while i < length:
        octet = i64(data[end - length + i])
        if octet >= 0x41 and octet <= 0x5A:
            octet += 0x20
        if octet != i64(word[i]):
            return False
        i += 1
    return True
