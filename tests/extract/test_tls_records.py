"""Invariant: however a hello or a server flight is cut into records, and however much of it is
there, the answer is NEED_MORE until it is whole and then always the same; any octets give DONE,
NEED_MORE or a negative anomaly, and nothing raises.
"""

import os
import random
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.tls import ClientHello
from netwatch.extract.tls_records import (
    TlsRecords,
    certificate_begins,
    hello_begins,
    server_hello_begins,
)
from netwatch.limits import CERTIFICATES_MAX, HELLO_BYTES_MAX
from netwatch.model import Anomaly, Answer

CAPTURES = Path(os.environ.get("NETWATCH_CAPTURES", "../shared/captures"))
NAME = b"dc1.ksn.kaspersky-labs.com"
CHANGE_CIPHER_SPEC = bytes.fromhex("140303000101")
WARNING = bytes.fromhex("15030300020170")
FATAL = bytes.fromhex("15030300020228")


def u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def vector(octets: bytes, length_octets: int = 2) -> bytes:
    return len(octets).to_bytes(length_octets, "big") + octets


def extension(kind: int, content: bytes = b"") -> bytes:
    return u16(kind) + vector(content)


def message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + vector(body, 3)


def hello(name: bytes = NAME, padding: int = 300) -> bytes:
    block = extension(0x0A0A) + extension(0, vector(b"\x00" + vector(name)))
    block += extension(16, vector(vector(b"h2", 1))) + extension(21, bytes(padding))
    block += extension(43, vector(u16(0x0304) + u16(0x0303), 1))
    body = u16(0x0303) + bytes(range(32)) + vector(bytes(32), 1) + vector(u16(0x1301) + u16(0xC02B))
    return message(1, body + b"\x01\x00" + vector(block))


def records(handshake: bytes, *cuts: int) -> bytes:
    """`handshake` in records that end at the offsets `cuts`."""
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(handshake)}), len(handshake)]
    parts = [handshake[a:b] for a, b in pairwise(edges)]
    return b"".join(b"\x16\x03\x01" + vector(part) for part in parts)


def server_hello(version: int = 0x0303, chosen: int = 0, *, extensions: bool = True) -> bytes:
    body = u16(version) + bytes(range(32)) + vector(bytes(32), 1) + u16(0xC02F) + b"\x00"
    block = extension(0xFF01, b"\x00")
    if chosen:
        block += extension(51, bytes(36)) + extension(43, u16(chosen))
    return message(2, body + vector(block) if extensions else body)


def certificates(*ders: bytes) -> bytes:
    return message(11, vector(b"".join(vector(der, 3) for der in ders), 3))


DERS = (b"leaf" * 100, b"root" * 50)
FLIGHT = server_hello() + certificates(*DERS) + message(12, bytes(99)) + message(14, b"")


def read(data: bytes, end: int | None = None) -> tuple[int, bytes | None, ClientHello]:
    found = ClientHello()
    answer = TlsRecords().client_hello(data, 0, len(data) if end is None else end, found)
    name = found.data[found.name_start : found.name_end] if found.has_name else None
    return answer, name, found


def serve(data: bytes, end: int | None = None) -> tuple[int, int, list[bytes], int]:
    flight = TlsRecords()
    answer = flight.server_flight(data, 0, len(data) if end is None else end)
    return answer, flight.version, flight.certificates, flight.anomaly


def test_a_hello_in_one_record_is_read_in_place() -> None:
    data = records(hello())
    answer, name, found = read(data + b"\x17\x03\x03")
    assert (answer, name) == (Answer.DONE, NAME)
    assert found.data == data + b"\x17\x03\x03"
    assert not found.partial


def test_every_prefix_of_a_hello_needs_more() -> None:
    for data in (records(hello()), records(hello(), 3, 90, 250), records(hello(), *range(600))):
        for end in range(len(data)):
            answer, name, found = read(data, end)
            assert answer == Answer.NEED_MORE, end
            assert name in (None, NAME)
            assert found.partial
        assert read(data)[:2] == (Answer.DONE, NAME)


def test_what_was_read_before_the_rest_is_lost() -> None:
    data = records(hello(), 200)
    answer, name, _ = read(data, len(data) - 9)
    assert (answer, name) == (Answer.NEED_MORE, NAME)


