"""The packet's way: block -> frame -> packet -> conversation -> sighting.

Invariant: each frame is counted once, what cannot be read is counted under one anomaly, and a name
that came whole is seen whatever it was wrapped in.
"""

import struct
from collections.abc import Callable, Sequence
from ipaddress import ip_address

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.capture.pcapng import PcapngRecords
from netwatch.engine import LINK_TYPES_MAX, Engine, Neighbours
from netwatch.extract.certificates import read_certificate
from netwatch.extract.quic_keys import InitialOpener
from netwatch.match.signatures import Pack
from netwatch.model import Anomaly, Observation
from netwatch.names import name_text, name_wire
from netwatch.observe import OFFLINE_KEY, build_engine, observation
from netwatch.selftest import frames, hellos, messages
from netwatch.selftest.files import Frame, pcap, pcapng
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
        ),
    )
).matcher()
SITE = Site(9)
ALICE, RESOLVER = SITE.host(11), SITE.resolver
SERVER = SITE.internet("93.184.216.34")
START_NS = 1_717_400_000_000_000_000
START = "2024-06-03T08:00:00+00:00"
FOUR, SIX = ("10.0.0.11", "10.0.0.53"), ("fd00::b", "fd00::35")
QUESTION = messages.question(name_wire("ds.found.test"), "A", 7)
MACS = ("00:16:3e:00:00:0b", "00:16:3e:00:00:35")


def engine_of(*, names: bool = False) -> Engine:
    return build_engine(MATCHER, names=names, strict=True)


def run(shown: Sequence[Frame | bytes], link: int = 1, *, names: bool = False) -> Observation:
    engine = engine_of(names=names)
    made = [
        item if isinstance(item, Frame) else Frame(START_NS + n * 1_000_000, item, link)
        for n, item in enumerate(shown)
    ]
    engine.feed(pcap(made), PcapRecords())
    return observation(engine)


def names_of(seen: Observation) -> list[tuple[str, str]]:
    return [(s.signal, name_text(s.name)) for s in seen.sightings]


def ask(ends: tuple[str, str] = FOUR, payload: bytes = QUESTION, **more: bool) -> bytes:
    return frames.udp(*ends, (40_000, 53), payload, **more)  # type: ignore[arg-type] # `options`


def framed(packet: bytes, vlans: Sequence[int] = (), link: int = 1) -> bytes:
    return frames.on_link(packet, link, *MACS, vlans)


ASKED = [("dns-query", "ds.found.test")]


def test_a_file_of_no_packets() -> None:
    for octets in (pcap([]), pcapng([])):
        engine = engine_of()
        engine.feed(octets, PcapRecords() if octets[0] == 0xD4 else PcapngRecords())
        seen = observation(engine)
        assert (seen.sightings, seen.claims, seen.clients, seen.macs) == ([], [], [], [])
        assert (seen.coverage.packets, seen.coverage.anomalies) == (0, {})
        assert (seen.coverage.first_ns, seen.coverage.last_ns) == (0, 0)


def test_frames_are_counted() -> None:
    whole = framed(ask())
    shown = [
        Frame(START_NS + 5_000, whole),
        Frame(START_NS, whole[:60], wire_bytes=900),
        Frame(START_NS + 9_000, frames.arp(MACS[0], FOUR[0], FOUR[1])),
        Frame(START_NS + 7_000, framed(frames.ping(*FOUR))),
    ]
    coverage = run(shown).coverage
    assert (coverage.packets, coverage.truncated) == (4, 1)
    assert coverage.bytes == len(whole) + 900 + sum(len(frame.octets) for frame in shown[2:])
    assert (coverage.first_ns, coverage.last_ns) == (START_NS, START_NS + 9_000)
    assert (coverage.ip, coverage.udp, coverage.tcp) == (3, 2, 0)
    assert coverage.link_types == {1: 4}


