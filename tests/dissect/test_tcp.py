"""Where TCP connections stand.

Invariant: a hello that was said whole is seen once under its client, in whatever segments, order
and copies it came, wherever its numbers begin, and whatever the other side was heard of; what was
said twice or by nobody is not seen.
"""

import random
import struct
from collections.abc import Iterable
from itertools import pairwise, permutations, product

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.match.signatures import Pack
from netwatch.model import Observation, Sighting
from netwatch.names import name_text
from netwatch.observe import build_engine, observation
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.hellos import Hello, flight_12, records
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
HELLO = records(Hello(name=b"ds.found.test").handshake())
LONG = records(Hello(name=b"ds.found.test", post_quantum=True).handshake())
OTHER = records(Hello(name=b"other.test").handshake())
CLIENT, SERVER = bytes((10, 0, 0, 1)), bytes((93, 184, 216, 34))
SYN, SYN_ACK, RST, ACK, DATA = 2, 18, 4, 16, 24
START_NS = 1_700_000_000_000_000_000
STEP_NS = 2_000_000


class Talk:
    """Frames of one connection; offsets count from the first octet that a side says."""

    def __init__(self, port: int = 40_000, *, server_port: int = 443, first: int = 1_000) -> None:
        self.ports = (port, server_port)
        self.firsts = (first, 0x9000_0000)

    def client(self, offset: int, octets: bytes = b"", flags: int = DATA, ack: int = 0) -> bytes:
        return self._segment(0, offset, octets, flags, ack)

    def server(self, offset: int, octets: bytes = b"", flags: int = DATA, ack: int = 0) -> bytes:
        return self._segment(1, offset, octets, flags, ack)

    def opening(self) -> list[bytes]:
        return [
            self.client(-1, flags=SYN),
            self.server(-1, flags=SYN_ACK),
            self.client(0, flags=ACK),
        ]

    def cut(self, octets: bytes, *cuts: int) -> list[bytes]:
        """The client says this in pieces."""
        edges = [0, *cuts, len(octets)]
        return [self.client(a, octets[a:b]) for a, b in pairwise(edges) if a < b]

    def _segment(self, side: int, offset: int, octets: bytes, flags: int, ack: int) -> bytes:
        ends, ports = (CLIENT, SERVER), self.ports
        sequence = (self.firsts[side] + offset) & 0xFFFF_FFFF
        acked = (self.firsts[1 - side] + ack) & 0xFFFF_FFFF if flags & ACK else 0
        head = struct.pack(
            ">HHIIBBHI", ports[side], ports[1 - side], sequence, acked, 0x50, flags, 1_024, 0
        )
        total = 20 + len(head) + len(octets)
        ip = struct.pack(">BBHIBBH", 0x45, 0, total, 0, 64, 6, 0) + ends[side] + ends[1 - side]
        return bytes(11) + b"\x01\x08\x00" + ip + head + octets


def run(frames: Iterable[bytes], *, names: bool = False, step_ns: int = STEP_NS) -> Observation:
    shown = [Frame(START_NS + n * step_ns, octets) for n, octets in enumerate(frames)]
    engine = build_engine(MATCHER, names=names, strict=True)
    engine.feed(pcap(shown), PcapRecords())
    return observation(engine)


def names_of(seen: Observation) -> list[tuple[str, str]]:
    return [(s.signal, name_text(s.name)) for s in seen.sightings]


def ports_of(seen: Observation) -> list[int]:
    assert all(s.client == CLIENT and s.server == SERVER for s in seen.sightings)
    assert {(s.signal, name_text(s.name)) for s in seen.sightings} <= {FOUND}
    return sorted(s.client_port for s in seen.sightings)


FOUND = ("tls-sni", "ds.found.test")


def test_a_hello_in_one_segment() -> None:
    talk = Talk()
    seen = run([*talk.opening(), talk.client(0, HELLO), talk.server(0, b"", ACK, len(HELLO))])
    (sighting,) = seen.sightings
    assert names_of(seen) == [FOUND]
    assert (sighting.frame, sighting.client_port, sighting.server_port) == (4, 40_000, 443)
    assert (sighting.client, sighting.server, sighting.transport) == (CLIENT, SERVER, 6)
    assert sighting.two_way
    assert sighting.flow != 0
    assert seen.coverage.anomalies == {}
    assert (seen.coverage.handshakes, seen.coverage.flows_tcp, seen.coverage.flows_both) == (
        1,
        1,
        1,
    )


