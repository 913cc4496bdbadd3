"""What the octets of one direction say: server flights, bodies, DNS over TCP.

Invariant: each is told by its content, whatever the port; a message that comes in pieces is read
once it is whole, and several messages of one segment are all read.
"""

import random
from collections.abc import Sequence
from ipaddress import ip_address
from itertools import pairwise

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.dissect.payloads import server_flight_begins
from netwatch.match.signatures import Pack
from netwatch.model import Observation
from netwatch.names import name_text, name_wire
from netwatch.observe import build_engine, observation
from netwatch.selftest import hellos, messages
from netwatch.selftest.authority import certificate
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.wire import SEGMENT_BYTES, Site, Tcp, Wire
from netwatch.signature import Signature


def signature(id: str, **fields: tuple[str | bytes, ...]) -> Signature:
    return Signature(
        id=id,
        service=id,
        product="Test",
        purpose="update",
        strength="strong",
        **fields,  # type: ignore[arg-type] # patterns only
    )


MATCHER = Pack(
    (
        signature("name", names=("*.found.test",)),
        signature("issuer", issuers=("O=Found Test Lab",)),
        signature("magic", magics=(b"FOUNDMAGIC",)),
    )
).matcher()
SITE = Site(9)
ALICE, SERVER = SITE.host(11), SITE.internet("93.184.216.34")
START = "2024-06-03T08:00:00+00:00"
HELLO = hellos.records(hellos.Hello(name=b"plain.test").handshake())
LEAF = certificate(
    [("CN", "leaf")], [("O", "Plain")], ["a.found.test", "b.found.test", "plain.test"]
)
ISSUED = certificate([("CN", "leaf")], [("O", "Found Test Lab")])
FLIGHT = hellos.flight_12([LEAF, ISSUED])
CERTIFICATES = [
    ("tls-certificate", "a.found.test"),
    ("tls-certificate", "b.found.test"),
    ("tls-certificate", ""),
]


def run(frames: Sequence[Frame], *, names: bool = False) -> Observation:
    engine = build_engine(MATCHER, names=names, strict=True)
    engine.feed(pcap(frames), PcapRecords())
    return observation(engine)


def names_of(seen: Observation) -> list[tuple[str, str]]:
    """All of them must be Alice's, whoever said them."""
    assert {s.client for s in seen.sightings} <= {ip_address(ALICE.ip).packed}
    return [(s.signal, name_text(s.name)) for s in seen.sightings]


def hear(
    *heard: bytes, said: bytes = HELLO, port: int = 443, cut: int = SEGMENT_BYTES
) -> Observation:
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, port)
    connection.say(said)
    for octets in heard:
        connection.hear(octets, cut)
    return run(wire.shown)


@pytest.mark.parametrize("cut", [SEGMENT_BYTES, 1, 7, 100, 400])
def test_certificates(cut: int) -> None:
    seen = hear(FLIGHT, cut=cut)
    assert names_of(seen) == CERTIFICATES
    assert [s.signature for s in seen.sightings] == [0, 0, 1]
    first = seen.sightings[0]
    assert first.two_way
    assert (first.server_port, first.client_mac[:3].hex()) == (443, "00163e")
    assert first.tls is not None
    assert (first.tls.version, first.tls.subject, first.tls.issuer) == (
        0x0303,
        "CN=leaf",
        "O=Plain",
    )


