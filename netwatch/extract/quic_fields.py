"""Compiled. QUIC's variable-length integers, and the frames that are only stepped over (RFC 9000).

Every function is given an offset and the end, and answers -1 for what goes past the end.
"""

from librt.strings import read_i16_be, read_i32_be, read_i64_be
from mypy_extensions import i64


def varint_length(data: bytes, at: i64) -> i64:
    """Octets of the variable-length integer that begins at data[at] (RFC 9000 section 16)."""
    prefix: i64 = i64(data[at]) >> 6
    return i64(1) << prefix


def varint(data: bytes, at: i64, end: i64) -> i64:
    """The variable-length integer at data[at:end], or -1 if it goes past `end`."""
    if at >= end:
        return -1
    length = varint_length(data, at)
    if length > end - at:
        return -1
    if length == 1:
        return i64(data[at])
    if length == 2:
        return i64(read_i16_be(data, at)) & 0x3FFF
    if length == 4:
        return i64(read_i32_be(data, at)) & 0x3FFFFFFF
    return i64(read_i64_be(data, at)) & 0x3FFFFFFFFFFFFFFF


def skip_varints(data: bytes, at: i64, end: i64, count: i64) -> i64:
    """The offset behind `count` variable-length integers, or -1 if they go past `end`."""
    while count > 0:
        if at >= end:
            return -1
        length = varint_length(data, at)
        if length > end - at:
            return -1
        at += length
        count -= 1
    return at


def skip_ack(data: bytes, at: i64, end: i64, ecn: bool) -> i64:
    """The offset behind an ACK frame whose type octet is before `at`, or -1 (section 19.3)."""
    at = skip_varints(data, at, end, 2)
    if at < 0:
        return -1
    ranges = varint(data, at, end)
    if ranges < 0 or ranges > end - at:
        return -1
    at = skip_varints(data, at, end, 2 + 2 * ranges)
    if at >= 0 and ecn:
        at = skip_varints(data, at, end, 3)
    return at


def skip_close(data: bytes, at: i64, end: i64, application: bool) -> i64:
    """The offset behind a CONNECTION_CLOSE frame whose type octet is before `at`, or -1."""
    at = skip_varints(data, at, end, 1 if application else 2)
    if at < 0:
        return -1
    length = varint(data, at, end)
    if length < 0:
        return -1
    at += varint_length(data, at)
    return at + length if length <= end - at else -1
