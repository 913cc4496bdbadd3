"""DTLS as built, taken apart by who else knows it: scapy has none, so lengths are counted here."""

import pytest

from netwatch.extract.dtls import dtls_begins
from netwatch.extract.tls import ClientHello
from netwatch.model import Answer
from netwatch.selftest import dtls
from netwatch.selftest.hellos import Hello

SAID = Hello(name=b"ds.kaspersky.com")


@pytest.mark.parametrize("cookie", [b"", bytes(20), b"\xff" * 255])
def test_a_hello_agrees_with_its_lengths(cookie: bytes) -> None:
    made = dtls.hello(SAID, cookie=cookie, versions=(dtls.DTLS_1_3, dtls.DTLS_1_2))
    assert len(made) == 4 + int.from_bytes(made[1:4], "big")
    read = ClientHello(True)
    assert read.parse(made, 0, len(made)) == Answer.DONE
    assert (read.anomaly, read.partial, read.version) == (0, False, 0xFEFC)
    assert ClientHello().parse(made, 0, len(made)) < 0 or cookie == b""


def test_fragments_and_records() -> None:
    made = dtls.hello(SAID)
    pieces = dtls.fragments(made, 50, 90, number=7)
    assert [piece[4:6] for piece in pieces] == [b"\0\7"] * 3
    assert b"".join(piece[12:] for piece in pieces) == made[4:]
    shown = dtls.records(pieces)
    assert [one[10] for one in shown] == [0, 1, 2]
    assert all(dtls_begins(one, 0, len(one)) for one in shown)
    assert not dtls_begins(dtls.record(pieces[0], epoch=1), 0, 200)


def test_a_server_asks_again() -> None:
    asked = dtls.verify_request(b"cookie")
    assert dtls_begins(asked, 0, len(asked))
    assert asked.endswith(b"\xfe\xff\x06cookie")