def test_every_two_records() -> None:
    whole = read(records(hello()))[2]
    for cut in range(1, len(hello())):
        answer, name, found = read(records(hello(), cut))
        assert (answer, name) == (Answer.DONE, NAME), cut
        assert (found.ja4("t"), found.fingerprint()) == (whole.ja4("t"), whole.fingerprint())


def test_records_of_one_octet() -> None:
    answer, name, found = read(records(hello(), *range(len(hello()))))
    assert (answer, name, found.partial) == (Answer.DONE, NAME, False)


def test_a_hello_at_an_offset_and_octets_behind_the_end() -> None:
    data = b"CONNECT\r\n\r\n" + records(hello(), 70) + b"\xff" * 20
    found = ClientHello()
    assert TlsRecords().client_hello(data, 11, len(data), found) == Answer.DONE
    assert TlsRecords().client_hello(data, 11, len(data) - 21, found) == Answer.NEED_MORE


def test_a_warning_alert_before_the_hello() -> None:
    assert read(WARNING + records(hello()))[:2] == (Answer.DONE, NAME)
    assert read(FATAL + records(hello()))[0] == -Anomaly.TLS_RECORD


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x02\x01\x00\x40\x01\x00\x00\x3c\x03\x03",
        b"\x16\x03\x05\x00\x40\x01\x00\x00\x3c\x03\x03",
        b"\x16\x03\x01\x41\x01\x01\x00\x00\x3c\x03\x03",
        b"\x16\x03\x01\x00\x00\x01\x00\x00\x3c\x03\x03",
        b"\x17\x03\x03\x00\x40" + bytes(64),
        b"\x14\x03\x03\x00\x01\x01",
        b"GET",
        records(hello(), 60)[:65] + b"\x17\x03\x03\x00\x10" + bytes(16),
        records(hello(), 60)[:65] + b"HTTP/1.1",
    ],
)
def test_what_is_no_record(data: bytes) -> None:
    answer, name, found = read(data)
    assert (answer, name) == (-Anomaly.TLS_RECORD, None)
    assert found.partial


def test_a_name_before_a_bad_record_is_kept() -> None:
    data = records(hello(), 200)
    for bad in (b"\x17\x03\x03\x00\x10" + bytes(16), b"HTTP/1.1 400"):
        answer, name, found = read(data[: 5 + 200] + bad)
        assert (answer, name, found.anomaly) == (Answer.DONE, NAME, Anomaly.TLS_RECORD)
        assert found.partial


def test_another_message_first() -> None:
    assert read(records(message(11, bytes(60))))[0] == -Anomaly.TLS_HANDSHAKE
    assert read(records(message(11, bytes(60)), 9))[0] == -Anomaly.TLS_HANDSHAKE


def test_a_hello_longer_than_the_limit_in_many_records() -> None:
    long = hello(padding=HELLO_BYTES_MAX)
    data = records(long, *range(0, len(long), 1000))
    answer, name, found = read(data)
    assert (answer, name, found.anomaly) == (Answer.DONE, NAME, Anomaly.TLS_HELLO_TOO_LONG)
    assert read(data, 9_000)[0] == Answer.NEED_MORE


def test_where_a_hello_begins() -> None:
    data = records(hello())
    for end in range(len(data)):
        assert hello_begins(data, 0, end)
        assert end < 6 or not server_hello_begins(data, 0, end)
    pieces = records(hello(), *range(len(hello())))
    assert all(hello_begins(pieces, 0, end) for end in range(60))
    assert hello_begins(b"xx" + data, 2, len(data) + 2)


@pytest.mark.parametrize(
    "first",
    [
        "170303004001000040",
        "160203004001000040",
        "160305004001000040",
        "160301000001000040",
        "160301410101000040",
        "160301004000000040",
        "160301004002000040",
        "160301004001010040",
        "160301004001000025",
        "160301000201001503",
        "474554202f20485454",
    ],
)
def test_where_no_hello_begins(first: str) -> None:
    data = bytes.fromhex(first)
    assert not hello_begins(data, 0, len(data))
    assert not hello_begins(data + bytes(50), 0, 59)
    answers = [hello_begins(data, 0, end) for end in range(10)]
    assert answers == sorted(answers, reverse=True), "a contradiction is never taken back"


