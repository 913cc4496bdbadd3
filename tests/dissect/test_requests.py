"""HTTP/1 requests: every name and path of every head.

Invariant: each head that came whole gives its names once, in whatever segments it came; a body
gives none, and what was sent to a proxy is charged to who sent it.
"""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.match.signatures import Pack
from netwatch.model import Client, HttpFields, Observation
from netwatch.names import name_text
from netwatch.observe import build_engine, observation
from netwatch.selftest import hellos
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.messages import request, response
from netwatch.selftest.wire import Host, Site, Tcp, Wire
from netwatch.signature import Signature


def signature(id: str, **fields: tuple[str, ...]) -> Signature:
    return Signature(
        id=id,
        service=id,
        product="Test",
        purpose="update",
        strength="strong",
        **fields,  # type: ignore[arg-type] # patterns only
    )


MATCHER = Pack(
    (signature("name", names=("*.found.test",)), signature("path", paths=("/diffs/u0607g.xml",)))
).matcher()
SITE = Site(9)
ALICE, PROXY = SITE.host(11), SITE.host(80)
SERVER = SITE.internet("93.184.216.34")
START = "2024-06-03T08:00:00+00:00"
HELLO = hellos.records(hellos.Hello(name=b"in.found.test").handshake())


def run(frames: Sequence[Frame], *, names: bool = True) -> Observation:
    engine = build_engine(MATCHER, names=names, strict=True)
    engine.feed(pcap(frames), PcapRecords())
    return observation(engine)


def say(*said: bytes, names: bool = True, server: Host = SERVER, port: int = 80) -> Observation:
    wire = Wire(START)
    connection = wire.connect(ALICE, server, port)
    for octets in said:
        connection.say(octets)
    return run(wire.shown, names=names)


def names_of(seen: Observation) -> list[tuple[str, str]]:
    assert all(s.client == ip_address(ALICE.ip).packed for s in seen.sightings)
    return [(s.signal, name_text(s.name)) for s in seen.sightings]


def http_of(seen: Observation, place: int = 0) -> HttpFields:
    http = seen.sightings[place].http
    assert http is not None
    return http


def client_of(seen: Observation, host: Host) -> Client:
    (client,) = [c for c in seen.clients if c.address == ip_address(host.ip).packed]
    return client


def test_host_and_fields() -> None:
    fields = ["User-Agent: Updater/2", "X-Forwarded-For: 10.1.1.1"]
    seen = say(request("/a?b=c", "DL.found.test:8080", fields=fields), names=False)
    assert names_of(seen) == [("http-host", "dl.found.test")]
    assert http_of(seen) == HttpFields(
        method=b"GET",
        target=b"/a?b=c",
        user_agent=b"Updater/2",
        host_port=8_080,
        forwarded_for=b"10.1.1.1",
    )
    assert not seen.sightings[0].browser
    assert seen.coverage.http == 1
    assert client_of(seen, ALICE).connections_named == 1


@pytest.mark.parametrize(
    ("fields", "origin"),
    [
        (["X-Forwarded-For: unknown, 10.0.0.1, 2001:DB8::5"], b"2001:db8::5"),
        (["X-Forwarded-For: 10.9.9.9", "X-Forwarded-For: 10.1.1.1"], b"10.1.1.1"),
        (["X-Forwarded-For: 10.9.9.9, unknown"], b"unknown"),
        (['Forwarded: for="[2001:db8:cafe::17]:4711";proto=http'], b"2001:db8:cafe::17"),
        (["forwarded: for=10.1.1.2", "X-FORWARDED-FOR: 10.1.1.1"], b"10.1.1.1"),
        (["X-Forwarded-For: unknown", "Forwarded: for=10.1.1.2"], b"10.1.1.2"),
        (["Forwarded: for=_hidden", "X-Forwarded-Fort: 10.1.1.1"], b"unknown"),
        (["X-Forwarded-For: 127.0.0.1"], b""),
    ],
)
def test_for_whom_a_proxy_asks(fields: list[str], origin: bytes) -> None:
    assert http_of(say(request("/", "dl.found.test", fields=fields))).forwarded_for == origin