def test_control_another_name_is_no_sighting() -> None:
    talk = Talk()
    assert run([*talk.opening(), talk.client(0, OTHER)]).sightings == []
    assert names_of(run([talk.client(0, OTHER)], names=True)) == [("tls-sni", "other.test")]


ORDERS = ((0, 1), (1, 0), (0, 0, 1, 1), (1, 1, 0, 0), (1, 0, 1), (0, 1, 0))


@pytest.mark.parametrize("opened", [True, False], ids=["opened", "mid-stream"])
def test_cut_at_every_point_in_both_orders_with_copies(opened: bool) -> None:
    frames: list[bytes] = []
    cases = list(product(range(1, len(HELLO)), ORDERS))
    for number, (cut, order) in enumerate(cases):
        talk = Talk(20_000 + number)
        halves = talk.cut(HELLO, cut)
        frames += talk.opening() if opened else []
        frames += [halves[half] for half in order]
    missing = set(range(20_000, 20_000 + len(cases))) - set(ports_of(run(frames)))
    assert [cases[port - 20_000] for port in sorted(missing)] == []


def test_each_is_seen_once() -> None:
    frames: list[bytes] = []
    for number, order in enumerate(ORDERS):
        talk = Talk(20_000 + number)
        halves = talk.cut(HELLO, 100)
        frames += [*talk.opening(), *(halves[half] for half in order)]
    assert ports_of(run(frames)) == [20_000 + number for number in range(len(ORDERS))]


def test_in_every_order_of_five_segments() -> None:
    frames: list[bytes] = []
    orders = list(permutations(range(5)))
    for number, order in enumerate(orders):
        talk = Talk(20_000 + number)
        pieces = talk.cut(LONG, 1, 400, 800, 1_200)
        frames += [*talk.opening(), *(pieces[piece] for piece in order)]
    assert ports_of(run(frames)) == [20_000 + number for number in range(len(orders))]


@pytest.mark.parametrize("first", [0, 1, 0xFFFF_FFFF, 0xFFFF_FFF0, 0xFFFF_FE00, 0x7FFF_FFF0])
def test_numbers_that_begin_over(first: int) -> None:
    frames: list[bytes] = []
    for number, order in enumerate(ORDERS):
        for opened in (0, 1):
            talk = Talk(20_000 + number + opened * 100, first=first)
            halves = talk.cut(HELLO, 9)
            frames += talk.opening() if opened else []
            frames += [halves[half] for half in order]
    assert len(ports_of(run(frames))) == 2 * len(ORDERS)


@pytest.mark.parametrize("opened", [True, False], ids=["opened", "mid-stream"])
def test_octet_by_octet(opened: bool) -> None:
    talk = Talk()
    pieces = talk.cut(HELLO, *range(1, len(HELLO)))
    assert names_of(run([*(talk.opening() if opened else []), *pieces])) == [FOUND]


def test_the_longest_hello_backwards() -> None:
    talk = Talk()
    pieces = talk.cut(LONG, *range(130, len(LONG), 130))
    assert 12 <= len(pieces) < 16
    assert names_of(run([*talk.opening(), *pieces[::-1]])) == [FOUND]


def test_overlapping_retransmissions() -> None:
    chance = random.Random(9)  # noqa: S311 - a fixed seed is the point
    frames: list[bytes] = []
    for number in range(300):
        talk = Talk(20_000 + number)
        cuts = sorted(chance.sample(range(1, len(LONG)), 4))
        pieces = talk.cut(LONG, *cuts)
        for _ in range(3):
            start = chance.randrange(len(LONG))
            pieces.append(talk.client(start, LONG[start : start + chance.randrange(1, 900)]))
        chance.shuffle(pieces)
        frames += [*talk.opening(), *pieces]
    assert len(ports_of(run(frames))) == 300