def test_where_a_server_flight_begins() -> None:
    data = records(FLIGHT)
    assert all(server_hello_begins(data, 0, end) for end in range(len(data)))
    assert not server_hello_begins(WARNING, 0, len(WARNING))
    assert certificate_begins(records(certificates(*DERS)), 0, 60)
    assert not certificate_begins(data, 0, 60)


def test_a_flight_of_tls_1_2() -> None:
    assert serve(records(FLIGHT)) == (Answer.DONE, 0x0303, list(DERS), 0)
    edges = [len(server_hello()), len(server_hello()) + len(certificates(*DERS))]
    assert serve(records(FLIGHT, *edges)) == (Answer.DONE, 0x0303, list(DERS), 0)
    assert serve(WARNING + records(FLIGHT)) == (Answer.DONE, 0x0303, list(DERS), 0)


def test_every_cut_and_every_prefix_of_a_flight() -> None:
    whole = len(server_hello()) + len(certificates(*DERS))
    for cut in range(1, len(FLIGHT), 7):
        data = records(FLIGHT, cut)
        needed = whole + 5 * (1 + (cut < whole))
        for end in {0, 4, 5, 9, cut, cut + 4, cut + 6, cut + 20, needed - 1}:
            if end < needed:
                answer, _, ders, anomaly = serve(data, end)
                assert (answer, anomaly) == (Answer.NEED_MORE, 0)
                assert ders == list(DERS)[: len(ders)]
        assert serve(data, needed) == (Answer.DONE, 0x0303, list(DERS), 0)
    assert serve(records(FLIGHT, *range(len(FLIGHT))))[2] == list(DERS)


@pytest.mark.parametrize("chosen", [0x0304, 0x7F1C, 0xFB1A])
def test_tls_1_3_shows_no_certificate(chosen: int) -> None:
    data = records(server_hello(0x0303, chosen)) + CHANGE_CIPHER_SPEC
    assert serve(data) == (Answer.DONE, chosen, [], 0)
    assert serve(data, len(data) - 7)[0] == Answer.NEED_MORE


def test_an_old_draft_of_tls_1_3() -> None:
    body = u16(0x7F12) + bytes(32) + u16(0x1301) + vector(b"")
    assert serve(records(message(2, body))) == (Answer.DONE, 0x7F12, [], 0)


def test_flights_without_a_certificate() -> None:
    done = message(14, b"")
    for data in (
        records(server_hello()) + CHANGE_CIPHER_SPEC,
        records(server_hello() + message(4, bytes(90))) + CHANGE_CIPHER_SPEC,
        records(server_hello(extensions=False) + message(12, bytes(9))),
        records(server_hello() + done),
        records(server_hello()) + FATAL,
        records(server_hello()) + b"\x17\x03\x03\x00\x10",
    ):
        assert serve(data) == (Answer.DONE, 0x0303, [], 0)
    assert serve(records(message(0, b"") + server_hello() + done))[0] == Answer.DONE
    assert serve(records(server_hello()))[0] == Answer.NEED_MORE
    assert serve(FATAL) == (Answer.DONE, 0, [], 0)
    assert serve(WARNING)[0] == serve(WARNING[:5])[0] == Answer.NEED_MORE


def test_a_flight_whose_start_is_lost() -> None:
    assert serve(records(certificates(*DERS))) == (Answer.DONE, 0, list(DERS), 0)


def test_a_certificate_message_that_breaks_off() -> None:
    data = records(server_hello() + certificates(*DERS))
    end = len(data) - 9
    assert serve(data, end) == (Answer.NEED_MORE, 0x0303, [DERS[0]], 0)
    cut = server_hello() + certificates(*DERS)[:-9]
    answer = serve(records(cut) + CHANGE_CIPHER_SPEC)
    assert answer == (Answer.DONE, 0x0303, [DERS[0]], Anomaly.TLS_HANDSHAKE)


