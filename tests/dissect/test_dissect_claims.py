"""Claims: who says that an address is theirs.

Invariant: only what changes something leaves the engine, at most CLAIMS_KEPT_MAX times; what came
from beyond the link claims nothing.
"""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.decode.packet import Packet
from netwatch.dissect.claims import dhcp_version
from netwatch.limits import CLAIMS_KEPT_MAX
from netwatch.match.signatures import Pack
from netwatch.model import Claim, Observation
from netwatch.observe import build_engine, observation
from netwatch.selftest import frames
from netwatch.selftest.files import Frame, pcap

MATCHER = Pack(()).matcher()
START_NS = 1_700_000_000_000_000_000
ALICE, BOB, SERVER = "00:16:3e:00:00:0b", "00:16:3e:00:00:0c", "00:16:3e:00:00:01"
IP, IP6 = "10.0.0.11", "fe80::b"


def run(shown: Sequence[bytes]) -> Observation:
    engine = build_engine(MATCHER, strict=True)
    made = [Frame(START_NS + n * 1_000_000_000, octets) for n, octets in enumerate(shown)]
    engine.feed(pcap(made), PcapRecords())
    return observation(engine)


def rows(found: Sequence[Claim]) -> list[tuple[int, str, str, str]]:
    return [
        (c.frame, c.kind, str(ip_address(c.address)) if c.address else "", c.mac.hex(":"))
        for c in found
    ]


def tagged(frame: bytes, vlan: int) -> bytes:
    return frame[:12] + b"\x81\x00" + vlan.to_bytes(2, "big") + frame[12:]


def test_arp_once_and_again_when_it_changes() -> None:
    alice, bob = frames.arp(ALICE, IP, "10.0.0.1"), frames.arp(BOB, IP, "10.0.0.1")
    seen = run([alice, alice, frames.arp(ALICE, "10.0.0.12", IP), bob, bob, alice])
    assert rows(seen.claims) == [
        (1, "arp", IP, ALICE),
        (3, "arp", "10.0.0.12", ALICE),
        (4, "arp", IP, BOB),
        (6, "arp", IP, ALICE),
    ]
    assert seen.claims[0].time_ns == START_NS


def test_vlans_keep_equal_addresses_apart() -> None:
    alice, bob = frames.arp(ALICE, IP, "10.0.0.1"), frames.arp(BOB, IP, "10.0.0.1")
    seen = run([alice, tagged(bob, 5), alice, tagged(bob, 5), tagged(alice, 6)])
    assert [(c.frame, c.vlans) for c in seen.claims] == [(1, ()), (2, (5,)), (5, (6,))]


@pytest.mark.parametrize("cut", [14, 20, 41])
def test_arp_that_is_cut(cut: int) -> None:
    seen = run([frames.arp(ALICE, IP, "10.0.0.1")[:cut]])
    assert (seen.claims, seen.coverage.anomalies) == ([], {"arp": 1})


def test_neighbours() -> None:
    seen = run([frames.neighbour(ALICE, IP6), frames.neighbour(ALICE, IP6)])
    assert rows(seen.claims) == [(1, "nd", IP6, ALICE)]


def test_a_neighbour_from_beyond_the_link_is_none() -> None:
    frame = bytearray(frames.neighbour(ALICE, IP6))
    frame[14 + 7] = 254
    seen = run([bytes(frame)])
    assert (seen.claims, seen.coverage.anomalies) == ([], {"nd": 1})


def test_a_neighbour_without_option_is_told_by_the_frame() -> None:
    whole = frames.neighbour(ALICE, IP6)
    frame = bytearray(whole[:-8])
    frame[14 + 5] -= 8
    assert rows(run([bytes(frame)]).claims) == [(1, "nd", IP6, ALICE)]


def test_neighbours_at_every_truncation() -> None:
    """Cut behind the address it looks like one without option, and the frame says the same."""
    whole = frames.neighbour(ALICE, IP6)
    assert run([whole[:end] for end in range(14, len(whole)) if end != 78]).claims == []
    assert rows(run([whole[:78]]).claims) == [(1, "nd", IP6, ALICE)]


def test_icmpv6_in_ipv4_is_no_neighbour() -> None:
    message = frames.neighbour(ALICE, IP6)[54:]
    header = b"\x45\0" + (20 + len(message)).to_bytes(2, "big") + b"\0\0\0\0\xff\x3a\0\0" + bytes(8)
    frame = frames.neighbour(ALICE, IP6)[:12] + b"\x08\x00" + header + message
    seen = run([frame])
    assert (seen.claims, seen.coverage.anomalies) == ([], {})


def test_dhcp() -> None:
    request = frames.dhcp_request(ALICE, "alice-pc", IP)
    ack = frames.dhcp_ack(SERVER, "10.0.0.1", ALICE, IP)
    other = frames.dhcp_request(ALICE, "alice-new", IP)
    seen = run([request, request, ack, ack, other, frames.dhcp_request(BOB, "alice-pc", IP)])
    assert [(c.frame, c.kind, c.hostname) for c in seen.claims] == [
        (1, "dhcp-request", b"alice-pc"),
        (3, "dhcp-ack", b""),
        (5, "dhcp-request", b"alice-new"),
        (6, "dhcp-request", b"alice-pc"),
    ]
    first, ack_claim = seen.claims[0], seen.claims[1]
    assert (first.mac.hex(":"), first.vendor_class, len(first.parameters)) == (
        ALICE,
        b"MSFT 5.0",
        14,
    )
    assert ack_claim.lease_seconds == 86_400
    assert ack_claim.address == ip_address(IP).packed
    assert seen.coverage.flows == 0


def test_dhcp_that_is_none() -> None:
    packet = frames.udp(IP, "10.0.0.1", (68, 67), b"nonsense")
    seen = run([frames.on_link(packet, 1, ALICE, SERVER)])
    assert seen.claims == []


@pytest.mark.parametrize(
    ("ports", "version"),
    [
        ((68, 67), 4),
        ((67, 68), 4),
        ((67, 67), 4),
        ((40_000, 67), 0),
        ((67, 40_000), 0),
        ((546, 547), 6),
        ((547, 546), 6),
        ((547, 547), 6),
        ((40_000, 547), 6),
        ((546, 40_000), 0),
        ((53, 53), 0),
    ],
)
def test_dhcp_is_told_by_its_ports(ports: tuple[int, int], version: int) -> None:
    packet = Packet()
    packet.source_port, packet.target_port = ports
    assert dhcp_version(packet) == version


def test_a_flood_of_claims_is_bounded() -> None:
    engine = build_engine(MATCHER, strict=True)
    engine.claims.kept = CLAIMS_KEPT_MAX - 10
    whole = frames.arp(ALICE, IP, "10.0.0.1")
    shown = [
        Frame(START_NS + number, whole[:28] + (0x0A000100 + number).to_bytes(4, "big") + whole[32:])
        for number in range(200)
    ]
    engine.feed(pcap(shown), PcapRecords())
    seen = observation(engine)
    assert len(seen.claims) == 10
    assert seen.coverage.anomalies == {"table-full": 190}
