"""Flows: who began them, who answered, and what they prove without a name.

Invariant: a flow to an address that its client was told for a matched name is a sighting of that
client, once; and only packets of both sides make a sighting two-way or give it a Reply.
"""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.match.signatures import Pack
from netwatch.model import Observation, Sighting
from netwatch.names import name_text
from netwatch.observe import build_engine, observation
from netwatch.selftest import frames, hellos, messages
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.wire import Site, Tcp, Wire, together
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
    (
        signature("name", names=("*.found.test",)),
        signature("prefix", prefixes=("203.0.113.0/24",)),
        signature("port", ports=("tcp/13000", "udp/15000")),
    )
).matcher()
SITE = Site(7)
ALICE, BOB = SITE.host(11), SITE.host(12)
SERVER, OTHER = SITE.internet("93.184.216.34"), SITE.internet("198.51.100.7")
PREFIXED = SITE.internet("203.0.113.9")
START = "2024-06-03T08:00:00+00:00"
GUESS = ("flow-to-answered-address", "ds.found.test", ALICE.ip)


def run(frames: Sequence[Frame], *, names: bool = False) -> Observation:
    engine = build_engine(MATCHER, names=names, strict=True)
    engine.feed(pcap(frames), PcapRecords())
    return observation(engine)


def text(sighting: Sighting) -> tuple[str, str, str]:
    return sighting.signal, name_text(sighting.name), str(ip_address(sighting.client))


def of_flows(seen: Observation) -> list[tuple[str, str, str]]:
    return [text(sighting) for sighting in seen.sightings if not sighting.signal.startswith("dns")]


def told(wire: Wire, *texts: str, name: str = "ds.found.test") -> None:
    wire.look_up(ALICE, SITE.resolver, name, messages.addresses(*(texts or (SERVER.ip,))))


def kinds(seen: Observation) -> list[str]:
    flows = {sighting.flow for sighting in seen.sightings}
    assert {reply.flow for reply in seen.replies} <= flows
    return [reply.kind for reply in seen.replies]


def test_a_flow_to_an_answered_address() -> None:
    wire = Wire(START)
    told(wire)
    wire.wait(3).connect(ALICE, SERVER, 8443)
    seen = run(wire.shown)
    assert of_flows(seen) == [GUESS]
    sighting = seen.sightings[-1]
    assert (sighting.frame, sighting.server_port, sighting.transport) == (3, 8443, 6)
    assert not sighting.two_way
    assert not sighting.shared
    assert kinds(seen) == ["reply"]
    assert seen.replies[0].frame == 4


def test_nobody_else_was_told() -> None:
    wire = Wire(START)
    told(wire)
    wire.connect(BOB, SERVER)
    wire.connect(ALICE, OTHER)
    wire.connect(SERVER, ALICE)
    assert of_flows(run(wire.shown)) == []


def test_a_flow_before_the_answer_proves_nothing() -> None:
    wire = Wire(START)
    wire.connect(ALICE, SERVER)
    told(wire)
    assert of_flows(run(wire.shown)) == []


def test_the_address_of_the_sighting_is_the_alias_of_the_question() -> None:
    wire = Wire(START)
    wire.look_up(
        ALICE, SITE.resolver, "www.plain.test", messages.alias("cdn.found.test", SERVER.ip)
    )
    wire.connect(ALICE, SERVER)
    assert of_flows(run(wire.shown)) == [(GUESS[0], "cdn.found.test", ALICE.ip)]


def test_an_address_told_for_other_names_is_shared() -> None:
    for whose in (ALICE, BOB):
        wire = Wire(START)
        told(wire)
        wire.look_up(whose, SITE.resolver, "plain.test", messages.addresses(SERVER.ip))
        wire.connect(ALICE, SERVER)
        (sighting,) = [s for s in run(wire.shown).sightings if text(s) == GUESS]
        assert sighting.shared


