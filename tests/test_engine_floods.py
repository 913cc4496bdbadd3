"""Floods, broken clocks and damaged frames against one whole engine.

Invariant: whatever comes, nothing is raised, every table stays within its bound, and a hello that
comes whole in the middle of it is still seen.
"""

import random
import struct
from collections.abc import Iterable, Iterator
from functools import cache

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.engine import Engine
from netwatch.limits import (
    ANSWER_SLOTS,
    CLIENT_SLOTS,
    FLOW_SLOTS,
    FRAGMENT_DATAGRAMS_MAX,
    YOUNG_BYTES_MAX,
    YOUNG_STREAMS_MAX,
)
from netwatch.match.signatures import Pack
from netwatch.model import ANOMALY_NAMES, Anomaly
from netwatch.names import name_text, name_wire
from netwatch.observe import build_engine, observation
from netwatch.selftest import frames, hellos, messages, quic
from netwatch.selftest.authority import certificate
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
        ),
    )
).matcher()
SITE = Site(9)
ALICE, SERVER = SITE.host(11), SITE.internet("93.184.216.34")
START = "2024-06-03T08:00:00+00:00"
START_NS = 1_717_401_600_000_000_000
BLOCK_FRAMES = 5_000
HELLO = hellos.records(hellos.Hello(name=b"ds.found.test").handshake())


def feed(engine: Engine, shown: Iterable[Frame]) -> None:
    """Hand the frames over in blocks, as a reader does."""
    records = PcapRecords()
    block: list[Frame] = []
    first = True
    for frame in shown:
        block.append(frame)
        if len(block) == BLOCK_FRAMES:
            records.begin(0 if first else 24)
            engine.feed(pcap(block), records)
            block, first = [], False
    records.begin(0 if first else 24)
    engine.feed(pcap(block), records)


def names_in(engine: Engine) -> list[tuple[str, str]]:
    return [(s.signal, name_text(s.name)) for s in engine.sightings.found]


def segment(number: int, flags: int, payload: bytes = b"", *, sequence: int = 1) -> bytes:
    """A segment of spoofed client `number`, by hand: there are hundreds of thousands."""
    client = struct.pack(">I", 0x0B000000 + number * 7_919 % 0xFFFFFF)
    ports = struct.pack(">HH", 1_024 + number % 60_000, 443)
    head = ports + struct.pack(">IIBBHI", sequence, 0, 0x50, flags, 1_024, 0)
    ip = struct.pack(">BBHIBBH", 0x45, 0, 40 + len(payload), 0, 64, 6, 0)
    return bytes(12) + b"\x08\x00" + ip + client + b"\x5d\xb8\xd8\x22" + head + payload


def exact_hello(at_ns: int) -> list[Frame]:
    wire = Wire(START)
    wire.now_ns = at_ns
    connection = wire.connect(ALICE, SERVER)
    connection.say(HELLO, 150)
    return wire.shown


