"""QUIC Initial packets with a hello inside (RFC 9000 section 17.2.2, RFC 9001, RFC 9369).

The keys are derived by the code that also opens Initials; the RFC's vectors hold that in its tests.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from netwatch.extract import quic_keys

VERSION_1: Final = 1
VERSION_2: Final = quic_keys.VERSION_2
DRAFT_29: Final = 0xFF00001D
DATAGRAM_BYTES_MIN: Final = 1_200
"""A client pads datagrams with Initials to this (RFC 9000 section 14.1)."""
NUMBER_BYTES: Final = 4
TAG_BYTES: Final = 16

GOOGLE_Q050: Final = int.from_bytes(b"Q050")

Piece = tuple[int, bytes]
"""Offset in the CRYPTO stream, and octets."""


def initial(
    pieces: Sequence[Piece], *, version: int = VERSION_1, dcid: bytes, number: int = 0
) -> bytes:
    """A datagram with one client Initial that carries `pieces` as CRYPTO frames, padded."""
    frame = b"\x08" if version == GOOGLE_Q050 else b"\x06"
    plain = b"".join(
        frame + variable(offset) + variable(len(data)) + data for offset, data in pieces
    )
    kind = 0b01 if version == VERSION_2 else 0b00
    first = 0b1100_0000 | kind << 4 | NUMBER_BYTES - 1
    head = bytes((first,)) + version.to_bytes(4, "big") + bytes((len(dcid),)) + dcid
    head += b"\x08" + dcid[::-1][:8].ljust(8, b"\0") + b"\x00"
    room = DATAGRAM_BYTES_MIN - len(head) - 2 - NUMBER_BYTES - TAG_BYTES
    plain = plain.ljust(room, b"\0")
    length = (0x4000 | NUMBER_BYTES + len(plain) + TAG_BYTES).to_bytes(2, "big")
    return _sealed(head + length, plain, version, dcid, number)


def chlo(name: bytes, *, pad: int = 700) -> bytes:
    """The hello of Google's own QUIC: tags with the ends of their values, then the values."""
    named = ((b"SNI\0", name),) if name else ()
    tags = (
        (b"PAD\0", b"-" * pad),
        *named,
        (b"VER\0", b"Q043"),
        (b"UAID", b"x"),
        (b"PDMD", b"X509"),
    )
    table, values = b"", b""
    for tag, value in tags:
        values += value
        table += tag + len(values).to_bytes(4, "little")
    return b"CHLO" + len(tags).to_bytes(2, "little") + b"\0\0" + table + values


def google(message: bytes, version: bytes, dcid: bytes) -> bytes:
    """A client's packet before encryption came: version, hash (zeros here) and a stream frame."""
    if version >= b"Q044":
        head = b"\xc3" + version + b"\x50" + dcid + b"\0\0\0\1"
    else:
        head = b"\x0d" + dcid + version + b"\1" + (b"\0" if version < b"Q034" else b"")
    frame = b"\xa0\x01" + len(message).to_bytes(2, "big")
    return (head + bytes(12) + frame + message).ljust(DATAGRAM_BYTES_MIN, b"\0")


def variable(value: int) -> bytes:
    """A variable-length integer (RFC 9000 section 16) below 16,384."""
    return value.to_bytes(1, "big") if value < 64 else (0x4000 | value).to_bytes(2, "big")


def cut(handshake: bytes, *at: int) -> list[Piece]:
    """The octets in pieces, cut at these offsets."""
    edges = [0, *at, len(handshake)]
    return [(start, handshake[start:end]) for start, end in pairwise(edges)]


def _sealed(head: bytes, plain: bytes, version: int, dcid: bytes, number: int) -> bytes:
    """Encrypt (RFC 9001 section 5.3), then protect the header (section 5.4)."""
    key, iv, hp = quic_keys.client_keys(version, quic_keys.salts_of(version)[0], dcid)
    written = number.to_bytes(NUMBER_BYTES, "big")
    nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
    hidden = AESGCM(key).encrypt(nonce, plain, head + written)
    protector = Cipher(AES(hp), ECB()).encryptor()  # noqa: S305 - what RFC 9001 asks for
    mask = protector.update((written + hidden)[4:20])
    masked = bytes(a ^ b for a, b in zip(written, mask[1:], strict=False))
    return bytes((head[0] ^ (mask[0] & 0x0F),)) + head[1:] + masked + hidden
