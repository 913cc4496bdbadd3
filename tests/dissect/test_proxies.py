"""PROXY headers and SOCKS requests, and what stands behind them.

Invariant: a hello or request is found behind them in the same segment and in later ones, on any
port and in any pieces; a name that is asked of a SOCKS proxy is seen once, and a header's origin is
told with all that its connection says.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.limits import ORIGINS_MAX
from netwatch.match.signatures import Pack
from netwatch.model import Observation
from netwatch.names import name_text
from netwatch.observe import build_engine, observation
from netwatch.selftest import hellos, http2, messages, proxies
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.wire import Site, Tcp, Wire
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
        ),
    )
).matcher()
SITE = Site(9)
ALICE, PROXY = SITE.host(11), SITE.host(80)
START = "2024-06-03T08:00:00+00:00"
HELLO = hellos.records(hellos.Hello(name=b"in.found.test").handshake())
LONG = hellos.records(hellos.Hello(name=b"in.found.test", post_quantum=True).handshake())
SNI = ("tls-sni", "in.found.test")
ASKED = ("socks-host", "dl.found.test")
SOCKS5 = proxies.socks5("dl.found.test")
PORTS = (56_324, 443)
LINE = proxies.proxy_line("10.1.1.1", "10.2.2.2", PORTS)
BINARY = proxies.proxy_header("2001:db8::17", "fd00::2", PORTS)
ORIGINS = {LINE: b"10.1.1.1", BINARY: b"2001:db8::17"}


def run(frames: Sequence[Frame], *, names: bool = False) -> Observation:
    engine = build_engine(MATCHER, names=names, strict=True)
    engine.feed(pcap(frames), PcapRecords())
    return observation(engine)


def names_of(seen: Observation) -> list[tuple[str, str]]:
    assert {s.client for s in seen.sightings} <= {ip_address(ALICE.ip).packed}
    return [(s.signal, name_text(s.name)) for s in seen.sightings]


def origins_of(seen: Observation) -> list[bytes]:
    return [s.http.forwarded_for if s.http else b"" for s in seen.sightings]


def say(*said: bytes, port: int = 1_080, cut: int = 1_460, opened: bool = True) -> Observation:
    wire = Wire(START)
    connection = Tcp(wire, ALICE, PROXY, port)
    if opened:
        connection.open()
    for octets in said:
        connection.say(octets, cut)
    return run(wire.shown)


SOCKS = {
    "5": ([proxies.GREETING, SOCKS5], [proxies.GREETED, proxies.CONNECTED]),
    "5 with a log-in": (
        [b"\x05\x02\x00\x02", proxies.log_in(b"alice", b"pass"), SOCKS5],
        [b"\x05\x02", b"\x01\x00", proxies.CONNECTED],
    ),
    "5 in one": ([proxies.GREETING + SOCKS5], [proxies.GREETED + proxies.CONNECTED]),
    "4A": ([proxies.socks4("dl.found.test", user=b"me")], [proxies.CONNECTED_4]),
}


@pytest.mark.parametrize("port", [1_080, 9_050, 443])
@pytest.mark.parametrize("way", SOCKS)
@pytest.mark.parametrize("hello", [HELLO, LONG])
def test_the_name_that_is_asked_for_and_the_hello_behind_it(
    way: str, port: int, hello: bytes
) -> None:
    asked, heard = SOCKS[way]
    wire = Wire(START)
    connection = wire.connect(ALICE, PROXY, port)
    for one, answer in zip(asked, heard, strict=True):
        connection.say(one)
        connection.hear(answer)
    connection.say(hello)
    connection.hear(hellos.flight_13())
    seen = run(wire.shown)
    assert names_of(seen) == [ASKED, SNI]
    assert all(sighting.two_way for sighting in seen.sightings)
    (proxy,) = [c for c in seen.clients if c.address == ip_address(PROXY.ip).packed]
    assert proxy.proxied == 1
    (alice,) = [c for c in seen.clients if c.address == ip_address(ALICE.ip).packed]
    assert alice.hellos == 1


@pytest.mark.parametrize("opened", [True, False], ids=["opened", "mid-stream"])
@pytest.mark.parametrize(
    "asked", [SOCKS5, proxies.GREETING + SOCKS5, proxies.socks4("dl.found.test")]
)
def test_a_hello_in_the_same_segment(asked: bytes, opened: bool) -> None:
    assert names_of(say(asked + HELLO, opened=opened)) == [ASKED, SNI]
    assert names_of(say(asked + LONG, opened=opened)) == [ASKED, SNI]


@pytest.mark.parametrize("target", ["192.0.2.1", "2001:db8::1"])
def test_a_hello_behind_an_address(target: str) -> None:
    for asked in (proxies.socks5(target), proxies.socks4("192.0.2.1", user=b"x")):
        assert names_of(say(asked + HELLO)) == [SNI]
        assert names_of(say(asked, HELLO)) == [SNI]


def test_a_request_in_pieces() -> None:
    for cut in range(4, len(SOCKS5)):
        assert names_of(say(SOCKS5[:cut], SOCKS5[cut:], HELLO)) == [ASKED, SNI], cut


def test_what_else_may_follow() -> None:
    request = messages.request("/", "plain.found.test")
    assert names_of(say(SOCKS5, request)) == [ASKED, ("http-host", "plain.found.test")]
    clear = http2.beginning() + http2.Encoder().request(http2.request_fields("h2.found.test"))
    assert names_of(say(SOCKS5 + clear)) == [ASKED, ("http-host", "h2.found.test")]
    assert names_of(say(SOCKS5, proxies.socks5("in.found.test") + HELLO)) == [
        ASKED,
        ("socks-host", "in.found.test"),
        SNI,
    ]


@pytest.mark.parametrize("opened", [True, False], ids=["opened", "mid-stream"])
def test_copies_say_nothing_more(opened: bool) -> None:
    wire = Wire(START)
    connection = Tcp(wire, ALICE, PROXY, 1_080)
    if opened:
        connection.open()
    for octets in (SOCKS5, HELLO):
        (piece,) = connection.pieces(octets)
        connection.send(piece, piece)
    assert names_of(run(wire.shown)) == [ASKED, SNI]


def test_control_other_names_stay_inside() -> None:
    asked = proxies.socks5("plain.test")
    assert say(asked).sightings == []
    wire = Wire(START)
    wire.connect(ALICE, PROXY, 1_080).say(asked)
    assert names_of(run(wire.shown, names=True)) == [("socks-host", "plain.test")]


def test_a_name_that_is_none_is_counted() -> None:
    assert say(proxies.socks5("a..b")).coverage.anomalies == {"name-not-a-name": 1}


# --- PROXY ---


@pytest.mark.parametrize("header", [LINE, BINARY], ids=["1", "2"])
@pytest.mark.parametrize("port", [443, 8_443])
@pytest.mark.parametrize("hello", [HELLO, LONG])
def test_a_hello_behind_a_header(header: bytes, port: int, hello: bytes) -> None:
    for said in ([header + hello], [header, hello]):
        for cut in (1_460, 90) if hello == LONG else (1_460, 10, 1):
            seen = say(*said, port=port, cut=cut)
            assert names_of(seen) == [SNI]
            assert origins_of(seen) == [ORIGINS[header]], (len(said), cut)
            assert seen.sightings[0].tls is not None


@pytest.mark.parametrize("header", [LINE, BINARY], ids=["1", "2"])
def test_a_hello_that_is_never_whole_has_its_origin_too(header: bytes) -> None:
    for said in ([header + LONG[:1_000]], [header, LONG[:1_000]]):
        seen = say(*said)
        assert names_of(seen) == [SNI]
        assert origins_of(seen) == [ORIGINS[header]]


@pytest.mark.parametrize("header", [LINE, BINARY], ids=["1", "2"])
def test_requests_behind_a_header(header: bytes) -> None:
    plain = messages.request("/", "dl.found.test")
    seen = say(header + plain, plain, port=80)
    assert names_of(seen) == [("http-host", "dl.found.test")] * 2
    assert origins_of(seen) == [ORIGINS[header]] * 2
    named = messages.request("/", "dl.found.test", fields=["X-Forwarded-For: 10.9.9.9"])
    assert origins_of(say(header + named, port=80)) == [b"10.9.9.9"], "the first one of a chain"
    clear = http2.beginning() + http2.Encoder().request(http2.request_fields("dl.found.test"))
    assert origins_of(say(header + clear, port=80)) == [ORIGINS[header]]
    assert origins_of(say(header, SOCKS5, port=80)) == [ORIGINS[header]]


@pytest.mark.parametrize(
    "header", [b"PROXY UNKNOWN\r\n", proxies.SIGNATURE + b"\x20\0\0\0"], ids=["1", "2"]
)
def test_a_header_that_names_nobody(header: bytes) -> None:
    seen = say(header + HELLO)
    assert names_of(seen) == [SNI]
    assert origins_of(seen) == [b""]


def test_each_connection_has_its_own_origin() -> None:
    wire = Wire(START)
    connections = [wire.connect(ALICE, PROXY, 443) for _ in range(5)]
    for number, connection in enumerate(connections):
        connection.say(proxies.proxy_line(f"10.1.1.{number}", "10.2.2.2", PORTS))
    plain = wire.connect(ALICE, PROXY, 443)
    for connection in (*connections, plain):
        connection.say(HELLO)
    expected = [b"10.1.1.%d" % number for number in range(5)]
    assert origins_of(run(wire.shown)) == [*expected, b""]


def test_a_header_inside_out_of_order_segments() -> None:
    wire = Wire(START)
    connection = wire.connect(ALICE, PROXY, 443)
    pieces = connection.pieces(LINE + LONG, 500)
    connection.send(*pieces[::-1])
    seen = run(wire.shown)
    assert names_of(seen) == [SNI]
    assert origins_of(seen) == [b"10.1.1.1"]


def test_a_flood_of_headers_is_bounded() -> None:
    engine = build_engine(MATCHER, strict=True)
    wire = Wire(START)
    connection = Tcp(wire, ALICE, PROXY, 443)
    connection.show(connection.pieces(LINE)[0])
    (frame,) = wire.shown
    for first in range(0, ORIGINS_MAX + 500, 500):
        octets = bytearray(frame.octets)
        shown = []
        for number in range(first, first + 500):
            octets[26:30] = (0x0A090000 + number).to_bytes(4, "big")
            shown.append(Frame(frame.time_ns + number, bytes(octets)))
        engine.feed(pcap(shown), PcapRecords())
    assert len(engine.watch.origins) == ORIGINS_MAX


CAPTURES = Path(__file__).resolve().parents[3] / "shared" / "captures"
REAL = {
    "zeek/socks-with-ssl.pcap": {("socks-host", "www.google.com", 7, b"")},
    "zeek/socks.pcap": {("socks-host", "www.osnews.com", 14, b"")},
    "ndpi/haproxy.pcap": {("tls-sni", "aaaaaaaaaaaaaaaa.xx", 1, b"11.111.11.111")},
}


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="the real captures are not here")
@pytest.mark.parametrize("path", REAL)
def test_in_real_captures(path: str) -> None:
    engine = build_engine(MATCHER, names=True, strict=True)
    engine.feed((CAPTURES / path).read_bytes(), PcapRecords())
    found = {
        (s.signal, name_text(s.name), s.frame, s.http.forwarded_for if s.http else b"")
        for s in observation(engine).sightings
    }
    assert REAL[path] <= found
