"""The engine's books, closed.

Invariant: nothing is handed over twice, nothing is lost between two takings, and the same capture
gives the same observation every time, however it was cut into blocks.
"""

from ipaddress import ip_address

import msgspec

from netwatch.capture.pcap import PcapRecords
from netwatch.match.signatures import Pack
from netwatch.model import Answer, Client, Observation
from netwatch.observe import CLIENT_FIELDS, build_engine, observation, take
from netwatch.selftest import frames, hellos, messages
from netwatch.selftest.files import pcap
from netwatch.selftest.wire import Site, Wire, together
from netwatch.signature import Signature
from netwatch.state import clients

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
ALICE, BOB, SIX = SITE.host(11), SITE.host(12), SITE.host(13, six=True)
SERVER, OTHER = SITE.internet("93.184.216.34"), SITE.internet("198.51.100.7")
START = "2024-06-03T08:00:00+00:00"


def capture() -> bytes:
    wire, tagged = Wire(START), Wire(START, vlans=(5,))
    wire.show(frames.arp(ALICE.mac, ALICE.ip, SITE.gateway.ip))
    wire.look_up(ALICE, SITE.resolver, "ds.found.test", messages.addresses(SERVER.ip))
    wire.tls(ALICE, SERVER, "ds.found.test")
    tagged.tls(BOB, OTHER, "dc.found.test", browser=True)
    tagged.connect(SIX, SITE.internet("2001:db8::9"), 853)
    wire.wait(4_000).connect(ALICE, OTHER, 80).say(messages.request("/", "dl.found.test"))
    wire.connect(BOB, OTHER).say(
        hellos.records(hellos.Hello(name=b"x.found.test").handshake())[:99]
    )
    return pcap(together(wire, tagged))


def observe(octets: bytes, block_bytes: int) -> Observation:
    """Fed in blocks as the readers give them: the rest of one stands before the next."""
    engine = build_engine(MATCHER, names=True, strict=True)
    records = PcapRecords()
    at = 0
    while at < len(octets):
        size = max(block_bytes, int(records.needed))
        block = octets[at : at + size]
        records.begin(0)
        engine.feed(block, records)
        assert records.next(block) == Answer.NEED_MORE
        if at + size >= len(octets):
            break
        at += int(records.position)
    return observation(engine)


def test_blocks_do_not_show() -> None:
    octets = capture()
    whole = observe(octets, len(octets))
    assert len(whole.sightings) == 6
    for block_bytes in (1, 100, 999, 2_000):
        assert observe(octets, block_bytes) == whole


def test_nothing_is_handed_over_twice() -> None:
    engine = build_engine(MATCHER, names=True, strict=True)
    engine.feed(capture(), PcapRecords())
    sightings, replies, claims = take(engine)
    assert (len(sightings), len(replies), len(claims)) == (6, 1, 1)
    assert take(engine) == ([], [], [])
    rest = observation(engine)
    assert (rest.sightings, rest.replies, rest.claims) == ([], [], [])
    assert rest.coverage.packets > 20


def test_what_is_still_open_at_the_end_is_settled_once() -> None:
    wire = Wire(START)
    octets = hellos.records(hellos.Hello(name=b"ds.found.test", post_quantum=True).handshake())
    wire.connect(ALICE, SERVER).say(octets[:900])
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(wire.shown), PcapRecords())
    assert take(engine)[0] == []
    assert [s.signal for s in observation(engine).sightings] == ["tls-sni"]


def client_of(seen: Observation, ip: str, vlan: int) -> Client:
    packed = ip_address(ip).packed
    (client,) = [c for c in seen.clients if (c.address, c.vlan) == (packed, vlan)]
    return client


def test_clients() -> None:
    seen = observe(capture(), 10_000)
    alice, bob, six = (
        client_of(seen, ALICE.ip, 0),
        client_of(seen, BOB.ip, 5),
        client_of(seen, SIX.ip, 5),
    )
    assert alice.mac.hex(":") == ALICE.mac
    assert (alice.flows, alice.connections, alice.connections_named) == (2, 2, 2)
    assert (alice.questions, alice.questions_matched, alice.answers) == (1, 1, 1)
    assert alice.hours == 0b11
    assert (bob.hellos, bob.hellos_ech, bob.macs) == (1, 1, 1)
    assert (six.encrypted_dns, len(six.address)) == (1, 16)
    order = [(c.vlan, len(c.address), c.address) for c in seen.clients]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


def test_every_counter_of_a_client_has_its_place() -> None:
    """A record's places are all different, and every field of `Client` is filled from one."""
    places = list(CLIENT_FIELDS.values())
    assert len(set(places)) == len(places)
    assert max(places) < clients.FIELDS
    others = {"address", "vlan", "mac"}
    assert set(CLIENT_FIELDS) | others == {field.name for field in msgspec.structs.fields(Client)}


def test_macs_are_sorted() -> None:
    macs = [row.mac for row in observe(capture(), 10_000).macs]
    assert macs == sorted(macs)
    assert {bytes.fromhex(host.mac.replace(":", "")) for host in (ALICE, BOB, SIX)} <= set(macs)


def test_coverage() -> None:
    coverage = observe(capture(), 10_000).coverage
    assert (coverage.flows, coverage.flows_evicted) == (5, 0)
    assert (coverage.flows_tcp, coverage.flows_both, coverage.handshakes) == (5, 5, 5)
    assert (coverage.dns_questions, coverage.dns_answers, coverage.http) == (1, 1, 1)
    assert (coverage.hellos, coverage.hellos_named, coverage.hellos_ech) == (2, 2, 1)
    assert coverage.hellos_unfinished == 1
    assert coverage.link_types == {1: coverage.packets}
    assert coverage.last_ns - coverage.first_ns > 4_000_000_000_000
    assert coverage.anomalies == {}


def test_the_key_changes_no_result() -> None:
    """It spreads the tables; flows get other numbers and nothing else differs."""
    seen = []
    for key in (1, 0x0123_4567_89AB_CDEF):
        engine = build_engine(MATCHER, names=True, key=key, strict=True)
        engine.feed(capture(), PcapRecords())
        found = observation(engine)
        assert all(sighting.flow for sighting in found.sightings if sighting.transport == 6)
        for sighting in found.sightings:
            sighting.flow = 0
        seen.append((found.sightings, found.coverage))
    assert seen[0] == seen[1]
