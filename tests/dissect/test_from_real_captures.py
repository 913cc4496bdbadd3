"""What the comparison with real captures taught: names that other traffic stood in the way of.

Invariant: what comes before, beside or around a readable name does not take the name away, and
takes no other name for it.
"""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.extract.quic import early_begins
from netwatch.match.signatures import Pack
from netwatch.model import Observation
from netwatch.names import name_text, name_wire
from netwatch.observe import build_engine, observation
from netwatch.selftest import frames, hellos, messages, quic
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.wire import Host, Site, Wire

SITE = Site(9)
ALICE = SITE.host(11)
SERVER = SITE.internet("93.184.216.34")
GROUP = Host(ip="224.0.0.251", mac="01:00:5e:00:00:fb")
GROUP6 = Host(ip="ff02::fb", mac="33:33:00:00:00:fb")
START = "2024-06-03T08:00:00+00:00"
QUESTION = messages.question(name_wire("ds.found.test"), "A", 7)
DCID = b"first id"


def observed(shown: Sequence[Frame]) -> Observation:
    engine = build_engine(Pack(()).matcher(), names=True, strict=True)
    engine.feed(pcap(shown), PcapRecords())
    return observation(engine)


def rows(shown: Sequence[Frame]) -> list[tuple[str, str, str]]:
    return [
        (sighting.signal, name_text(sighting.name), str(ip_address(sighting.client)))
        for sighting in observed(shown).sightings
    ]


# --- QUIC: 0-RTT overtakes the Initial ---


def early(version: int = 1, dcid: bytes = DCID, size: int = 80) -> bytes:
    kind = 2 if version == quic.VERSION_2 else 1
    head = bytes((0xC0 | kind << 4,)) + version.to_bytes(4, "big") + bytes((len(dcid),)) + dcid
    return head.ljust(size, b"\x5a")


@pytest.mark.parametrize("version", [1, quic.VERSION_2, 0xFF00001D])
def test_early_packets_begin(version: int) -> None:
    payload = early(version)
    assert early_begins(payload, 0, len(payload))
    assert early_begins(b"\0" * 5 + payload + b"\0" * 5, 5, 5 + len(payload))
    for cut in range(len(payload)):
        early_begins(payload, 0, cut)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        early()[:20],
        b"\x40" + early()[1:],  # a short header
        b"\xc0" + early()[1:],  # an Initial
        early(version=0x0000_0009),
        early(dcid=b"short"),
        early(dcid=b"longer than twenty octets"),
    ],
)
def test_control_other_payloads_do_not_begin_so(payload: bytes) -> None:
    assert not early_begins(payload, 0, len(payload))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 9])
def test_a_hello_behind_early_packets(count: int) -> None:
    wire = Wire(START)
    handshake = hellos.Hello(name=b"ds.found.test", alpn=("h3",)).handshake()
    initial = quic.initial([(0, handshake)], dcid=DCID)
    for payload in [*[early()] * count, initial]:
        wire.send(ALICE, SERVER, wire.datagram(ALICE, SERVER, (50_000, 443), payload))
    assert rows(wire.shown) == [("quic-sni", "ds.found.test", ALICE.ip)]


# --- DNS ---


@pytest.mark.parametrize("group", [GROUP, GROUP6])
def test_a_question_to_the_group_is_multicast_dns_whatever_the_port(group: Host) -> None:
    client = ALICE if group is GROUP else SITE.host(11, six=True)
    wire = Wire(START)
    wire.send(client, group, wire.datagram(client, group, (5_353, 53), QUESTION))
    assert rows(wire.shown) == [("mdns", "ds.found.test", client.ip)]


@pytest.mark.parametrize("target", ["10.9.0.53", "224.0.0.252", "ff02::fc", "ff02::1:fb", "::fb"])
def test_control_a_resolver_that_happens_to_ask_from_that_port(target: str) -> None:
    server = Host(ip=target, mac=SITE.resolver.mac)
    client = SITE.host(11, six=":" in target)
    wire = Wire(START)
    wire.send(client, server, wire.datagram(client, server, (5_353, 53), QUESTION))
    assert rows(wire.shown) == [("dns-query", "ds.found.test", client.ip)]


def answer_of(*records: messages.Record) -> list[tuple[str, str, str]]:
    wire = Wire(START)
    payload = messages.answer(name_wire("asked.test"), "A", 7, records)
    wire.send(SERVER, ALICE, wire.datagram(SERVER, ALICE, (53, 50_000), payload))
    return rows(wire.shown)


LIE = messages.Record("A", b"\x01\x02\x03\x04\x05")
ALIAS = messages.Record("CNAME", name_wire("alias.test"))


def test_records_behind_one_that_lies_are_read() -> None:
    asked = ("dns-answer", "asked.test", ALICE.ip)
    alias = ("dns-answer", "alias.test", ALICE.ip)
    assert answer_of(ALIAS) == [asked, alias]
    assert answer_of(LIE, ALIAS) == [asked, alias]
    assert answer_of(LIE) == [asked]


def test_an_announcement_that_lies_gives_no_name_of_the_message_before() -> None:
    wire = Wire(START)
    right = messages.announcement(name_wire("right.local"), messages.addresses("10.9.0.11")[0])
    lying = right[:12] + b"\xc0\xff" + right[-14:]
    for payload in (right, lying):
        wire.send(ALICE, GROUP, wire.datagram(ALICE, GROUP, (5_353, 5_353), payload))
    seen = observed(wire.shown)
    assert [name_text(sighting.name) for sighting in seen.sightings] == ["right.local"]
    assert seen.coverage.anomalies == {"name-pointer": 1}


# --- links ---


@pytest.mark.parametrize(
    ("head", "count"),
    [
        (b"\x0f\x00\x08\x00", 1),
        (b"\x00\x00\x08\x00", 1),
        (b"\x02\x00\x00\x00", 1),
        (b"\x0f\x00\x08\x01", 0),
        (b"\x08\x00\x00\x00", 0),
    ],
)
def test_an_ethertype_in_the_place_of_the_family(head: bytes, count: int) -> None:
    packet = frames.udp(ALICE.ip, SERVER.ip, (50_000, 53), QUESTION)
    assert len(rows([Frame(0, head + packet, frames.NULL)])) == count
