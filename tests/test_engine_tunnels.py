"""The engine and tunnels: whoever is inside is found, whoever only carries is not accused.

Invariant: a name is seen under the addresses, MACs and VLANs of the innermost packet, with the ends
of every tunnel beside it; the ends themselves are no clients. Whatever its wrapping, one frame is
counted once.
"""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.capture.pcap import PcapRecords
from netwatch.limits import LAYERS_MAX
from netwatch.match.signatures import Pack
from netwatch.model import Observation, Sighting
from netwatch.names import name_text, name_wire
from netwatch.observe import build_engine, observation
from netwatch.selftest import frames, hellos, messages
from netwatch.selftest.carriers import CARRIERS, Ends, Inner, esp, geneve, gre, gtp, teredo, vxlan
from netwatch.selftest.files import Frame, pcap
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
START_NS = 1_717_400_000_000_000_000
ENDS, OUTER = Ends(), Ends("198.51.100.1", "198.51.100.2")
WAY = ("02:00:00:00:00:01", "02:00:00:00:00:02")
MACS = ("00:16:3e:00:00:0b", "00:16:3e:00:00:35")
FOUR, SIX = ("10.0.0.11", "10.0.0.53"), ("fd00::b", "fd00::35")
QUESTION = messages.question(name_wire("ds.found.test"), "A", 7)


def run(packets: Sequence[bytes], vlans: tuple[int, ...] = (400,)) -> Observation:
    """What the engine sees of outer packets, each in a frame of the way."""
    engine = build_engine(MATCHER, names=True, strict=True)
    shown = [
        Frame(START_NS + n * 1_000_000, frames.on_link(packet, 1, *WAY, vlans))
        for n, packet in enumerate(packets)
    ]
    engine.feed(pcap(shown), PcapRecords())
    return observation(engine)


def ask(ends: tuple[str, str] = FOUR, payload: bytes = QUESTION, number: int = 1) -> bytes:
    return frames.udp(*ends, (40_000, 53), payload, number=number)


def inner(packet: bytes, network: int = 0, vlans: tuple[int, ...] = ()) -> Inner:
    return Inner(ENDS, packet, frames.on_link(packet, 1, *MACS, vlans), network)


def only(seen: Observation) -> Sighting:
    (found,) = seen.sightings
    assert name_text(found.name) == "ds.found.test"
    return found


FORMS = [
    pytest.param(name, form, id=f"{name} {number}")
    for name, forms in CARRIERS.items()
    for number, form in enumerate(forms)
]


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_a_question_in_every_tunnel(name: str, form: Callable[[Inner], bytes]) -> None:
    ends = SIX if name in ("6in4 and IPv6 in IPv6", "Teredo") else FOUR
    seen = run([form(inner(ask(ends)))])
    found = only(seen)
    assert found.signal == "dns-query"
    assert found.client == frames.packed(ends[0])
    assert found.server == frames.packed(ends[1])
    assert found.tunnels == (ENDS.packed,)
    assert found.client_mac in (b"", bytes.fromhex(MACS[0].replace(":", "")))
    assert 400 not in found.vlans
    assert [client.address for client in seen.clients] == [found.client]
    coverage = seen.coverage
    assert (coverage.ip, coverage.udp, coverage.tunnelled, coverage.anomalies) == (1, 1, 1, {})


def test_tenants_with_equal_addresses_are_kept_apart() -> None:
    packets = [
        OUTER.udp(4789, vxlan(inner(ask()).frame, network)) for network in (10, 70_000, 0xFFFFFF)
    ]
    seen = run(packets)
    assert [s.vlans for s in seen.sightings] == [(10,), (70_000,), (0xFFFFFF,)]
    assert [client.vlan for client in seen.clients] == [10, 70_000, 0xFFFFFF]


@pytest.mark.parametrize("backwards", [False, True])
def test_fragments_outside_and_inside(backwards: bool) -> None:
    """The inner datagram is cut, and each of its pieces once more on its way."""
    whole = ask(payload=QUESTION + bytes(900))
    pieces = frames.in_fragments(whole, 400)
    assert len(pieces) == 3
    shown = []
    for number, piece in enumerate(pieces):
        outer = bytearray(OUTER.udp(4789, vxlan(frames.on_link(piece, 1, *MACS), 5)))
        outer[4:6] = (100 + number).to_bytes(2, "big")
        shown += frames.in_fragments(bytes(outer), 160)
    seen = run(shown[::-1] if backwards else shown)
    found = only(seen)
    assert (found.client, found.vlans, found.tunnels) == (
        frames.packed(FOUR[0]), (5,), (OUTER.packed,),
    )  # fmt: skip
    assert found.client_mac == bytes.fromhex(MACS[0].replace(":", ""))
    assert (seen.coverage.ip, seen.coverage.udp) == (len(shown), 1)


def test_fragments_of_two_tenants_are_two_datagrams() -> None:
    whole = ask(payload=QUESTION + bytes(700))
    pieces = frames.in_fragments(whole, 400)
    crossed = [
        OUTER.udp(4789, vxlan(frames.on_link(piece, 1, *MACS), network))
        for piece, network in zip(pieces, (0x10007, 0x20007), strict=True)
    ]
    seen = run(crossed)
    assert seen.coverage.anomalies == {"fragment-dropped": 2}  # neither was ever whole
    # The question stands in the first piece, which is read for itself when the capture ends.
    assert [(s.frame, s.vlans) for s in seen.sightings] == [(1, (0x10007,))]


