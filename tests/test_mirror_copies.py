"""What a mirror shows twice counts once.

Invariant: frames that come again within a millisecond change no counter of anybody and no finding;
what differs in an octet, or comes later, is a message of its own.
"""

from collections.abc import Sequence

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.match.signatures import Pack
from netwatch.model import Client, Observation
from netwatch.names import name_text, name_wire
from netwatch.observe import build_engine, observation
from netwatch.selftest import frames, messages
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
            magics=(b"MAGIC",),
        ),
    )
).matcher()
START = "2025-03-01T08:00:00Z"
COPY_NS = 20_000
LATER_NS = 1_000_000


def run(shown: Sequence[Frame]) -> Observation:
    """All frames through one engine."""
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(shown), PcapRecords())
    return observation(engine)


def twice(shown: Sequence[Frame], after_ns: int = COPY_NS) -> list[Frame]:
    """Every frame, and the same again."""
    return [
        Frame(frame.time_ns + late, frame.octets, frame.link)
        for frame in shown
        for late in (0, after_ns)
    ]


def look_up(name: str = "ds.found.test") -> Wire:
    site, wire = Site(1), Wire(START)
    wire.look_up(site.host(7), site.internet("8.8.8.8"), name, messages.addresses("192.0.2.1"))
    return wire


def client_of(seen: Observation, ip: str) -> Client:
    (found,) = [
        client for client in seen.clients if client.address == bytes(map(int, ip.split(".")))
    ]
    return found


def test_a_question_shown_twice_is_asked_once() -> None:
    shown = look_up().shown
    once, copied = run(shown), run(twice(shown))
    assert [(s.signal, s.name) for s in copied.sightings] == [
        (s.signal, s.name) for s in once.sightings
    ]
    asker = client_of(copied, "10.1.0.7")
    assert (asker.questions, asker.questions_public, asker.questions_matched) == (1, 1, 1)
    assert (asker.answers, client_of(copied, "8.8.8.8").answers_served) == (1, 1)
    assert (copied.coverage.dns_questions, copied.coverage.dns_answers) == (1, 1)
    assert (once.coverage.duplicates, copied.coverage.duplicates) == (0, 2)


def test_control_a_question_asked_again_is_asked_twice() -> None:
    seen = run(twice(look_up().shown, LATER_NS))
    assert client_of(seen, "10.1.0.7").questions == 2
    assert seen.coverage.duplicates == 0


@pytest.mark.parametrize("name", ["dt.found.test", "ds.found.tesu"])
def test_another_question_under_the_same_id_is_no_copy(name: str) -> None:
    """Else a question that nobody should see could be hidden behind a harmless one."""
    host, server = Site(1).host(7), Site(1).internet("8.8.8.8")
    wire = Wire(START)
    for asked in ("ds.found.test", name):
        text = messages.question(name_wire(asked), "A", 7)
        wire.send(host, server, wire.datagram(host, server, (5_000, 53), text))
    seen = run(wire.shown)
    assert client_of(seen, "10.1.0.7").questions == 2
    matched = [asked for asked in ("ds.found.test", name) if asked.endswith(".test")]
    assert [name_text(sighting.name) for sighting in seen.sightings] == matched


def test_the_copy_from_behind_the_router_is_seen_but_not_counted() -> None:
    host, server = Site(1).host(7), Site(1).internet("8.8.8.8")
    wire = Wire(START)
    packet = wire.datagram(
        host, server, (5_000, 53), messages.question(b"\2ds\5found\4test", "A", 7)
    )
    wire.send(host, server, packet)
    wire.send(Site(1).gateway, server, frames.one_hop_on(packet))
    seen = run(wire.shown)
    assert len({sighting.client_mac for sighting in seen.sightings}) == 2
    assert client_of(seen, "10.1.0.7").questions == 1


def test_requests_shown_twice_make_no_proxy() -> None:
    site, wire = Site(1), Wire(START)
    connection = wire.connect(site.host(7), site.host(3), 3128)
    for number in range(3):
        connection.say(messages.request(f"http://ds.found.test/{number}", "ds.found.test"))
    for shown in (wire.shown, twice(wire.shown)):
        seen = run(shown)
        assert client_of(seen, "10.1.0.3").proxied == 3
        assert seen.coverage.http == 3


def test_a_file_is_known_behind_a_copied_head() -> None:
    site, wire = Site(1), Wire(START)
    connection = wire.connect(site.host(7), site.internet("192.0.2.1"), 80)
    connection.say(messages.request("/file", "other.test"))
    head, body = messages.response(b"MAGIC and so on").split(b"MAGIC")
    connection.hear(head)
    connection.hear(b"MAGIC" + body)
    for shown in (wire.shown, twice(wire.shown)):
        assert [sighting.signal for sighting in run(shown).sightings] == ["file-magic"]
