"""Names that devices say of themselves.

Invariant: a name is claimed only for the address that the frame came from, once, and what a device
asks for is no claim.
"""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.match.signatures import Pack
from netwatch.model import Claim, Observation
from netwatch.names import name_text, name_wire, plain
from netwatch.observe import build_engine, observation
from netwatch.selftest import frames, messages
from netwatch.selftest import neighbours as wire
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.wire import Host, Site, Wire

SITE = Site(9)
ALICE, BOB = SITE.host(11), SITE.host(12)
SIX = SITE.host(13, six=True)
BROADCAST = Host(ip="10.9.255.255", mac="ff:ff:ff:ff:ff:ff")
MDNS = Host(ip="224.0.0.251", mac="01:00:5e:00:00:fb")
SSDP = Host(ip="239.255.255.250", mac="01:00:5e:7f:ff:fa")
START = "2024-06-03T08:00:00+00:00"
MAC = bytes.fromhex(ALICE.mac.replace(":", ""))
NAME = wire.netbios_name("LAPTOP-ANNA")


def packed(host: Host) -> bytes:
    return ip_address(host.ip).packed


def run(shown: Sequence[Frame]) -> Observation:
    engine = build_engine(Pack(()).matcher(), names=True, strict=True)
    engine.feed(pcap(shown), PcapRecords())
    return observation(engine)


def sent(
    payload: bytes, ports: tuple[int, int], source: Host = ALICE, target: Host = BROADCAST
) -> Observation:
    return run([Frame(1, one(payload, ports, source, target))])


def one(payload: bytes, ports: tuple[int, int], source: Host, target: Host) -> bytes:
    packet = frames.udp(source.ip, target.ip, ports, payload)
    return frames.on_link(packet, frames.ETHERNET, source.mac, target.mac)


def beside(payload: bytes, group: str, ethertype: int | None) -> Frame:
    kind = len(payload) if ethertype is None else ethertype
    return Frame(1, frames.other_ethertype(ALICE.mac, group, kind, payload))


def told(seen: Observation) -> list[tuple[str, bytes, bytes, bytes]]:
    return [(c.kind, c.address, c.mac, c.hostname) for c in seen.claims]


ALICES = ("nbns", packed(ALICE), MAC, b"LAPTOP-ANNA")


@pytest.mark.parametrize("opcode", [5, 8])
def test_a_registration(opcode: int) -> None:
    seen = sent(wire.netbios_claim(NAME, packed(ALICE), opcode=opcode), (137, 137))
    assert told(seen) == [ALICES]
    assert seen.sightings == [] and [c.address for c in seen.clients] == [packed(ALICE)]


def test_answers_and_status() -> None:
    answer = wire.netbios_answer(NAME, packed(ALICE))
    assert told(sent(answer, (137, 137), target=BOB)) == [ALICES]
    status = wire.netbios_status([("LAPTOP-ANNA", 0, 0)], MAC)
    assert told(sent(status, (137, 50_000), target=BOB)) == [ALICES]


def test_what_is_said_of_others_is_no_claim() -> None:
    for payload in (
        wire.netbios_claim(NAME, packed(BOB)),
        wire.netbios_answer(NAME, packed(BOB)),
        wire.netbios_claim(NAME, packed(ALICE), flags=wire.GROUP),
    ):
        assert told(sent(payload, (137, 137))) == []
    assert told(sent(wire.netbios_datagram(NAME, packed(BOB)), (138, 138))) == []


def test_a_question_is_a_sighting() -> None:
    seen = sent(wire.netbios_question(NAME), (137, 137))
    (sighting,) = seen.sightings
    assert (sighting.signal, name_text(sighting.name)) == ("nbns", "laptop-anna")
    assert (sighting.client, sighting.server_port) == (packed(ALICE), 137)
    assert (seen.claims, seen.coverage.flows) == ([], 0)


def test_a_name_with_dots_is_one_label() -> None:
    """`KASPERSKY.COM` as a NetBIOS name is no name of the DNS."""
    seen = sent(wire.netbios_question(wire.netbios_name("KASPERSKY.COM")), (137, 137))
    assert [s.name for s in seen.sightings] == [b"\x0dkaspersky.com"]


def test_a_host_announcement() -> None:
    seen = sent(wire.netbios_datagram(NAME, packed(ALICE), b"Anna"), (138, 138))
    (claim,) = seen.claims
    assert told(seen) == [("browser", packed(ALICE), MAC, b"LAPTOP-ANNA")]
    assert claim.description == b"Anna"


def test_damaged_ones_are_counted() -> None:
    assert sent(b"short", (137, 137)).coverage.anomalies == {"nbns": 1}
    assert sent(bytes(4), (138, 138)).coverage.anomalies == {"nbns": 1}


NOTIFY = wire.ssdp(
    "NOTIFY * HTTP/1.1", "LOCATION: http://10.9.0.11/d.xml", "SERVER: Linux UPnP/1.0 TV/1"
)


@pytest.mark.parametrize("ports", [(50_000, 1_900), (1_900, 50_000), (50_001, 50_000)])
def test_ssdp(ports: tuple[int, int]) -> None:
    answer = NOTIFY.replace(b"NOTIFY *", b"HTTP/1.1") if ports[1] == 50_000 else NOTIFY
    seen = sent(answer, ports, target=SSDP)
    (claim,) = seen.claims
    assert (claim.kind, claim.address, claim.mac) == ("ssdp", packed(ALICE), MAC)
    assert claim.description == b"Linux UPnP/1.0 TV/1"
    assert claim.location == b"http://10.9.0.11/d.xml"