def test_control_other_hosts_stay_inside() -> None:
    assert say(request("/", "plain.test"), names=False).sightings == []


def test_a_browser() -> None:
    seen = say(request("/", "dl.found.test", fields=["User-Agent: Mozilla/5.0 (X11)"]))
    assert seen.sightings[0].browser


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".test", "."])
def test_hosts_that_are_no_names(host: str) -> None:
    seen = say(request("/", host))
    assert seen.sightings == []
    assert seen.coverage.anomalies == {"name-not-a-name": 1}


def test_a_path_without_and_with_a_host() -> None:
    assert names_of(say(request("/diffs/u0607g.xml?x=1"), names=False)) == [("http-path", "")]
    seen = say(request("/diffs/u0607g.xml", "plain.test"), names=False)
    assert names_of(seen) == [("http-path", "plain.test")]
    assert seen.sightings[0].signature == 1
    assert names_of(say(request("/diffs/u0607g.xm", "plain.test"), names=False)) == []


def test_absolute_form_is_sent_to_a_proxy() -> None:
    seen = say(
        request("http://dl.found.test:81/diffs/u0607g.xml", "dl.found.test:81"), server=PROXY
    )
    assert names_of(seen) == [
        ("http-absolute", "dl.found.test"),
        ("http-host", "dl.found.test"),
        ("http-path", "dl.found.test"),
    ]
    assert [http.host_port for s in seen.sightings if (http := s.http)] == [81, 81, 81]
    assert (client_of(seen, PROXY).proxied, client_of(seen, ALICE).proxied) == (1, 0)


CONNECT = request("in.found.test:443", method="CONNECT")
INSIDE = [("http-connect", "in.found.test"), ("tls-sni", "in.found.test")]


def tunnel(connection: Tcp, *said: bytes, answer: bool = True) -> None:
    connection.say(CONNECT)
    if answer:
        connection.hear(b"HTTP/1.1 200 Connection established\r\n\r\n")
    for octets in said:
        connection.say(octets)


@pytest.mark.parametrize("cut", [len(HELLO), 1, 5, 60, 200])
@pytest.mark.parametrize("answer", [True, False])
def test_connect_and_the_hello_inside(cut: int, answer: bool) -> None:
    wire = Wire(START)
    tunnel(wire.connect(ALICE, PROXY, 3_128), HELLO[:cut], HELLO[cut:], answer=answer)
    seen = run(wire.shown)
    assert names_of(seen) == INSIDE
    assert http_of(seen).host_port == 443
    assert client_of(seen, PROXY).proxied == 1


def test_connect_and_the_hello_in_one_segment_at_every_cut() -> None:
    wire = Wire(START)
    octets = CONNECT + HELLO
    for cut in range(1, len(octets)):
        connection = wire.connect(ALICE, PROXY, 3_128)
        connection.acknowledge = False
        connection.say(octets[:cut])
        connection.say(octets[cut:])
    seen = run(wire.shown)
    names = names_of(seen)
    assert names.count(INSIDE[0]) == len(octets) - 1
    assert names.count(INSIDE[1]) == len(octets) - 1
    assert len(names) == 2 * (len(octets) - 1)


def test_a_copy_of_the_connect_does_not_hide_the_hello() -> None:
    wire = Wire(START)
    connection = wire.connect(ALICE, PROXY, 3_128)
    said = connection.pieces(CONNECT)
    (both,) = connection.pieces(HELLO)
    connection.send(*said, *said, both)
    assert set(names_of(run(wire.shown))) == set(INSIDE)


def test_a_refused_tunnel_is_asked_for_again() -> None:
    wire = Wire(START)
    connection = wire.connect(ALICE, PROXY, 3_128)
    connection.say(CONNECT)
    connection.hear(response(b"no", status="407 Proxy Authentication Required"))
    tunnel(connection, HELLO)
    assert names_of(run(wire.shown)) == [INSIDE[0], *INSIDE]