def test_many_matched_names_in_turn_do_not_fill_the_table() -> None:
    """Two names told over and over are two names."""
    wire = Wire(START)
    for _ in range(20):
        told(wire)
        told(wire, OTHER.ip, name="dc.found.test")
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(wire.shown), PcapRecords())
    assert len(engine.dns.answered) == 2


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1", "::", "::1"])  # noqa: S104 - answers
def test_an_answer_that_leads_nowhere_is_no_address(address: str) -> None:
    wire = Wire(START)
    told(wire, address)
    wire.connect(ALICE, SITE.internet("127.0.0.1"))
    seen = run(wire.shown)
    assert of_flows(seen) == []
    assert [s.blocked for s in seen.sightings] == [False, True]


def test_another_name_takes_the_guess_back() -> None:
    wire = Wire(START)
    told(wire)
    wire.tls(ALICE, SERVER, "plain.test")
    seen = run(wire.shown)
    assert of_flows(seen) == [GUESS]
    assert kinds(seen) == ["reply", "other-name"]


def test_a_matched_name_stands_beside_the_guess() -> None:
    wire = Wire(START)
    told(wire)
    wire.tls(ALICE, SERVER, "dc.found.test")
    seen = run(wire.shown)
    assert of_flows(seen) == [GUESS, ("tls-sni", "dc.found.test", ALICE.ip)]
    assert kinds(seen) == ["reply"]
    assert len({s.flow for s in seen.sightings if s.flow}) == 1


def test_a_refused_connection() -> None:
    wire = Wire(START)
    told(wire)
    tried = Tcp(wire, ALICE, SERVER, 443)
    tried.syn()
    tried.refuse()
    assert kinds(run(wire.shown)) == ["refused"]


def test_nobody_answers() -> None:
    wire = Wire(START)
    told(wire)
    tried = Tcp(wire, ALICE, SERVER, 443)
    for _ in range(3):
        tried.syn()
        tried.skip(-1)
        wire.wait(1)
    seen = run(wire.shown)
    assert of_flows(seen) == [GUESS]
    assert kinds(seen) == []


def only(wire: Wire, mac: str) -> list[Frame]:
    """What of it was sent by this MAC."""
    return [frame for frame in wire.shown if frame.octets[6:12].hex(":") == mac]


def test_one_side_alone_is_never_two_way_and_never_a_reply() -> None:
    for mac in (ALICE.mac, SITE.gateway.mac):
        before, wire = Wire(START), Wire("2024-06-03T08:00:05+00:00")
        told(before)
        wire.tls(ALICE, SERVER, "ds.found.test")
        wire.exchange(ALICE, SERVER, (50_001, 4_500), b"ike?", b"ike!")
        seen = run([*before.shown, *only(wire, mac)])
        flows = [sighting for sighting in seen.sightings if sighting.flow]
        assert flows
        assert not any(sighting.two_way for sighting in flows)
        assert kinds(seen) == (["acked"] if mac == ALICE.mac else [])
        assert seen.coverage.flows_both == 0


def test_the_other_side_seen_late_is_a_reply_also_to_the_servers_packet() -> None:
    before, wire = Wire(START), Wire("2024-06-03T08:00:05+00:00")
    told(before)
    wire.connect(ALICE, SERVER)
    syn, syn_ack, ack = wire.shown
    times = [frame.time_ns for frame in wire.shown]
    order = [Frame(at, f.octets) for at, f in zip(times, (syn_ack, syn, ack), strict=True)]
    seen = run([*before.shown, *order])
    assert of_flows(seen) == [GUESS]
    assert kinds(seen) == ["reply"]
    assert seen.replies[0].frame == 4


def test_prefixes_and_ports() -> None:
    wire = Wire(START)
    wire.connect(ALICE, PREFIXED, 4_711)
    wire.connect(BOB, OTHER, 13_000)
    wire.exchange(BOB, OTHER, (50_000, 15_000), b"a", b"b")
    wire.connect(BOB, OTHER, 15_000)
    seen = run(wire.shown)
    assert of_flows(seen) == [
        ("address-prefix", "", ALICE.ip),
        ("port-profile", "", BOB.ip),
        ("port-profile", "", BOB.ip),
    ]
    assert [(s.signature, s.transport) for s in seen.sightings] == [(1, 6), (2, 6), (2, 17)]
    assert kinds(seen) == ["reply"] * 3


