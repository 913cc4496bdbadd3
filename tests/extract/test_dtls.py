"""DTLS handshakes in datagrams.

Invariant: fragments of a message give the same message in whatever order, cuts and copies they
come, and no lengths make octets of one datagram stand in for those of another.
"""

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.dtls import DtlsFlight, dtls_begins
from netwatch.extract.tls import ClientHello
from netwatch.extract.tls_records import TlsRecords
from netwatch.limits import CERTIFICATES_BYTES_MAX, HELLO_BYTES_MAX, PIECES_MAX
from netwatch.model import Anomaly, Answer
from netwatch.selftest import dtls
from netwatch.selftest.authority import certificate
from netwatch.selftest.hellos import Hello, counted

NAME = b"ds.found.test"
SAID = Hello(name=NAME, post_quantum=True)
HELLO = dtls.hello(SAID)
SERVER = dtls.server_hello()
LEAF = certificate([("CN", "found.test")], [("O", "Lab")], ["found.test"])
CHAIN = dtls.certificate_message([LEAF, LEAF])

REAL = Path(__file__).resolve().parents[2] / "../shared/captures/ndpi"


def flight(*datagrams: bytes) -> DtlsFlight:
    found = DtlsFlight()
    for octets in datagrams:
        assert found.add(octets, 0, len(octets)) == Answer.DONE
    return found


def name_of(octets: bytes) -> bytes:
    hello = ClientHello(True)
    assert hello.parse(octets, 0, len(octets)) == Answer.DONE
    return hello.data[hello.name_start : hello.name_end]


# RFC 9147 and 6347 print no whole hello: this one was put together by hand after section 4.2.1.
BY_HAND = bytes.fromhex(
    "16 fefd 0000 000000000000 005a"  # handshake, DTLS 1.2, epoch 0, number 0, 90 octets
    "01 00004e 0000 000000 00004e"  # ClientHello, 78 octets, message 0, all of them
    "fefd" + "00" * 32 + "00 04 c0ffee00 0002 c02f 01 00 001e"
    "0000 0012 0010 00 000d" + NAME.hex() + "000d 0004 0002 0403"
)


def test_a_vector_made_by_hand() -> None:
    assert dtls_begins(BY_HAND, 0, len(BY_HAND))
    assert name_of(flight(BY_HAND).handshake()) == NAME


@pytest.mark.parametrize("before", [b"", b"\xff" * 7])
@pytest.mark.parametrize("behind", [b"", b"\xff" * 19])
def test_what_lies_around_a_datagram_makes_no_difference(before: bytes, behind: bytes) -> None:
    data = before + BY_HAND + behind
    end = len(before) + len(BY_HAND)
    found = DtlsFlight()
    assert dtls_begins(data, len(before), end)
    assert found.add(data, len(before), end) == Answer.DONE
    assert found.handshake() == flight(BY_HAND).handshake()


def test_trailing_octets_that_are_no_record() -> None:
    found = DtlsFlight()
    octets = BY_HAND + bytes(40)
    assert found.add(octets, 0, len(octets)) == -Anomaly.DTLS
    assert name_of(found.handshake()) == NAME


@pytest.mark.parametrize("octets", [BY_HAND, dtls.records(dtls.fragments(HELLO))[0]])
def test_every_truncation_gives_a_beginning(octets: bytes) -> None:
    whole = flight(octets).handshake()
    for end in range(len(octets)):
        found = DtlsFlight()
        assert found.add(octets, 0, end) == Answer.DONE
        there = found.handshake()
        assert whole.startswith(there) and len(there) == max(end - 25 + 4, 0) * (end >= 25)
        hello = ClientHello(True)
        assert hello.parse(there, 0, len(there)) == Answer.NEED_MORE
        dtls_begins(octets, 0, end)


def test_fragments_in_every_order_twice() -> None:
    parts = dtls.records(dtls.fragments(HELLO, 40, 300, 1_000))
    for order in permutations(range(4)):
        shown = [parts[i] for i in order for _ in range(2)]
        assert flight(*shown).handshake() == HELLO


def test_several_fragments_in_a_record_several_records_in_a_datagram() -> None:
    pieces = dtls.fragments(HELLO, 40, 300, 1_000)
    together = dtls.record(pieces[0] + pieces[1]) + dtls.record(pieces[2]) + dtls.record(pieces[3])
    assert flight(together).handshake() == HELLO


def test_retransmitted_with_other_cuts() -> None:
    one = dtls.records(dtls.fragments(HELLO, 500))
    two = dtls.records(dtls.fragments(HELLO, 100, 700))
    assert flight(one[0], two[1], two[2]).handshake() == HELLO


def test_the_hello_with_the_cookie_is_another_message() -> None:
    again = dtls.hello(SAID, cookie=b"cookie" * 3)
    first = dtls.records(dtls.fragments(HELLO, 500))[0]
    second = dtls.records(dtls.fragments(again, 500, number=1))
    assert flight(first, *second).handshake() == again


def test_other_records_and_messages_are_passed_over() -> None:
    alert = dtls.record(b"\x01\x00", kind=21)
    done = dtls.record(dtls.fragments(b"\x0e\0\0\0", number=3)[0])
    secret = dtls.record(b"\xff" * 40, epoch=1)
    ack = dtls.record(bytes(18), kind=26, version=dtls.DTLS_1_2)
    server = dtls.record(dtls.fragments(SERVER)[0])
    assert flight(alert + server + done + ack + secret).handshake() == SERVER


