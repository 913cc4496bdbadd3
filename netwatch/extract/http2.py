"""Compiled. HTTP/2 in the clear (RFC 9113): the first requests of a connection, client's side.

It begins with a preface that nothing else begins with, by prior knowledge or behind `Upgrade: h2c`.
Over TLS nobody sees it.
"""

from typing import Final

from librt.strings import read_i32_be
from mypy_extensions import i64

from netwatch.extract.hpack import Hpack, HpackTables
from netwatch.limits import HTTP2_FRAMES_MAX, HTTP_HEAD_BYTES_MAX
from netwatch.model import Anomaly, Answer

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""Section 3.4."""
PREFACE_BYTES: Final = 24
HEADER: Final = 9
HEADERS: Final = 1
CONTINUATION: Final = 9
END_HEADERS: Final = 0x04
PADDED: Final = 0x08
PRIORITY: Final = 0x20


def preface_begins(data: bytes, start: i64, end: i64) -> bool:
    """True if data[start:end] begins with the preface, or is the beginning of it."""
    if start >= end or i64(data[start]) != 0x50:
        return False
    length = end - start if end - start < PREFACE_BYTES else PREFACE_BYTES
    i: i64 = 1
    while i < length:
        if data[start + i] != PREFACE[i]:
            return False
        i += 1
    return True


class Http2:
    """The client's frames of one connection, read one after the other; `fields` has the last list.

    `position` is behind what was read, `wanted` how many octets from there the next frame needs.
    """

    def __init__(self, tables: HpackTables) -> None:
        self.fields: Hpack = Hpack(tables)
        self.position: i64 = 0
        self.wanted: i64 = 0
        self.requests: i64 = 0
        """Lists read so far."""
        self.passing: i64 = 0
        """Octets of a frame of no interest that are still to come."""
        self.fragment: bytes = b""
        """Of a list that goes on in the next frame."""
        self.continues: bool = False
        self.frames: i64 = 0
        """Of the list that is being put together."""

    def read(self, data: bytes, start: i64, end: i64) -> i64:
        """Read the frames of data[start:end], which goes on where the last call ended.

        DONE: a list is whole, call again from `position` on. NEED_MORE: all was read that is there.
        -HTTP_REQUEST: these are no frames, or fields that cannot be read; there is nothing more to
        read of this connection.
        """
        self.position = start
        self.wanted = 0
        while True:
            here = end - self.position
            if self.passing > 0:
                passed = self.passing if self.passing < here else here
                self.passing -= passed
                self.position += passed
                here -= passed
            if here < HEADER:
                self.wanted = HEADER
                return Answer.NEED_MORE
            at = self.position
            header = i64(read_i32_be(data, at)) & 0xFFFFFFFF
            length = header >> 8
            kind = header & 0xFF
            if self.continues and kind != CONTINUATION:
                return -Anomaly.HTTP_REQUEST
            if kind != HEADERS and kind != CONTINUATION:
                self.passing = length
                self.position = at + HEADER
                continue
            if length > HTTP_HEAD_BYTES_MAX or self.continues != (kind == CONTINUATION):
                return -Anomaly.HTTP_REQUEST
            if here < HEADER + length:
                self.wanted = HEADER + length
                return Answer.NEED_MORE
            self.position = at + HEADER + length
            answer = self.block(data, at, self.position)
            if answer != Answer.NEED_MORE:
                return answer

    def block(self, data: bytes, at: i64, end: i64) -> i64:
        """Read the HEADERS or CONTINUATION frame data[at:end] (sections 6.2, 6.10).

        DONE: the list is whole. NEED_MORE: it goes on in the next frame.
        """
        flags = i64(data[at + 4])
        start = at + HEADER
        self.frames += 1
        if not self.continues:
            self.frames = 1
            if flags & PADDED != 0:
                if start == end:
                    return -Anomaly.HTTP_REQUEST
                end -= i64(data[start])
                start += 1
            if flags & PRIORITY != 0:
                start += 5
            if start > end:
                return -Anomaly.HTTP_REQUEST
        whole = data[start:end] if len(self.fragment) == 0 else self.fragment + data[start:end]
        if len(whole) > HTTP_HEAD_BYTES_MAX or self.frames > HTTP2_FRAMES_MAX:
            return -Anomaly.HTTP_REQUEST
        self.continues = flags & END_HEADERS == 0
        if self.continues:
            self.fragment = whole
            return Answer.NEED_MORE
        self.fragment = b""
        self.requests += 1
        return Answer.DONE if self.fields.read(whole, 0, len(whole)) else -Anomaly.HTTP_REQUEST
