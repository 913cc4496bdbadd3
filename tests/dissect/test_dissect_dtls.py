"""DTLS conversations.

Invariant: a hello is seen once under its client, whatever was spoken on its ports before, in
whatever pieces it came; a server's certificates up to DTLS 1.2 are seen under the same client.
"""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.limits import DTLS_BYTES_MAX, DTLS_STATES_MAX, YOUNG_AGE_NS_MAX
from netwatch.match.signatures import Pack
from netwatch.model import Observation
from netwatch.names import name_text
from netwatch.observe import build_engine, observation
from netwatch.selftest import dtls, frames
from netwatch.selftest.authority import certificate
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
SAID = Hello(name=b"ds.found.test", post_quantum=True)
HELLO = dtls.hello(SAID)
FOUND = ("dtls-sni", "ds.found.test")
STUN = b"\0\1\0\0\x21\x12\xa4\x42" + bytes(12)
SRTP = b"\x80\x60" + bytes(range(100))
LEAF = certificate([("CN", "ds.found.test")], [("O", "Lab")], ["ds.found.test"])


def run(shown: Sequence[Frame], names: bool = False) -> Observation:
    engine = build_engine(MATCHER, strict=True, names=names)
    engine.feed(pcap(shown), PcapRecords())
    return observation(engine)


def talk(*said: bytes, port: int = 4433) -> Observation:
    """Datagrams of the client; what begins with ~ is the server's."""
    wire = Wire(START)
    for payload in said:
        if payload[:1] == b"~":
            packet = frames.udp(SERVER.ip, ALICE.ip, (port, 50_000), payload[1:])
            wire.send(SERVER, ALICE, packet)
        else:
            wire.send(ALICE, SERVER, frames.udp(ALICE.ip, SERVER.ip, (50_000, port), payload))
    return run(wire.shown)


def names_of(seen: Observation) -> list[tuple[str, str]]:
    assert {s.client for s in seen.sightings} <= {ip_address(ALICE.ip).packed}
    return [(s.signal, name_text(s.name)) for s in seen.sightings]


def datagrams(hello: bytes, *cuts: int, number: int = 0) -> list[bytes]:
    return dtls.records(dtls.fragments(hello, *cuts, number=number))


@pytest.mark.parametrize("port", [443, 4_433, 5_684, 50_001, 3_478])
@pytest.mark.parametrize("cuts", [(), (500,), (200, 400, 600, 1_200)])
def test_on_any_port_in_any_pieces(port: int, cuts: tuple[int, ...]) -> None:
    seen = talk(*datagrams(HELLO, *cuts), port=port)
    assert names_of(seen) == [FOUND]
    (sighting,) = seen.sightings
    assert (sighting.frame, sighting.transport, sighting.server_port) == (1 + len(cuts), 17, port)
    assert sighting.tls is not None and sighting.tls.ja4.startswith("dd2d")
    assert (seen.coverage.hellos, seen.coverage.hellos_named, seen.coverage.quic) == (1, 1, 0)


@pytest.mark.parametrize("before", [[STUN], [STUN] * 9, [STUN, b"~" + STUN] * 4, [SRTP] * 30])
def test_behind_other_traffic(before: list[bytes]) -> None:
    assert names_of(talk(*before, *datagrams(HELLO, 500))) == [FOUND]
    assert names_of(talk(*before, *datagrams(HELLO))) == [FOUND]


def test_between_other_traffic() -> None:
    one, two = datagrams(HELLO, 500)
    assert names_of(talk(STUN, two, SRTP, STUN, b"~" + STUN, one)) == [FOUND]


def test_the_hello_that_comes_again_with_a_cookie_is_one() -> None:
    again = dtls.hello(SAID, cookie=bytes(20))
    answer = b"~" + dtls.verify_request(bytes(20))
    seen = talk(*datagrams(HELLO), answer, *datagrams(again, 400, number=1))
    assert names_of(seen) == [FOUND]
    assert [reply.kind for reply in seen.replies] == ["reply"]
    lost = talk(datagrams(HELLO, 500)[0], answer, *datagrams(again, 400, number=1))
    assert names_of(lost) == [FOUND]


