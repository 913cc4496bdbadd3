"""Initials as built, opened by the code that opens everybody's."""

import pytest

from netwatch.extract.quic import QuicHello
from netwatch.extract.quic_keys import InitialOpener
from netwatch.model import Answer
from netwatch.selftest import quic
from netwatch.selftest.hellos import Hello

HANDSHAKE = Hello(name=b"ds.kaspersky.com", quic=True, post_quantum=True).handshake()
VERSIONS = [quic.VERSION_1, quic.VERSION_2, quic.DRAFT_29]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_hello_over_two_initials_comes_out_whole(version: int) -> None:
    one, two, three = quic.cut(HANDSHAKE, 500, 900)
    hello = QuicHello()
    first = quic.initial([three], version=version, dcid=b"12345678", number=3)
    second = quic.initial([two, one], version=version, dcid=b"12345678", number=4)
    assert hello.add(first, 0, len(first), InitialOpener()) == Answer.NEED_MORE
    assert hello.add(second, 0, len(second), InitialOpener()) == Answer.DONE
    assert hello.handshake() == HANDSHAKE
    assert hello.version == version


@pytest.mark.parametrize("version", VERSIONS)
def test_datagrams_are_padded(version: int) -> None:
    made = quic.initial([(0, b"short")], version=version, dcid=bytes(20))
    assert len(made) == quic.DATAGRAM_BYTES_MIN


def test_control_another_connection_id_opens_nothing() -> None:
    made = quic.initial([(0, HANDSHAKE[:900])], dcid=b"12345678")
    forged = made.replace(b"12345678", b"12345679")
    assert QuicHello().add(forged, 0, len(forged), InitialOpener()) < 0


def test_variable_length_integers() -> None:
    assert quic.variable(63) == b"\x3f"
    assert quic.variable(64) == b"\x40\x40"
    assert quic.variable(16_383) == b"\x7f\xff"