@pytest.mark.parametrize("ends", [FOUR, SIX], ids=["4", "6"])
@pytest.mark.parametrize("link", [0, 1, 101, 108, 113, 276])
@pytest.mark.parametrize("vlans", [(), (5,), (7, 5)])
def test_every_link_and_tag(ends: tuple[str, str], link: int, vlans: tuple[int, ...]) -> None:
    if vlans and link != 1:
        return
    seen = run([framed(ask(ends), vlans, link)], link)
    assert names_of(seen) == ASKED
    (sighting,) = seen.sightings
    assert sighting.vlans == vlans
    assert (sighting.frame, sighting.time_ns) == (1, START_NS)
    assert (sighting.client, sighting.server) == tuple(ip_address(end).packed for end in ends)
    has_mac = link in (1, 113, 276)
    assert sighting.client_mac == (bytes.fromhex(MACS[0].replace(":", "")) if has_mac else b"")
    assert bool(sighting.server_mac) == (link == 1)


def test_several_links_in_one_file() -> None:
    links = (1, 101, 113, 1, 101)
    # Apart in time: what comes again within a millisecond is the mirror's copy.
    times = range(START_NS, START_NS + 10_000_000, 2_000_000)
    shown = [
        Frame(time_ns, framed(ask(), (), link), link)
        for time_ns, link in zip(times, links, strict=True)
    ]
    shown.append(Frame(START_NS, framed(ask()), 147))
    engine = engine_of()
    engine.feed(pcapng(shown), PcapngRecords())
    seen = observation(engine)
    assert seen.coverage.link_types == {1: 2, 101: 2, 113: 1, 147: 1}
    assert seen.coverage.anomalies == {"link-unknown": 1}
    assert names_of(seen) == ASKED * 5


def test_kinds_of_link_are_bounded() -> None:
    engine = engine_of()
    shown = [Frame(START_NS, b"x", link) for link in range(200, 200 + LINK_TYPES_MAX + 20)]
    engine.feed(pcapng(shown), PcapngRecords())
    seen = observation(engine)
    assert len(seen.coverage.link_types) == LINK_TYPES_MAX
    assert seen.coverage.packets == LINK_TYPES_MAX + 20


def chain(kind: int, count: int) -> bytes:
    return (bytes((kind, 0)) + bytes(6)) * (count - 1) + b"\x11\0" + bytes(6)


def six(payload: bytes, following: int) -> bytes:
    ends = b"".join(ip_address(end).packed for end in SIX)
    return struct.pack(">IHBB", 6 << 28, len(payload), following, 64) + ends + payload


UDP6 = frames.udp(*SIX, (40_000, 53), QUESTION)[40:]
ANOMALIES = {
    "frame-truncated": framed(ask())[:13],
    "ethertype-unknown": frames.other_ethertype(*MACS, 0x8137, b"IPX, which nobody reads"),
    "too-deep": framed(ask(), range(1, 201)),
    "too-deep, extension headers": framed(six(chain(60, 200) + UDP6, 60)),
    "ip-header": framed(ask())[:33],
    "ip-header, six": framed(ask(SIX))[:53],
    "ip-length": framed(ask())[:16] + b"\0\x13" + framed(ask())[18:],
    "transport-header": framed(ask())[:41],
    "transport-header, tcp": framed(frames.tcp(*FOUR, (1, 2), "S", (1, 0)))[:53],
    "transport-unknown": framed(ask())[:23] + b"\x84" + framed(ask())[24:],
    "fragment-dropped": framed(frames.in_fragments(ask(), 24)[1])[:-4],
    "arp": frames.arp(MACS[0], FOUR[0], FOUR[1])[:30],
    "dns-header": framed(ask(payload=b"\0\7\x18" + QUESTION[3:])),
    "dns-truncated": framed(ask(payload=QUESTION[:20])),
}


@pytest.mark.parametrize("case", ANOMALIES.keys())
def test_what_cannot_be_read_is_counted_once(case: str) -> None:
    seen = run([ANOMALIES[case]])
    assert seen.coverage.anomalies == {case.split(",", maxsplit=1)[0]: 1}
    assert seen.sightings == []


@pytest.mark.parametrize("frame", [framed(frames.ping(*FOUR)), framed(six(b"", 58))])
def test_what_nobody_reads_is_no_surprise(frame: bytes) -> None:
    assert run([frame]).coverage.anomalies == {}