def test_spoofed_openings() -> None:
    engine = build_engine(MATCHER, strict=True)
    count = 300_000
    whole = segment(0, 2)
    ends, behind = whole[:26], whole[30:34]
    tail = whole[36:]

    def flood(first: int) -> bytes:
        """By hand, since this is the test's own time."""
        record = struct.Struct("<IIII").pack(START_NS // 1_000_000_000, first, 54, 54)
        return b"".join(
            b"".join((record, ends, number.to_bytes(4, "big"), behind, b"\x9c\x40", tail))
            for number in range(0x0B000000 + first, 0x0B000000 + first + BLOCK_FRAMES)
        )

    records = PcapRecords()
    engine.feed(pcap([]), records)
    for first in range(0, count, BLOCK_FRAMES):
        if first == count // 2:
            records.begin(24)
            engine.feed(pcap(exact_hello(START_NS)), records)
        records.begin(0)
        engine.feed(flood(first), records)
    assert names_in(engine) == [("tls-sni", "ds.found.test")]
    flows = engine.watch.flows
    assert len(flows.fingerprints) == FLOW_SLOTS
    assert flows.total == count + 1
    assert flows.evicted >= flows.total - FLOW_SLOTS
    clients = engine.clients.clients
    assert clients.slots == CLIENT_SLOTS
    assert clients.evicted > 0
    assert len(engine.tcp.young.streams.streams) == 0
    seen = observation(engine)
    assert len(seen.clients) <= CLIENT_SLOTS
    assert seen.coverage.flows_evicted == flows.evicted
    assert seen.coverage.anomalies == {}


def test_young_streams_reach_a_plateau() -> None:
    engine = build_engine(MATCHER, strict=True)
    count = 50_000
    begun = HELLO[:40]
    highest = 0
    for start in range(0, count, 10_000):
        shown = [
            Frame(START_NS + number * 1_000, segment(number, 24, begun))
            for number in range(start, start + 10_000)
        ]
        feed(engine, [*shown[:5_000], *exact_hello(shown[5_000].time_ns), *shown[5_000:]])
        highest = max(highest, len(engine.tcp.young.streams.streams))
    young = engine.tcp.young.streams
    assert YOUNG_STREAMS_MAX - 1 <= highest <= YOUNG_STREAMS_MAX
    assert young.held_bytes <= YOUNG_BYTES_MAX
    assert young.held_bytes == sum(stream.held_bytes for stream in young.streams.values())
    assert names_in(engine) == [("tls-sni", "ds.found.test")] * 5


def test_answers_and_fragments_are_bounded() -> None:
    engine = build_engine(MATCHER, strict=True)
    chance = random.Random(5)  # noqa: S311 - a fixed seed is the point
    record = b"\xc0\x0c\0\1\0\1\0\0\0\x09\0\4"
    name = name_wire("ds.found.test")
    head = struct.pack(">6H", 7, 0x8180, 1, 100, 0, 0) + name + b"\0\0\1\0\1"
    shown = []
    for number in range(1_500):
        message = head + b"".join(record + chance.randbytes(4) for _ in range(100))
        packet = bytearray(segment(number, 0))
        udp = struct.pack(">HHHH", 53, 40_000, 8 + len(message), 0) + message
        packet[14 + 2 : 14 + 4] = (20 + len(udp)).to_bytes(2, "big")
        packet[14 + 9] = 17
        shown.append(Frame(START_NS + number, bytes(packet[:34]) + udp))
        packet[14 + 6 : 14 + 8] = b"\x20\x00"
        shown.append(Frame(START_NS + number, bytes(packet[:34]) + udp))
    feed(engine, shown)
    assert engine.dns.by_address.evicted > 0
    assert len(engine.dns.by_address.records) == ANSWER_SLOTS * 4
    assert len(engine.dns.answered) == 1
    assert len(engine.fragments.datagrams) <= FRAGMENT_DATAGRAMS_MAX


CLOCKS = {
    "0": [0] * 40,
    "backwards": [START_NS - number * 1_000_000_000 for number in range(40)],
    "a century ahead": [
        START_NS + (number > 20) * 3_155_760_000_000_000_000 for number in range(40)
    ],
    "to and fro": [START_NS * (number % 2) for number in range(40)],
    "the end of pcap": [0xFFFF_FFFF * 1_000_000_000] * 40,
}


@pytest.mark.parametrize("times", CLOCKS.values(), ids=CLOCKS.keys())
def test_broken_clocks_take_nothing_away(times: list[int]) -> None:
    wire = Wire(START)
    wire.look_up(ALICE, SITE.resolver, "ds.found.test", messages.addresses(SERVER.ip))
    wire.connect(ALICE, SERVER).say(HELLO, 100)
    for piece in frames.in_fragments(frames.udp(ALICE.ip, SERVER.ip, (4_000, 53), QUESTION), 24):
        wire.send(ALICE, SERVER, piece)
    for payload in initials():
        wire.send(ALICE, SERVER, frames.udp(ALICE.ip, SERVER.ip, (50_000, 443), payload))
    shown = [
        Frame(at, f.octets) for at, f in zip(times[: len(wire.shown)], wire.shown, strict=True)
    ]
    engine = build_engine(MATCHER, strict=True)
    feed(engine, shown)
    signals = [signal for signal, _ in names_in(engine)]
    assert set(signals) == {
        "dns-query",
        "dns-answer",
        "flow-to-answered-address",
        "tls-sni",
        "quic-sni",
    }
    seen = observation(engine)
    assert seen.coverage.first_ns == min(frame.time_ns for frame in shown)
    assert seen.coverage.last_ns == max(frame.time_ns for frame in shown)
    assert all(0 < client.hours < 1 << 62 for client in seen.clients)
    assert set(seen.coverage.anomalies) <= {ANOMALY_NAMES[Anomaly.CLOCK]}


QUESTION = messages.question(name_wire("frag.found.test"), "A", 7)


@cache
def initials() -> list[bytes]:
    octets = hellos.Hello(name=b"q.found.test", quic=True, post_quantum=True).handshake()
    pieces = quic.cut(octets, 900)
    return [quic.initial([piece], dcid=b"dcid 8 b", number=n) for n, piece in enumerate(pieces)]


@cache
def samples() -> list[bytes]:
    """One frame of every kind that the engine reads."""
    wire = Wire(START, vlans=(5,))
    wire.look_up(ALICE, SITE.resolver, "ds.found.test", messages.alias("a.found.test", "1.2.3.4"))
    wire.connect(ALICE, SERVER).say(HELLO)
    connection = wire.connect(ALICE, SERVER)
    chain = [certificate([("CN", "x")], [("O", "Plain")], ["crt.found.test"])]
    connection.hear(hellos.flight_12(chain))
    connection = wire.connect(ALICE, SERVER, 80)
    connection.say(messages.request("/a", "dl.found.test", fields=["User-Agent: Mozilla/5.0"]))
    connection.hear(messages.response(b"MZ and more"))
    connect = messages.request("c.found.test:443", method="CONNECT")
    wire.connect(ALICE, SERVER, 3_128).say(connect + HELLO)
    wire.connect(ALICE, SERVER, 53).say(messages.for_tcp(QUESTION, QUESTION))
    for payload in initials():
        wire.send(ALICE, SERVER, frames.udp(ALICE.ip, SERVER.ip, (50_000, 443), payload))
    announced = messages.announcement(name_wire("x.local"), messages.addresses("10.9.0.11")[0])
    wire.send(ALICE, SERVER, frames.udp(ALICE.ip, "224.0.0.251", (5_353, 5_353), announced))
    six = frames.udp("fd00::b", "fd00::35", (40_000, 53), QUESTION, options=True)
    wire.send(ALICE, SERVER, six)
    for ip in (frames.udp(ALICE.ip, SERVER.ip, (4_000, 53), QUESTION), six):
        for piece in frames.in_fragments(ip, 24):
            wire.send(ALICE, SERVER, piece)
    wire.show(frames.arp(ALICE.mac, ALICE.ip, "10.9.0.1"))
    wire.show(frames.neighbour(ALICE.mac, "fe80::b"))
    wire.show(frames.dhcp_request(ALICE.mac, "alice", ALICE.ip))
    wire.show(frames.dhcp_ack(SERVER.mac, "10.9.0.1", ALICE.mac, ALICE.ip))
    return [frame.octets for frame in wire.shown]


def test_control_the_samples_are_read() -> None:
    engine = build_engine(MATCHER, strict=True)
    feed(engine, [Frame(START_NS + n * 1_000_000, octets) for n, octets in enumerate(samples())])
    assert {signal for signal, _ in names_in(engine)} == {
        "dns-query",
        "dns-answer",
        "tls-sni",
        "quic-sni",
        "http-host",
        "http-connect",
        "tls-certificate",
    }
    assert {claim.kind for claim in engine.claims.found} == {
        "arp",
        "nd",
        "dhcp-request",
        "dhcp-ack",
        "mdns",
    }
    assert sum(engine.tally.anomalies) == 0


def test_every_truncation_of_every_sample() -> None:
    engine = build_engine(MATCHER, names=True, strict=True)
    shown = [
        Frame(START_NS + end * 100_000_000, octets[:end], wire_bytes=len(octets))
        for octets in samples()
        for end in range(0, len(octets) + 1, 1 if len(octets) < 600 else 7)
    ]
    feed(engine, shown)
    assert engine.tally.packets == len(shown)
    assert engine.tally.anomalies[Anomaly.BUG] == 0
    observation(engine)


def test_20000_mutated_frames() -> None:
    chance = random.Random(2_024)  # noqa: S311 - a fixed seed is the point
    engine = build_engine(MATCHER, names=True, strict=True)

    def mutated() -> Iterator[Frame]:
        for number in range(20_000):
            octets = bytearray(chance.choice(samples()))
            for _ in range(chance.randrange(1, 8)):
                place = min(chance.randrange(len(octets)), chance.randrange(len(octets)))
                octets[place] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
            if chance.random() < 0.3:
                at = chance.randrange(len(octets))
                octets[at:at] = octets[at // 2 : at // 2 + chance.randrange(64)]
            yield Frame(START_NS + number * chance.randrange(2_000_000), bytes(octets))

    feed(engine, mutated())
    assert engine.tally.packets == 20_000
    assert engine.tally.anomalies[Anomaly.BUG] == 0
    assert len(engine.sightings.found) > 1_000
    for sighting in engine.sightings.found:
        assert len(sighting.client) in (4, 16)
        assert name_text(sighting.name).isprintable()
    observation(engine)
