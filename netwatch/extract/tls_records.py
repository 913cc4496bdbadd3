"""Compiled. TLS records (RFC 8446 section 5.1), the server's first flight (RFC 5246 section 7.4).

A `TlsRecords` remembers nothing between calls: it is given the prefix of a stream again and again
as that grows, so one object serves every stream. The hot case, a whole hello in one record, is read
in place. Messages that go over several records, down to records of one octet, are joined; a prefix
is bounded by its reader, so this stays linear in what the reader keeps.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.extract.tls import ClientHello
from netwatch.limits import CERTIFICATES_BYTES_MAX, CERTIFICATES_MAX, HELLO_BYTES_MAX
from netwatch.model import Anomaly, Answer

CHANGE_CIPHER_SPEC: Final = 20
ALERT: Final = 21
HANDSHAKE: Final = 22
APPLICATION_DATA: Final = 23
RECORD_BYTES_MAX: Final = 16_640
"""RFC 8446 section 5.2: 2^14 + 256 octets behind the header."""

CLIENT_HELLO: Final = 1
SERVER_HELLO: Final = 2
CERTIFICATE: Final = 11
SERVER_KEY_EXCHANGE: Final = 12
SERVER_HELLO_DONE: Final = 14
FINISHED: Final = 20
HELLO_BODY_MIN: Final = 38
SUPPORTED_VERSIONS: Final = 43
TLS_1_3: Final = 0x0304
DTLS: Final = 0xFE00
DTLS_1_3: Final = 0xFEFC
FATAL: Final = 2


def hello_begins(data: bytes, start: i64, end: i64) -> bool:
    """Whether data[start:end] looks like the first record of a ClientHello.

    Looks at nine octets. With fewer, False only if what is there contradicts.
    """
    return handshake_begins(data, start, end, CLIENT_HELLO)


def server_hello_begins(data: bytes, start: i64, end: i64) -> bool:
    """The same for a ServerHello; a server that begins with an alert does not begin so."""
    return handshake_begins(data, start, end, SERVER_HELLO)


def certificate_begins(data: bytes, start: i64, end: i64) -> bool:
    """The same for a Certificate: a server's stream of which the first segment was lost."""
    return handshake_begins(data, start, end, CERTIFICATE)


def handshake_begins(data: bytes, start: i64, end: i64, kind: i64) -> bool:
    """16 03 00-04, a record length, then a handshake header of `kind` with a sane length."""
    available = end - start
    if available < 9:
        return prefix_agrees(data, start, available, kind)
    if i64(data[start]) != HANDSHAKE or data[start + 1] != 3 or data[start + 2] > 4:
        return False
    length = i64(read_i16_be(data, start + 3)) & 0xFFFF
    if length == 0 or length > RECORD_BYTES_MAX or i64(data[start + 5]) != kind:
        return False
    if length < 4:
        # The handshake header is cut by a record boundary, where the next record must begin.
        return i64(data[start + 5 + length]) == HANDSHAKE
    return data[start + 6] == 0 and (i64(read_i16_be(data, start + 7)) & 0xFFFF) >= HELLO_BODY_MIN


def prefix_agrees(data: bytes, start: i64, available: i64, kind: i64) -> bool:
    """`handshake_begins` for fewer than nine octets."""
    if available > 0 and i64(data[start]) != HANDSHAKE:
        return False
    if available > 1 and data[start + 1] != 3:
        return False
    if available > 2 and data[start + 2] > 4:
        return False
    if available > 4:
        length = i64(read_i16_be(data, start + 3)) & 0xFFFF
        if length == 0 or length > RECORD_BYTES_MAX:
            return False
        if available > 5 and i64(data[start + 5]) != kind:
            return False
        if available > 5 + length:
            return i64(data[start + 5 + length]) == HANDSHAKE
        if available > 6 and length >= 4:
            return data[start + 6] == 0
    return True