def test_padding_is_no_payload() -> None:
    assert names_of(run([framed(ask()) + b"\xee" * 30])) == ASKED
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER)
    connection.say(hellos.records(hellos.Hello(name=b"ds.found.test").handshake()), 150)
    shown = [Frame(frame.time_ns, frame.octets + b"\xee" * 6) for frame in wire.shown]
    assert names_of(run(shown)) == [("tls-sni", "ds.found.test")]


def test_lengths_of_offloading() -> None:
    packet = bytearray(ask())
    packet[2:4] = b"\0\0"
    assert names_of(run([framed(bytes(packet))])) == ASKED
    packet[2:4] = b"\xff\xff"
    assert names_of(run([framed(bytes(packet))])) == ASKED


def test_jumbo_frames() -> None:
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER)
    octets = hellos.records(hellos.Hello(name=b"ds.found.test").handshake())
    connection.say(octets + b"\x17\x03\x03\x40\x00" + bytes(64_000), 65_000)
    assert names_of(run(wire.shown)) == [("tls-sni", "ds.found.test")]
    request = b"GET / HTTP/1.1\r\nX: " + b"y" * 15_000 + b"\r\nHost: dl.found.test\r\n\r\n"
    wire.connect(ALICE, SERVER, 80).say(request + bytes(40_000), 65_000)
    assert names_of(run(wire.shown))[1:] == [("http-host", "dl.found.test")]


def pieces(packet: bytes, vlans: Sequence[int] = (), number: int = 7) -> list[bytes]:
    return [framed(piece, vlans) for piece in frames.in_fragments(packet, 24, number)]


@pytest.mark.parametrize("ends", [FOUR, SIX], ids=["4", "6"])
@pytest.mark.parametrize(
    "order",
    [
        pytest.param(lambda made: made, id="in order"),
        pytest.param(lambda made: made[::-1], id="backwards"),
        pytest.param(lambda made: [f for f in made[::-1] for _ in range(2)][:-1], id="copies"),
    ],
)
def test_fragments(ends: tuple[str, str], order: Callable[[list[bytes]], list[bytes]]) -> None:
    shown = order(pieces(ask(ends)))
    seen = run(shown)
    assert names_of(seen) == ASKED
    assert seen.sightings[0].frame == len(shown)
    assert seen.coverage.ip == len(shown)
    assert seen.sightings[0].client_mac.hex(":") == MACS[0]


def test_fragments_of_two_vlans_are_two_datagrams() -> None:
    one, other = pieces(ask(), (5,)), pieces(ask(), (6,))
    assert names_of(run([one[0], *other[1:]])) == []
    seen = run([*one[:1], *other[:1], *one[1:], *other[1:]])
    assert [s.vlans for s in seen.sightings] == [(5,), (6,)]


def test_extension_headers_in_what_was_put_together() -> None:
    """What follows the fragment header is cut with the rest (RFC 8200 section 4.5)."""
    whole = b"\x11\0" + bytes(6) + UDP6
    head = struct.Struct(">BBHI")
    first, last = whole[:24], whole[24:]
    for order in ((0, 1), (1, 0)):
        made = [
            framed(six(head.pack(60, 0, 1, 9) + first, 44)),
            framed(six(head.pack(60, 0, 24, 9) + last, 44)),
        ]
        assert names_of(run([made[place] for place in order])) == ASKED


def test_pieces_of_pieces_are_dropped() -> None:
    inner = struct.pack(">BBHI", 17, 0, 1, 5) + UDP6
    made = [
        framed(six(struct.pack(">BBHI", 44, 0, 1, 9) + inner[:24], 44)),
        framed(six(struct.pack(">BBHI", 44, 0, 24, 9) + inner[24:], 44)),
    ]
    assert run(made).coverage.anomalies == {"fragment-dropped": 1}


def test_a_first_piece_that_the_capture_cut_is_read_as_it_is() -> None:
    long = ask(payload=messages.question(name_wire("ds.found.test"), "A", 7) + bytes(400))
    first = framed(frames.in_fragments(long, 200)[0])
    seen = run([Frame(START_NS, first[:90], wire_bytes=len(first))])
    assert names_of(seen) == ASKED


