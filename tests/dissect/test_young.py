"""Young streams: what becomes of first messages that did not fit into one segment.

Invariant: whatever is lost, too old or too much, what came of a message is read once when its
stream is settled; and nothing is held of a stream that is settled.
"""

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.engine import Engine
from netwatch.limits import YOUNG_AGE_NS_MAX, YOUNG_SEGMENTS_MAX
from netwatch.match.signatures import Pack
from netwatch.model import Observation
from netwatch.names import name_text
from netwatch.observe import build_engine, observation
from netwatch.selftest import hellos
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
LONG = hellos.records(hellos.Hello(name=b"ds.found.test", post_quantum=True).handshake())
FOUND = [("tls-sni", "ds.found.test")]


def fed(wire: Wire) -> Engine:
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(wire.shown), PcapRecords())
    return engine


def names_of(seen: Observation) -> list[tuple[str, str]]:
    return [(s.signal, name_text(s.name)) for s in seen.sightings]


def talk(port: int = 443) -> tuple[Wire, Tcp]:
    wire = Wire(START)
    return wire, wire.connect(ALICE, SERVER, port)


def test_a_hello_that_became_whole_leaves_nothing_behind() -> None:
    wire, connection = talk()
    connection.say(LONG, 400)
    engine = fed(wire)
    streams = engine.tcp.young.streams
    assert (len(streams.streams), streams.held_bytes) == (0, 0)
    assert names_of(observation(engine)) == FOUND


@pytest.mark.parametrize("end", ["age", "the end of the capture", "another on the same ports"])
def test_what_came_is_read_once_when_the_stream_is_settled(end: str) -> None:
    wire, connection = talk()
    connection.say(LONG[:900])
    if end == "age":
        wire.wait(YOUNG_AGE_NS_MAX / 1e9 + 1)
        wire.connect(SITE.host(12), SERVER).say(LONG[:-1])
    elif end != "the end of the capture":
        again = Tcp(wire, ALICE, SERVER, 443)
        again.ports = connection.ports
        wire.wait(1)
        again.open()
        again.say(LONG[:-1])
    engine = fed(wire)
    settled = len(engine.sightings.found)
    assert settled == (0 if end == "the end of the capture" else 1)
    assert names_of(observation(engine)) == FOUND * (settled + 1)
    streams = engine.tcp.young.streams
    assert (len(streams.streams), streams.held_bytes) == (0, 0)


def test_a_drip_does_not_stay() -> None:
    wire, connection = talk()
    connection.say(LONG[:300])
    for at in range(300, 300 + YOUNG_SEGMENTS_MAX + 10):
        connection.say(LONG[at : at + 1] or b"x")
    assert len(fed(wire).tcp.young.streams.streams) == 0


def of(seen: Observation, *anomalies: str) -> list[int]:
    return [seen.coverage.anomalies.get(anomaly, 0) for anomaly in anomalies]


GAP, DROPPED = "stream-gap", "stream-dropped"


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_gap_in_front_of_what_waits_is_counted_once(missing: int) -> None:
    wire, connection = talk()
    pieces = connection.pieces(LONG, 500)
    del pieces[missing]
    connection.send(*pieces, *pieces)
    seen = observation(fed(wire))
    assert of(seen, GAP, DROPPED) == ([1, 0] if missing < len(pieces) else [0, 0])


def test_whole_streams_and_mid_stream_starts_are_no_gap() -> None:
    wire, connection = talk()
    connection.send(*connection.pieces(LONG, 300)[::-1])
    Tcp(wire, SITE.host(12), SERVER, 443).say(b"the middle of something", 5)
    assert of(observation(fed(wire)), GAP, DROPPED) == [0, 0]


def test_a_stream_that_is_too_old_is_counted_as_dropped() -> None:
    for gap in (False, True):
        wire, connection = talk()
        pieces = connection.pieces(LONG, 500)
        connection.send(*(pieces[:1] + pieces[2:] if gap else pieces[:1]))
        wire.wait(YOUNG_AGE_NS_MAX / 1e9 + 1)
        assert of(observation(fed(wire)), GAP, DROPPED) == [gap, 0], "the capture ends"
        wire.connect(SITE.host(12), SERVER).say(LONG, 900)
        assert of(observation(fed(wire)), GAP, DROPPED) == [gap, not gap]


def test_a_stream_that_is_too_much_is_counted_as_dropped() -> None:
    wire, connection = talk()
    connection.say(b"\x16\x03\x01\x00\x01\x01" * (YOUNG_SEGMENTS_MAX + 1), 6)
    assert of(observation(fed(wire)), GAP, DROPPED) == [0, 1]
