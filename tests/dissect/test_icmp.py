"""ICMP errors.

Invariant: an error about a packet that the client of a watched flow sent gives one Reply `refused`;
every other error, and whatever octets an error quotes, changes nothing at all.
"""

import random
import struct
from collections.abc import Callable
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.capture.pcap import PcapRecords
from netwatch.match.signatures import Pack
from netwatch.model import Client, Observation
from netwatch.observe import build_engine, observation
from netwatch.selftest import frames, hellos
from netwatch.selftest.files import pcap
from netwatch.selftest.quic import cut, initial
from netwatch.selftest.wire import Host, Site, Tcp, Wire
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
            ports=("tcp/13000", "udp/15000"),
        ),
    )
).matcher()
SITE = Site(9)
START = "2024-06-03T08:00:00+00:00"
FOUR = (SITE.host(11), SITE.internet("93.184.216.34"), SITE.host(1))
SIX = (SITE.host(11, six=True), SITE.internet("2001:db8::5"), SITE.host(1, six=True))
Ends = tuple[Host, Host, Host]
"""Client, server, and the router that refuses."""
PORTS = (50_000, 15_000)


def run(wire: Wire) -> Observation:
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(wire.shown), PcapRecords())
    return observation(engine)


def error(
    ends: Ends, quoted: bytes, kind: int = -1, code: int = -1, target: Host | None = None
) -> bytes:
    """An error of the router about a packet; by default "administratively prohibited"."""
    six = ends is SIX
    head = bytes((kind if kind >= 0 else 1 if six else 3, code if code >= 0 else 1 if six else 13))
    return icmp(ends[2].ip, (target or ends[0]).ip, head + bytes(6) + quoted)


def icmp(source: str, target: str, octets: bytes) -> bytes:
    """An ICMP or ICMPv6 packet; its checksum is wrong, as on many mirrors."""
    packed = [ip_address(end).packed for end in (source, target)]
    if len(packed[0]) == 16:
        head = struct.pack(">IHBB", 6 << 28, len(octets), 58, 255)
    else:
        head = struct.pack(">BBHIBBH", 0x45, 0, 20 + len(octets), 0, 255, 1, 0)
    return head + b"".join(packed) + octets


def syn(ends: Ends, wire: Wire, port: int = 13_000) -> bytes:
    """The client knocks; the IP packet of that."""
    Tcp(wire, ends[0], ends[1], port).syn()
    return wire.shown[-1].octets[14:]


def datagram(ends: Ends, wire: Wire, payload: bytes = b"ping") -> bytes:
    packet = wire.datagram(ends[0], ends[1], PORTS, payload)
    wire.send(ends[0], ends[1], packet)
    return packet


def kinds(seen: Observation) -> list[str]:
    assert {reply.flow for reply in seen.replies} <= {s.flow for s in seen.sightings}
    return [reply.kind for reply in seen.replies]


def but(clients: list[Client], sender: Host) -> list[Client]:
    """All but the sender of the error, who was seen."""
    return [client for client in clients if client.address != ip_address(sender.ip).packed]


def outcome(ends: Ends, packet: Callable[[Ends, Wire], bytes], *answers: bytes) -> Observation:
    wire = Wire(START)
    packet(ends, wire)
    for answer in answers:
        wire.send(ends[2], ends[0], answer)
    return run(wire)


@pytest.mark.parametrize("ends", [FOUR, SIX], ids=["4", "6"])
@pytest.mark.parametrize("packet", [syn, datagram])
def test_an_error_about_a_watched_flow(ends: Ends, packet: Callable[[Ends, Wire], bytes]) -> None:
    wire = Wire(START)
    quoted = packet(ends, wire)
    before = run(wire)
    wire.send(ends[2], ends[0], error(ends, quoted))
    seen = run(wire)
    assert kinds(seen) == ["refused"]
    assert (seen.replies[0].frame, seen.replies[0].time_ns) == (2, wire.shown[1].time_ns)
    assert but(seen.clients, ends[2]) == before.clients
    assert seen.coverage.flows == before.coverage.flows == 1
    assert seen.coverage.anomalies == {}


@pytest.mark.parametrize("ends", [FOUR, SIX], ids=["4", "6"])
def test_as_much_as_the_ports_must_be_quoted(ends: Ends) -> None:
    header = 40 if ends is SIX else 20
    for packet in (syn, datagram):
        wire = Wire(START)
        quoted = packet(ends, wire)
        for length in (*range(0, header, 9), *range(header - 1, header + 9), len(quoted)):
            answer = outcome(ends, packet, error(ends, quoted[:length]))
            assert kinds(answer) == (["refused"] if length >= header + 4 else []), length


