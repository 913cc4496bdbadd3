"""Compiled. SOCKS requests: versions 4 and 4A, and 5 (RFC 1928), with its user and password before
it (RFC 1929). What follows is the stream of whoever wanted the connection.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

VERSION_4: Final = 4
VERSION_5: Final = 5
CONNECT: Final = 1
BY_IPV4: Final = 1
BY_NAME: Final = 3
BY_IPV6: Final = 4
METHODS_MAX: Final = 16
"""Ways to log in that one greeting offers; there are ten."""
HANDSHAKE: Final = 0x16
USER_BYTES_MAX: Final = 255
NONE: Final = -1
"""No such request."""


class SocksRequest:
    """The last request for a connection; the name is data[name_start:name_end], if it says one."""

    def __init__(self) -> None:
        self.name_start: i64 = 0
        self.name_end: i64 = 0
        self.port: i64 = 0

    def read(self, data: bytes, start: i64, end: i64) -> i64:
        """Read the request at data[start:end]: the offset behind it, 0 for "more", or NONE.

        A greeting and a log-in may stand before it in the same segment, and alone they are none.
        """
        self.name_start = self.name_end = self.port = 0
        if start >= end:
            return NONE
        if i64(data[start]) == VERSION_4:
            return self.version_4(data, start, end)
        if i64(data[start]) != VERSION_5:
            return NONE
        if not begins_request(data, start, end):
            start = behind_log_in(data, start, end)
            if start < 0 or not begins_request(data, start, end):
                return NONE
        return self.version_5(data, start, end)

    def version_5(self, data: bytes, start: i64, end: i64) -> i64:
        """RFC 1928 section 4."""
        kind = i64(data[start + 3])
        at = start + 4
        if kind == BY_NAME:
            if at >= end:
                return 0
            stop = at + 1 + i64(data[at])
            at += 1
            if stop == at or (at < end and not is_host(data, at, stop if stop < end else end)):
                return NONE
            self.name_start = at
            self.name_end = stop
        else:
            stop = at + (4 if kind == BY_IPV4 else 16)
        if stop + 2 > end:
            return 0
        self.port = i64(read_i16_be(data, stop)) & 0xFFFF
        return stop + 2 if self.port > 0 else NONE

    def version_4(self, data: bytes, start: i64, end: i64) -> i64:
        """Command, port, address, user; an address of 0.0.0.x promises a name (4A)."""
        if end - start < 9 or i64(data[start + 1]) != CONNECT:
            return NONE
        self.port = i64(read_i16_be(data, start + 2)) & 0xFFFF
        address = i64(read_i32_be(data, start + 4)) & 0xFFFFFFFF
        stop = behind_text(data, start + 8, end)
        if self.port == 0 or address == 0 or stop < 0:
            return NONE
        if address > 0xFF:
            sure = stop == end or i64(data[stop]) == HANDSHAKE
            return stop if sure and address >= 0x1000000 else NONE
        behind = behind_text(data, stop, end)
        if behind < 0 or not is_host(data, stop, behind - 1):
            return NONE
        self.name_start = stop
        self.name_end = behind - 1
        return behind


def begins_request(data: bytes, start: i64, end: i64) -> bool:
    """True for version 5, CONNECT and a kind of address; one greeting looks alike but for that."""
    if end - start < 4 or i64(data[start]) != VERSION_5 or i64(data[start + 1]) != CONNECT:
        return False
    kind = i64(data[start + 3])
    return data[start + 2] == 0 and (kind == BY_NAME or kind == BY_IPV4 or kind == BY_IPV6)


def behind_log_in(data: bytes, start: i64, end: i64) -> i64:
    """The offset behind a greeting and, if one is there, a log-in; -1 if this is no greeting."""
    if end - start < 3:
        return -1
    methods = i64(data[start + 1])
    at = start + 2 + methods
    if methods == 0 or methods > METHODS_MAX or at >= end:
        return -1
    if data[at] != 1 or at + 1 >= end:
        return at
    at += 2 + i64(data[at + 1])
    if at >= end:
        return -1
    at += 1 + i64(data[at])
    return at if at < end else -1


def behind_text(data: bytes, start: i64, end: i64) -> i64:
    """The offset behind the text at `start` and the zero at its end; -1 if it is none."""
    at = start
    while at < end and at - start <= USER_BYTES_MAX:
        octet = i64(data[at])
        if octet == 0:
            return at + 1
        if octet < 0x20 or octet == 0x7F:
            return -1
        at += 1
    return -1


def is_host(data: bytes, start: i64, end: i64) -> bool:
    """True if data[start:end] is made of what host names are made of."""
    at = start
    while at < end:
        octet = i64(data[at])
        letter = octet | 0x20
        if not (0x61 <= letter <= 0x7A or 0x30 <= octet <= 0x39 or octet in (0x2D, 0x2E, 0x5F)):
            return False
        at += 1
    return at > start
