"""DNS messages of a capture: names out, answers remembered.

Invariant: every name that is asked, answered, announced or an alias is one sighting of who asked or
was answered; a name that matches nothing stays inside; tables stay within their bounds.
"""

import struct
from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.dissect.dns import answer_span, leads_nowhere
from netwatch.match.signatures import Pack
from netwatch.model import DnsFields, Observation
from netwatch.names import name_text, name_wire
from netwatch.observe import build_engine, observation
from netwatch.selftest import frames, messages
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.wire import Host, Site, Wire
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
        Signature(
            id="special",
            service="special",
            product="Test",
            purpose="update",
            strength="strong",
            names=("special.found.test",),
        ),
    )
).matcher()
SITE = Site(9)
ALICE, RESOLVER = SITE.host(11), SITE.resolver
START = "2024-06-03T08:00:00+00:00"
NAME = name_wire("ds.found.test")


def run(shown: Sequence[Frame], *, names: bool = False) -> Observation:
    engine = build_engine(MATCHER, names=names, strict=True)
    engine.feed(pcap(shown), PcapRecords())
    return observation(engine)


def rows(seen: Observation) -> list[tuple[str, str, str]]:
    return [(s.signal, name_text(s.name), str(ip_address(s.client))) for s in seen.sightings]


def datagram(
    payload: bytes, ports: tuple[int, int] = (40_000, 53), target: Host = RESOLVER
) -> Observation:
    wire = Wire(START)
    wire.send(ALICE, target, frames.udp(ALICE.ip, target.ip, ports, payload))
    return run(wire.shown)


def test_a_question_and_its_answer() -> None:
    wire = Wire(START)
    wire.look_up(
        ALICE, RESOLVER, "DS.Found.test", messages.addresses("93.184.216.34", "2001:db8::1")
    )
    seen = run(wire.shown)
    assert rows(seen) == [
        ("dns-query", "ds.found.test", ALICE.ip),
        ("dns-answer", "ds.found.test", ALICE.ip),
    ]
    asked, answered = seen.sightings
    assert asked.dns == DnsFields(id=answered.dns.id if answered.dns else -1, flags=256, qtype=28)
    assert answered.dns is not None
    assert (answered.dns.rcode, answered.dns.qtype) == (0, 28)
    assert answered.dns.answers == (
        ip_address("93.184.216.34").packed,
        ip_address("2001:db8::1").packed,
    )
    assert (asked.server_port, answered.server_port, asked.transport) == (53, 53, 17)
    assert (seen.coverage.dns_questions, seen.coverage.dns_answers) == (1, 1)
    (alice,) = [c for c in seen.clients if c.address == ip_address(ALICE.ip).packed]
    assert (alice.questions, alice.questions_matched, alice.answers) == (1, 1, 1)


def test_control_what_matches_nothing_stays_inside() -> None:
    wire = Wire(START)
    wire.look_up(ALICE, RESOLVER, "plain.test", messages.alias("cdn.plain.test", "1.2.3.4"))
    assert run(wire.shown).sightings == []
    named = [name for _, name, _ in rows(run(wire.shown, names=True))]
    assert named == ["plain.test", "plain.test", "cdn.plain.test"]


def test_labels_are_not_joined() -> None:
    """A dot inside a label looks like the name as soon as labels are joined."""
    wire = Wire(START)
    wire.ask(ALICE, RESOLVER, b"\x0dds.found.test")
    wire.ask(ALICE, RESOLVER, b"\x08ds.found\x04test")
    assert run(wire.shown).sightings == []


def test_no_recursion_wanted() -> None:
    wire = Wire(START)
    wire.ask(ALICE, RESOLVER, "ds.found.test", rd=False)
    wire.ask(ALICE, RESOLVER, "ds.found.test")
    assert [s.recursion_desired for s in run(wire.shown).sightings] == [False, True]