def test_a_guess_in_the_middle_of_a_stream_is_no_connection() -> None:
    wire = Wire(START)
    told(wire)
    connection = wire.connect(ALICE, SERVER)
    del wire.shown[-3:]
    connection.say(b"unknown")
    connection.hear(b"octets")
    seen = run(wire.shown)
    assert of_flows(seen) == []
    assert [client.connections for client in seen.clients if client.flows] == []


def test_a_hello_in_the_middle_settles_who_the_client_is() -> None:
    """The smaller port is the client's: a guess by ports is overridden."""
    wire = Wire(START)
    connection = Tcp(wire, ALICE, SERVER, 60_000)
    connection.ports = (1_024, 60_000)
    connection.hear(b"220 hello")
    connection.say(hellos.records(hellos.Hello(name=b"ds.found.test").handshake()))
    seen = run(wire.shown)
    assert of_flows(seen) == [("tls-sni", "ds.found.test", ALICE.ip)]
    (alice,) = [client for client in seen.clients if client.flows]
    assert str(ip_address(alice.address)) == ALICE.ip


def test_connections_are_counted_once_and_by_kind() -> None:
    wire = Wire(START)
    told(wire)
    wire.tls(ALICE, SERVER, "ds.found.test")
    wire.tls(ALICE, OTHER, "plain.test")
    wire.connect(ALICE, OTHER, 853)
    wire.connect(ALICE, BOB)
    Tcp(wire, ALICE, OTHER, 443).syn()
    seen = run(wire.shown)
    (alice,) = [c for c in seen.clients if c.address == ip_address(ALICE.ip).packed]
    assert (alice.flows, alice.connections, alice.connections_named) == (5, 4, 2)
    assert (alice.connections_answered, alice.encrypted_dns) == (3, 1)
    assert (seen.coverage.flows_tcp, seen.coverage.flows_both) == (5, 4)
    assert seen.coverage.encrypted_dns == 1


def test_a_silent_udp_conversation_has_ended() -> None:
    for seconds, count in ((119, 1), (121, 2)):
        wire = Wire(START)
        wire.exchange(ALICE, PREFIXED, (50_000, 9_999), b"a", b"b")
        wire.wait(seconds).exchange(ALICE, PREFIXED, (50_000, 9_999), b"a", b"b")
        seen = run(wire.shown)
        assert of_flows(seen) == [("address-prefix", "", ALICE.ip)] * count
        assert kinds(seen) == ["reply"] * count
        assert seen.coverage.flows == count


def test_the_flow_is_the_same_number_from_both_sides_and_tells_flows_apart() -> None:
    wire = Wire(START)
    for _ in range(50):
        wire.tls(ALICE, SERVER, "ds.found.test")
    other = Wire(START)
    other.tls(BOB, SERVER, "ds.found.test")
    seen = run(together(wire, other))
    assert len({sighting.flow for sighting in seen.sightings}) == 51
    assert all(sighting.two_way for sighting in seen.sightings)


HELLO = hellos.records(hellos.Hello(name=b"ds.found.test").handshake())
FLIGHT = hellos.flight_13(1)


def session(*flights: bytes, hello: bytes = HELLO, opened: bool = True) -> Wire:
    """A client that says its hello, and hears these."""
    wire = Wire(START)
    connection = Tcp(wire, ALICE, SERVER, 443)
    if opened:
        connection.open()
    connection.say(hello, 200)
    for flight in flights:
        connection.hear(flight)
    return wire


