"""Compiled. What a hello may lie in, in one segment with it: headers of two database protocols.

SQL Server carries the handshake in packets of its own (MS-TDS section 2.2.3.1, type 0x12,
"pre-login"); a MySQL client asks for TLS and goes on without waiting for an answer, so that both
may come in one segment.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.extract.tls_records import hello_begins, server_hello_begins

PRE_LOGIN: Final = 0x12
TDS_BYTES: Final = 8
SWITCH_HEAD: Final = 0x20000001
"""A MySQL packet of 32 octets, the second one of its exchange: a request for TLS."""
SWITCH_BYTES: Final = 36
CLIENT_SSL: Final = 0x08
"""In the second octet of the capabilities."""
NONE: Final = -1
"""No such envelope."""


def behind_envelope(data: bytes, start: i64, end: i64) -> i64:
    """The offset of the hello, a client's or a server's, behind an envelope; or NONE."""
    if end - start <= TDS_BYTES:
        return NONE
    if i64(data[start]) == PRE_LOGIN:
        length = i64(read_i16_be(data, start + 2)) & 0xFFFF
        inside = start + TDS_BYTES
        if i64(data[start + 1]) > 1 or length <= TDS_BYTES:
            return NONE
        if hello_begins(data, inside, end) or server_hello_begins(data, inside, end):
            return inside
        return NONE
    if end - start <= SWITCH_BYTES or read_i32_be(data, start) != SWITCH_HEAD:
        return NONE
    if i64(data[start + 5]) & CLIENT_SSL == 0:
        return NONE
    inside = start + SWITCH_BYTES
    return inside if hello_begins(data, inside, end) else NONE