@pytest.mark.parametrize("order", [(1, 0, 2), (2, 1, 0), (0, 2, 1), (0, 0, 1, 1, 2, 2)])
def test_certificates_in_any_order(order: Sequence[int]) -> None:
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER)
    connection.say(HELLO)
    pieces = connection.pieces(FLIGHT, len(FLIGHT) // 3 + 1, server=True)
    connection.send(*(pieces[place] for place in order), server=True)
    assert names_of(run(wire.shown)) == CERTIFICATES


def test_certificates_where_only_the_server_is_seen() -> None:
    wire = Wire(START)
    connection = Tcp(wire, ALICE, SERVER, 443)
    connection.acknowledge = False
    connection.hear(FLIGHT, 300)
    seen = run(wire.shown)
    assert names_of(seen) == CERTIFICATES
    assert not any(sighting.two_way for sighting in seen.sightings)
    assert seen.replies == []


def test_a_certificate_that_cannot_be_read() -> None:
    seen = hear(hellos.flight_12([b"0\x82\x01\x00" + bytes(256)]))
    assert seen.sightings == []
    assert seen.coverage.anomalies == {"certificate": 1}


def test_tls_1_3_shows_no_certificate() -> None:
    assert hear(hellos.flight_13()).sightings == []


def test_what_a_server_may_begin_with() -> None:
    alert = b"\x15\x03\x03\x00\x02\x01\x70"
    hello = hellos.records(hellos.server_hello(version=0x0303))
    chain = FLIGHT[len(hello) :]
    for octets in (hello, alert + hello, chain):
        assert server_flight_begins(b"--" + octets, 2, 2 + len(octets))
    for octets in (b"\x17\x03\x03\x00\x10", b"HTTP/1.1 200", HELLO, alert + b"\x17", b"\x00"):
        assert not server_flight_begins(octets, 0, len(octets))
    assert names_of(hear(alert + FLIGHT)) == CERTIFICATES
    assert names_of(hear(chain)) == CERTIFICATES


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("body", [b"FOUNDMAGIC and more", b"OTHERMAGIC and more"])
def test_the_first_octets_of_a_body(split: bool, body: bytes) -> None:
    said = messages.request("/file", "plain.test")
    head = messages.response(body)[: -len(body)]
    seen = hear(*([head, body] if split else [head + body]), said=said, port=80)
    expected = [("file-magic", "")] if body.startswith(b"FOUND") else []
    assert names_of(seen) == expected


def test_the_middle_of_a_body_is_no_beginning() -> None:
    said = messages.request("/file", "plain.test")
    assert (
        hear(messages.response(b"xFOUNDMAGIC"), b"FOUNDMAGIC", said=said, port=80).sightings == []
    )


def test_a_chunked_body() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    said = messages.request("/file", "plain.test")
    seen = hear(head + b"a\r\nFOUNDMAGIC\r\n0\r\n\r\n", said=said, port=80)
    assert names_of(seen) == [("file-magic", "")]


MAGIC_BODY = b"FOUNDMAGIC and more"
CHUNKED_BODY = b"a\r\nFOUNDMAGIC\r\n0\r\n\r\n"
GET = messages.request("/file", "plain.test")
MAGIC = [("file-magic", "")]


@pytest.mark.parametrize(
    "whole",
    [
        messages.response(MAGIC_BODY),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED_BODY,
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + MAGIC_BODY,
        b"HTTP/1.1 100 Continue\r\n\r\n" + messages.response(MAGIC_BODY),
    ],
    ids=["length", "chunked", "until close", "interim"],
)
def test_a_response_cut_anywhere_still_shows_its_file(whole: bytes) -> None:
    for cut in range(1, len(whole)):
        seen = hear(whole[:cut], whole[cut:], said=GET, port=80)
        assert names_of(seen) == MAGIC, cut
        assert seen.coverage.anomalies == {}
    assert names_of(hear(whole, said=GET, port=80, cut=1)) == MAGIC


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified", b"100 Continue"])
@pytest.mark.parametrize("together", [True, False])
def test_a_response_without_a_body_is_followed_by_the_next_one(
    status: bytes, together: bool
) -> None:
    empty = b"HTTP/1.1 " + status + b"\r\nETag: x\r\nContent-Length: 9\r\n\r\n"
    whole = messages.response(MAGIC_BODY)
    heard = [empty + empty + whole] if together else [empty, empty, whole]
    assert names_of(hear(*heard, said=GET * 3, port=80)) == MAGIC


def test_what_follows_a_response_to_head_is_no_body() -> None:
    """The head tells of a body that never comes."""
    head = messages.response(MAGIC_BODY)[: -len(MAGIC_BODY)]
    said = messages.request("/file", "plain.test", method="HEAD") + GET
    whole = messages.response(MAGIC_BODY)
    assert names_of(hear(head, whole, said=said, port=80)) == MAGIC
    assert names_of(hear(head, head, said=said, port=80)) == []


def test_a_file_behind_a_response_without_a_body_is_not_one() -> None:
    empty = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    assert hear(empty + MAGIC_BODY, said=GET, port=80).sightings == []
    assert hear(empty, MAGIC_BODY, said=GET, port=80).sightings == []


def test_a_response_that_is_none() -> None:
    seen = hear(b"HTTP/1.1 two hundred\r\n\r\n", said=GET, port=80)
    assert seen.coverage.anomalies == {"http-response": 1}


def test_switched_protocols_begin_anew() -> None:
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, 80)
    connection.say(messages.request("/", "plain.test", fields=["Upgrade: TLS/1.0"]))
    connection.hear(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.0\r\n\r\n")
    connection.say(hellos.records(hellos.Hello(name=b"in.found.test").handshake()))
    connection.hear(FLIGHT, 700)
    assert names_of(run(wire.shown)) == [("tls-sni", "in.found.test"), *CERTIFICATES]


STARTTLS = (
    (b"220 mail.test ESMTP\r\n", b"EHLO client\r\n"),
    (b"250-mail.test\r\n250 STARTTLS\r\n", b"STARTTLS\r\n"),
    (b"220 ready\r\n", hellos.records(hellos.Hello(name=b"in.found.test").handshake())),
)


@pytest.mark.parametrize("port", [25, 587, 60_000])
@pytest.mark.parametrize("cut", [SEGMENT_BYTES, 90])
def test_starttls(port: int, cut: int) -> None:
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, port)
    for heard, said in STARTTLS:
        connection.hear(heard)
        connection.say(said, cut)
    connection.hear(FLIGHT, 500)
    assert names_of(run(wire.shown)) == [("tls-sni", "in.found.test"), *CERTIFICATES]