def test_damaged_flights() -> None:
    short = message(11, u16(1))
    lies = message(11, b"\x00\x00\x09" + vector(b"der", 3))
    inner = message(11, vector(vector(b"der", 3) + b"\x00\x00\xff" + b"der", 3))
    stray = message(11, vector(vector(b"der", 3) + b"\x00", 3))
    for certificate in (short, lies):
        assert serve(records(server_hello() + certificate))[0] == -Anomaly.CERTIFICATE
    for certificate in (inner, stray):
        answer = serve(records(server_hello() + certificate))
        assert answer == (Answer.DONE, 0x0303, [b"der"], Anomaly.CERTIFICATE)
    huge = message(11, bytes(70_000))[:1000]
    assert serve(records(server_hello() + huge))[0] == -Anomaly.CERTIFICATE
    assert serve(records(message(22, bytes(70_000))[:1000]))[0] == -Anomaly.TLS_HANDSHAKE
    assert serve(records(server_hello() + message(99, bytes(70_000))[:9]))[0] < 0
    assert serve(records(message(2, bytes(30))))[0] == -Anomaly.TLS_HANDSHAKE
    assert serve(records(message(2, bytes(34) + b"\xff" + bytes(9))))[0] == -Anomaly.TLS_HANDSHAKE
    bad_block = message(2, bytes(34) + b"\x00" + bytes(3) + u16(9) + bytes(4))
    assert serve(records(bad_block))[0] == -Anomaly.TLS_EXTENSION
    bad_extension = message(2, bytes(34) + b"\x00" + bytes(3) + u16(4) + u16(43) + u16(9))
    assert serve(records(bad_extension))[0] == -Anomaly.TLS_EXTENSION
    assert serve(b"SSH-2.0-OpenSSH")[0] == -Anomaly.TLS_RECORD
    assert serve(records(server_hello()[:20]) + CHANGE_CIPHER_SPEC)[0] == -Anomaly.TLS_HANDSHAKE


def test_a_chain_of_very_many_certificates() -> None:
    answer, _, ders, _ = serve(records(server_hello() + certificates(*[b"der"] * 500)))
    assert (answer, len(ders)) == (Answer.DONE, CERTIFICATES_MAX)
    assert serve(records(server_hello() + certificates()))[:3] == (Answer.DONE, 0x0303, [])
    assert serve(records(server_hello() + certificates(b"", b"der")))[2] == [b"der"]


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.binary(max_size=200),
    st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 255)), max_size=5),
    st.lists(st.integers(1, 700), max_size=5),
)
def test_any_octets(octets: bytes, changes: list[tuple[int, int]], cuts: list[int]) -> None:
    flight, client = bytearray(records(FLIGHT, *cuts)), bytearray(records(hello(), *cuts))
    for position, octet in changes:
        flight[position % len(flight)] = octet
        client[position % len(client)] = octet
    tls, found = TlsRecords(), ClientHello()
    for data in (octets, records(octets), bytes(flight), bytes(client), bytes(flight) + octets):
        for end in (len(data), len(data) // 2):
            for answer in (
                tls.client_hello(data, 0, end, found),
                tls.server_flight(data, 0, end),
            ):
                assert answer in (Answer.DONE, Answer.NEED_MORE) or (
                    Anomaly.TLS_RECORD <= -answer <= Anomaly.CERTIFICATE
                )
            assert 0 <= found.name_start <= found.name_end <= len(found.data)
            for begins in (hello_begins, server_hello_begins, certificate_begins):
                assert begins(data, 0, end) in (True, False)


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="no captures at NETWATCH_CAPTURES")
def test_real_hellos_in_other_records_say_the_same() -> None:
    source = random.Random(5246)  # noqa: S311 (seeded cuts, no secret)
    pattern = re.compile(rb"\x16\x03[\x00-\x04]..\x01\x00..\x03", re.DOTALL)
    checked = 0
    for path in sorted((CAPTURES / "zeek" / "tls").glob("*.pcap")):
        octets = path.read_bytes()
        for match in list(pattern.finditer(octets))[:2]:
            length = int.from_bytes(octets[match.start() + 3 : match.start() + 5], "big")
            whole = octets[match.start() + 5 : match.start() + 5 + length]
            answer, name, expected = read(records(whole))
            if answer != Answer.DONE or expected.partial:
                continue
            checked += 1
            splits = [[cut] for cut in range(1, len(whole), 5)]
            splits += [source.sample(range(1, len(whole)), 20) for _ in range(20)]
            for cuts in splits:
                answer, other, found = read(records(whole, *cuts))
                assert (answer, other) == (Answer.DONE, name)
                assert found.fingerprint() == expected.fingerprint()
            assert found.ja4("t") == expected.ja4("t")
    assert checked >= 20