def test_whoever_says_the_hello_is_the_client() -> None:
    """In WebRTC it may be the side that did not speak first."""
    wire = Wire(START)
    wire.exchange(SERVER, ALICE, (4_433, 50_000), STUN, STUN)
    wire.send(ALICE, SERVER, frames.udp(ALICE.ip, SERVER.ip, (50_000, 4_433), datagrams(HELLO)[0]))
    assert names_of(run(wire.shown)) == [FOUND]


def test_certificates_of_the_server() -> None:
    chain = dtls.certificate_message([LEAF, LEAF])
    flight = [
        *dtls.fragments(dtls.server_hello()),
        *dtls.fragments(chain, *range(90, len(chain) - 4, 90), number=1),
    ]
    nameless = datagrams(dtls.hello(Hello(name=b"")))
    for shown in (dtls.records(flight), [b"".join(dtls.records(flight))]):
        seen = talk(*nameless, *(b"~" + octets for octets in shown))
        assert set(names_of(seen)) == {("tls-certificate", "ds.found.test")}
        assert len(seen.sightings) == 2
        assert seen.sightings[0].tls is not None
        assert seen.sightings[0].tls.version == dtls.DTLS_1_2
        assert seen.coverage.anomalies == {}
    hidden = dtls.record(dtls.fragments(dtls.server_hello(version=dtls.DTLS_1_3))[0])
    assert talk(*nameless, b"~" + hidden).sightings == []


def test_a_hello_that_is_never_whole_gives_its_name() -> None:
    at = HELLO.index(b"ds.found.test")
    seen = talk(datagrams(HELLO, at + 30)[0])
    assert names_of(seen) == [FOUND]
    assert seen.sightings[0].tls is not None and seen.sightings[0].tls.partial
    assert (seen.coverage.hellos, seen.coverage.hellos_unfinished) == (0, 1)
    assert talk(datagrams(HELLO, at)[0]).sightings == []


def test_a_lie_is_counted() -> None:
    octets = datagrams(HELLO)[0] + b"\x16\xfe\xfd"  # too short to be a record
    assert names_of(talk(octets)) == [FOUND]
    bad = datagrams(HELLO, 50)[0] + bytes(30)
    assert talk(bad).coverage.anomalies == {"dtls": 1}


def by_hand(port: int, payload: bytes) -> bytes:
    """A frame without scapy, where there are thousands."""
    total = 28 + len(payload)
    header = b"\x45\0" + total.to_bytes(2, "big") + b"\0\0\0\0\x40\x11\0\0"
    ends = ip_address(ALICE.ip).packed + ip_address(SERVER.ip).packed
    ports = port.to_bytes(2, "big") + b"\x11\x51" + (8 + len(payload)).to_bytes(2, "big") + b"\0\0"
    return bytes(12) + b"\x08\x00" + header + ends + ports + payload


def test_a_flood_of_beginnings_is_bounded_and_a_whole_hello_is_still_seen() -> None:
    part, *rest = datagrams(HELLO, 700)
    time_ns = 1_700_000_000_000_000_000
    shown = [Frame(time_ns, by_hand(10_000 + n, part)) for n in range(DTLS_STATES_MAX + 500)]
    shown += [Frame(time_ns + 1, by_hand(65_000, payload)) for payload in (part, *rest)]
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(shown), PcapRecords())
    young = engine.udp.dtls
    assert len(young.young) <= DTLS_STATES_MAX
    assert young.held_bytes == sum(y.flight.held_bytes() for y in young.young.values())
    assert young.held_bytes <= DTLS_BYTES_MAX
    assert 65_000 in [s.client_port for s in engine.sightings.found]
    late = [Frame(time_ns + YOUNG_AGE_NS_MAX + 2, by_hand(9_000 + n, part)) for n in range(20)]
    engine.feed(pcap(late), PcapRecords())
    observation(engine)
    assert (young.young, young.held_bytes) == ({}, 0)