def test_the_server_shows_its_certificates() -> None:
    pieces = [
        *dtls.fragments(SERVER),
        *dtls.fragments(CHAIN, *range(100, len(CHAIN) - 4, 100), number=1),
    ]
    found = flight(*dtls.records(pieces)[::-1])
    records = TlsRecords()
    assert records.messages(found.handshake()) == Answer.DONE
    assert (records.version, records.certificates) == (0xFEFD, [LEAF, LEAF])
    alone = flight(*dtls.records(pieces)[1:])
    assert records.messages(alone.handshake()) == Answer.DONE
    assert records.certificates == [LEAF, LEAF]


def test_a_server_of_1_3_shows_none() -> None:
    found = flight(dtls.record(dtls.fragments(dtls.server_hello(version=dtls.DTLS_1_3))[0]))
    records = TlsRecords()
    assert records.messages(found.handshake()) == Answer.DONE
    assert (records.version, records.certificates) == (dtls.DTLS_1_3, [])


def test_versions_count_downwards() -> None:
    hello = ClientHello(True)
    grease = dtls.hello(SAID, versions=(0x2A2A, dtls.DTLS_1_2, dtls.DTLS_1_3, dtls.DTLS_1_0))
    assert hello.parse(grease, 0, len(grease)) == Answer.DONE
    assert hello.version == dtls.DTLS_1_3
    assert hello.ja4("d").startswith("dd3d10")
    assert hello.parse(HELLO, 0, len(HELLO)) == Answer.DONE
    assert hello.ja4("d").startswith("dd2d10")


LIES = {
    "fragment past its message": BY_HAND[:22] + b"\0\0\x4f" + BY_HAND[25:],
    "fragment past its record": BY_HAND[:11] + b"\0\x59" + BY_HAND[13:],
    "no version": BY_HAND[:1] + b"\xfe\xfe" + BY_HAND[3:],
    "hello too short": dtls.record(dtls.fragments(b"\x01" + counted(3, bytes(20)))[0]),
    "hello too long": dtls.record(
        b"\x01" + (HELLO_BYTES_MAX + 1).to_bytes(3, "big") + bytes(5) + b"\0\0\1x"
    ),
    "certificates too long": dtls.record(
        b"\x0b" + (CERTIFICATES_BYTES_MAX + 1).to_bytes(3, "big") + bytes(5) + b"\0\0\1x"
    ),
}


@pytest.mark.parametrize("octets", LIES.values(), ids=LIES.keys())
def test_lies_are_refused(octets: bytes) -> None:
    found = DtlsFlight()
    assert found.add(octets, 0, len(octets)) == -Anomaly.DTLS
    assert found.handshake() in (b"", b"\x01\0\0\x4e")


def test_what_does_not_begin_so() -> None:
    changes = {0: 23, 1: 3, 3: 1, 4: 1, 13: 20, 19: 1, 24: 0x4F}
    for at, octet in changes.items():
        other = BY_HAND[:at] + bytes((octet,)) + BY_HAND[at + 1 :]
        assert not dtls_begins(other, 0, len(other)), at
    assert not dtls_begins(BY_HAND, 0, 24)
    assert dtls_begins(BY_HAND.replace(b"\x16\xfe\xfd", b"\x16\x01\0"), 0, len(BY_HAND))


def test_pieces_are_bounded() -> None:
    pieces = dtls.records(dtls.fragments(HELLO, *range(2, 2 * PIECES_MAX + 4, 2)))
    found = DtlsFlight()
    answers = [found.add(piece, 0, len(piece)) for piece in pieces[::2] + pieces[1::2]]
    assert -Anomaly.DTLS in answers
    assert len(found.hello.body.pieces) <= PIECES_MAX


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    cuts=st.lists(st.integers(1, len(HELLO) - 5), max_size=12, unique=True).map(sorted),
    order=st.randoms(use_true_random=False),
    joined=st.booleans(),
)
def test_any_cuts_in_any_order(cuts: list[int], order: object, joined: bool) -> None:
    pieces = dtls.fragments(HELLO, *cuts)
    assert hasattr(order, "shuffle")
    order.shuffle(pieces)
    shown = dtls.records(pieces)
    assert flight(*([b"".join(shown)] if joined else shown)).handshake() == HELLO


@settings(max_examples=200, derandomize=True, deadline=None)
@given(octets=st.binary(max_size=300), head=st.sampled_from([b"", BY_HAND[:13], BY_HAND[:25]]))
def test_any_octets(octets: bytes, head: bytes) -> None:
    data = head + octets
    found = DtlsFlight()
    assert found.add(data, 0, len(data)) in (Answer.DONE, -Anomaly.DTLS)
    held = sum(map(len, found.hello.body.pieces)) + sum(map(len, found.certificate.body.pieces))
    assert held <= len(data)


@pytest.mark.skipif(not REAL.exists(), reason="the real captures are not here")
def test_real_flights() -> None:
    octets = (REAL / "dtls_certificate_fragments.pcap").read_bytes()
    at = octets.index(b"\x16\xfe\xff")
    assert dtls_begins(octets, at, at + 312)
    hello = ClientHello(True)
    there = flight(octets[at : at + 312]).handshake()
    assert hello.parse(there, 0, len(there)) == Answer.DONE
    assert hello.version in (0xFEFF, 0xFEFD)