def test_a_copy_with_other_octets_is_a_conflict_and_the_first_one_counts() -> None:
    talk = Talk()
    first, second = talk.cut(HELLO, 50)
    liar = talk.client(0, OTHER[:50][::-1])
    seen = run([*talk.opening(), first, liar, second])
    assert names_of(seen) == [FOUND]
    assert seen.coverage.anomalies == {"stream-conflict": 1}


def acknowledged(talk: Talk, octets: int) -> bytes:
    return talk.server(0, b"", ACK, octets)


@pytest.mark.parametrize("opened", [True, False], ids=["opened", "mid-stream"])
def test_the_answer_may_be_shown_before_the_hello(opened: bool) -> None:
    """A mirror of two ports shows the two sides in either order."""
    cases = list(product(permutations(range(3)), (400, 900, len(LONG))))
    frames: list[bytes] = []
    for number, (order, acked) in enumerate(cases):
        talk = Talk(20_000 + number)
        pieces = talk.cut(LONG, 400, 900)
        early = [acknowledged(talk, acked), talk.client(acked, b"", ACK)]
        frames += [*(talk.opening() if opened else []), *early]
        frames += [*(pieces[piece] for piece in order), talk.server(0, b"\x16\x03\x03")]
    assert ports_of(run(frames)) == [20_000 + number for number in range(len(cases))]


def test_rubbish_in_a_bare_ack_takes_nothing_away() -> None:
    talk = Talk()
    rubbish = talk.client(0, b"\0\0")
    assert names_of(run([*talk.opening(), rubbish, talk.client(0, HELLO)])) == [FOUND]
    first, second = talk.cut(HELLO, 60)
    assert names_of(run([*talk.opening(), rubbish, first, second])) == [FOUND]


def test_keep_alives_before_the_hello() -> None:
    talk = Talk()
    alive = [talk.client(-1, b"\0"), talk.client(-1, b"\0")]
    assert names_of(run([*talk.opening(), *alive, talk.client(0, HELLO)])) == [FOUND]
    assert names_of(run([talk.client(0, b"", ACK), *alive, *talk.cut(HELLO, 50)])) == [FOUND]


def test_a_stray_segment_takes_nothing_away() -> None:
    frames: list[bytes] = []
    for number in range(10):
        talk = Talk(20_000 + number)
        stray = (
            talk.client(5_000_000, b"x" * 50),
            talk.client(0x7000_0000, b"", ACK),
            talk.client(-70_000, b"x" * 50),
            talk.client(0x1234_5678, b"", RST),
            talk.server(0x1234_5678, b"", RST),
        )[number % 5]
        first, second = talk.cut(HELLO, 77)
        frames += talk.opening()
        frames += [stray, first, second] if number < 5 else [first, stray, second]
    assert ports_of(run(frames)) == [20_000 + number for number in range(10)]


def test_the_start_is_missing() -> None:
    talk = Talk()
    for opened in (True, False):
        rest = talk.cut(LONG, 90, 1_000)[1:]
        seen = run([*(talk.opening() if opened else []), *rest])
        assert names_of(seen) == [FOUND]
        (sighting,) = seen.sightings
        assert sighting.tls is not None
        assert sighting.tls.partial
        assert seen.coverage.hellos_unfinished == 1


def test_the_end_is_missing() -> None:
    seen = run([*(talk := Talk()).opening(), *talk.cut(LONG, 300)[:1]])
    assert names_of(seen) == [FOUND]
    (sighting,) = seen.sightings
    assert (sighting.frame, sighting.two_way) == (4, True)
    assert sighting.tls is not None
    assert (sighting.tls.partial, sighting.tls.ja4) == (True, "")


def test_a_name_that_is_not_there_is_not_invented() -> None:
    name_end = HELLO.index(b"ds.found.test") + 13
    frames: list[bytes] = []
    for end in range(1, name_end + 2):
        talk = Talk(20_000 + end)
        frames += [*talk.opening(), *talk.cut(HELLO, end)[:1]]
    assert ports_of(run(frames)) == [20_000 + name_end, 20_001 + name_end]


def test_one_direction_only() -> None:
    talk = Talk()
    for opened in (True, False):
        frames = [talk.client(-1, flags=SYN)] if opened else []
        seen = run([*frames, talk.client(0, b"", ACK), talk.client(0, HELLO)])
        (sighting,) = seen.sightings
        assert not sighting.two_way
        assert seen.replies == []
        assert (seen.coverage.flows_tcp, seen.coverage.flows_both) == (1, 0)