def test_starttls_with_a_lost_segment() -> None:
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, 25)
    connection.skip(len(STARTTLS[0][1]))
    for heard, said in STARTTLS:
        connection.hear(heard)
        connection.say(said)
    assert names_of(run(wire.shown)) == [("tls-sni", "in.found.test")]


def test_what_says_nothing_for_long_is_over() -> None:
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, 5_000)
    for _ in range(9):
        connection.say(b"neither this nor that")
    connection.say(STARTTLS[2][1])
    assert run(wire.shown).sightings == []


QUESTIONS = [
    messages.question(name_wire(f"q{number}.found.test"), "A", number) for number in range(4)
]
STREAM = messages.for_tcp(*QUESTIONS)
ASKED = [("dns-query", f"q{number}.found.test") for number in range(4)]


@pytest.mark.parametrize("cut", [SEGMENT_BYTES, 1, 2, 3, 30, 60, len(STREAM) - 1])
def test_dns_over_tcp_in_any_pieces(cut: int) -> None:
    wire = Wire(START)
    wire.connect(ALICE, SERVER, 53).say(STREAM, cut)
    seen = run(wire.shown)
    assert names_of(seen) == ASKED
    assert all(sighting.transport == 6 for sighting in seen.sightings)
    assert seen.coverage.dns_questions == 4


def test_dns_over_tcp_in_any_order() -> None:
    chance = random.Random(8)  # noqa: S311 - a fixed seed is the point
    wire = Wire(START)
    for _ in range(150):
        connection = wire.connect(ALICE, SERVER, 53)
        cuts = sorted(chance.sample(range(1, len(STREAM)), chance.randrange(1, 6)))
        edges = [0, *cuts, len(STREAM)]
        pieces = [connection.pieces(STREAM[a:b])[0] for a, b in pairwise(edges)]
        pieces += chance.sample(pieces, chance.randrange(2))
        chance.shuffle(pieces)
        connection.send(*pieces)
    names = names_of(run(wire.shown))
    assert set(names) == set(ASKED)
    assert [names.count(name) for name in ASKED] == [150] * 4


def test_dns_over_tcp_goes_on_behind_lost_segments() -> None:
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, 53)
    for number in range(60):
        question = messages.question(name_wire(f"q{number}.found.test"), "A", number)
        (piece,) = connection.pieces(messages.for_tcp(question))
        if number % 5 != 2:
            connection.send(piece)
    expected = [f"q{number}.found.test" for number in range(60) if number % 5 != 2]
    assert [name for _, name in names_of(run(wire.shown))] == expected


def test_answers_over_tcp() -> None:
    answer = messages.answer(
        name_wire("q.found.test"), "A", 1, messages.addresses("93.184.216.34", "1.2.3.4")
    )
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, 53)
    connection.say(messages.for_tcp(QUESTIONS[0]))
    connection.hear(messages.for_tcp(answer, answer), 50)
    wire.connect(ALICE, SITE.internet("1.2.3.4"))
    seen = run(wire.shown)
    assert names_of(seen)[1:] == [
        ("dns-answer", "q.found.test"),
        ("dns-answer", "q.found.test"),
        ("flow-to-answered-address", "q.found.test"),
    ]


def test_dns_over_tcp_on_another_port_must_stand_whole() -> None:
    for said, found in ((STREAM[: len(STREAM) // 4], 1), (STREAM, 0), (STREAM[:20], 0)):
        wire = Wire(START)
        wire.connect(ALICE, SERVER, 5_353 + 1).say(said)
        assert len(run(wire.shown).sightings) == found