@pytest.mark.parametrize(
    ("rcode", "texts", "blocked"),
    [
        (0, ["1.2.3.4"], False),
        (0, ["0.0.0.0"], True),  # noqa: S104 - an answer
        (0, ["1.2.3.4", "127.0.0.1"], True),
        (0, ["::"], True),
        (0, [], False),
        (2, [], False),
        (messages.NXDOMAIN, [], True),
        (messages.REFUSED, [], True),
    ],
)
def test_blocked_answers(rcode: int, texts: list[str], blocked: bool) -> None:
    wire = Wire(START)
    found = messages.addresses(*texts)
    wire.look_up(ALICE, RESOLVER, "ds.found.test", found, kind="A", rcode=rcode)
    answered = run(wire.shown).sightings[1]
    assert answered.blocked == blocked
    assert answered.dns is not None
    assert answered.dns.rcode == rcode


def test_aliases() -> None:
    wire = Wire(START)
    wire.look_up(ALICE, RESOLVER, "ds.found.test", messages.alias("special.found.test", "1.2.3.4"))
    wire.look_up(ALICE, RESOLVER, "plain.test", messages.alias("ds.found.test", "1.2.3.5"))
    seen = run(wire.shown)
    assert [name for _, name, _ in rows(seen)] == [
        "ds.found.test",
        "ds.found.test",
        "special.found.test",
        "ds.found.test",
    ]
    alias = seen.sightings[2]
    assert (alias.signal, alias.signature) == ("dns-answer", 1)
    assert alias.dns is not None
    assert alias.dns.qtype == 5


def test_answers_are_kept_for_the_question_that_matched() -> None:
    """Several questions in one message: rare, and the first that matches is the one."""
    wire = Wire(START)
    asked = b"".join(name + b"\0\0\1\0\1" for name in (b"\x05plain\x04test", NAME))
    record = b"\xc0\x0c\0\1\0\1\0\0\0\x09\0\4\x01\x02\x03\x04"
    message = struct.pack(">6H", 1, 0x8180, 2, 1, 0, 0) + asked + record
    wire.send(RESOLVER, ALICE, frames.udp(RESOLVER.ip, ALICE.ip, (53, 40_000), message))
    wire.connect(ALICE, SITE.internet("1.2.3.4"))
    for names in (True, False):
        seen = run(wire.shown, names=names)
        flow = seen.sightings[-1]
        assert (flow.signal, flow.name, flow.signature) == ("flow-to-answered-address", NAME, 0)
        assert (b"\x05plain\x04test" in {s.name for s in seen.sightings}) == names


def service(
    parameters: bytes, target: bytes = b"\0", *, priority: int = 1, ttl_s: int = 9
) -> bytes:
    """An answer with one HTTPS record (RFC 9460)."""
    rdata = priority.to_bytes(2, "big") + target + parameters
    head = struct.pack(">6H", 1, 0x8180, 1, 1, 0, 0) + NAME + b"\0\0\x41\0\1"
    return head + b"\xc0\x0c\0\x41\0\1" + struct.pack(">IH", ttl_s, len(rdata)) + rdata


HINT = b"\0\4\0\x08\x01\x02\x03\x04\x01\x02\x03\x05"
ECH = b"\0\5\0\6\0\4\xfe\x0d\0\0"


def answered(message: bytes) -> Wire:
    wire = Wire(START)
    wire.send(RESOLVER, ALICE, frames.udp(RESOLVER.ip, ALICE.ip, (53, 40_000), message))
    return wire


def test_hints_of_service_records_are_answers() -> None:
    wire = answered(service(HINT))
    wire.connect(ALICE, SITE.internet("1.2.3.5"))
    seen = run(wire.shown)
    assert [s.signal for s in seen.sightings] == ["dns-answer", "flow-to-answered-address"]


@pytest.mark.parametrize(("parameters", "ech"), [(HINT, False), (HINT + ECH, True)])
def test_ech_is_told_of_the_answer(parameters: bytes, ech: bool) -> None:
    (seen,) = run(answered(service(parameters)).shown).sightings
    assert seen.dns is not None
    assert (seen.dns.qtype, seen.dns.ech, len(seen.dns.answers)) == (65, ech, 2)