def test_only_the_server_is_seen() -> None:
    talk = Talk()
    flight = flight_12([])
    frames = [talk.server(-1, b"", SYN_ACK, 0), talk.server(0, flight, ack=len(HELLO))]
    seen = run([*frames, talk.server(len(flight), b"", ACK, len(HELLO) + 99)])
    assert seen.replies == []
    assert (seen.coverage.handshakes, seen.coverage.flows_both) == (1, 0)
    assert seen.coverage.acked_unseen == 2
    (client,) = [client for client in seen.clients if client.address == CLIENT]
    assert (client.connections, client.connections_answered) == (1, 0)


@pytest.mark.parametrize("first", [1_000, 1_001, 0, 0x8000_03E8, 0x7000_0000, 0xF000_0000])
def test_ports_that_are_used_again(first: int) -> None:
    before, again = Talk(), Talk(first=first)
    openings = [before.opening()] if first in (0, 1_000, 1_001) else [before.opening(), []]
    for opening in openings:
        frames = [*opening, *before.cut(OTHER, 80), *again.opening(), *again.cut(HELLO, 80)]
        seen = run(frames)
        assert names_of(seen) == [FOUND]
        assert (seen.coverage.flows, seen.coverage.flows_tcp) == (2, 2)


def test_ports_are_used_again_where_only_the_server_is_seen() -> None:
    before, again = Talk(), Talk(first=0x3000_0000)
    again.firsts = (again.firsts[0], 0x1000_0000)
    frames = [
        before.server(-1, b"", SYN_ACK),
        before.server(0, b"\x16\x03\x03"),
        again.server(-1, b"", SYN_ACK),
    ]
    assert run(frames).coverage.flows_tcp == 2
    assert run([*frames[:1] * 3, before.server(0, b"x" * 99), frames[0]]).coverage.flows_tcp == 1


def test_a_late_copy_of_the_syn_changes_nothing() -> None:
    talk = Talk()
    syn, syn_ack, ack = talk.opening()
    first, second = talk.cut(HELLO, 80)
    for frames in ([syn, syn_ack, ack, first, syn, second], [syn_ack, first, syn, second]):
        seen = run(frames, step_ns=100_000)
        assert names_of(seen) == [FOUND]
        assert seen.coverage.flows == 1


def test_several_openings_of_the_server() -> None:
    talk = Talk()
    syn, syn_ack, ack = talk.opening()
    late = Talk()
    late.firsts = (1_000, 0x1111_1111)
    seen = run([syn, syn_ack, late.server(-1, b"", SYN_ACK), ack, talk.client(0, HELLO)])
    assert names_of(seen) == [FOUND]
    assert seen.coverage.flows_tcp == 1


def test_copies_of_the_mirror_are_counted_and_said_once() -> None:
    talk = Talk()
    frames = [frame for frame in [*talk.opening(), talk.client(0, HELLO)] for _ in range(2)]
    seen = run(frames, step_ns=10_000)
    assert names_of(seen) == [FOUND]
    assert seen.coverage.duplicates == 1
    assert run(frames).coverage.duplicates == 0


def test_loss_is_estimated_from_what_is_acknowledged() -> None:
    talk = Talk()
    frames = [*talk.opening(), talk.client(0, HELLO)]
    whole = run([*frames, acknowledged(talk, len(HELLO)), acknowledged(talk, len(HELLO))])
    assert whole.coverage.acked_unseen == 0
    assert whole.coverage.acks > 0
    lost = run([*frames, acknowledged(talk, 5_000), acknowledged(talk, 9_000)])
    assert lost.coverage.acked_unseen == 2


def sighting_of(seen: Observation) -> Sighting:
    (sighting,) = seen.sightings
    return sighting


def test_the_frame_is_that_in_which_the_name_was_complete() -> None:
    talk = Talk()
    first, second = talk.cut(HELLO, 200)
    assert sighting_of(run([*talk.opening(), second, first])).frame == 5
    assert sighting_of(run([first, second])).frame == 2
