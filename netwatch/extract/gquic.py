"""Compiled. Google's QUIC before the IETF's (Q009 to Q050): the server's name in its CHLO.

Up to Q046 the first packets are not encrypted, only hashed. What stands between the public header
and the CHLO message changed with nearly every version; the message never did: the tag `CHLO`, how
many tags there are, for each its four letters and where its value ends, then the values ("QUIC
Crypto", Langley and Chang, 2016, section "Handshake messages"). So the message is looked for in the
first octets of a packet that carries a version, and its table must agree with itself. From Q050 on
it comes in CRYPTO frames under the keys of `quic_keys`.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be, read_i32_le
from mypy_extensions import i64

from netwatch.model import Anomaly, Answer

CHLO: Final = 0x43484C4F
TAG_SNI: Final = 0x534E4900
TAGS_MAX: Final = 128
"""kMaxEntries of Chromium's framer."""
TAG_BYTES: Final = 8
HEAD_BYTES: Final = 8
SEARCHED_BYTES: Final = 64
"""Public header, hash and frame header take 60 octets at most."""
VERSION_FLAG: Final = 0x01
CONNECTION_ID: Final = 0x0C
LONG_HEADER: Final = 0xC0
PACKET_BYTES_MIN: Final = 40


def gquic_version(data: bytes, start: i64, end: i64) -> i64:
    """The version, as a number of four octets, of a client's packet that carries one; else 0.

    It stands behind the connection id, or since Q044 behind the first octet.
    """
    if end - start < PACKET_BYTES_MIN:
        return 0
    first = i64(data[start])
    at = start + 1
    if first & LONG_HEADER != LONG_HEADER:
        if first & VERSION_FLAG == 0 or first & 0x80 != 0:
            return 0
        size = first & CONNECTION_ID
        at += 8 if size >= 8 else size >> 2
        if i64(data[at]) != 0x51 and size == 8:
            at = start + 5  # before Q034 this meant four octets
    version = i64(read_i32_be(data, at)) & 0xFFFFFFFF
    tens = (version >> 8) & 0xFF
    ones = version & 0xFF
    if version >> 16 != 0x5130 or not 0x30 <= tens <= 0x39 or not 0x30 <= ones <= 0x39:
        return 0
    return version


class ChloHello:
    """What one CHLO says; spans are of `data`, valid until the next reading."""

    def __init__(self) -> None:
        self.data: bytes = b""
        self.has_name: bool = False
        self.name_start: i64 = 0
        self.name_end: i64 = 0

    def find(self, data: bytes, start: i64, end: i64) -> i64:
        """Look for the message in the unencrypted packet data[start:end], and read it.

        DONE, or -QUIC_CRYPTO: there is none in its first octets, or it is cut or damaged.
        """
        stop = start + SEARCHED_BYTES if start + SEARCHED_BYTES < end else end
        while start + 4 <= stop:
            if data[start] == 0x43 and i64(read_i32_be(data, start)) & 0xFFFFFFFF == CHLO:
                answer = self.parse(data, start, end)
                return answer if answer == Answer.DONE else -Anomaly.QUIC_CRYPTO
            start += 1
        self.has_name = False
        return -Anomaly.QUIC_CRYPTO

    def parse(self, data: bytes, start: i64, end: i64) -> i64:
        """Read the message data[start:end] from its tag on.

        DONE once the name is known, or that there is none; NEED_MORE: it goes on behind `end`;
        -QUIC_CRYPTO: it is no CHLO.
        """
        self.data = data
        self.has_name = False
        self.name_start = 0
        self.name_end = 0
        if end - start < HEAD_BYTES:
            return Answer.NEED_MORE
        count = i64(data[start + 4]) | (i64(data[start + 5]) << 8)
        padding = i64(read_i16_be(data, start + 6)) & 0xFFFF
        tagged = i64(read_i32_be(data, start)) & 0xFFFFFFFF == CHLO
        if not tagged or count == 0 or count > TAGS_MAX or padding != 0:
            return -Anomaly.QUIC_CRYPTO
        return self._tags(data, start + HEAD_BYTES, end, count)

    def _tags(self, data: bytes, position: i64, end: i64, count: i64) -> i64:
        """The table of `count` tags; tags rise (as numbers of the little end), ends never fall."""
        values = position + count * TAG_BYTES
        before: i64 = -1
        value: i64 = 0
        while position < values:
            if position + TAG_BYTES > end:
                return Answer.NEED_MORE
            tag = i64(read_i32_le(data, position)) & 0xFFFFFFFF
            value_end = i64(read_i32_le(data, position + 4)) & 0xFFFFFFFF
            if tag <= before or value_end < value:
                return -Anomaly.QUIC_CRYPTO
            if i64(read_i32_be(data, position)) & 0xFFFFFFFF == TAG_SNI:
                return self._name(values + value, values + value_end, end)
            before = tag
            value = value_end
            position += TAG_BYTES
        return Answer.DONE

    def _name(self, start: i64, stop: i64, end: i64) -> i64:
        """The value of the tag SNI."""
        if stop > end:
            return Answer.NEED_MORE
        if stop > start:
            self.has_name = True
            self.name_start = start
            self.name_end = stop
        return Answer.DONE
