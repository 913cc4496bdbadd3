"""Compiled. DTLS: handshake messages out of datagrams (RFC 6347 section 4, RFC 9147 sections 4, 5).

A message comes in fragments, in any order and again; a record may hold several of them, a datagram
several records. Kept are the ClientHello of one direction, or the ServerHello and the Certificate
of the other, and handed on as TLS would frame them, so that the readers of TLS read them. Only
records of epoch 0 are looked at: the others are encrypted. After a HelloVerifyRequest or
HelloRetryRequest the client says its hello again under the next number, and the newer one counts.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.extract.pieces import Pieces
from netwatch.limits import CERTIFICATES_BYTES_MAX, HELLO_BYTES_MAX
from netwatch.model import Anomaly, Answer

RECORD_BYTES: Final = 13
"""Type, version, epoch, sequence number and length (RFC 6347 section 4.1)."""
FRAGMENT_BYTES: Final = 12
"""Type, length, message number, fragment offset and length (RFC 6347 section 4.2.2)."""
HANDSHAKE: Final = 22
CONTENT_FIRST: Final = 20
CONTENT_LAST: Final = 26
"""ACK of DTLS 1.3 (RFC 9147 section 7)."""

CLIENT_HELLO: Final = 1
SERVER_HELLO: Final = 2
HELLO_VERIFY_REQUEST: Final = 3
CERTIFICATE: Final = 11
HELLO_BODY_MIN: Final = 38

DTLS_1_0: Final = 0xFEFF
DTLS_1_2: Final = 0xFEFD
DTLS_1_3: Final = 0xFEFC
DTLS_BEFORE: Final = 0x0100
"""What OpenSSL spoke before the RFC, and AnyConnect still does."""


def dtls_begins(data: bytes, start: i64, end: i64) -> bool:
    """True if the datagram data[start:end] begins like one that is of use here.

    That is a handshake record of epoch 0 whose first fragment is of one of the messages above and
    whose lengths agree; 25 octets are looked at, of which random ones agree one time in 2^40.
    """
    if end - start < RECORD_BYTES + FRAGMENT_BYTES or i64(data[start]) != HANDSHAKE:
        return False
    if not record_is_sane(data, start):
        return False
    if (i64(read_i16_be(data, start + 3)) & 0xFFFF) != 0:
        return False
    kind = i64(data[start + RECORD_BYTES])
    if kind != CLIENT_HELLO and kind != SERVER_HELLO:
        if kind != HELLO_VERIFY_REQUEST and kind != CERTIFICATE:
            return False
    record = i64(read_i16_be(data, start + 11)) & 0xFFFF
    return fragment_is_sane(data, start + RECORD_BYTES, record)


def record_is_sane(data: bytes, start: i64) -> bool:
    """A known content type and version in the first octets of a record."""
    kind = i64(data[start])
    if kind < CONTENT_FIRST or kind > CONTENT_LAST:
        return False
    version = i64(read_i16_be(data, start + 1)) & 0xFFFF
    return version in (DTLS_1_0, DTLS_1_2, DTLS_1_3, DTLS_BEFORE)


def fragment_is_sane(data: bytes, start: i64, available: i64) -> bool:
    """The fragment whose header is at `start` fits into its message and `available` octets."""
    length = i64(read_i32_be(data, start)) & 0xFFFFFF
    offset = i64(read_i32_be(data, start + 5)) & 0xFFFFFF
    count = i64(read_i32_be(data, start + 8)) & 0xFFFFFF
    return offset + count <= length and FRAGMENT_BYTES + count <= available


class DtlsMessage:
    """One handshake message, as far as its fragments have shown it; `kind` 0: none yet."""

    def __init__(self) -> None:
        self.kind: i64 = 0
        self.number: i64 = 0
        self.length: i64 = 0
        self.body: Pieces = Pieces()

    def begin(self, kind: i64, number: i64, length: i64) -> None:
        """Make it the message that these tell, unless it is already."""
        if kind == self.kind and number == self.number and length == self.length:
            return
        self.kind = kind
        self.number = number
        self.length = length
        self.body.clear()

    def octets(self) -> bytes:
        """The message as TLS frames it (type, length, body), up to the first gap; b"" for none."""
        if self.kind == 0:
            return b""
        head = ((self.kind & 0xFF) << 24) | self.length
        return int(head).to_bytes(4, "big") + self.body.prefix()


class DtlsFlight:
    """What is kept of the first flight of one direction."""

    def __init__(self) -> None:
        self.hello: DtlsMessage = DtlsMessage()
        """The ClientHello or the ServerHello, whichever this side says."""
        self.certificate: DtlsMessage = DtlsMessage()

    def held_bytes(self) -> i64:
        """Octets that are kept."""
        return self.hello.body.held_bytes + self.certificate.body.held_bytes

    def handshake(self) -> bytes:
        """What is there from the beginning, as TLS frames it: the hello, then the Certificate.

        A Certificate whose ServerHello is not whole stands alone.
        """
        hello = self.hello.octets()
        if len(hello) < 4 + self.hello.length and self.certificate.kind != 0:
            hello = b""
        return hello + self.certificate.octets()

    def add(self, data: bytes, start: i64, end: i64) -> i64:
        """Take in the datagram data[start:end]: DONE, or -DTLS at what cannot be.

        What stood before that is kept. A record that the capture cut gives what is there.
        """
        while start + RECORD_BYTES <= end:
            if not record_is_sane(data, start):
                return -Anomaly.DTLS
            following = start + RECORD_BYTES + (i64(read_i16_be(data, start + 11)) & 0xFFFF)
            epoch = i64(read_i16_be(data, start + 3)) & 0xFFFF
            if i64(data[start]) == HANDSHAKE and epoch == 0:
                answer = self._fragments(data, start + RECORD_BYTES, following, end)
                if answer < 0:
                    return answer
            start = following
        return Answer.DONE

    def _fragments(self, data: bytes, start: i64, stop: i64, end: i64) -> i64:
        """The fragments from `start` to `stop`, of which those up to `end` are there."""
        while start < stop:
            if start + FRAGMENT_BYTES > stop:
                return -Anomaly.DTLS
            if start + FRAGMENT_BYTES > end:
                return Answer.DONE
            if not fragment_is_sane(data, start, stop - start):
                return -Anomaly.DTLS
            count = i64(read_i32_be(data, start + 8)) & 0xFFFFFF
            there = end - start - FRAGMENT_BYTES
            if not self._keep(data, start, count if count < there else there):
                return -Anomaly.DTLS
            start += FRAGMENT_BYTES + count
        return Answer.DONE

    def _keep(self, data: bytes, start: i64, count: i64) -> bool:
        """Keep `count` octets of the fragment whose header is at `start`; False: too much."""
        kind = i64(data[start])
        if kind == CLIENT_HELLO or kind == SERVER_HELLO:
            message = self.hello
            longest: i64 = HELLO_BYTES_MAX
        elif kind == CERTIFICATE:
            message = self.certificate
            longest = CERTIFICATES_BYTES_MAX
        else:
            return True
        length = i64(read_i32_be(data, start)) & 0xFFFFFF
        if length > longest or (kind != CERTIFICATE and length < HELLO_BODY_MIN):
            return False
        message.begin(kind, i64(read_i16_be(data, start + 4)) & 0xFFFF, length)
        offset = i64(read_i32_be(data, start + 5)) & 0xFFFFFF
        return message.body.keep(data, start + FRAGMENT_BYTES, count, offset)
