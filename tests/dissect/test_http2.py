"""HTTP/2 in the clear: its requests.

Invariant: whatever the port, the segments and their order, each of the first requests gives what
the same request of HTTP/1 would give, once.
"""

import random
from collections.abc import Sequence
from ipaddress import ip_address
from itertools import pairwise

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.limits import HTTP2_REQUESTS_MAX, HTTP2_STATE_BYTES, YOUNG_AGE_NS_MAX
from netwatch.match.signatures import Pack
from netwatch.model import HttpFields, Observation
from netwatch.names import name_text
from netwatch.observe import build_engine, observation
from netwatch.selftest import http2, messages
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.wire import Site, Wire
from netwatch.signature import Signature

MATCHER = Pack(
    (
        Signature(
            id="found",
            service="found",
            product="Test",
            purpose="update",
            strength="strong",
            names=("*.found.test",),
            paths=("/diffs/u0607g.xml",),
        ),
    )
).matcher()
SITE = Site(9)
ALICE, SERVER = SITE.host(11), SITE.internet("93.184.216.34")
START = "2024-06-03T08:00:00+00:00"
HOSTS = ["a.found.test", "plain.test", "b.found.test", "a.found.test"]
FOUND = [("http-host", host) for host in HOSTS]


def said(*, pieces: int = 1, body: bytes = b"") -> bytes:
    encoder = http2.Encoder()
    requests = [
        encoder.request(http2.request_fields(host), pieces=pieces, body=body) for host in HOSTS
    ]
    return http2.beginning() + b"".join(requests)


def run(frames: Sequence[Frame], *, names: bool = True) -> Observation:
    engine = build_engine(MATCHER, names=names, strict=True)
    engine.feed(pcap(frames), PcapRecords())
    return observation(engine)


def say(*segments: bytes, port: int = 80, cut: int = 1_460, names: bool = True) -> Observation:
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, port)
    for octets in segments:
        connection.say(octets, cut)
    return run(wire.shown, names=names)


def names_of(seen: Observation) -> list[tuple[str, str]]:
    assert {s.client for s in seen.sightings} <= {ip_address(ALICE.ip).packed}
    return [(s.signal, name_text(s.name)) for s in seen.sightings]


@pytest.mark.parametrize("port", [80, 8_080, 50_051])
@pytest.mark.parametrize("cut", [1, 9, 23, 24, 25, 60, 1_460])
def test_prior_knowledge(port: int, cut: int) -> None:
    seen = say(said(), port=port, cut=cut)
    assert names_of(seen) == FOUND
    assert (seen.coverage.http, seen.coverage.anomalies) == (len(HOSTS), {})


def test_only_what_matches_leaves() -> None:
    assert names_of(say(said(), names=False)) == [one for one in FOUND if "found" in one[1]]


def test_the_same_fields_as_http_1_gives() -> None:
    fields = [
        *http2.request_fields("dl.found.test:8080", "/a?b=c", agent="Mozilla/5.0"),
        (b"x-forwarded-for", b"10.1.1.1"),
    ]
    octets = http2.beginning() + http2.Encoder().request(fields)
    (sighting,) = say(octets).sightings
    head = messages.request(
        "/a?b=c",
        "dl.found.test:8080",
        fields=["User-Agent: Mozilla/5.0", "X-Forwarded-For: 10.1.1.1"],
    )
    (plain,) = say(head).sightings
    assert sighting.http == plain.http
    assert sighting.http == HttpFields(
        method=b"GET",
        target=b"/a?b=c",
        user_agent=b"Mozilla/5.0",
        host_port=8_080,
        forwarded_for=b"10.1.1.1",
    )
    assert sighting.browser
    assert sighting.two_way


def test_forwarded() -> None:
    fields = [*http2.request_fields("dl.found.test"), (b"forwarded", b'for="[2001:db8::17]"')]
    (sighting,) = say(http2.beginning() + http2.Encoder().request(fields)).sightings
    assert sighting.http is not None
    assert sighting.http.forwarded_for == b"2001:db8::17"


def test_host_where_there_is_no_authority() -> None:
    fields = [(b":method", b"GET"), (b":path", b"/"), (b"host", b"dl.found.test")]
    seen = say(http2.beginning() + http2.Encoder().request(fields))
    assert names_of(seen) == [("http-host", "dl.found.test")]