def test_ech_behind_another_record_is_told_as_well() -> None:
    """Aliases come first, and so may records of another priority."""
    rdata = b"\0\1\0"
    message = bytearray(service(ECH))
    message[7] = 2
    message += b"\xc0\x0c\0\x41\0\1\0\0\0\x09" + struct.pack(">H", len(rdata)) + rdata
    (seen,) = run(answered(bytes(message)).shown).sightings
    assert seen.dns is not None
    assert seen.dns.ech


def test_the_target_of_a_service_record_is_an_alias() -> None:
    special = name_wire("special.found.test") + b"\0"
    for priority in (0, 1):
        message = service(ECH if priority else b"", special, priority=priority)
        seen = run(answered(message).shown)
        assert [name for _, name, _ in rows(seen)] == ["ds.found.test", "special.found.test"]
        alias = seen.sightings[1]
        assert (alias.signal, alias.signature) == ("dns-answer", 1)
        assert alias.dns == DnsFields(id=1, flags=0x8180, qtype=5, rcode=0, ech=priority == 1)


def test_a_target_that_matches_where_the_question_did_not() -> None:
    message = service(HINT, NAME + b"\0").replace(NAME, b"\x02ds\x05plain\x04test", 1)
    wire = answered(message)
    wire.connect(ALICE, SITE.internet("1.2.3.4"))
    seen = run(wire.shown)
    assert rows(seen) == [
        ("dns-answer", "ds.found.test", ALICE.ip),
        ("flow-to-answered-address", "ds.found.test", ALICE.ip),
    ]


def test_control_a_target_that_is_the_owner_itself_is_no_alias() -> None:
    for names in (True, False):
        seen = run(answered(service(ECH)).shown, names=names)
        assert [name for _, name, _ in rows(seen)] == ["ds.found.test"]


MDNS = Host(ip="224.0.0.251", mac="01:00:5e:00:00:fb")
LLMNR = Host(ip="224.0.0.252", mac="01:00:5e:00:00:fc")


def test_multicast_names_are_the_senders() -> None:
    question = messages.question(NAME, "A", 0)
    announced = messages.announcement(NAME, messages.addresses("10.9.0.11")[0])
    answered = messages.answer(NAME, "A", 0, messages.addresses("10.9.0.11"))
    for payload in (question, announced):
        assert rows(datagram(payload, (5_353, 5_353), MDNS)) == [
            ("mdns", "ds.found.test", ALICE.ip)
        ]
    for payload, ports in ((question, (50_000, 5_355)), (answered, (5_355, 50_000))):
        seen = datagram(payload, ports, LLMNR)
        assert rows(seen) == [("llmnr", "ds.found.test", ALICE.ip)]


def test_on_another_port_the_whole_message_must_stand() -> None:
    question = messages.question(NAME, "A", 7)
    assert len(datagram(question, (40_000, 5_300)).sightings) == 1
    for damaged in (question + b"\0", question[:-1], b"\0" * 12 + question[12:], question[1:]):
        seen = datagram(damaged, (40_000, 5_300))
        assert (seen.sightings, seen.coverage.anomalies) == ([], {})


def test_a_conversation_that_is_dns_stays_it() -> None:
    wire = Wire(START)
    server = SITE.internet("9.9.9.9")
    for said in (b"\x00", messages.question(NAME, "A", 7), messages.question(NAME, "AAAA", 8)):
        wire.exchange(ALICE, server, (40_000, 5_300), said, messages.answer(NAME, "A", 7))
    assert [s.signal for s in run(wire.shown).sightings].count("dns-query") == 2


def test_every_truncation_on_port_53_is_counted_or_read() -> None:
    answer = messages.answer(NAME, "A", 7, messages.addresses("1.2.3.4", "1.2.3.5"))
    wire = Wire(START)
    engine = build_engine(MATCHER, strict=True)
    records = PcapRecords()
    read = []
    for end in range(len(answer)):
        packet = frames.udp(RESOLVER.ip, ALICE.ip, (53, 40_000), answer[:end])
        wire.send(RESOLVER, ALICE, packet)
        before = len(engine.sightings.found), sum(engine.tally.anomalies)
        records.begin(24 if end else 0)
        engine.feed(pcap(wire.shown[-1:]), records)
        found = len(engine.sightings.found) - before[0]
        counted = sum(engine.tally.anomalies) - before[1]
        assert (found, counted) in ((1, 0), (0, 1))
        read += [end] * found
    assert read == list(range(12 + len(NAME) + 5, len(answer)))


MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400


@pytest.mark.parametrize(
    ("ttl_s", "span_s"),
    [
        (0, 10 * MINUTE_S),
        (60, 10 * MINUTE_S),
        (601, 601),
        (2 * HOUR_S, 2 * HOUR_S),
        (DAY_S, DAY_S),
        (7 * DAY_S, DAY_S),
        (0x7FFFFFFF, DAY_S),
        (0x80000000, 10 * MINUTE_S),
        (0xFFFFFFFF, 10 * MINUTE_S),
    ],
)
def test_for_how_long_an_answer_stands(ttl_s: int, span_s: int) -> None:
    assert answer_span(ttl_s) == span_s * 1_000_000_000


@pytest.mark.parametrize(("ttl_s", "span_s"), [(5, 600), (3_000, 3_000), (9 * DAY_S, DAY_S)])
@pytest.mark.parametrize("kind", ["A", "HTTPS"])
def test_a_flow_that_begins_too_late_is_no_sign(kind: str, ttl_s: int, span_s: int) -> None:
    record = messages.Record("A", bytes((1, 2, 3, 4)), ttl_s=ttl_s)
    message = messages.answer(NAME, "A", 1, [record])
    if kind == "HTTPS":
        message = service(HINT, ttl_s=ttl_s)
    shown = answered(message).shown
    told_ns = shown[0].time_ns
    (syn, *_) = answered_flow().shown
    for late_ns, signals in (
        (span_s * 1_000_000_000, ["dns-answer", "flow-to-answered-address"]),
        (span_s * 1_000_000_000 + 1_000, ["dns-answer"]),
        (-1_000, ["dns-answer", "flow-to-answered-address"]),  # two queues of one interface
    ):
        late = Frame(told_ns + late_ns, syn.octets, syn.link)
        seen = run([*shown, late])
        assert [s.signal for s in seen.sightings] == signals
        (alice,) = [c for c in seen.clients if c.address == ip_address(ALICE.ip).packed]
        assert (alice.connections, alice.connections_named) == (1, len(signals) - 1)


def answered_flow() -> Wire:
    wire = Wire(START)
    wire.connect(ALICE, SITE.internet("1.2.3.4"))
    return wire


def test_an_answer_that_is_told_again_stands_again() -> None:
    (first,) = answered(messages.answer(NAME, "A", 1, messages.addresses("1.2.3.4"))).shown
    (syn, *_) = answered_flow().shown
    minute_ns = MINUTE_S * 1_000_000_000
    again = Frame(first.time_ns + 9 * minute_ns, first.octets, first.link)
    late = Frame(first.time_ns + 18 * minute_ns, syn.octets, syn.link)
    assert run([first, again, late]).sightings[-1].signal == "flow-to-answered-address"
    assert run([first, late]).sightings[-1].signal == "dns-answer"


def test_matched_names_are_remembered_once() -> None:
    engine = build_engine(MATCHER, strict=True)
    wire = Wire(START)
    for number in range(300):
        name = f"n{number % 100}.found.test"
        wire.look_up(ALICE, RESOLVER, name, messages.addresses(f"1.2.3.{number % 100}"))
    engine.feed(pcap(wire.shown), PcapRecords())
    dns = engine.dns
    assert len(dns.answered) == len(dns.indices) == 100
    assert [dns.indices[answered.name] for answered in dns.answered] == list(range(100))


@pytest.mark.parametrize(
    ("address", "nowhere"),
    [
        ("0.0.0.0", True),  # noqa: S104 - an answer
        ("0.1.2.3", True),
        ("127.8.8.8", True),
        ("1.0.0.0", False),
        ("128.0.0.1", False),
        ("::", True),
        ("::1", True),
        ("::2", False),
        ("1::", False),
        ("::1:0", False),
    ],
)
def test_where_answers_lead(address: str, nowhere: bool) -> None:
    octets = ip_address(address).packed
    assert leads_nowhere(b"--" + octets + b"--", 2, len(octets)) == nowhere
