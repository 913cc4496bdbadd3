"""TLS octets: ClientHellos as programs send them, a server's first flight (RFC 8446, RFC 5246).

Nothing is random: keys and randoms are told apart by a number, enough for who only listens.
"""

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec

RECORD_BYTES_MAX: Final = 16_384
HANDSHAKE: Final = 22
APPLICATION: Final = 23
ECH: Final = 65_037
"""encrypted_client_hello, also as GREASE: a browser's mark."""
X25519: Final = 29
P256: Final = 23
X25519MLKEM768: Final = 4588
MLKEM_SHARE_BYTES: Final = 1_216
TICKET_BYTES: Final = 208
SUITES: Final = (0x1302, 0x1303, 0x1301, 0xC02C, 0xC030, 0xC02B, 0xC02F, 0xC024, 0xC028, 0x009D)
SIGNATURES: Final = (0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601)


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """What one ClientHello says."""

    name: bytes
    """The server's name as dotted octets; empty: no server_name at all."""
    number: int = 1
    """Tells randoms and keys apart."""
    alpn: tuple[str, ...] = ("h2", "http/1.1")
    browser: bool = False
    """Extension 65037, as chromium and firefox send it."""
    post_quantum: bool = False
    """A key share of X25519MLKEM768 and, over TCP, a session ticket: some 1.7 kB in all."""
    quic: bool = False
    """With QUIC's transport parameters, and TLS 1.3 only."""
    program: int = 0
    """Different programs, 0 to 59, offer different suites: so their fingerprints differ."""

    def handshake(self) -> bytes:
        """The handshake message, without a record around it."""
        versions = (0x0304,) if self.quic else (0x0304, 0x0303)
        session = b"" if self.quic else octets("session", self.number, 32)
        body = b"".join(
            (
                b"\x03\x03",
                octets("random", self.number, 32),
                counted(1, session),
                counted(2, words(self._suites())),
                b"\x01\x00",
                counted(2, self._extensions(versions)),
            )
        )
        return message(1, body)

    def _suites(self) -> Sequence[int]:
        if self.quic:
            return SUITES[:3]
        fewer, turned = divmod(self.program, len(SUITES))
        return (SUITES[turned:] + SUITES[:turned])[: len(SUITES) - fewer]

    def _extensions(self, versions: Sequence[int]) -> bytes:
        groups = (X25519MLKEM768, X25519, P256) if self.post_quantum else (X25519, P256)
        shares = words((X25519,)) + counted(2, octets("x25519", self.number, 32))
        if self.post_quantum:
            share = octets("mlkem", self.number, MLKEM_SHARE_BYTES)
            shares = words((X25519MLKEM768,)) + counted(2, share) + shares
        alpn = b"".join(counted(1, protocol.encode()) for protocol in self.alpn)
        name = counted(2, b"\0" + counted(2, self.name)) if self.name else b""
        ticket = octets("ticket", self.number, TICKET_BYTES)
        made = [
            extension(0, name) if name else b"",
            extension(35, ticket) if self.post_quantum and not self.quic else b"",
            extension(23, b""),
            extension(10, counted(2, words(groups))),
            extension(11, b"\x01\x00"),
            extension(16, counted(2, alpn)) if alpn else b"",
            extension(13, counted(2, words(SIGNATURES))),
            extension(51, counted(2, shares)),
            extension(45, b"\x01\x01"),
            extension(43, counted(1, words(versions))),
            extension(ECH, self._grease()) if self.browser else b"",
            extension(57, b"\x01\x04\x80\x00\x75\x30\x0f\x00") if self.quic else b"",
        ]
        return b"".join(made)

    def _grease(self) -> bytes:
        """GREASE ECH (RFC 9849): an outer hello with a key and a payload that nobody can read."""
        key = counted(2, octets("ech", self.number, 32))
        return b"\0\0\x01\0\x01\x2a" + key + counted(2, octets("payload", self.number, 144))


def octets(purpose: str, number: int, count: int) -> bytes:
    """So many octets that look random and are always the same."""
    return hashlib.shake_256(f"{purpose} {number}".encode()).digest(count)


def words(numbers: Sequence[int]) -> bytes:
    """Numbers of two octets each."""
    return b"".join(number.to_bytes(2, "big") for number in numbers)


def counted(length_bytes: int, value: bytes) -> bytes:
    """A vector: its length, then its octets."""
    return len(value).to_bytes(length_bytes, "big") + value


def extension(number: int, value: bytes) -> bytes:
    """One extension of a hello."""
    return words((number,)) + counted(2, value)


def message(kind: int, body: bytes) -> bytes:
    """One handshake message."""
    return bytes((kind,)) + counted(3, body)


def records(handshake: bytes, *cuts: int, kind: int = HANDSHAKE) -> bytes:
    """The octets in TLS records, a new one at each of `cuts` (and whenever one is full)."""
    edges = sorted({0, *cuts, *range(0, len(handshake), RECORD_BYTES_MAX), len(handshake)})
    return b"".join(
        bytes((kind, 3, 1 if kind == HANDSHAKE and start == 0 else 3))
        + counted(2, handshake[start:end])
        for start, end in pairwise(edges)
    )


def server_hello(number: int = 1, *, version: int = 0x0304) -> bytes:
    """A ServerHello message; TLS 1.3 unless told otherwise."""
    extensions = extension(43, words((version,))) if version == 0x0304 else b""
    share = extension(51, words((X25519,)) + counted(2, octets("server", number, 32)))
    suite = 0x1302 if version == 0x0304 else 0xC030
    body = b"\x03\x03" + octets("server random", number, 32)
    body += counted(1, octets("session", number, 32)) + words((suite,)) + b"\0"
    return message(2, body + counted(2, extensions + (share if extensions else b"")))


def flight_13(number: int = 1) -> bytes:
    """What a TLS 1.3 server answers: its hello, and what only the client can read."""
    hidden = records(octets("encrypted extensions", number, 64), kind=APPLICATION)
    return records(server_hello(number)) + hidden


def flight_12(chain: Sequence[bytes], number: int = 1) -> bytes:
    """What a TLS 1.2 server answers: its hello, its certificates (DER), and its turn is over."""
    listed = counted(3, b"".join(counted(3, der) for der in chain))
    hello = server_hello(number, version=0x0303)
    return records(hello) + records(message(11, listed)) + records(message(14, b""))