def test_a_path() -> None:
    fields = http2.request_fields("mirror.test", "/diffs/u0607g.xml?x")
    seen = say(http2.beginning() + http2.Encoder().request(fields), names=False)
    assert names_of(seen) == [("http-path", "mirror.test")]


def test_connect() -> None:
    """RFC 9113 section 8.5: no path, and the target in :authority."""
    fields = [(b":method", b"CONNECT"), (b":authority", b"dl.found.test:443")]
    seen = say(http2.beginning() + http2.Encoder().request(fields), port=3128)
    assert names_of(seen) == [("http-connect", "dl.found.test")]
    assert seen.sightings[0].http is not None
    assert (seen.sightings[0].http.method, seen.sightings[0].http.host_port) == (b"CONNECT", 443)


def test_the_fields_behind_a_body_are_no_request() -> None:
    encoder = http2.Encoder()
    octets = encoder.request(http2.request_fields("dl.found.test"), body=b"body")
    octets += encoder.request([(b"host", b"trailer.found.test")])
    assert names_of(say(http2.beginning() + octets)) == [("http-host", "dl.found.test")]


def test_upgrade() -> None:
    """RFC 7540 section 3.2: HTTP/1 first, and the preface behind the server's 101."""
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, 80)
    fields = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"]
    connection.say(messages.request("/", "first.found.test", fields=fields))
    connection.hear(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n")
    connection.hear(http2.frame(http2.SETTINGS))
    connection.say(said())
    assert names_of(run(wire.shown)) == [("http-host", "first.found.test"), *FOUND]


def test_large_bodies_in_between() -> None:
    seen = say(said(body=bytes(30_000), pieces=2))
    assert names_of(seen) == FOUND
    assert seen.coverage.anomalies == {}


def test_in_any_order() -> None:
    chance = random.Random(4)  # noqa: S311 - a fixed seed is the point
    octets = said(pieces=2)
    wire = Wire(START)
    for _ in range(100):
        connection = wire.connect(ALICE, SERVER, 80)
        cuts = sorted(chance.sample(range(30, len(octets)), 5))
        pieces = [connection.pieces(octets[a:b])[0] for a, b in pairwise([0, *cuts, len(octets)])]
        pieces += chance.sample(pieces, 2)
        first = pieces.pop(0)
        chance.shuffle(pieces)
        connection.send(first, *pieces)
    assert sorted(names_of(run(wire.shown))) == sorted(FOUND * 100)


def test_only_the_first_requests_are_read() -> None:
    encoder = http2.Encoder()
    fields = http2.request_fields("dl.found.test")
    requests = [encoder.request(fields) for _ in range(HTTP2_REQUESTS_MAX + 5)]
    assert len(say(http2.beginning(), *requests).sightings) == HTTP2_REQUESTS_MAX


def test_what_cannot_be_read_is_counted_once() -> None:
    broken = http2.frame(http2.HEADERS, b"\xff\xff\xff\xff\xff\xff", flags=4, stream=1)
    seen = say(http2.beginning(), broken, said()[24:])
    assert seen.sightings == []
    assert seen.coverage.anomalies == {"http-request": 1}


def test_what_is_kept_is_booked_and_an_old_connection_is_no_loss() -> None:
    wire = Wire(START)
    wire.connect(ALICE, SERVER, 80).say(said())
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(wire.shown), PcapRecords())
    streams = engine.tcp.young.streams
    assert streams.held_bytes == HTTP2_STATE_BYTES
    wire.wait(YOUNG_AGE_NS_MAX / 1e9 + 1)
    wire.connect(SITE.host(12), SERVER, 80).say(said(), 60)
    wire.connect(SITE.host(12), SERVER, 80).say(said(), 60)
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(wire.shown), PcapRecords())
    assert observation(engine).coverage.anomalies == {}
    streams = engine.tcp.young.streams
    assert (len(streams.streams), streams.held_bytes) == (0, 0)


def test_control_http_1_with_that_word_is_none() -> None:
    assert names_of(say(b"PRI * HTTP/1.1\r\nHost: dl.found.test\r\n\r\n")) == [
        ("http-host", "dl.found.test")
    ]
