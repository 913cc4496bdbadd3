"""The same conversation, shown otherwise.

Invariant: cut into other segments, shown in another order, or twice, the same octets of the same
conversation give the same set of (signal, name, client).
"""

import random
from collections.abc import Sequence
from functools import cache
from ipaddress import ip_address
from itertools import pairwise

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.match.signatures import Pack
from netwatch.model import Observation
from netwatch.names import name_text, name_wire
from netwatch.observe import build_engine, observation
from netwatch.selftest import frames, hellos, messages, quic
from netwatch.selftest.authority import certificate
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.wire import Host, Site, Wire
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
SERVER = SITE.internet("93.184.216.34")
START = "2024-06-03T08:00:00+00:00"
PIECES_MAX = 12


@cache
def chain() -> bytes:
    return hellos.flight_12([certificate([("CN", "x")], [("O", "Plain")], ["crt.found.test"])])


def hello(name: bytes, *, long: bool = False) -> bytes:
    return hellos.records(hellos.Hello(name=name, post_quantum=long).handshake())


CONVERSATIONS: dict[str, tuple[int, bytes, bytes]] = {
    "hello": (443, hello(b"ds.found.test"), b""),
    "long hello": (8_443, hello(b"long.found.test", long=True), b""),
    "hello in records": (
        443,
        hellos.records(hellos.Hello(name=b"rec.found.test").handshake(), 1, 2, 3, 4, 5, 60, 61),
        b"",
    ),
    "request": (80, messages.request("/a", "dl.found.test", fields=["Cookie: " + "x" * 900]), b""),
    "tunnel": (
        3_128,
        messages.request("c.found.test:443", method="CONNECT") + hello(b"in.found.test"),
        b"",
    ),
    "dns": (
        53,
        messages.for_tcp(
            *(messages.question(name_wire(f"q{n}.found.test"), "A", n) for n in range(5))
        ),
        b"",
    ),
    "certificate": (443, hello(b"plain.test"), chain()),
}
EXPECTED = {
    "hello": {("tls-sni", "ds.found.test")},
    "long hello": {("tls-sni", "long.found.test")},
    "hello in records": {("tls-sni", "rec.found.test")},
    "request": {("http-host", "dl.found.test")},
    "tunnel": {("http-connect", "c.found.test"), ("tls-sni", "in.found.test")},
    "dns": {("dns-query", f"q{n}.found.test") for n in range(5)},
    "certificate": {("tls-certificate", "crt.found.test")},
}


def said(seen: Observation) -> dict[bytes, set[tuple[str, str]]]:
    found: dict[bytes, set[tuple[str, str]]] = {}
    for sighting in seen.sightings:
        found.setdefault(sighting.client, set()).add((sighting.signal, name_text(sighting.name)))
    return found


def run(shown: Sequence[Frame]) -> dict[bytes, set[tuple[str, str]]]:
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(shown), PcapRecords())
    return said(observation(engine))


def cut(chance: random.Random, octets: bytes) -> list[int]:
    return sorted(chance.sample(range(1, len(octets)), chance.randrange(PIECES_MAX - 1)))


def segments(
    chance: random.Random, wire: Wire, client: Host, kind: str
) -> tuple[list[Frame], list[Frame]]:
    """The handshake, and the pieces of both sides, at random sizes, not yet in any order."""
    port, heard_of_client, heard_of_server = CONVERSATIONS[kind]
    connection = wire.connect(client, SERVER, port)
    opening = wire.shown[-3:]
    for server, octets in ((False, heard_of_client), (True, heard_of_server)):
        if not octets:
            continue
        edges = [0, *cut(chance, octets), len(octets)]
        for start, end in pairwise(edges):
            connection.send(
                *connection.pieces(octets[start:end], 65_000, server=server), server=server
            )
        connection.ack(server=not server)
    made = wire.shown[:]
    wire.shown.clear()
    return opening, made[3:]


@pytest.mark.parametrize("how", ["cut", "twice", "shuffled", "shuffled and twice"])
def test_the_same_is_seen(how: str) -> None:
    chance = random.Random(how)  # noqa: S311 - a fixed seed is the point
    wire = Wire(START)
    shown: list[Frame] = []
    expected: dict[bytes, set[tuple[str, str]]] = {}
    for number in range(40 * len(CONVERSATIONS)):
        kind = list(CONVERSATIONS)[number % len(CONVERSATIONS)]
        client = SITE.host(100 + number)
        opening, made = segments(chance, wire, client, kind)
        if "shuffled" in how:
            chance.shuffle(made)
        if "twice" in how:
            made = [frame for frame in made for _ in range(2)]
            opening = [frame for frame in opening for _ in range(2)]
        shown += opening + made
        expected[ip_address(client.ip).packed] = EXPECTED[kind]
    timed = [Frame(shown[0].time_ns + n * 50_000, frame.octets) for n, frame in enumerate(shown)]
    assert run(timed) == expected


def test_conversations_side_by_side_do_not_disturb_each_other() -> None:
    chance = random.Random(12)  # noqa: S311 - a fixed seed is the point
    wire = Wire(START)
    queues: list[list[Frame]] = []
    expected = {}
    for number in range(140):
        kind = list(CONVERSATIONS)[number % len(CONVERSATIONS)]
        client = SITE.host(300 + number)
        opening, made = segments(chance, wire, client, kind)
        queues.append([*opening, *made])
        expected[ip_address(client.ip).packed] = EXPECTED[kind]
    shown: list[Frame] = []
    while queues:
        queue = chance.choice(queues)
        shown.append(queue.pop(0))
        if not queue:
            queues.remove(queue)
    timed = [Frame(shown[0].time_ns + n * 50_000, frame.octets) for n, frame in enumerate(shown)]
    assert run(timed) == expected


def test_datagrams_of_quic_in_any_order() -> None:
    chance = random.Random(13)  # noqa: S311 - a fixed seed is the point
    octets = hellos.Hello(name=b"q.found.test", quic=True, post_quantum=True).handshake()
    shown: list[bytes] = []
    for number in range(40):
        client = SITE.host(500 + number)
        pieces = quic.cut(octets, *sorted(chance.sample(range(1, len(octets)), 5)))
        chance.shuffle(pieces)
        dcid = number.to_bytes(8, "big")
        datagrams = [
            quic.initial(pieces[at : at + 2], dcid=dcid, number=at) for at in range(0, 6, 2)
        ]
        datagrams += chance.sample(datagrams, 1)
        chance.shuffle(datagrams)
        for datagram in datagrams:
            packet = frames.udp(client.ip, SERVER.ip, (50_000, 443), datagram)
            shown.append(frames.on_link(packet, 1, client.mac, SERVER.mac))
    start_ns = Wire(START).now_ns
    found = run([Frame(start_ns + n * 50_000, frame) for n, frame in enumerate(shown)])
    assert list(found.values()) == [{("quic-sni", "q.found.test")}] * 40


def test_control_a_missing_segment_is_noticed() -> None:
    wire = Wire(START)
    chance = random.Random(1)  # noqa: S311 - a fixed seed is the point
    opening, made = segments(chance, wire, SITE.host(1), "hello")
    assert run([*opening, *made])
    assert not run([*opening, *(frame for frame in made if b"found" not in frame.octets)])