@pytest.mark.parametrize(
    ("ends", "kind", "code", "told"),
    [
        *((FOUR, 3, code, code != 4) for code in range(16)),
        *((SIX, 1, code, True) for code in range(7)),
        *((FOUR, kind, 0, False) for kind in (0, 1, 4, 5, 8, 11, 12)),
        *((SIX, kind, 0, False) for kind in (2, 3, 4, 128, 136)),
    ],
)
def test_which_errors_refuse(ends: Ends, kind: int, code: int, told: bool) -> None:
    quoted = datagram(ends, Wire(START))
    seen = outcome(ends, datagram, error(ends, quoted, kind, code))
    assert kinds(seen) == (["refused"] if told else [])


def test_once_a_flow_and_a_reply_all_the_same() -> None:
    wire = Wire(START)
    quoted = datagram(FOUR, wire)
    for _ in range(3):
        wire.send(FOUR[2], FOUR[0], error(FOUR, quoted))
    assert kinds(run(wire)) == ["refused"]
    answer = wire.datagram(FOUR[1], FOUR[0], PORTS[::-1], b"pong")
    wire.send(FOUR[1], FOUR[0], answer)
    assert kinds(run(wire)) == ["refused", "reply"]


def test_errors_that_prove_nothing() -> None:
    quoted = datagram(FOUR, Wire(START))
    other = SITE.host(12)
    backwards = frames.udp(FOUR[1].ip, FOUR[0].ip, PORTS[::-1], b"pong")
    later = bytearray(quoted)
    later[6:8] = b"\x20\x10"
    for answer in (
        error(FOUR, quoted, target=other),
        error((FOUR[0], FOUR[1], FOUR[2]), backwards, target=FOUR[1]),
        error(FOUR, bytes(later)),
        error(FOUR, frames.udp(FOUR[0].ip, FOUR[1].ip, (50_001, 15_000), b"")),
        error(FOUR, frames.ping(FOUR[0].ip, FOUR[1].ip)),
    ):
        assert kinds(outcome(FOUR, datagram, answer)) == []
    first = bytearray(quoted)
    first[6:8] = b"\x20\x00"
    assert kinds(outcome(FOUR, datagram, error(FOUR, bytes(first)))) == ["refused"]


def test_a_flow_without_a_sighting_stays_as_it_was() -> None:
    wire = Wire(START)
    packet = wire.datagram(FOUR[0], FOUR[1], (50_000, 4_500), b"ike?")
    wire.send(FOUR[0], FOUR[1], packet)
    wire.send(FOUR[2], FOUR[0], error(FOUR, packet))
    assert run(wire).replies == []


def test_nobody_who_is_not_on_the_way_knows_the_number() -> None:
    quoted = bytearray(syn(FOUR, Wire(START)))
    quoted[24:28] = ((int.from_bytes(quoted[24:28]) + 0x1000_0000) & 0xFFFF_FFFF).to_bytes(4)
    assert kinds(outcome(FOUR, syn, error(FOUR, bytes(quoted)))) == []


def test_a_hello_over_quic_that_is_refused() -> None:
    wire = Wire(START)
    hello = hellos.Hello(name=b"ds.found.test", quic=True).handshake()
    packet = wire.datagram(FOUR[0], FOUR[1], (50_000, 443), initial(cut(hello), dcid=b"12345678"))
    wire.send(FOUR[0], FOUR[1], packet)
    wire.send(FOUR[2], FOUR[0], error(FOUR, packet[:28]))
    seen = run(wire)
    assert [s.signal for s in seen.sightings] == ["quic-sni"]
    assert kinds(seen) == ["refused"]


@settings(derandomize=True, max_examples=80, deadline=None)
@given(st.binary(max_size=80), st.randoms(use_true_random=False), st.booleans())
def test_any_octets_change_nothing(noise: bytes, chance: random.Random, six: bool) -> None:
    ends = SIX if six else FOUR
    quoted = bytearray(datagram(ends, Wire(START)))
    for _ in range(chance.randrange(4)):
        quoted[chance.randrange(len(quoted))] = chance.randrange(256)
    answer = icmp(ends[2].ip, ends[0].ip, noise)
    seen = outcome(ends, datagram, answer, error(ends, bytes(quoted)), error(ends, noise))
    assert kinds(seen) in ([], ["refused"])
    assert (seen.coverage.flows, len(but(seen.clients, ends[2]))) == (1, 1)