def test_requests_one_behind_the_other() -> None:
    hosts = [f"h{number}.test" for number in range(5)]
    body = request("/", "body.test")
    post = request("/", "p.test", method="POST", fields=[f"Content-Length: {len(body)}"]) + body
    together = b"".join(request("/", host) for host in hosts) + post + request("/", "last.test")
    expected = [("http-host", host) for host in [*hosts, "p.test", "last.test"]]
    assert names_of(say(together)) == expected
    wire = Wire(START)
    cuts = range(1, len(together))
    for cut in cuts:
        connection = wire.connect(ALICE, SERVER, 80)
        connection.acknowledge = False
        connection.say(together[:cut])
        connection.say(together[cut:])
    assert names_of(run(wire.shown)) == expected * len(cuts)


BODY = request("/", "body.test") * 60
POST = request("/", "p.test", method="POST", fields=[f"Content-Length: {len(BODY)}"])
AFTER_POST = [("http-host", "p.test"), ("http-host", "last.test")]


@pytest.mark.parametrize(
    "cut", [1, 7, len(POST), len(POST) + 1, len(request("/", "body.test")), 700]
)
def test_a_request_behind_a_body_of_many_segments(cut: int) -> None:
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, 80)
    connection.acknowledge = False
    connection.say(POST + BODY + request("/", "last.test") + POST + BODY, cut)
    connection.say(request("/", "last.test"))
    assert names_of(run(wire.shown)) == AFTER_POST * 2


def test_a_request_behind_a_body_of_which_segments_are_lost_or_come_twice() -> None:
    for lost in range(1, len(POST + BODY) // 700):
        wire = Wire(START)
        connection = wire.connect(ALICE, SERVER, 80)
        pieces = connection.pieces(POST + BODY + request("/", "last.test"), 700)
        connection.send(*pieces[:lost], *pieces[:lost], *pieces[lost + 1 :])
        assert names_of(run(wire.shown)) == AFTER_POST
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, 80)
    connection.send(*connection.pieces(POST + BODY, 700)[:2])
    connection.say(request("/", "last.test"))
    assert names_of(run(wire.shown)) == AFTER_POST, "the end of the body is lost"


def test_a_body_that_waits_for_the_server_may_never_come() -> None:
    fields = ["Content-Length: 5000", "Expect: 100-continue"]
    post = request("/", "p.test", method="POST", fields=fields)
    assert names_of(say(post, request("/", "last.test"))) == AFTER_POST
    beyond = request("/", "p.test", method="POST", fields=["Content-Length: 99999999999"])
    assert names_of(say(beyond, request("/", "last.test"))) == AFTER_POST


def test_http_goes_on_behind_a_head_with_a_lost_segment() -> None:
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, 80)
    long = request("/", "p.test", fields=["Cookie: " + "x" * 3_000])
    connection.send(*connection.pieces(long)[:1])
    for number in range(20):
        connection.say(request("/", f"h{number}.test"))
    names = names_of(run(wire.shown))
    assert ("http-host", "p.test") in names
    assert names[-1] == ("http-host", "h19.test")


def test_requests_in_segments_of_their_own() -> None:
    said = [request(f"/{number}", f"h{number}.test") for number in range(9)]
    assert names_of(say(*said)) == [("http-host", f"h{number}.test") for number in range(9)]


def test_a_head_that_was_never_whole_still_says_its_host() -> None:
    seen = say(request("/", "dl.found.test", fields=["Cookie: " + "x" * 3_000])[:2_000])
    assert names_of(seen) == [("http-host", "dl.found.test")]


def test_a_head_without_end_is_given_up() -> None:
    seen = say(b"GET / HTTP/1.1\r\nHost: dl.found.test\r\nX: " + b"y" * 40_000)
    assert seen.coverage.anomalies == {"http-head-too-long": 1}


def test_agents_are_kinds() -> None:
    wire = Wire(START)
    for agent in ("one", "two", "two", "three"):
        said = request("/", "plain.test", fields=[f"User-Agent: {agent}"])
        wire.connect(ALICE, SERVER, 80).say(said)
    assert client_of(run(wire.shown), ALICE).agent_kinds.bit_count() == 3


def test_long_fields_are_cut() -> None:
    seen = say(request("/" + "x" * 5_000, "dl.found.test", fields=["User-Agent: " + "y" * 2_000]))
    assert (len(http_of(seen).target), len(http_of(seen).user_agent)) == (1_024, 1_024)