def test_tunnels_in_tunnels() -> None:
    packet = ask()
    for _ in range(2):
        packet = OUTER.udp(4789, vxlan(frames.on_link(packet, 1, *MACS), 9))
    packet = ENDS.ip(47, gre(0x0800, packet))
    found = only(run([packet]))
    assert found.tunnels == (ENDS.packed, OUTER.packed, OUTER.packed)
    assert found.vlans == (9,)
    six = frames.carrying("2001:db8::1", "2001:db8::2", 4, packet)
    assert only(run([six])).tunnels[0] == Ends("2001:db8::1", "2001:db8::2").packed


@pytest.mark.parametrize("tags", [0, 3])
def test_too_deep(tags: int) -> None:
    vlans = tuple(range(1, tags + 1))
    packet = ask()
    for _ in range(LAYERS_MAX - tags):
        packet = ENDS.ip(4, packet)
    assert len(only(run([packet], vlans)).tunnels) == LAYERS_MAX - tags
    seen = run([ENDS.ip(4, packet)], vlans)
    assert (seen.sightings, seen.coverage.anomalies) == ([], {"too-deep": 1})


def test_a_hello_over_segments_that_are_tunnelled() -> None:
    hello = hellos.records(hellos.Hello(name=b"ds.found.test", post_quantum=True).handshake())
    parts = [(0, b"", "S"), (1, hello[:700], "A"), (701, hello[700:], "PA")]
    shown = [
        OUTER.udp(6081, geneve(0x0800, frames.tcp(*FOUR, (5000, 443), flags, (at, 0), part)))
        for at, part, flags in parts
    ]
    found = only(run(shown))
    assert (found.signal, found.client_mac, found.tunnels) == ("tls-sni", b"", (OUTER.packed,))


def test_a_capture_that_is_cut_says_so_inside() -> None:
    hello = hellos.records(hellos.Hello(name=b"ds.found.test").handshake())
    packet = OUTER.udp(2152, gtp(frames.tcp(*FOUR, (5000, 443), "PA", (1, 1), hello)))
    frame = frames.on_link(packet, 1, *WAY)
    engine = build_engine(MATCHER, names=True, strict=True)
    engine.feed(pcap([Frame(START_NS, frame[:-40], 1, len(frame))]), PcapRecords())
    seen = observation(engine)
    assert (seen.coverage.truncated, seen.coverage.tunnelled) == (1, 1)


def test_what_is_encrypted_is_counted() -> None:
    seen = run([ENDS.ip(50, bytes(range(60))), ENDS.ip(50, esp(ask()))])
    assert (seen.coverage.encrypted, seen.coverage.tunnelled) == (1, 1)
    assert len(seen.sightings) == 1


def test_claims_inside() -> None:
    arp = frames.arp(MACS[0], *FOUR)
    seen = run([OUTER.udp(4789, vxlan(arp, 77))])
    assert [(c.kind, c.vlans, c.mac.hex(":")) for c in seen.claims] == [("arp", (77,), MACS[0])]
    advertised = frames.neighbour(MACS[0], "fd00::b")
    seen = run([OUTER.udp(4789, vxlan(advertised, 77)), OUTER.ip(41, advertised[14:])])
    assert [claim.frame for claim in seen.claims] == [1], "without a link nobody has a MAC"


def test_a_keepalive_and_a_bubble_are_no_surprise() -> None:
    back = frames.carrying(ENDS.target, ENDS.source, 47, gre(0, b""))
    bubble = bytes.fromhex("6000000000003b15") + bytes(32)
    seen = run([ENDS.ip(47, gre(0x0800, back)), ENDS.udp(3544, teredo(bubble))])
    assert (seen.coverage.anomalies, seen.coverage.tunnelled, seen.clients) == ({}, 2, [])


def test_an_ordinary_datagram_on_a_tunnels_port_is_a_flow() -> None:
    seen = run([frames.udp("10.0.0.5", "203.0.113.9", (50_000, 4789), b"a game, or what")])
    assert [client.connections for client in seen.clients] == [1]
    assert (seen.coverage.udp, seen.coverage.tunnelled) == (1, 0)


WRAPPERS = st.lists(st.sampled_from([form for forms in CARRIERS.values() for form in forms]))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(WRAPPERS, st.binary(max_size=40), st.integers(0, 300))
def test_any_tunnels_in_any_tunnels(
    wrappers: list[Callable[[Inner], bytes]], junk: bytes, cut: int
) -> None:
    packet = ask()
    for wrapper in wrappers[:10]:
        packet = wrapper(inner(packet, 3))
    seen = run(
        [packet, packet[: max(1, len(packet) - cut)], packet[:20] + junk + packet[20 + len(junk) :]]
    )
    assert "bug" not in seen.coverage.anomalies
    assert seen.coverage.packets == 3
    for found in seen.sightings:
        assert len(found.tunnels) <= LAYERS_MAX
        assert all(len(ends) in (8, 32) for ends in found.tunnels)
