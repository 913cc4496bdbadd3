"""Server flights: the certificates in them.

Invariant: every certificate that came whole gives its names once, charged to the flow's client,
whether the flight became whole or not; one that did not come whole gives none.
"""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.dissect.sightings import turned
from netwatch.match.signatures import Pack
from netwatch.model import Observation, Sighting
from netwatch.names import name_text
from netwatch.observe import build_engine, observation
from netwatch.selftest import hellos
from netwatch.selftest.authority import certificate
from netwatch.selftest.files import pcap
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
ALICE, SERVER = SITE.host(11), SITE.internet("93.184.216.34")
START = "2024-06-03T08:00:00+00:00"


def run(wire: Wire) -> Observation:
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(wire.shown), PcapRecords())
    return observation(engine)


def names_of(seen: Observation) -> list[tuple[str, str]]:
    return [(s.signal, name_text(s.name)) for s in seen.sightings]


LEAF = certificate([("CN", "leaf")], [("O", "Plain")], ["a.found.test", "plain.test"])
OTHER = certificate([("CN", "other")], [("O", "Plain")], ["b.found.test"])
FLIGHT = hellos.flight_12([LEAF, OTHER])


def certificates(heard: Sequence[bytes], *, client_seen: bool = True, port: int = 443) -> Wire:
    wire = Wire(START)
    connection = Tcp(wire, ALICE, SERVER, port)
    connection.acknowledge = False
    if client_seen:
        connection.open()
        connection.say(hellos.records(hellos.Hello(name=b"plain.test").handshake()))
    for octets in heard:
        connection.hear(octets)
    return wire


@pytest.mark.parametrize("client_seen", [True, False])
@pytest.mark.parametrize("port", [443, 8_443, 61_000])
def test_whole_certificates_of_a_flight_that_is_not(client_seen: bool, port: int) -> None:
    whole_leaf = FLIGHT.index(OTHER) + 20
    heard = [FLIGHT[:500], FLIGHT[500:whole_leaf]]
    seen = run(certificates(heard, client_seen=client_seen, port=port))
    assert names_of(seen) == [("tls-certificate", "a.found.test")]
    (sighting,) = seen.sightings
    alice, server = ip_address(ALICE.ip).packed, ip_address(SERVER.ip).packed
    assert (sighting.client, sighting.server, sighting.server_port) == (alice, server, port)
    assert sighting.client_mac.hex(":") == ALICE.mac
    assert (sighting.two_way, sighting.transport) == (client_seen, 6)
    assert sighting.tls is not None
    assert (sighting.tls.version, sighting.tls.subject) == (0x0303, "CN=leaf")


def test_a_certificate_that_is_not_whole_says_nothing() -> None:
    cut = FLIGHT.index(LEAF) + len(LEAF) - 1
    assert names_of(run(certificates([FLIGHT[:cut]]))) == []
    (whole,) = names_of(run(certificates([FLIGHT[: cut + 1]])))
    assert whole == ("tls-certificate", "a.found.test")


def test_a_whole_flight_says_each_name_once() -> None:
    both = [("tls-certificate", "a.found.test"), ("tls-certificate", "b.found.test")]
    assert names_of(run(certificates([FLIGHT[:700], FLIGHT[700:]]))) == both


def test_turned_is_the_other_side_of_the_same() -> None:
    origin = Sighting(
        time_ns=5,
        frame=7,
        signal="tls-sni",
        name=b"\x01a",
        client=b"\x0a\0\0\1",
        client_port=1,
        client_mac=b"aaaaaa",
        server=b"\x0a\0\0\2",
        server_port=2,
        server_mac=b"bbbbbb",
        transport=6,
        vlans=(3,),
        tunnels=(b"x",),
        flow=9,
        two_way=True,
    )
    other = turned(origin)
    assert (other.client, other.client_port, other.client_mac) == (b"\x0a\0\0\2", 2, b"bbbbbb")
    assert turned(other) == origin != other
