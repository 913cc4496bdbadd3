"""Who was visible: counters of clients, MACs, and bindings.

Invariant: an address is one client in each VLAN, with the MAC that spoke for it last; a binding is
new once, until it changes, whatever else is bound in between.
"""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.decode.packet import Packet
from netwatch.dissect.clients import ClientWatch, is_one_host, mac_number
from netwatch.match.signatures import Pack
from netwatch.model import Client, Observation
from netwatch.observe import OFFLINE_KEY, build_engine, observation
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.frames import ping
from netwatch.selftest.wire import Host, Site, Tcp, Wire, together

MATCHER = Pack(()).matcher()
SITE = Site(9)
ALICE, BOB = SITE.host(11), SITE.host(12)
SERVER, OTHER = SITE.internet("93.184.216.34"), SITE.internet("198.51.100.7")
START = "2024-06-03T08:00:00+00:00"


def run(frames: Sequence[Frame]) -> Observation:
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(frames), PcapRecords())
    return observation(engine)


def client_of(seen: Observation, host: Host, vlan: int = 0) -> Client:
    packed = ip_address(host.ip).packed
    (client,) = [c for c in seen.clients if (c.address, c.vlan) == (packed, vlan)]
    return client


def mac(host: Host) -> bytes:
    return bytes.fromhex(host.mac.replace(":", ""))


def test_one_client() -> None:
    wire = Wire(START)
    first_ns = wire.now_ns
    wire.connect(ALICE, SERVER)
    wire.wait(7_200).connect(ALICE, BOB)
    alice = client_of(run(wire.shown), ALICE)
    assert (alice.mac, alice.macs) == (mac(ALICE), 1)
    assert (alice.flows, alice.connections, alice.connections_answered) == (2, 1, 1)
    assert alice.first_ns == first_ns
    assert alice.last_ns - first_ns > 7_200_000_000_000
    assert alice.hours == 0b101
    assert alice.ttl_kinds.bit_count() == 1


def test_servers_have_records_of_their_own() -> None:
    wire = Wire(START)
    wire.look_up(ALICE, SITE.resolver, "plain.test", [])
    wire.look_up(ALICE, OTHER, "plain.test", [])
    seen = run(wire.shown)
    alice, resolver = client_of(seen, ALICE), client_of(seen, SITE.resolver)
    assert (alice.questions, alice.questions_public, alice.questions_matched) == (2, 1, 0)
    assert (alice.answers, alice.answers_served) == (2, 0)
    assert (resolver.answers, resolver.answers_served) == (0, 1)
    assert resolver.clients_served.bit_count() == 1
    assert client_of(seen, OTHER).mac == mac(SITE.gateway)


def test_vlans_keep_equal_addresses_apart() -> None:
    wires = [Wire(START, vlans=vlans) for vlans in ((), (5,), (6, 5))]
    for wire in wires:
        wire.connect(ALICE, SERVER)
        wire.port()
    for number, wire in enumerate(wires):
        wire.count += number
        wire.connect(ALICE, OTHER)
    seen = run(together(*wires))
    assert {c.vlan for c in seen.clients if c.address == ip_address(ALICE.ip).packed} == {0, 5, 6}


def test_six_and_four() -> None:
    six = SITE.host(13, six=True)
    wire = Wire(START)
    wire.connect(six, Host(ip="2001:db8::7", mac=SITE.gateway.mac))
    client = client_of(run(wire.shown), six)
    assert (client.mac, client.connections, len(client.address)) == (mac(six), 1, 16)


def test_two_macs_for_one_address() -> None:
    wire = Wire(START)
    wire.connect(ALICE, SERVER)
    stranger = Host(ip=ALICE.ip, mac=BOB.mac)
    wire.connect(stranger, OTHER)
    alice = client_of(run(wire.shown), ALICE)
    assert (alice.macs, alice.mac) == (2, mac(BOB))


def test_many_ttls_behind_one_address() -> None:
    wire = Wire(START)
    for ttl in (64, 63, 128, 127, 64):
        wire.connect(Host(ip=ALICE.ip, mac=ALICE.mac, ttl=ttl), SERVER)
    assert client_of(run(wire.shown), ALICE).ttl_kinds.bit_count() == 4


def test_a_router_speaks_for_many() -> None:
    """Of servers nothing is kept, so it is clients and resolvers that show a router's MAC."""
    wire = Wire(START)
    for number in range(1, 40):
        wire.connect(Host(ip=f"10.200.0.{number}", mac=SITE.gateway.mac), ALICE)
        wire.connect(ALICE, SERVER)
    wire.look_up(ALICE, OTHER, "plain.test", [])
    seen = run(wire.shown)
    rows = {row.mac: (row.addresses, row.public_addresses) for row in seen.macs}
    assert rows == {mac(ALICE): (1, 0), mac(SITE.gateway): (40, 1)}


def test_a_link_without_macs_has_clients_all_the_same() -> None:
    wire = Wire(START, link=101)
    wire.connect(ALICE, SERVER)
    seen = run(wire.shown)
    assert (client_of(seen, ALICE).mac, client_of(seen, ALICE).connections) == (b"", 1)
    assert seen.macs == []


