"""Compiled. The PROXY header that load balancers put before a stream, versions 1 and 2 (haproxy's
specification, sections 2.1 and 2.2): it says who the client is whose stream follows.
"""

from typing import Final

from librt.strings import read_i16_be
from mypy_extensions import i64

from netwatch.extract.forwarded import find, is_address
from netwatch.extract.lines import CR, SPACE, find_line_feed

WORD: Final = b"PROXY "
WORD_BYTES: Final = 6
LINE_BYTES_MAX: Final = 107
"""Of version 1, with its line end."""
SIGNATURE: Final = b"\r\n\r\n\0\r\nQUIT\n"
SIGNATURE_BYTES: Final = 12
FIXED_BYTES: Final = 16
PROXIED: Final = 0x21
"""Version 2, a connection for somebody; 0x20 is the balancer's own."""
LOCAL: Final = 0x20
IPV4: Final = 1
IPV6: Final = 2
NONE: Final = -1
"""No such header."""


class ProxyHeader:
    """The last header; `origin` is the client's address as text, empty where none is told."""

    def __init__(self) -> None:
        self.origin: bytes = b""

    def read(self, data: bytes, start: i64, end: i64) -> i64:
        """Read the header at data[start:end]: the offset behind it, 0 for "more", or NONE."""
        self.origin = b""
        if start >= end:
            return NONE
        if i64(data[start]) == CR:
            return self.binary(data, start, end)
        return self.text(data, start, end)

    def text(self, data: bytes, start: i64, end: i64) -> i64:
        """Version 1: `PROXY TCP4 source target port port`, or `PROXY UNKNOWN` and anything."""
        if not agrees(data, start, end, WORD, WORD_BYTES):
            return NONE
        limit = end if end - start < LINE_BYTES_MAX else start + LINE_BYTES_MAX
        feed = find_line_feed(data, start, limit)
        if feed < 0:
            return 0 if limit == end and end - start < LINE_BYTES_MAX else NONE
        if feed - start < WORD_BYTES + 4 or i64(data[feed - 1]) != CR:
            return NONE
        at = start + WORD_BYTES
        if agrees(data, at, feed, b"UNKNOWN", 7):
            return feed + 1
        if not agrees(data, at, feed, b"TCP4 ", 5) and not agrees(data, at, feed, b"TCP6 ", 5):
            return NONE
        at += 5
        stop = find(data, at, feed, SPACE)
        if stop >= feed:
            return NONE
        if is_address(data, at, stop):
            self.origin = data[at:stop].lower()
        return feed + 1

    def binary(self, data: bytes, start: i64, end: i64) -> i64:
        """Version 2: a signature, what kind of addresses, their length, they, and more of it."""
        if not agrees(data, start, end, SIGNATURE, SIGNATURE_BYTES):
            return NONE
        if end - start < FIXED_BYTES:
            return 0
        command = i64(data[start + 12])
        if command != PROXIED and command != LOCAL:
            return NONE
        behind = start + FIXED_BYTES + (i64(read_i16_be(data, start + 14)) & 0xFFFF)
        if behind > end:
            return 0
        family = i64(data[start + 13]) >> 4
        octets: i64 = 4 if family == IPV4 else 16
        if command == PROXIED and (family == IPV4 or family == IPV6):
            if behind - start - FIXED_BYTES < 2 * octets + 4:
                return NONE
            address = start + FIXED_BYTES
            text = address_text(data[address : address + octets])
            if is_address(text, 0, len(text)):
                self.origin = text
        return behind


def agrees(data: bytes, start: i64, end: i64, word: bytes, length: i64) -> bool:
    """True if data[start:end] begins with `word` of this length, or is the beginning of it."""
    if end - start < length:
        length = end - start
    i: i64 = 0
    while i < length:
        if data[start + i] != word[i]:
            return False
        i += 1
    return length > 0


def address_text(packed: bytes) -> bytes:
    """An IPv4 or IPv6 address as text (RFC 5952 sections 4.1 to 4.3)."""
    if len(packed) == 4:
        return f"{packed[0]}.{packed[1]}.{packed[2]}.{packed[3]}".encode()
    groups = [packed[at] << 8 | packed[at + 1] for at in (0, 2, 4, 6, 8, 10, 12, 14)]
    longest = run = gap = 0
    for place in (0, 1, 2, 3, 4, 5, 6, 7):
        run = run + 1 if groups[place] == 0 else 0
        if run > longest:
            longest = run
            gap = place + 1 - run
    texts = [f"{group:x}" for group in groups]
    if longest < 2:
        return ":".join(texts).encode()
    return f"{':'.join(texts[:gap])}::{':'.join(texts[gap + longest :])}".encode()