@pytest.mark.parametrize("opened", [True, False], ids=["opened", "mid-stream"])
def test_a_client_that_goes_on_acknowledging_a_server_that_is_not_shown(opened: bool) -> None:
    wire = session(FLIGHT, b"\x17\x03\x03" + bytes(900), bytes(700), opened=opened)
    seen = run(only(wire, ALICE.mac))
    assert of_flows(seen) == [("tls-sni", "ds.found.test", ALICE.ip)]
    assert not seen.sightings[0].two_way
    assert kinds(seen) == ["acked"], "once, and it is no reply"
    assert kinds(run(wire.shown)) == ([] if opened else ["reply"]), "the server is shown here"
    assert seen.coverage.acks == seen.coverage.acked_unseen == 0, "nothing tells loss here"


def test_one_step_further_is_not_going_on() -> None:
    assert kinds(run(only(session(FLIGHT), ALICE.mac))) == []
    assert kinds(run(only(session(FLIGHT, FLIGHT), ALICE.mac))) == ["acked"]


def test_the_same_number_again_is_no_step() -> None:
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER)
    connection.say(HELLO)
    connection.hear(FLIGHT)
    for _ in range(5):
        connection.ack()
    assert kinds(run(only(wire, ALICE.mac))) == []


def test_nothing_is_acked_without_a_sighting() -> None:
    other = hellos.records(hellos.Hello(name=b"plain.test").handshake())
    assert run(only(session(FLIGHT, FLIGHT, hello=other), ALICE.mac)).replies == []


def test_numbers_before_the_hello_do_not_count() -> None:
    """A flow known by its port alone: the greeting of a server is no proof of a hello."""
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, 13_000)
    for _ in range(4):
        connection.hear(b"220 greeting\r\n")
    assert [s.signal for s in run(only(wire, ALICE.mac)).sightings] == ["port-profile"]
    assert kinds(run(only(wire, ALICE.mac))) == []
    connection.say(HELLO)
    connection.hear(FLIGHT)
    connection.hear(FLIGHT)
    assert kinds(run(only(wire, ALICE.mac))) == ["hello", "acked"]


@pytest.mark.parametrize(
    ("sequence", "acknowledged", "flags"),
    [
        (0x7000_0000, 4_000, "A"),
        (0, 0x7000_0000, "A"),
        (0, -4_000, "A"),
        (0, 4_000, "RA"),
        (0, 4_000, ""),
    ],
)
def test_a_stray_packet_is_no_step(sequence: int, acknowledged: int, flags: str) -> None:
    wire = session()
    start = wire.shown[-2]
    ports = (int.from_bytes(start.octets[34:36]), 443)
    behind = int.from_bytes(start.octets[38:42]) + len(start.octets) - 54
    told = int.from_bytes(start.octets[42:46])
    for step in (1, 2):
        numbers = (
            (behind + sequence * step) & 0xFFFF_FFFF,
            (told + acknowledged * step) & 0xFFFF_FFFF,
        )
        packet = frames.tcp(ALICE.ip, SERVER.ip, ports, flags, numbers, b"", ttl=64, number=9)
        wire.send(ALICE, SERVER, packet)
    assert kinds(run(only(wire, ALICE.mac))) == []


def test_control_the_packet_that_fits_is_a_step() -> None:
    wire = session()
    start = wire.shown[-2]
    ports = (int.from_bytes(start.octets[34:36]), 443)
    behind = int.from_bytes(start.octets[38:42]) + len(start.octets) - 54
    told = int.from_bytes(start.octets[42:46])
    for step in (1, 2):
        numbers = (behind, (told + 4_000 * step) & 0xFFFF_FFFF)
        packet = frames.tcp(ALICE.ip, SERVER.ip, ports, "A", numbers, b"", ttl=64, number=9)
        wire.send(ALICE, SERVER, packet)
    assert kinds(run(only(wire, ALICE.mac))) == ["acked"]


def test_a_server_that_appears_later_still_replies() -> None:
    wire = session(FLIGHT, FLIGHT)
    shown = only(wire, ALICE.mac)
    late = [frame for frame in wire.shown if frame not in shown][-1:]
    last = Frame(shown[-1].time_ns + 1_000_000, late[0].octets)
    assert kinds(run([*shown, last])) == ["acked", "reply"]
