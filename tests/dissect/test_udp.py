"""UDP conversations, and the QUIC hellos in them.

Invariant: a hello whose Initials all came is seen once under its client, in whatever order and
copies the datagrams came and whatever else came between them; a server's Initials are no surprise.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from itertools import permutations

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.dissect.udp import is_dns_port
from netwatch.limits import QUIC_DECRYPTIONS_MAX, QUIC_STATES_MAX, YOUNG_AGE_NS_MAX
from netwatch.match.signatures import Pack
from netwatch.model import Anomaly, Observation
from netwatch.names import name_text
from netwatch.observe import build_engine, observation
from netwatch.selftest import frames, quic
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.hellos import Hello
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
DCID = bytes.fromhex("8394c8f03e515708")
HELLO = Hello(name=b"ds.found.test", quic=True, post_quantum=True).handshake()
FOUND = ("quic-sni", "ds.found.test")
VERSION_2 = 0x6B3343CF
AT = HELLO.index(b"ds.found.test")


def run(shown: Sequence[Frame]) -> Observation:
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(shown), PcapRecords())
    return observation(engine)


def names_of(seen: Observation) -> list[tuple[str, str]]:
    assert {s.client for s in seen.sightings} <= {ip_address(ALICE.ip).packed}
    return [(s.signal, name_text(s.name)) for s in seen.sightings]


def initials(*at: int, version: int = quic.VERSION_1, dcid: bytes = DCID) -> list[bytes]:
    """The hello in one Initial for each piece."""
    pieces = quic.cut(HELLO, *at)
    return [
        quic.initial([piece], version=version, dcid=dcid, number=number)
        for number, piece in enumerate(pieces)
    ]


def say(*datagrams: bytes, port: int = 443) -> Observation:
    wire = Wire(START)
    for payload in datagrams:
        wire.send(ALICE, SERVER, frames.udp(ALICE.ip, SERVER.ip, (50_000, port), payload))
    return run(wire.shown)


@pytest.mark.parametrize("version", [quic.VERSION_1, VERSION_2, quic.DRAFT_29])
def test_a_hello_in_two_datagrams(version: int) -> None:
    seen = say(*initials(900, version=version))
    assert names_of(seen) == [FOUND]
    (sighting,) = seen.sightings
    assert (sighting.frame, sighting.transport, sighting.server_port) == (2, 17, 443)
    assert sighting.tls is not None
    assert sighting.tls.quic_version == version
    assert sighting.tls.ja4.startswith("q13d")
    assert (seen.coverage.quic, seen.coverage.hellos, seen.coverage.hellos_named) == (1, 1, 1)
    (alice,) = [c for c in seen.clients if c.address == ip_address(ALICE.ip).packed]
    assert (alice.quic, alice.hellos, alice.connections_named) == (1, 1, 1)


@pytest.mark.parametrize("port", [443, 8_853, 50_001, 784])
def test_on_any_port(port: int) -> None:
    assert names_of(say(*initials(900), port=port)) == [FOUND]


def test_in_every_order_with_copies() -> None:
    parts = initials(300, 900)
    wire = Wire(START)
    cases = [(order, copies) for order in permutations(range(3)) for copies in (1, 2)]
    for number, (order, copies) in enumerate(cases):
        for part in (part for part in order for _ in range(copies)):
            packet = frames.udp(ALICE.ip, SERVER.ip, (50_000 + number, 443), parts[part])
            wire.send(ALICE, SERVER, packet)
    seen = run(wire.shown)
    assert names_of(seen) == [FOUND] * len(cases)
    assert len({s.client_port for s in seen.sightings}) == len(cases)


def test_a_retransmission_after_the_hello_is_not_said_again() -> None:
    parts = initials(900)
    assert names_of(say(*parts, *parts)) == [FOUND]


RUBBISH = {
    "damaged": initials(900)[0][:60] + bytes(40) + initials(900)[0][100:],
    "of another version": b"\xc0\x00\x00\x00\x09" + initials(900)[0][5:],
    "short header": b"\x40" + bytes(1_250),
    "not QUIC": b"hello there",
    "empty": b"",
}


@pytest.mark.parametrize("between", RUBBISH.values(), ids=RUBBISH.keys())
def test_what_comes_between_takes_nothing_away(between: bytes) -> None:
    parts = initials(900)
    wire = Wire(START)
    orders = ((parts[0], between, parts[1]), (parts[1], between, between, parts[0]))
    for number, order in enumerate((*orders, (between, *parts))):
        for payload in order:
            packet = frames.udp(ALICE.ip, SERVER.ip, (50_000 + number, 443), payload)
            wire.send(ALICE, SERVER, packet)
    assert names_of(run(wire.shown)) == [FOUND] * 3


def test_a_new_connection_on_the_same_ports_begins_anew() -> None:
    assert names_of(say(initials(900)[0], *initials(900, dcid=b"another one"))) == [FOUND]


def test_the_server_answers_with_initials_that_nobody_can_open() -> None:
    wire = Wire(START)
    parts = initials(900)
    server = quic.initial([(0, b"\x02\0\0\x40" + bytes(64))], dcid=b"\x07" * 8)
    wire.send(ALICE, SERVER, frames.udp(ALICE.ip, SERVER.ip, (50_000, 443), parts[0]))
    for _ in range(3):
        wire.send(SERVER, ALICE, frames.udp(SERVER.ip, ALICE.ip, (443, 50_000), server))
    wire.send(ALICE, SERVER, frames.udp(ALICE.ip, SERVER.ip, (50_000, 443), parts[1]))
    wire.send(SERVER, ALICE, frames.udp(SERVER.ip, ALICE.ip, (443, 50_000), server))
    seen = run(wire.shown)
    assert names_of(seen) == [FOUND]
    assert seen.sightings[0].two_way
    assert set(seen.coverage.anomalies) <= {"quic-unreadable", "quic-crypto"}


def test_a_reply_after_the_hello() -> None:
    wire = Wire(START)
    for payload in initials(900):
        wire.send(ALICE, SERVER, frames.udp(ALICE.ip, SERVER.ip, (50_000, 443), payload))
    wire.send(SERVER, ALICE, frames.udp(SERVER.ip, ALICE.ip, (443, 50_000), b"\x40" + bytes(60)))
    seen = run(wire.shown)
    assert not seen.sightings[0].two_way
    assert [reply.kind for reply in seen.replies] == ["reply"]


def test_a_hello_that_is_never_whole_gives_its_name() -> None:
    seen = say(initials(AT + 20, AT + 400)[0])
    assert names_of(seen) == [FOUND]
    assert seen.sightings[0].tls is not None
    assert seen.sightings[0].tls.partial
    assert (seen.coverage.hellos, seen.coverage.hellos_unfinished) == (0, 1)
    assert say(initials(AT + 5)[0]).sightings == []
    assert say(initials(AT - 5)[1]).sightings == []


def test_what_is_too_old_is_settled_when_another_one_comes() -> None:
    wire = Wire(START)
    first, second = initials(AT + 20), initials(AT + 20, dcid=b"another one")
    wire.send(ALICE, SERVER, frames.udp(ALICE.ip, SERVER.ip, (50_000, 443), first[0]))
    wire.now_ns += YOUNG_AGE_NS_MAX + 1_000_000_000
    wire.send(ALICE, SERVER, frames.udp(ALICE.ip, SERVER.ip, (50_001, 443), second[0]))
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(wire.shown), PcapRecords())
    assert len(engine.udp.young) == 1
    assert [s.client_port for s in engine.sightings.found] == [50_000]
    assert len(observation(engine).sightings) == 2


def by_hand(port: int, payload: bytes) -> bytes:
    """A frame without scapy, where there are thousands."""
    total = 28 + len(payload)
    header = b"\x45\0" + total.to_bytes(2, "big") + b"\0\0\0\0\x40\x11\0\0"
    ends = ip_address(ALICE.ip).packed + ip_address(SERVER.ip).packed
    ports = port.to_bytes(2, "big") + b"\x01\xbb" + (8 + len(payload)).to_bytes(2, "big") + b"\0\0"
    return bytes(12) + b"\x08\x00" + header + ends + ports + payload


def test_a_flood_of_beginnings_is_bounded_and_a_whole_hello_is_still_seen() -> None:
    """All in one second: the budget of decryptions ends, the next second has its own."""
    part = initials(900)
    count = QUIC_DECRYPTIONS_MAX // 2 + 2_000
    time_ns = 1_700_000_000_000_000_000
    shown = [Frame(time_ns, by_hand(10_000 + n, part[0])) for n in range(count)]
    time_ns += 1_000_000_000
    shown += [Frame(time_ns, by_hand(65_000, payload)) for payload in part]
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(shown), PcapRecords())
    assert len(engine.udp.young) <= QUIC_STATES_MAX
    assert engine.tally.anomalies[Anomaly.QUIC_BUDGET] == 2_000
    assert [s.client_port for s in engine.sightings.found] == [65_000]


@pytest.mark.parametrize("version", [b"Q024", b"Q043", b"Q046", b"Q050"])
@pytest.mark.parametrize("port", [443, 50_001])
def test_hellos_of_google(version: bytes, port: int) -> None:
    message = quic.chlo(b"ds.found.test")
    number = int.from_bytes(version)
    packet = quic.google(message, version, DCID)
    if version == b"Q050":
        packet = quic.initial(quic.cut(message), version=number, dcid=DCID)
    seen = say(packet, packet, port=port)
    assert names_of(seen) == [FOUND]
    (sighting,) = seen.sightings
    assert sighting.tls is not None and sighting.tls.quic_version == number
    counts = seen.coverage
    assert (counts.quic, counts.hellos, counts.hellos_named, counts.anomalies) == (1, 1, 1, {})


def test_a_hello_of_google_without_a_name() -> None:
    seen = say(quic.google(quic.chlo(b""), b"Q043", DCID))
    assert (seen.sightings, seen.coverage.hellos, seen.coverage.hellos_named) == ([], 1, 0)
    assert [client.hellos_nameless for client in seen.clients if client.hellos] == [1]


def test_dns_ports() -> None:
    assert [port for port in range(65_536) if is_dns_port(port)] == [53, 5_353, 5_355]


def test_other_conversations_are_looked_at_twice_a_side() -> None:
    wire = Wire(START)
    for _ in range(50):
        wire.exchange(ALICE, SERVER, (50_000, 4_500), b"neither", b"nor")
    seen = run(wire.shown)
    assert (seen.coverage.udp, seen.coverage.flows) == (100, 1)
    assert (seen.sightings, seen.coverage.anomalies) == ([], {})
