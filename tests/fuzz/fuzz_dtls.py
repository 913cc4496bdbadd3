"""A DTLS flight keeps only octets that came, in their order, whatever its datagrams claim.

The input is a row of datagrams, each behind its length.
"""

from typing import Final

from invariants import is_answer, pieces_of

from netwatch.extract.dtls import DtlsFlight, dtls_begins
from netwatch.extract.tls import ClientHello
from netwatch.extract.tls_records import TlsRecords
from netwatch.limits import CERTIFICATES_BYTES_MAX, HELLO_BYTES_MAX, PIECE_BYTES, PIECES_MAX
from netwatch.model import Answer

RUNS: Final = 12_000
DEPTHS: Final = ("name", "certificate", "refused", "in pieces")
reached: set[str] = set()


def target(octets: bytes) -> None:
    """Add all datagrams, some of them in other surroundings; read what is there after each."""
    flight, other = DtlsFlight(), DtlsFlight()
    received = 0
    for datagram in pieces_of(octets):
        dtls_begins(datagram, 0, len(datagram))
        received += len(datagram)
        answer = flight.add(datagram, 0, len(datagram))
        around = b"\x16\xfe\xfd" + datagram + b"\x16\xfe\xfd\0\0"
        assert other.add(around, 3, 3 + len(datagram)) == answer
        assert other.handshake() == flight.handshake(), "surroundings matter"
        assert is_answer(answer)
        if answer < 0:
            reached.add("refused")
        judge(flight, received)


def judge(flight: DtlsFlight, received: int) -> None:
    """Hold what is kept against its bounds, and hand it to the readers of TLS."""
    held = 0
    for message, most in ((flight.hello, HELLO_BYTES_MAX), (flight.certificate, 65_536)):
        assert most <= max(HELLO_BYTES_MAX, CERTIFICATES_BYTES_MAX)
        body = message.body
        assert len(body.pieces) == len(body.starts) <= PIECES_MAX
        assert body.held_bytes == sum(len(piece) + PIECE_BYTES for piece in body.pieces)
        held += sum(map(len, body.pieces))
        end = 0
        for start, piece in zip(body.starts, body.pieces, strict=True):
            assert piece and start >= end
            end = start + len(piece)
        assert end <= message.length <= most
        if len(body.pieces) > 1:
            reached.add("in pieces")
    assert held <= received
    octets = flight.handshake()
    hello, records = ClientHello(True), TlsRecords()
    assert is_answer(hello.parse(octets, 0, len(octets)))
    if hello.has_name:
        reached.add("name")
    answer = records.messages(octets)
    assert is_answer(answer)
    if answer == Answer.DONE and records.certificates:
        reached.add("certificate")
