"""Google's QUIC before the IETF's.

Invariant: the name is the value of the tag SNI of a table that agrees with itself, or nothing.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.gquic import SEARCHED_BYTES, TAGS_MAX, ChloHello, gquic_version
from netwatch.extract.quic import QuicHello, initial_begins
from netwatch.extract.quic_keys import InitialOpener
from netwatch.model import Anomaly, Answer
from netwatch.selftest import quic

NAME = b"ds.found.test"
DCID = b"8 octets"
MESSAGE = quic.chlo(NAME, pad=30)
VERSIONS = [b"Q009", b"Q025", b"Q033", b"Q035", b"Q039", b"Q043", b"Q044", b"Q046"]
REAL = Path(__file__).resolve().parents[2] / "../shared/captures/ndpi/quic.pcap"

# Written out by hand: two tags, SNI and VER.
BY_HAND = bytes.fromhex("43484c4f 0200 0000 534e4900 05000000 56455200 09000000") + b"a.b.cQ046"


def name_in(octets: bytes) -> bytes:
    hello = ChloHello()
    assert hello.parse(octets, 0, len(octets)) == Answer.DONE
    return hello.data[hello.name_start : hello.name_end]


def test_a_message_written_by_hand() -> None:
    assert name_in(BY_HAND) == b"a.b.c"
    assert name_in(BY_HAND + b"\xff" * 9) == b"a.b.c"
    assert name_in(quic.chlo(b"")) == b""


@pytest.mark.parametrize("version", VERSIONS)
def test_the_message_in_a_packet(version: bytes) -> None:
    packet = quic.google(MESSAGE, version, DCID)
    around = b"\xff" * 5 + packet + b"CHLO"
    assert gquic_version(around, 5, 5 + len(packet)) == int.from_bytes(version)
    hello = ChloHello()
    assert hello.find(around, 5, 5 + len(packet)) == Answer.DONE
    assert around[hello.name_start : hello.name_end] == NAME


def test_short_connection_ids() -> None:
    for flags, dcid in ((0x01, b""), (0x05, b"i"), (0x09, b"four"), (0x09, DCID), (0x2D, DCID)):
        packet = bytes((flags,)) + dcid + b"Q025\1" + bytes(12) + MESSAGE
        assert gquic_version(packet, 0, len(packet)) == int.from_bytes(b"Q025"), flags


OTHERS = {
    "no version": b"\x0c" + DCID + b"Q043" + bytes(60),
    "short header": b"\x40" + DCID + b"Q043" + bytes(60),
    "not a number": b"\x0d" + DCID + b"Q0x3" + bytes(60),
    "another": b"\x0d" + DCID + b"T051" + bytes(60),
    "IETF": b"\xc3\0\0\0\1" + bytes(60),
    "too short": b"\x0d" + DCID + b"Q043" + bytes(10),
}


@pytest.mark.parametrize("octets", OTHERS.values(), ids=OTHERS.keys())
def test_other_packets(octets: bytes) -> None:
    assert gquic_version(octets, 0, len(octets)) == 0


def test_every_truncation() -> None:
    packet = quic.google(MESSAGE, b"Q043", DCID)
    sni_end = packet.index(NAME) + len(NAME)
    hello = ChloHello()
    for end in range(len(packet)):
        gquic_version(packet, 0, end)
        wanted = Answer.DONE if end >= sni_end else -Anomaly.QUIC_CRYPTO
        assert hello.find(packet, 0, end) == wanted, end
        assert hello.has_name == (end >= sni_end)
    for end in range(len(BY_HAND)):
        wanted = Answer.DONE if end >= BY_HAND.index(b"a.b.c") + 5 else Answer.NEED_MORE
        assert hello.parse(BY_HAND, 0, end) == wanted


LIES = {
    "no tags": BY_HAND[:4] + b"\0\0" + BY_HAND[6:],
    "too many tags": BY_HAND[:4] + (TAGS_MAX + 1).to_bytes(2, "little") + BY_HAND[6:],
    "padding": BY_HAND[:6] + b"\0\1" + BY_HAND[8:],
    "another message": b"REJ\0" + BY_HAND[4:],
    "tags fall": BY_HAND[:4] + b"\3\0\0\0VER\0" + bytes(4) + BY_HAND[8:],
    "ends fall": BY_HAND[:4] + b"\3\0\0\0PAD\0\7\0\0\0" + BY_HAND[8:],
}


@pytest.mark.parametrize("octets", LIES.values(), ids=LIES.keys())
def test_tables_that_lie(octets: bytes) -> None:
    hello = ChloHello()
    assert hello.parse(octets, 0, len(octets)) == -Anomaly.QUIC_CRYPTO
    assert not hello.has_name


def test_a_message_far_behind_is_not_looked_for() -> None:
    octets = bytes(SEARCHED_BYTES) + BY_HAND
    assert ChloHello().find(octets, 0, len(octets)) == -Anomaly.QUIC_CRYPTO
    assert ChloHello().find(octets, 5, len(octets)) == Answer.DONE


def test_an_encrypted_one() -> None:
    message = quic.chlo(NAME)
    one, two = quic.cut(message, 500)
    hello = QuicHello()
    for number, piece in enumerate((two, one)):
        packet = quic.initial([piece], version=quic.GOOGLE_Q050, dcid=DCID, number=number)
        assert initial_begins(packet, 0, len(packet))
        answer = hello.add(packet, 0, len(packet), InitialOpener())
        assert answer == (Answer.DONE if number else Answer.NEED_MORE)
    assert name_in(hello.handshake()) == NAME


@settings(max_examples=200, derandomize=True, deadline=None)
@given(octets=st.binary(max_size=120), head=st.sampled_from([b"", BY_HAND[:8], BY_HAND[:20]]))
def test_any_octets(octets: bytes, head: bytes) -> None:
    data = head + octets
    hello = ChloHello()
    answer = hello.parse(data, 0, len(data))
    assert answer in (Answer.DONE, Answer.NEED_MORE, -Anomaly.QUIC_CRYPTO)
    assert 0 <= hello.name_start <= hello.name_end <= len(data)
    assert hello.has_name == (hello.name_end > hello.name_start)
    hello.find(data, 0, len(data))
    gquic_version(data, 0, len(data))


@pytest.mark.skipif(not REAL.exists(), reason="the real captures are not here")
def test_a_real_one() -> None:
    octets = REAL.read_bytes()
    at = octets.index(b"Q024") - 9
    assert gquic_version(octets, at, at + 1350) == int.from_bytes(b"Q024")
    hello = ChloHello()
    assert hello.find(octets, at, at + 1350) == Answer.DONE
    assert octets[hello.name_start : hello.name_end] == b"mail.google.com"