class TlsRecords:
    """Handshake messages out of the prefix of a TCP stream that begins at a TLS record.

    After `server_flight`: `version` is the negotiated one (0: not known), `certificates` the DER
    certificates that are there, leaf first, at most `CERTIFICATES_MAX`. `anomaly`: an `Anomaly`
    number to count although the answer was DONE, 0 = none. `wanted`: after NEED_MORE, how many
    octets must be there before reading them again can say more: a message in crumbs would else be
    read once for each of them.
    """

    def __init__(self) -> None:
        self.version: i64 = 0
        self.certificates: list[bytes] = []
        self.anomaly: i64 = 0
        self.wanted: i64 = 0
        self.lacking: i64 = 0
        self.joined: bytes = b""
        self.ended_by: i64 = 0

    def client_hello(self, data: bytes, start: i64, end: i64, hello: ClientHello) -> i64:
        """Read the ClientHello at data[start:end] into `hello`.

        Answers as `ClientHello.parse`, or -TLS_RECORD. `hello.data` is `data` when one record holds
        all of it, else the joined octets.
        """
        self.wanted = 0
        if end - start < 9:
            hello.begin(data)
            if end - start < 6:
                agrees = prefix_agrees(data, start, end - start, CLIENT_HELLO)
                return Answer.NEED_MORE if agrees else -Anomaly.TLS_RECORD
        elif record_is_sane(data, start) and i64(data[start]) == HANDSHAKE:
            length = i64(read_i16_be(data, start + 3)) & 0xFFFF
            if length >= 4:
                message = i64(read_i32_be(data, start + 5)) & 0xFFFFFF
                if 4 + message <= length:
                    record_end = start + 5 + length
                    self.wanted = 5 + hello_bytes(message)
                    return hello.parse(data, start + 5, record_end if record_end < end else end)
        answer = self._join(data, start, end, HELLO_BYTES_MAX + 1)
        joined = self.joined
        if len(joined) == 0 and answer < 0:
            hello.begin(data)
            return answer
        parsed = hello.parse(joined, 0, len(joined))
        if parsed != Answer.NEED_MORE:
            return parsed
        if answer < 0:
            return hello.damaged(-answer)
        if self.ended_by != 0:
            return hello.damaged(Anomaly.TLS_RECORD)
        if len(joined) >= 4:
            whole = hello_bytes(i64(read_i32_be(joined, 0)) & 0xFFFFFF)
            self.wanted = end - start + whole - len(joined)
        return Answer.NEED_MORE

    def _join(self, data: bytes, start: i64, end: i64, bytes_max: i64) -> i64:
        """Join the payloads of the handshake records from `start` on into `joined`.

        Stops at `bytes_max`, at `end`, at the first record of another type (`ended_by`, 0 = none),
        or answers -TLS_RECORD where no record can be. A record that is cut by `end` gives what is
        there. Warning alerts are passed over.
        """
        parts: list[bytes] = []
        total: i64 = 0
        answer: i64 = Answer.DONE
        self.ended_by = 0
        while start + 5 <= end and total < bytes_max:
            if not record_is_sane(data, start):
                answer = -Anomaly.TLS_RECORD
                break
            kind = i64(data[start])
            length = i64(read_i16_be(data, start + 3)) & 0xFFFF
            record_end = start + 5 + length
            if kind == HANDSHAKE:
                stop = record_end if record_end < end else end
                parts.append(data[start + 5 : stop])
                total += stop - start - 5
            elif kind != ALERT or length != 2 or (start + 6 <= end and data[start + 5] == FATAL):
                self.ended_by = kind
                break
            start = record_end
        self.joined = parts[0] if len(parts) == 1 else b"".join(parts)
        return answer

    def server_flight(self, data: bytes, start: i64, end: i64) -> i64:
        """Read the server's first flight from data[start:end], the prefix of its stream.

        DONE when all is known that can be: `version`, and `certificates` once the Certificate
        message is whole; none with TLS 1.3, which encrypts it, with a resumed session, an anonymous
        one or a fatal alert. NEED_MORE while more is needed (`certificates` holds those that are
        there). -TLS_RECORD, -TLS_HANDSHAKE, or -CERTIFICATE for a message that is too long. A
        stream that begins with the Certificate message, its start lost, is read as well.
        """
        self._begin()
        answer = self._join(data, start, end, CERTIFICATES_BYTES_MAX + HELLO_BYTES_MAX)
        parsed = self._messages(self.joined)
        self.joined = b""
        if parsed != Answer.NEED_MORE:
            return parsed
        if answer < 0:
            return self._damaged(-answer)
        if self.ended_by == 0:
            self.wanted = end - start + self.lacking
            return Answer.NEED_MORE
        if len(self.certificates) > 0 or (self.version == 0 and self.ended_by != ALERT):
            return self._damaged(Anomaly.TLS_HANDSHAKE)
        return Answer.DONE

    def messages(self, data: bytes) -> i64:
        """Read the messages of a server's first flight that somebody else joined (DTLS).

        Answers as `server_flight` does.
        """
        self._begin()
        return self._messages(data)

    def _begin(self) -> None:
        """Forget the last flight."""
        self.version = 0
        self.certificates = []
        self.anomaly = 0
        self.wanted = 0
        self.lacking = 1

    def _damaged(self, anomaly: i64) -> i64:
        """Count `anomaly`: DONE if a certificate was read before it, else -`anomaly`."""
        self.anomaly = anomaly
        return Answer.DONE if len(self.certificates) > 0 else -anomaly

    def _messages(self, data: bytes) -> i64:
        """The handshake messages of `data` until one settles the matter."""
        end: i64 = len(data)
        position: i64 = 0
        if end > 0 and not (data[0] == SERVER_HELLO or data[0] == CERTIFICATE or data[0] == 0):
            return -Anomaly.TLS_HANDSHAKE
        while position + 4 <= end:
            header = i64(read_i32_be(data, position)) & 0xFFFFFFFF
            kind = header >> 24
            length = header & 0xFFFFFF
            position += 4
            if length > CERTIFICATES_BYTES_MAX:
                return -(Anomaly.CERTIFICATE if kind == CERTIFICATE else Anomaly.TLS_HANDSHAKE)
            if kind == CERTIFICATE:
                return self._certificates(data, position, length, end)
            if kind == SERVER_KEY_EXCHANGE or kind == SERVER_HELLO_DONE or kind == FINISHED:
                return Answer.DONE
            if position + length > end:
                self.lacking = position + length - end
                return Answer.NEED_MORE
            if kind == SERVER_HELLO:
                answer = self._server_hello(data, position, position + length)
                if answer != Answer.NEED_MORE:
                    return answer
            position += length
        return Answer.NEED_MORE

    def _server_hello(self, data: bytes, position: i64, end: i64) -> i64:
        """RFC 8446 section 4.1.3, a HelloRetryRequest too. DONE: TLS 1.3, nothing more is visible.

        NEED_MORE: an earlier version, the certificate follows. -TLS_HANDSHAKE, -TLS_EXTENSION.
        """
        if end - position < HELLO_BODY_MIN:
            return -Anomaly.TLS_HANDSHAKE
        self.version = i64(read_i16_be(data, position)) & 0xFFFF
        if is_1_3(self.version):
            return Answer.DONE  # Drafts before 22 had the version here and no session id.
        position += 35 + i64(data[position + 34])
        position += 3
        if position + 2 > end:
            # Without extensions (RFC 5246 section 7.4.1.3) this is exactly the end.
            return Answer.NEED_MORE if position == end else -Anomaly.TLS_HANDSHAKE
        if position + 2 + (i64(read_i16_be(data, position)) & 0xFFFF) != end:
            return -Anomaly.TLS_EXTENSION
        position += 2
        while position + 4 <= end:
            header = i64(read_i32_be(data, position)) & 0xFFFFFFFF
            position += 4
            if (header >> 16) == SUPPORTED_VERSIONS and position + 2 <= end:
                self.version = i64(read_i16_be(data, position)) & 0xFFFF
            position += header & 0xFFFF
        if position != end:
            return -Anomaly.TLS_EXTENSION
        return Answer.DONE if is_1_3(self.version) else Answer.NEED_MORE

    def _certificates(self, data: bytes, position: i64, length: i64, end: i64) -> i64:
        """RFC 5246 section 7.4.2: a list of certificates, each behind a 24-bit length."""
        stop = position + length
        self.lacking = stop - end
        if length < 3:
            return -Anomaly.CERTIFICATE
        if position + 4 > end:
            return Answer.NEED_MORE if stop > end else Answer.DONE
        if position + 3 + ((i64(read_i32_be(data, position)) & 0xFFFFFFFF) >> 8) != stop:
            return -Anomaly.CERTIFICATE
        position += 3
        while position + 4 <= stop:
            if len(self.certificates) >= CERTIFICATES_MAX:
                return Answer.DONE
            if position + 4 > end:
                return Answer.NEED_MORE
            following = position + 3 + ((i64(read_i32_be(data, position)) & 0xFFFFFFFF) >> 8)
            if following > stop:
                return self._damaged(Anomaly.CERTIFICATE)
            if following > end:
                return Answer.NEED_MORE
            if following > position + 3:
                self.certificates.append(data[position + 3 : following])
            position = following
        if position != stop:
            return self._damaged(Anomaly.CERTIFICATE)
        return Answer.DONE


def hello_bytes(length: i64) -> i64:
    """Octets of a hello's message by the length in its header, as far as any are looked at."""
    return 4 + length if 4 + length <= HELLO_BYTES_MAX else HELLO_BYTES_MAX + 1


def is_1_3(version: i64) -> bool:
    """TLS 1.3, its drafts (0x7fNN, 0xfb1a) or later; of DTLS, 1.3."""
    return TLS_1_3 <= version < DTLS or version == DTLS_1_3


def record_is_sane(data: bytes, start: i64) -> bool:
    """A known content type, major version 3 and a possible length in the five octets at `start`."""
    if not (CHANGE_CIPHER_SPEC <= i64(data[start]) <= APPLICATION_DATA):
        return False
    if data[start + 1] != 3 or data[start + 2] > 4:
        return False
    length = i64(read_i16_be(data, start + 3)) & 0xFFFF
    return 0 < length <= RECORD_BYTES_MAX
