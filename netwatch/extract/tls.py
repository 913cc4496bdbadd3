"""Compiled. The ClientHello (RFC 8446 section 4.1.2, extensions of section 4.2, names of RFC 6066).

One `ClientHello` is reused for every hello. It holds spans of somebody else's octets; nothing is
sliced unless `alpn` or `ja4` is asked for. What reads a name is deliberately lenient *after* the
name: a damaged tail of the extension block is counted in `anomaly` and the name stays, because the
client did say it. What stands before the name must agree to the octet.

`parse_tail` is for a feed that lost the first segment; `tls_tail.py` says how a name is told.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.extract.ja4 import ja4_text
from netwatch.extract.tls_fingerprint import (
    client_fingerprint,
    is_grease,
    ungreased,
    ungreased_kinds,
)
from netwatch.extract.tls_tail import end_of_chain, name_of_tail
from netwatch.limits import ALPNS_MAX, HELLO_BYTES_MAX, TAILS_TRIED_MAX
from netwatch.model import Anomaly, Answer

CLIENT_HELLO: Final = 1
HELLO_BODY_MIN: Final = 38
"""Version, random, and the length octets of session id, ciphers and compression."""
SESSION_ID_BYTES_MAX: Final = 32

SERVER_NAME: Final = 0
SIGNATURE_ALGORITHMS: Final = 13
ALPN: Final = 16
SUPPORTED_VERSIONS: Final = 43
QUIC_TRANSPORT_PARAMETERS: Final = 57
ECH: Final = 0xFE0D
QUIC_TRANSPORT_PARAMETERS_DRAFT: Final = 0xFFA5


class ClientHello:
    """What one ClientHello says; valid until the next `parse` or `parse_tail`.

    `data` holds the octets that all spans lie in. `name_start`, `name_end` span the first host_name
    (RFC 6066 section 3) if `has_name`. `version` is the newest non-GREASE supported version, else
    `legacy_version`. `alpn_start`, `alpn_end` span the protocol list (0, 0: none). `ech`: extension
    65037 is there. `quic`: the transport parameters are. `partial`: not all of the hello was read,
    so flags that are False prove nothing. `anomaly`: an `Anomaly` number to count, 0 = none.

    `datagram`: hellos of DTLS are read, which have a cookie (RFC 6347 section 4.2.1) and versions
    that count downwards.
    """

    def __init__(self, datagram: bool = False) -> None:
        self.datagram: bool = datagram
        self.data: bytes = b""
        self.has_name: bool = False
        self.name_start: i64 = 0
        self.name_end: i64 = 0
        self.legacy_version: i64 = 0
        self.version: i64 = 0
        self.has_versions: bool = False
        self.ech: bool = False
        self.quic: bool = False
        self.alpn_start: i64 = 0
        self.alpn_end: i64 = 0
        self.partial: bool = True
        self.anomaly: i64 = 0
        self.ciphers_start: i64 = 0
        self.ciphers_end: i64 = 0
        self.extensions_start: i64 = 0
        self.extensions_end: i64 = 0
        self.signatures_start: i64 = 0
        self.signatures_end: i64 = 0

    def begin(self, data: bytes) -> None:
        """Forget the last hello; the next one lies in `data`."""
        self.data = data
        self.has_name = False
        self.name_start = 0
        self.name_end = 0
        self.legacy_version = 0
        self.version = 0
        self.has_versions = False
        self.ech = False
        self.quic = False
        self.alpn_start = 0
        self.alpn_end = 0
        self.partial = True
        self.anomaly = 0
        self.ciphers_start = 0
        self.ciphers_end = 0
        self.extensions_start = 0
        self.extensions_end = 0
        self.signatures_start = 0
        self.signatures_end = 0

    def parse(self, data: bytes, start: i64, end: i64) -> i64:
        """Read the handshake message data[start:end] from its header (01, 24-bit length) on.

        DONE; NEED_MORE while the message goes on past `end` (the fields hold what could be read,
        `has_name` may already be True); -TLS_HANDSHAKE, -TLS_EXTENSION, or -TLS_HELLO_TOO_LONG once
        `HELLO_BYTES_MAX` octets are there without a name. Octets behind the message are not read.
        DONE with `partial` and `anomaly` set: the name was read, something behind it is damaged.
        """
        self.begin(data)
        if end - start < 4:
            if end > start and data[start] != CLIENT_HELLO:
                return -Anomaly.TLS_HANDSHAKE
            return Answer.NEED_MORE
        header = i64(read_i32_be(data, start)) & 0xFFFFFFFF
        length = header & 0xFFFFFF
        if (header >> 24) != CLIENT_HELLO or length < HELLO_BODY_MIN:
            return -Anomaly.TLS_HANDSHAKE
        stop = start + 4 + length
        limit = stop if stop < end else end
        too_long = limit - start > HELLO_BYTES_MAX
        if too_long:
            limit = start + HELLO_BYTES_MAX
        answer = self._body(data, start + 4, limit, stop)
        if answer < 0:
            return self.damaged(-answer)
        if too_long:
            return self.damaged(Anomaly.TLS_HELLO_TOO_LONG)
        if limit < stop:
            return Answer.NEED_MORE
        if answer == Answer.DONE:
            self.partial = False
            return Answer.DONE
        if self.extensions_start > 0:
            return self.damaged(Anomaly.TLS_EXTENSION)
        return self.damaged(Anomaly.TLS_HANDSHAKE)

    def damaged(self, anomaly: i64) -> i64:
        """Count `anomaly`: DONE if the name was read before it, else -`anomaly`."""
        self.anomaly = anomaly
        return Answer.DONE if self.has_name else -anomaly

    def _body(self, data: bytes, position: i64, limit: i64, stop: i64) -> i64:
        """From legacy_version on. `stop` is the message's end, `limit` that of what is there.

        DONE; NEED_MORE: ran into `limit`; -anomaly: more octets cannot mend it.
        """
        if position + 35 > limit:
            return Answer.NEED_MORE
        self.legacy_version = i64(read_i16_be(data, position)) & 0xFFFF
        self.version = self.legacy_version
        length = i64(data[position + 34])
        if length > SESSION_ID_BYTES_MAX:
            return -Anomaly.TLS_HANDSHAKE
        position += 35 + length
        if self.datagram:
            if position >= limit:
                return Answer.NEED_MORE
            position += 1 + i64(data[position])
        if position + 2 > limit:
            return Answer.NEED_MORE
        length = i64(read_i16_be(data, position)) & 0xFFFF
        position += 2
        if (length & 1) != 0 or position + length > stop:
            return -Anomaly.TLS_HANDSHAKE
        if position + length >= limit:
            return Answer.NEED_MORE
        self.ciphers_start = position
        position += length
        self.ciphers_end = position
        position += 1 + i64(data[position])
        if position >= limit:
            # No extension block at all is allowed (RFC 5246 section 7.4.1.2).
            return Answer.DONE if position == stop else Answer.NEED_MORE
        if position + 2 > limit:
            return Answer.NEED_MORE
        block_end = position + 2 + (i64(read_i16_be(data, position)) & 0xFFFF)
        self.extensions_start = position + 2
        if block_end == stop:
            return self._extensions(data, position + 2, limit, stop)
        # The block's length lies. What lies inside both bounds is still read for the name.
        if block_end > stop:
            block_end = stop
        if limit > block_end:
            limit = block_end
        answer = self._extensions(data, position + 2, limit, block_end)
        return -Anomaly.TLS_EXTENSION if answer == Answer.DONE else answer

    def _extensions(self, data: bytes, position: i64, limit: i64, stop: i64) -> i64:
        """The extensions from `position` to `stop`, of which those up to `limit` are there."""
        while position < stop:
            if position + 4 > limit:
                return Answer.NEED_MORE
            header = i64(read_i32_be(data, position)) & 0xFFFFFFFF
            kind = header >> 16
            position += 4
            following = position + (header & 0xFFFF)
            if following > limit:
                return -Anomaly.TLS_EXTENSION if following > stop else Answer.NEED_MORE
            if kind == SERVER_NAME:
                self._server_name(data, position, following)
            elif kind == SUPPORTED_VERSIONS:
                self._supported_versions(data, position, following)
            elif kind == ALPN:
                self._alpn(data, position, following)
            elif kind == SIGNATURE_ALGORITHMS:
                self._signature_algorithms(data, position, following)
            elif kind == ECH:
                self.ech = True
            elif kind == QUIC_TRANSPORT_PARAMETERS or kind == QUIC_TRANSPORT_PARAMETERS_DRAFT:
                self.quic = True
            position = following
            self.extensions_end = position
        return Answer.DONE

    def _server_name(self, data: bytes, position: i64, end: i64) -> None:
        """RFC 6066 section 3. The first host_name counts; an empty extension names nobody.

        All entries must fit to the octet: a length that lies would cut `a.com` out of `a.com.b`.
        """
        if self.has_name or position == end:
            return
        if position + 2 > end or position + 2 + (i64(read_i16_be(data, position)) & 0xFFFF) != end:
            self.anomaly = Anomaly.TLS_EXTENSION
            return
        name_start: i64 = 0
        name_end: i64 = 0
        position += 2
        while position + 3 < end:
            start = position + 3
            following = start + (i64(read_i16_be(data, position + 1)) & 0xFFFF)
            if following == start:
                break
            if data[position] == 0 and name_end == 0:
                name_start = start
                name_end = following
            position = following
        if position != end:
            self.anomaly = Anomaly.TLS_EXTENSION
        elif name_end > 0:
            self.name_start = name_start
            self.name_end = name_end
            self.has_name = True

    def _supported_versions(self, data: bytes, position: i64, end: i64) -> None:
        """RFC 8446 section 4.2.1: the newest one that is not GREASE."""
        if self.has_versions:
            return
        if (
            position == end
            or position + 1 + i64(data[position]) != end
            or (end - position) & 1 == 0
        ):
            self.anomaly = Anomaly.TLS_EXTENSION
            return
        self.has_versions = True
        newest: i64 = 0
        position += 1
        while position < end:
            version = i64(read_i16_be(data, position)) & 0xFFFF
            newer = version < newest if self.datagram else version > newest
            if (newer or newest == 0) and not is_grease(version):
                newest = version
            position += 2
        if newest > 0:
            self.version = newest

    def _alpn(self, data: bytes, position: i64, end: i64) -> None:
        """RFC 7301 section 3.1."""
        if self.alpn_end > 0:
            return
        if position + 2 > end or position + 2 + (i64(read_i16_be(data, position)) & 0xFFFF) != end:
            self.anomaly = Anomaly.TLS_EXTENSION
            return
        self.alpn_start = position + 2
        self.alpn_end = end

    def _signature_algorithms(self, data: bytes, position: i64, end: i64) -> None:
        """RFC 8446 section 4.2.3."""
        if self.signatures_end > 0:
            return
        if (
            position + 2 > end
            or position + 2 + (i64(read_i16_be(data, position)) & 0xFFFF) != end
            or (end - position) & 1 != 0
        ):
            self.anomaly = Anomaly.TLS_EXTENSION
            return
        self.signatures_start = position + 2
        self.signatures_end = end

    def parse_tail(self, data: bytes, start: i64, end: i64) -> i64:
        """Look for the name in data[start:end], a piece from the middle of a hello.

        DONE with `partial` set; NEED_MORE when there is no server_name yet, or too many false ones;
        -TLS_HANDSHAKE when there is none in `HELLO_BYTES_MAX` octets. Extensions before the name
        are not known.
        """
        self.begin(data)
        too_long = end - start > HELLO_BYTES_MAX
        if too_long:
            end = start + HELLO_BYTES_MAX
        position = start
        tried: i64 = 0
        # Type 0 and a length under 512: 00 00, then 00 or 01. 13 octets hold the shortest name.
        while position + 13 <= end and tried < TAILS_TRIED_MAX:
            if data[position + 1] != 0:
                position += 2
                continue
            if data[position] == 0 and data[position + 2] <= 1:
                name_end = name_of_tail(data, position, end)
                if name_end > 0:
                    tried += 1
                    chain_end = end_of_chain(data, name_end, end)
                    if chain_end > 0:
                        return self._take_tail(data, position, name_end, chain_end)
            position += 1
        return -Anomaly.TLS_HANDSHAKE if too_long else Answer.NEED_MORE

    def _take_tail(self, data: bytes, position: i64, name_end: i64, end: i64) -> i64:
        """The server_name extension at `position` and the whole ones behind it, up to `end`."""
        self._extensions(data, name_end, end, end)
        self.has_name = True
        self.name_start = position + 9
        self.name_end = name_end
        return Answer.DONE

    def fingerprint(self) -> i64:
        """A number (1 to 2^62 - 1) that the same client software gives for every server.

        0: the hello was not read to its end.
        """
        if self.partial:
            return 0
        return client_fingerprint(
            self.data,
            self.version,
            self.ciphers_start,
            self.ciphers_end,
            self.extensions_start,
            self.extensions_end,
        )

    def alpn(self) -> list[bytes]:
        """The protocols that the client offers, GREASE among them, at most `ALPNS_MAX`."""
        names: list[bytes] = []
        position = self.alpn_start
        while position < self.alpn_end and len(names) < ALPNS_MAX:
            following = position + 1 + i64(self.data[position])
            if following > self.alpn_end:
                break
            names.append(self.data[position + 1 : following])
            position = following
        return names

    def ja4(self, transport: str) -> str:
        """The JA4 of a whole hello, "" of a partial one; `transport` is "t", "q" or "d"."""
        if self.partial:
            return ""
        data = self.data
        return ja4_text(
            transport,
            int(self.version),
            ungreased(data, self.ciphers_start, self.ciphers_end),
            ungreased_kinds(data, self.extensions_start, self.extensions_end),
            ungreased(data, self.signatures_start, self.signatures_end),
            self.alpn(),
        )
