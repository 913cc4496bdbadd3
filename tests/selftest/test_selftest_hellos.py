"""Hellos as built, read by our own reader and, where it can, by dpkt."""

import dpkt
import pytest

from netwatch.extract.tls import ClientHello
from netwatch.extract.tls_records import TlsRecords
from netwatch.model import Answer
from netwatch.selftest import hellos
from netwatch.selftest.hellos import Hello


def read(handshake: bytes) -> ClientHello:
    hello = ClientHello()
    assert hello.parse(handshake, 0, len(handshake)) == Answer.DONE
    return hello


@pytest.mark.parametrize("browser", [False, True])
@pytest.mark.parametrize("quic", [False, True])
def test_a_hello_says_what_it_was_told(browser: bool, quic: bool) -> None:
    made = Hello(name=b"ds.kaspersky.com", browser=browser, quic=quic).handshake()
    hello = read(made)
    assert made[hello.name_start : hello.name_end] == b"ds.kaspersky.com"
    assert hello.ech == browser
    assert hello.version == 0x0304
    assert hello.alpn() == [b"h2", b"http/1.1"]


def test_a_hello_without_a_name_or_protocols() -> None:
    hello = read(Hello(name=b"", alpn=()).handshake())
    assert not hello.has_name
    assert hello.alpn() == []


def test_a_post_quantum_hello_needs_two_segments() -> None:
    plain, big = Hello(name=b"a.example"), Hello(name=b"a.example", post_quantum=True)
    assert len(plain.handshake()) < 600
    assert 1_460 < len(hellos.records(big.handshake())) < 2_000
    assert read(big.handshake()).has_name


def test_numbers_tell_hellos_apart_and_nothing_else_does() -> None:
    one, same, other = (Hello(name=b"a.example", number=n).handshake() for n in (1, 1, 2))
    assert one == same != other
    assert len(one) == len(other)


def test_records_are_cut_where_they_were_told() -> None:
    handshake = Hello(name=b"ds.kaspersky.com").handshake()
    cut = hellos.records(handshake, 30, 100)
    assert [len(record.data) for record in dpkt.ssl.tls_multi_factory(cut)[0]] == [
        30,
        70,
        len(handshake) - 100,
    ]
    hello = ClientHello()
    assert TlsRecords().client_hello(cut, 0, len(cut), hello) == Answer.DONE
    assert hello.has_name


def test_a_full_record_begins_a_new_one() -> None:
    made = hellos.records(bytes(40_000), kind=hellos.APPLICATION)
    assert len(made) == 40_000 + 3 * 5
    assert made[:5] == b"\x17\x03\x03\x40\x00"


def test_server_flights() -> None:
    records, used = dpkt.ssl.tls_multi_factory(hellos.flight_12([b"one", b"two"]))
    assert used == len(hellos.flight_12([b"one", b"two"]))
    assert [record.data[0] for record in records] == [2, 11, 14]
    reader = TlsRecords()
    flight = hellos.flight_12([b"one", b"two"])
    assert reader.server_flight(flight, 0, len(flight)) == Answer.DONE
    assert list(reader.certificates) == [b"one", b"two"]
    new = hellos.flight_13()
    assert reader.server_flight(new, 0, len(new)) == Answer.DONE
    assert reader.version == 0x0304
