"""DTLS datagrams: handshake messages in fragments and records (RFC 6347 section 4, RFC 9147)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from netwatch.selftest.hellos import Hello, counted, extension, octets, words

HANDSHAKE: Final = 22
DTLS_1_0: Final = 0xFEFF
DTLS_1_2: Final = 0xFEFD
DTLS_1_3: Final = 0xFEFC
BODY_HEAD_BYTES: Final = 4 + 35
"""Of a hello: type, length, version, random and the length of the session id."""

Fragment = tuple[int, bytes]
"""Offset in the message's body, and octets."""


def hello(said: Hello, *, cookie: bytes = b"", versions: Sequence[int] = (DTLS_1_2,)) -> bytes:
    """The ClientHello as DTLS has it: a cookie behind the session id, and versions of its own.

    It still has the header of TLS (type and length), which `fragments` takes off.
    """
    made = said.handshake()
    session_end = BODY_HEAD_BYTES + made[BODY_HEAD_BYTES - 1]
    over_tls = extension(43, counted(1, words((0x0304, 0x0303))))
    own = extension(43, counted(1, words(versions))) if DTLS_1_3 in versions else b""
    behind = made[session_end:].replace(over_tls, own)
    body = words((max(versions[0], DTLS_1_2),)) + made[6:session_end] + counted(1, cookie)
    rest = extensions_again(behind, len(over_tls) - len(own))
    return made[:1] + counted(3, body + rest)


def extensions_again(behind: bytes, fewer: int) -> bytes:
    """Suites, compression and extensions, whose block has become shorter by `fewer` octets."""
    at = 2 + int.from_bytes(behind[:2], "big")
    at += 1 + behind[at]
    length = int.from_bytes(behind[at : at + 2], "big") - fewer
    return behind[:at] + words((length,)) + behind[at + 2 :]


def fragments(message: bytes, *cuts: int, number: int = 0) -> list[bytes]:
    """A handshake message (type, 24-bit length, body) in fragments, its body cut at `cuts`."""
    body = message[4:]
    return [
        message[:4] + words((number,)) + start.to_bytes(3, "big") + counted(3, body[start:end])
        for start, end in pairwise([0, *cuts, len(body)])
    ]


def record(
    payload: bytes,
    *,
    sequence: int = 0,
    version: int = DTLS_1_2,
    kind: int = HANDSHAKE,
    epoch: int = 0,
) -> bytes:
    """One record."""
    head = bytes((kind,)) + words((version, epoch)) + sequence.to_bytes(6, "big")
    return head + counted(2, payload)


def records(pieces: Sequence[bytes], *, version: int = DTLS_1_2) -> list[bytes]:
    """One record for each piece, numbered."""
    return [record(piece, sequence=n, version=version) for n, piece in enumerate(pieces)]


def verify_request(cookie: bytes) -> bytes:
    """What a server answers to a hello without a cookie (RFC 6347 section 4.2.1)."""
    body = words((DTLS_1_0,)) + counted(1, cookie)
    return record(fragments(b"\x03" + counted(3, body))[0])


def server_hello(number: int = 1, *, version: int = DTLS_1_2) -> bytes:
    """A ServerHello with the header of TLS."""
    extensions = extension(43, words((version,))) if version == DTLS_1_3 else b""
    body = words((max(version, DTLS_1_2),)) + octets("dtls server", number, 32) + b"\0"
    return b"\x02" + counted(3, body + words((0xC02F,)) + b"\0" + counted(2, extensions))


def certificate_message(chain: Sequence[bytes]) -> bytes:
    """A Certificate message (DER) with the header of TLS."""
    return b"\x0b" + counted(3, counted(3, b"".join(counted(3, der) for der in chain)))
