"""What becomes of a hello that was read.

Invariant: every hello is counted under its client, whether it has a name or not; only matched names
leave the engine; and what its record says is what the hello said.
"""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.match.signatures import Pack
from netwatch.model import Client, Observation
from netwatch.names import name_text
from netwatch.observe import build_engine, observation
from netwatch.selftest import hellos
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
            ports=("tcp/13000",),
        ),
    )
).matcher()
SITE = Site(9)
ALICE = SITE.host(11)
SERVER = SITE.internet("93.184.216.34")
START = "2024-06-03T08:00:00+00:00"


def run(frames: Sequence[Frame], *, names: bool = False) -> Observation:
    engine = build_engine(MATCHER, names=names, strict=True)
    engine.feed(pcap(frames), PcapRecords())
    return observation(engine)


def say(*said: Hello, names: bool = False) -> Observation:
    wire = Wire(START)
    for hello in said:
        wire.connect(ALICE, SERVER).say(hellos.records(hello.handshake()))
    return run(wire.shown, names=names)


def alice(seen: Observation) -> Client:
    (client,) = [c for c in seen.clients if c.address == ip_address(ALICE.ip).packed]
    return client


def test_what_a_matched_hello_says() -> None:
    seen = say(Hello(name=b"DS.Found.test", alpn=("h2", "http/1.1")))
    (sighting,) = seen.sightings
    assert (sighting.signal, sighting.name) == ("tls-sni", b"\x02ds\x05found\x04test")
    assert sighting.signature == 0
    assert not sighting.browser
    assert sighting.tls is not None
    assert sighting.tls.version == 0x0304
    assert sighting.tls.alpn == (b"h2", b"http/1.1")
    assert sighting.tls.ja4.startswith("t13d")
    assert (sighting.tls.ech, sighting.tls.partial, sighting.tls.quic_version) == (False, False, 0)


def test_only_matched_hellos_have_a_ja4() -> None:
    seen = say(Hello(name=b"ds.found.test"), Hello(name=b"plain.test"), names=True)
    assert [bool(s.tls and s.tls.ja4) for s in seen.sightings] == [True, False]
    assert [s.signature for s in seen.sightings] == [0, -1]


def test_a_browser() -> None:
    seen = say(Hello(name=b"ds.found.test", browser=True))
    (sighting,) = seen.sightings
    assert sighting.browser
    assert sighting.tls is not None
    assert sighting.tls.ech
    assert (seen.coverage.hellos_ech, alice(seen).hellos_ech) == (1, 1)


@pytest.mark.parametrize(
    ("hello", "port", "kinds"),
    [
        (Hello(name=b""), 13_000, ["reply", "hello"]),
        (Hello(name=b"plain.test"), 13_000, ["reply", "hello"]),
        (Hello(name=b"plain.test", browser=True), 13_000, ["reply"]),
        (Hello(name=b""), 13_001, []),
    ],
)
def test_a_hello_on_a_port_of_the_pack(hello: Hello, port: int, kinds: list[str]) -> None:
    wire = Wire(START)
    wire.connect(ALICE, SITE.host(12), port).say(hellos.records(hello.handshake()))
    assert [reply.kind for reply in run(wire.shown).replies] == kinds


def test_hellos_are_counted() -> None:
    seen = say(
        Hello(name=b"ds.found.test"),
        Hello(name=b"plain.test"),
        Hello(name=b""),
        Hello(name=b"plain.test", browser=True),
    )
    coverage, client = seen.coverage, alice(seen)
    assert (coverage.hellos, coverage.hellos_named, coverage.hellos_ech) == (4, 3, 1)
    assert (client.hellos, client.hellos_nameless, client.hellos_ech) == (4, 1, 1)
    assert client.connections_named == 3
    assert len(seen.sightings) == 1


def test_one_client_software_is_one_kind_whatever_it_asks_for() -> None:
    same = [Hello(name=f"host{n}.test".encode(), number=n) for n in range(20)]
    assert alice(say(*same)).hello_kinds.bit_count() == 1
    other = [Hello(name=b"plain.test", alpn=alpn) for alpn in ((), ("h2",), ("a", "b"))]
    assert alice(say(*other, Hello(name=b"plain.test", browser=True))).hello_kinds.bit_count() > 1


@pytest.mark.parametrize(
    "name", [b"a..b", b".", b"a" * 64 + b".found.test", b"x." * 127 + b"found.test"]
)
def test_what_can_be_no_name_is_counted(name: bytes) -> None:
    seen = say(Hello(name=name), names=True)
    assert seen.sightings == []
    assert seen.coverage.anomalies == {"name-not-a-name": 1}
    assert (seen.coverage.hellos, seen.coverage.hellos_named) == (1, 0)


def test_a_dot_inside_dotted_text_is_a_dot() -> None:
    """The name in a hello is text: what stands there is what the server is asked for."""
    seen = say(Hello(name=b"ds.found.test."), Hello(name=b"found.test.evil.test"))
    assert [name_text(s.name) for s in seen.sightings] == ["ds.found.test"]


def test_a_hello_that_is_never_whole_is_counted_apart() -> None:
    wire = Wire(START)
    octets = hellos.records(Hello(name=b"ds.found.test", post_quantum=True).handshake())
    wire.connect(ALICE, SERVER).say(octets[:700])
    wire.connect(ALICE, SERVER).say(octets[:80])
    seen = run(wire.shown)
    assert (seen.coverage.hellos, seen.coverage.hellos_unfinished) == (0, 2)
    (sighting,) = seen.sightings
    assert sighting.two_way
    assert sighting.tls is not None
    assert (sighting.tls.partial, sighting.tls.ja4) == (True, "")
    assert sighting.client_mac == bytes.fromhex(ALICE.mac.replace(":", ""))
    assert sighting.flow != 0