@pytest.mark.parametrize("ends", [FOUR, SIX], ids=["4", "6"])
def test_the_first_piece_is_read_where_another_one_is_lost(ends: tuple[str, str]) -> None:
    long = ask(ends, payload=messages.question(name_wire("ds.found.test"), "A", 7) + bytes(400))
    made = [framed(piece, (5,)) for piece in frames.in_fragments(long, 200, 7)]
    assert len(made) > 2
    seen = run([framed(ask(ends, payload=b"x")), *made[:-1], framed(ask(ends, payload=b"x"))])
    assert names_of(seen) == ASKED
    (sighting,) = seen.sightings
    assert (sighting.frame, sighting.vlans, sighting.client_port) == (2, (5,), 40_000)
    assert sighting.client_mac.hex(":") == MACS[0]
    assert seen.coverage.anomalies["fragment-dropped"] == 1
    assert names_of(run(made[1:])) == []


def test_a_first_piece_that_carries_a_tunnel() -> None:
    """IP in IP (RFC 2003), and a piece of another datagram inside the piece."""
    inner = ask(payload=messages.question(name_wire("ds.found.test"), "A", 7) + bytes(400))
    (piece, *_) = frames.in_fragments(inner, 400, 9)
    for carried in (inner, piece):
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + 440, 5, 0x2000, 64, 4, 0)
        ends = b"".join(ip_address(end).packed for end in ("192.0.2.1", "192.0.2.2"))
        outer = head + ends + carried.ljust(440, b"\0")[:440]
        seen = run([framed(outer)])
        assert names_of(seen) == ASKED
        assert seen.sightings[0].tunnels == (ends,)
        assert seen.sightings[0].client == ip_address(FOUR[0]).packed


def test_extension_headers_in_a_first_piece_that_is_alone() -> None:
    whole = b"\x11\0" + bytes(6) + UDP6 + bytes(64)
    first = struct.pack(">BBHI", 60, 0, 1, 9) + whole[: len(whole) & ~7]
    assert names_of(run([framed(six(first, 44))])) == ASKED


def test_a_hello_in_fragments_of_which_the_last_one_is_lost() -> None:
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER)
    octets = hellos.records(hellos.Hello(name=b"ds.found.test").handshake())
    (packet,) = connection.pieces(octets + bytes(900))
    connection.send(*frames.in_fragments(packet, 600, 7)[:-1])
    assert names_of(run(wire.shown)) == [("tls-sni", "ds.found.test")]


def test_the_authentication_header_hides_nothing() -> None:
    """RFC 4302: protocol 51 between IP and the transport, in both versions."""
    for ends, header, place in ((FOUR, 20, 9), (SIX, 40, 6)):
        plain = ask(ends)
        for words in (3, 6):
            block = bytes((plain[place], words - 2)) + bytes(words * 4 - 2)
            octets = bytearray(plain[:header] + block + plain[header:])
            octets[place] = 51
            length = len(octets) - (0 if header == 20 else 40)
            at = 2 if header == 20 else 4
            octets[at : at + 2] = length.to_bytes(2, "big")
            assert names_of(run([framed(bytes(octets))])) == ASKED, (header, words)
            assert names_of(run([framed(bytes(octets[: header + 8]))])) == []


def broken(_packet: bytes, _mac: bytes) -> None:
    raise RuntimeError("a bug, made on purpose")


def test_a_bug_is_counted_and_the_rest_is_read() -> None:
    wire = Wire(START)
    wire.show(frames.dhcp_request(MACS[0], "alice", FOUR[0]))
    wire.tls(ALICE, SERVER, "ds.found.test")
    neighbours = Neighbours(InitialOpener(), read_certificate, broken, broken)
    engine = Engine(MATCHER, neighbours, False, OFFLINE_KEY, False)
    engine.feed(pcap(wire.shown), PcapRecords())
    assert engine.tally.anomalies[Anomaly.BUG] == 1
    assert [s.signal for s in engine.sightings.found] == ["tls-sni"]
    strict = Engine(MATCHER, neighbours, False, OFFLINE_KEY, True)
    with pytest.raises(RuntimeError, match="on purpose"):
        strict.feed(pcap(wire.shown), PcapRecords())
