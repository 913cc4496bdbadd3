"""CRYPTO octets are kept where their frames say, once, within bounds, and never beyond what came.

The datagrams stand one behind the other with their lengths; the first octet says whether they are
really encrypted, or only look like it so that mutations reach the frames.
"""

from collections.abc import Callable
from typing import Final

from invariants import is_answer, pieces_of

from netwatch.extract.quic import QuicHello, early_begins, initial_begins, version_known
from netwatch.extract.quic_keys import InitialOpener
from netwatch.limits import (
    PIECE_BYTES,
    PIECES_MAX,
    QUIC_CRYPTO_BYTES_MAX,
    QUIC_INITIALS_MAX,
)
from netwatch.model import Answer

RUNS: Final = 3_000
DEPTHS: Final = ("opened", "whole", "pieces", "refused", "begins")
reached: set[str] = set()
_open_initial: Final = InitialOpener()
NUMBER_BYTES: Final = 4
TAG_BYTES: Final = 16

Opener = Callable[[int, bytes, bytes, int], bytes | None]


def target(octets: bytes) -> None:
    """Add all datagrams to one connection, and again in the same order."""
    if not octets:
        return
    opener = _open_initial if octets[0] & 1 else unprotected
    hello = QuicHello()
    received = 0
    for datagram in pieces_of(octets[1:]):
        received += len(datagram)
        add(hello, datagram, opener)
        judge(hello, received)
    for datagram in pieces_of(octets[1:]):
        was_whole, before = hello.crypto_whole, hello.handshake()
        add(hello, datagram, opener)
        judge(hello, 2 * received)
        assert not was_whole or hello.handshake() == before, "a whole hello changed"


def unprotected(_version: int, dcid: bytes, packet: bytes, number: int) -> bytes | None:
    """Take the payload as plain, unless the connection id says that it is not."""
    if len(packet) < number + NUMBER_BYTES + TAG_BYTES or dcid.startswith(b"\xff"):
        return None
    return packet[number + NUMBER_BYTES : -TAG_BYTES]


def add(hello: QuicHello, datagram: bytes, opener: Opener) -> None:
    """Add one datagram, in surroundings that must not matter."""
    data = b"\xc3\x00\x00\x00\x01\x08" + datagram + b"\x06\x00\x40\x50\xff"
    first, last = 6, 6 + len(datagram)
    for begins in (initial_begins, early_begins):
        if begins(data, first, last):
            reached.add("begins")
        assert begins(data, first, last) == begins(datagram, 0, len(datagram))
    answer = hello.add(data, first, last, opener)
    assert is_answer(answer), answer
    assert (answer == Answer.DONE) == hello.crypto_whole
    if answer < 0:
        reached.add("refused")
    if not datagram:
        assert answer <= 0 or hello.crypto_whole


def judge(hello: QuicHello, received: int) -> None:
    """Hold what is kept against its bounds."""
    assert hello.initials <= QUIC_INITIALS_MAX
    assert hello.attempts <= 2 * QUIC_INITIALS_MAX + 1
    assert len(hello.crypto.pieces) == len(hello.crypto.starts) <= PIECES_MAX
    reach = 0
    for start, piece in zip(hello.crypto.starts, hello.crypto.pieces, strict=True):
        assert start >= reach and piece, "pieces meet or are empty"
        reach = start + len(piece)
    assert reach <= QUIC_CRYPTO_BYTES_MAX
    assert hello.crypto.held_bytes == sum(len(piece) + PIECE_BYTES for piece in hello.crypto.pieces)
    assert sum(map(len, hello.crypto.pieces)) <= received
    if hello.initials:
        reached.add("opened")
        assert version_known(hello.version)
    if len(hello.crypto.pieces) > 1:
        reached.add("pieces")
    if hello.crypto_whole:
        reached.add("whole")
        message = hello.handshake()
        assert message[0] == 1 and len(message) >= 4 + int.from_bytes(message[1:4], "big")