def test_what_is_no_ssdp_on_its_port() -> None:
    seen = sent(b"\x40" + bytes(40), (50_000, 1_900), target=BOB)
    assert (seen.claims, seen.coverage.anomalies, seen.coverage.flows) == ([], {}, 1)
    headless = sent(b"NOTIFY * HTTP/1.1\r\n\r\n", (50_000, 1_900), target=SSDP)
    assert headless.coverage.anomalies == {"ssdp": 1}


def test_switches() -> None:
    unit = wire.lldp(MAC, "sw-3", description="OS 2", capabilities=4, address=packed(BOB))
    seen = run([beside(unit, wire.LLDP_GROUP, wire.LLDP)])
    (claim,) = seen.claims
    assert told(seen) == [("lldp", packed(BOB), MAC, b"sw-3")]
    assert (claim.port, claim.description, claim.device_kind) == (b"Gi0/1", b"OS 2", "switch")
    message = wire.CDP_SNAP + wire.cdp("sw-3", platform="C2960", capabilities=8)
    seen = run([beside(message, wire.CDP_GROUP, None)])
    assert told(seen) == [("cdp", b"", MAC, b"sw-3")]
    assert seen.coverage.anomalies == {}


def test_other_frames_beside_ip() -> None:
    spanning_tree = b"\x42\x42\x03" + bytes(40)
    assert run([beside(spanning_tree, "01:80:c2:00:00:00", None)]).coverage.anomalies == {}
    assert run([beside(b"\2\1\4", wire.LLDP_GROUP, wire.LLDP)]).coverage.anomalies == {"lldp": 1}
    vtp = b"\xaa\xaa\x03\0\0\x0c\x20\x03" + bytes(40)
    assert run([beside(vtp, wire.CDP_GROUP, None)]).coverage.anomalies == {}
    empty = wire.CDP_SNAP + bytes((2, 180, 0, 0))
    assert run([beside(empty, wire.CDP_GROUP, None)]).coverage.anomalies == {"cdp": 1}


@pytest.mark.parametrize(("port", "kind"), [(5_353, "mdns"), (5_355, "llmnr")])
@pytest.mark.parametrize("host", [ALICE, SIX], ids=["4", "6"])
def test_multicast_names(port: int, kind: str, host: Host) -> None:
    (record,) = messages.addresses(host.ip)
    told_unasked = messages.announcement(name_wire("annas-laptop.local"), record)
    target = MDNS if host is ALICE else Host(ip="ff02::fb", mac="33:33:00:00:00:fb")
    seen = sent(told_unasked, (port, port), source=host, target=target)
    mac = bytes.fromhex(host.mac.replace(":", ""))
    assert told(seen) == [(kind, packed(host), mac, b"annas-laptop.local")]
    name = name_wire("annas-laptop")
    answer = messages.answer(name, "A", 7, messages.addresses(host.ip), recursion=False)
    seen = sent(answer, (port, 50_000), source=host, target=BOB if host is ALICE else SIX)
    assert (kind, packed(host), mac, b"annas-laptop") in told(seen)


@pytest.mark.parametrize("port", [5_353, 5_355])
def test_multicast_names_of_others(port: int) -> None:
    records = messages.addresses(BOB.ip, "fd00::1")
    for record in (*records, messages.Record("TXT", b"\3abc"), messages.Record("A", b"\x0a\x09")):
        text = messages.announcement(name_wire("bob.local"), record)
        assert told(sent(text, (port, port), target=MDNS)) == []
    trap = messages.announcement(b"\x06evil.x\x05local", messages.addresses(ALICE.ip)[0])
    assert told(sent(trap, (port, port), target=MDNS)) == []
    asked = messages.question(name_wire("bob.local"), "A", 0)
    assert told(sent(asked, (port, port), target=MDNS)) == []


def test_what_is_said_again_is_not_said_twice() -> None:
    shown = Wire(START)
    register = wire.netbios_claim(NAME, packed(ALICE))
    other = wire.netbios_claim(wire.netbios_name("OTHER"), packed(ALICE))
    for payload in (register, other) * 5:
        packet = frames.udp(ALICE.ip, BROADCAST.ip, (137, 137), payload)
        shown.send(ALICE, BROADCAST, packet)
    assert [claim.hostname for claim in run(shown.shown).claims] == [b"LAPTOP-ANNA", b"OTHER"]
    shown.vlans = (7,)
    shown.send(ALICE, BROADCAST, frames.udp(ALICE.ip, BROADCAST.ip, (137, 137), register))
    assert [claim.vlans for claim in run(shown.shown).claims] == [(), (), (7,)]


def test_names_from_dhcp_are_text() -> None:
    said: list[Claim] = run([Frame(1, frames.dhcp_request(ALICE.mac, "ANNA", ALICE.ip))]).claims
    assert [claim.hostname for claim in said] == [b"ANNA"]
    assert plain(name_wire("anna.corp.test")) == b"anna.corp.test"
    assert plain(b"") == b""