def packet_in(vlan: int) -> Packet:
    packet = Packet()
    if vlan:
        packet.vlan_count = 1
        packet.vlans[0] = vlan
    return packet


def test_bindings_are_new_once() -> None:
    watch = ClientWatch(OFFLINE_KEY)
    address, six = b"\x0a\0\0\1", b"\xfd" + bytes(15)

    def bind(octets: bytes, number: int, *, salt: int = 1, vlan: int = 0) -> bool:
        packet = packet_in(vlan)
        return bool(watch.bind(packet, b"--" + octets, 2, len(octets), number, salt))

    assert bind(address, 5)
    assert not bind(address, 5)
    assert bind(address, 6)
    assert bind(address, 5)
    assert bind(six, 5)
    assert bind(address, 5, salt=2)
    assert bind(address, 5, vlan=7)
    assert not any((bind(address, 5), bind(address, 5, vlan=7), bind(six, 5)))
    assert bind(b"\x0a\0\0\2", 0)
    assert not bind(b"\x0a\0\0\2", 0)


def test_macs_as_numbers() -> None:
    for octets in (b"\0\0\0\0\0\0", b"\xff\xff\xff\xff\xff\xff", b"\x02\x80\x00\xff\x00\x80"):
        assert mac_number(b"--" + octets + b"--", 2) == int.from_bytes(octets, "big")


def test_who_only_answers_is_there_too() -> None:
    wire = Wire(START)
    wire.connect(ALICE, BOB, 445)
    seen = run(wire.shown)
    assert client_of(seen, BOB).flows == 0
    assert client_of(seen, BOB).mac == mac(BOB)
    public = {ip_address(host.ip).packed for host in (SERVER, OTHER)}
    wire.connect(ALICE, SERVER)
    assert not public & {c.address for c in run(wire.shown).clients}, "servers are not ours"


def test_a_syn_that_nobody_answers_makes_no_server() -> None:
    wire = Wire(START)
    Tcp(wire, ALICE, BOB, 445).syn()
    assert [c.address for c in run(wire.shown).clients] == [ip_address(ALICE.ip).packed]


def test_who_only_pings_is_there_too() -> None:
    wire = Wire(START)
    wire.send(ALICE, BOB, ping(ALICE.ip, BOB.ip))
    alice = client_of(run(wire.shown), ALICE)
    assert (alice.flows, alice.tunnels, alice.mac) == (0, 0, mac(ALICE))


WIREGUARD = b"\1\0\0\0" + bytes(144)


@pytest.mark.parametrize(
    ("port", "payload", "tunnels"),
    [
        (500, b"ike", 1), (4500, b"natt", 1), (1194, b"openvpn", 1),
        (51820, b"wireguard", 1), (443, b"other", 0), (33000, WIREGUARD, 1),
        (33000, WIREGUARD + b"x", 0), (33000, b"\2" + WIREGUARD[1:], 0), (4501, b"", 0),
    ],
)  # fmt: skip
def test_flows_of_vpns(port: int, payload: bytes, tunnels: int) -> None:
    wire = Wire(START)
    for _ in range(3):
        wire.send(ALICE, SERVER, wire.datagram(ALICE, SERVER, (40_000, port), payload))
    seen = run(wire.shown)
    assert client_of(seen, ALICE).tunnels == tunnels, "one flow"


@pytest.mark.parametrize(("port", "tunnels"), [(1194, 1), (1723, 1), (443, 0), (51820, 0)])
def test_vpns_over_tcp(port: int, tunnels: int) -> None:
    wire = Wire(START)
    wire.connect(ALICE, SERVER, port)
    assert client_of(run(wire.shown), ALICE).tunnels == tunnels


def test_esp_tells_both_ends_that_are_ours() -> None:
    wire = Wire(START)
    for source, target in ((ALICE, SERVER), (SERVER, ALICE), (BOB, ALICE)):
        packet = bytearray(ping(source.ip, target.ip))
        packet[9] = 50
        wire.send(source, target, bytes(packet))
    seen = run(wire.shown)
    assert client_of(seen, ALICE).tunnels == 3
    assert client_of(seen, BOB).tunnels == 1
    assert len(seen.clients) == 2


@pytest.mark.parametrize(
    ("address", "one"),
    [
        ("0.1.2.3", False), ("10.0.0.5", True), ("127.0.0.1", True), ("224.0.0.251", False),
        ("255.255.255.255", False), ("::", False), ("::1", True), ("fd00::2", True),
        ("0:1::", True), ("ff02::1", False),
    ],
)  # fmt: skip
def test_what_can_be_one_host(address: str, one: bool) -> None:
    packed = ip_address(address).packed
    assert is_one_host(b"before" + packed + b"behind", 6, len(packed)) is one


def test_what_no_host_has_sends_nothing() -> None:
    wire = Wire(START)
    wire.send(ALICE, BOB, ping("224.0.0.251", BOB.ip))
    assert run(wire.shown).clients == []
