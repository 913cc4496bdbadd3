"""Compiled. TCP: where each connection stands, and the way of a segment through it.

Most first messages fit into one segment and are read where they lie. Only what does not fit becomes
a young stream. A direction whose protocol is known to say no more names is OVER and costs nothing.
"""

from typing import Final

from mypy_extensions import i64

from netwatch.decode.packet import ACK, SYN, Packet
from netwatch.dissect.flows import FlowWatch
from netwatch.dissect.hellos import HelloDissector
from netwatch.dissect.payloads import (
    BEGINNING_BYTES_MIN,
    UNKNOWN,
    WAIT,
    Payloads,
    begins_surely,
    is_one_message,
)
from netwatch.extract.http import request_begins
from netwatch.extract.streams import Young, YoungStreams
from netwatch.extract.tls_records import hello_begins
from netwatch.limits import (
    CERTIFICATES_BYTES_MAX,
    DUPLICATE_NS_MAX,
    HELLO_BYTES_MAX,
    YOUNG_PIECES_MAX,
    YOUNG_SEGMENTS_MAX,
)
from netwatch.model import Anomaly
from netwatch.state.flows import (
    BODY,
    CLIENT_KNOWN,
    DNS,
    FRESH,
    HTTP,
    NEXT,
    OVER,
    PHASE,
    REPLIED,
    SEEN,
    SIDE,
    SYN_SEEN,
    TRIED,
    TRIED_ONE,
    TUNNELLED,
    WATCHED,
    YOUNG,
)
from netwatch.state.sequences import HALF, M32, advanced, highest, is_far

YOUNG_STREAM_BYTES_MAX: Final = CERTIFICATES_BYTES_MAX + HELLO_BYTES_MAX
BLIND_SEGMENTS_MAX: Final = 4
"""Segments that are kept of a stream whose beginning was not seen."""
GAP_SEGMENTS_MAX: Final = 16
"""The same where its number is known: the longest hello has 12 and may come backwards."""
DNS_PORT: Final = 53


class TcpDissector:
    """Where each TCP connection stands."""

    def __init__(self, watch: FlowWatch, hellos: HelloDissector, payloads: Payloads) -> None:
        self.watch: FlowWatch = watch
        self.hellos: HelloDissector = hellos
        self.payloads: Payloads = payloads
        self.young: YoungStreams = YoungStreams()

    def segment(self, packet: Packet) -> None:
        """Take one segment."""
        watch = self.watch
        state = watch.enter(packet)
        if watch.flows.fresh:
            watch.tally.flows_tcp += 1
        if packet.flags & SYN != 0:
            state = self.opening(packet, state)
        elif state & CLIENT_KNOWN == 0:
            watch.begin(packet, watch.guess_client(packet), False)
            state = watch.state()
        expected = self.number(packet, state)
        shift = watch.side * SIDE
        if (state >> shift) & SEEN == 0 or state & (WATCHED | REPLIED) == WATCHED:
            watch.arrived(packet, state)
        if packet.start < packet.end and (state >> shift) & PHASE != OVER:
            self.payload(packet, expected)

    def opening(self, packet: Packet, state: i64) -> i64:
        """A SYN or SYN-ACK: who the client is, and where the streams begin. Gives the state."""
        watch = self.watch
        records = watch.flows.records
        place = watch.place
        behind = (packet.sequence + 1) & M32
        from_client = packet.flags & ACK == 0
        own = place + NEXT + watch.side
        if self.used_again(packet, behind, state):
            watch.flows.renew(place, packet.time_ns)
            watch.tally.flows_tcp += 1
            state = 0
        if not from_client:
            watch.tally.handshakes += 1
            other = place + NEXT + 1 - watch.side
            if records[other] < 0:
                records[other] = packet.acknowledged
            watch.set_bits(SYN_SEEN << ((1 - watch.side) * SIDE))
            if (state >> (watch.side * SIDE)) & PHASE == FRESH and is_far(records[own], behind):
                records[own] = -1  # the last of several SYN-ACKs counts
        watch.set_bits(SYN_SEEN << (watch.side * SIDE))
        watch.begin(packet, from_client, True)
        return watch.state()

    def used_again(self, packet: Packet, behind: i64, state: i64) -> bool:
        """Tell whether an opening is that of another connection on the same ports.

        Copies and late ones of the opening that was seen say the same number again. `behind`: the
        number behind the SYN. Near: a connection of its own does not begin there by chance, but a
        device that has only one first number does begin there again.
        """
        watch = self.watch
        own = watch.flows.records[watch.place + NEXT + watch.side]
        opened = state & (SYN_SEEN << (watch.side * SIDE)) != 0
        if packet.flags & ACK != 0:
            other = watch.flows.records[watch.place + NEXT + 1 - watch.side]
            return opened and is_far(own, behind) and is_far(other, packet.acknowledged)
        if is_far(own, behind):
            return True
        reached = (highest(own) - behind) & M32
        return own >= 0 and opened and reached != 0 and not self.just_now(packet)

    def number(self, packet: Packet, state: i64) -> i64:
        """Follow sequence numbers; estimate loss.

        Gives the number behind what was read of this side before this packet, -1 if unknown.
        """
        watch = self.watch
        records = watch.flows.records
        own = watch.place + NEXT + watch.side
        held = records[own]
        length = packet.end - packet.start + packet.missing
        behind = (packet.sequence + length) & M32
        if packet.flags & 3 != 0:
            behind = (behind + 1) & M32
        if held < 0:
            records[own] = behind
        else:
            reached = highest(held)
            if behind == reached and length > 0 and self.just_now(packet):
                watch.tally.duplicates += 1
            if (state >> (watch.side * SIDE)) & PHASE in (FRESH, DNS):
                records[own] = advanced(held, packet.sequence, behind)
            else:
                records[own] = behind if (behind - reached) & M32 < HALF else reached
        if packet.flags & ACK != 0:
            self.acknowledge(packet, watch.place + NEXT + 1 - watch.side, state)
        return held & M32 if held >= 0 else -1

    def acknowledge(self, packet: Packet, other: i64, state: i64) -> None:
        """Follow what the other side is told that it said; was all of it seen?"""
        records = self.watch.flows.records
        held = records[other]
        if held < 0:
            return
        tally = self.watch.tally
        tally.acks += 1
        ahead = (packet.acknowledged - highest(held)) & M32
        if ahead == 0 or ahead >= HALF:
            return
        tally.acked_unseen += 1
        if (state >> ((1 - self.watch.side) * SIDE)) & PHASE in (FRESH, DNS):
            # Not read, but perhaps not lost: mirrors show the two sides in either order.
            records[other] = advanced(held, packet.acknowledged, packet.acknowledged)
        else:
            records[other] = packet.acknowledged

    def just_now(self, packet: Packet) -> bool:
        """Tell whether the flow's packet before this one came less than a millisecond ago."""
        return 0 <= packet.time_ns - self.watch.last_ns < DUPLICATE_NS_MAX

    def payload(self, packet: Packet, expected: i64) -> None:
        """Read the octets of a segment in a direction that may still say something."""
        watch = self.watch
        phase = watch.phase()
        if phase == YOUNG:
            self.older(packet)
            return
        sequence = self.first_octet(packet)
        start = packet.start
        behind = (sequence + packet.end - start) & M32
        if behind == expected and phase in (HTTP, BODY) and self.just_now(packet):
            return  # the mirror's copy: it is no second request, and no body behind its own head
        if expected >= 0 and sequence != expected and phase in (FRESH, DNS):
            if (sequence - expected) & M32 >= HALF:
                start = self.first_unread(packet, (expected - sequence) & M32, phase)
                if start < 0:
                    return
                if start > packet.start:
                    sequence = expected
                else:
                    expected = -1
            else:
                waiting = self.waits(packet, phase)
                if waiting >= 0:
                    self.begin_young(packet, expected, True, waiting, start)
                    return
        outcome = self.payloads.read(packet, packet.data, start, packet.end, phase)
        if outcome >= 0:
            watch.set_phase(outcome)
        elif outcome == WAIT:
            consumed = self.payloads.consumed
            self.begin_young(packet, (sequence + consumed - start) & M32, True, phase, consumed)
        else:
            self.unknown(packet, sequence, expected)

    def waits(self, packet: Packet, phase: i64) -> i64:
        """Give the phase in which a segment waits before which octets are missing; -1: it is read.

        Nothing marks where a DNS message begins but the end of the one before: only a segment that
        its own length fits exactly is one. Of the rest, tails may look like beginnings.
        """
        opened = self.watch.state() & (SYN_SEEN << (self.watch.side * SIDE)) != 0
        if phase != DNS and not opened:
            return -1
        if phase == DNS or packet.source_port == DNS_PORT or packet.target_port == DNS_PORT:
            return -1 if is_one_message(packet.data, packet.start, packet.end) else DNS
        return -1 if begins_surely(packet.data, packet.start, packet.end) else FRESH

    def first_unread(self, packet: Packet, known: i64, phase: i64) -> i64:
        """Give from where on a segment is read whose first `known` octets were passed over.

        -1: a keep-alive, or a copy of what was read. Some stacks put rubbish into bare ACKs, and
        the hello comes with the same number; and where the opening was not seen, and nothing was
        read so far, a bare ACK may have overtaken it.
        """
        start = packet.start
        length = packet.end - start
        state = self.watch.state()
        if phase == FRESH and length >= BEGINNING_BYTES_MIN and state & TUNNELLED == 0:
            data = packet.data
            if hello_begins(data, start, packet.end) or request_begins(data, start, packet.end):
                return start
        if known < length:
            return start + known
        read = (SYN_SEEN | TRIED) << (self.watch.side * SIDE) | TUNNELLED
        return -1 if state & read != 0 or phase == DNS or length <= 1 else start

    def first_octet(self, packet: Packet) -> i64:
        """Give the sequence number of the first octet of the payload."""
        return (packet.sequence + 1) & M32 if packet.flags & SYN != 0 else packet.sequence

    def unknown(self, packet: Packet, sequence: i64, expected: i64) -> None:
        """Nothing known begins here: is it the stream's beginning at all?"""
        watch = self.watch
        shift = watch.side * SIDE
        anchored = watch.state() & (SYN_SEEN << shift) != 0 and expected >= 0
        if anchored and sequence == expected:
            self.later(shift)
            return
        base = expected if anchored else sequence
        self.begin_young(packet, base, anchored, FRESH, packet.start)

    def later(self, shift: i64) -> None:
        """Nothing known so far: STARTTLS, SOCKS or a PROXY header may come before the hello.

        Seven segments of each side are looked at, whatever the port; what is said by then is over.
        """
        watch = self.watch
        if watch.state() & (TRIED << shift) == TRIED << shift:
            watch.set_phase(OVER)
        else:
            watch.flows.records[watch.place] = watch.state() + (TRIED_ONE << shift)

    def begin_young(
        self, packet: Packet, base: i64, anchored: bool, phase: i64, start: i64
    ) -> None:
        """Keep what came of a message, from data[start] on, until the rest is there."""
        watch = self.watch
        young = Young(base, anchored, packet.time_ns)
        young.phase = phase
        young.wanted = self.payloads.wanted
        if packet.source_port >= packet.target_port or packet.source_port >= 1024:
            young.origin = watch.sightings.blank(packet, watch.flow, True)
            young.origin.two_way = watch.other_seen()
        sequence = (self.first_octet(packet) + start - packet.start) & M32
        young.add(sequence, packet.data, start, packet.end, YOUNG_STREAM_BYTES_MAX)
        own = packet.key()
        self.settle(own)  # what is left of a connection before, on the same ports
        for key in self.young.surplus(packet.time_ns):
            self.settle(key)
        watch.set_phase(YOUNG)
        self.young.put(own, young)

    def older(self, packet: Packet) -> None:
        """A further segment of a young stream."""
        key = packet.key()
        young = self.young.get(key)
        if young is None:
            self.watch.set_phase(OVER)
            return
        before = young.held_bytes
        sequence = self.first_octet(packet)
        grew = young.add(sequence, packet.data, packet.start, packet.end, YOUNG_STREAM_BYTES_MAX)
        self.young.account(before, young)
        if young.conflict:
            young.conflict = False
            self.watch.tally.anomaly(Anomaly.STREAM_CONFLICT)
        if grew and len(young.prefix) >= young.wanted and self.advance(packet, key, young):
            return
        blind = len(young.prefix) == 0 or not young.anchored
        if (
            young.segments > YOUNG_SEGMENTS_MAX
            or len(young.pieces) >= YOUNG_PIECES_MAX
            or len(young.prefix) >= YOUNG_STREAM_BYTES_MAX
            or (blind and young.segments >= self.patience(young))
        ):
            self.settle(key)
            self.give_up(young)
        else:
            for other in self.young.surplus(packet.time_ns):
                self.settle(other)

    def give_up(self, young: Young) -> None:
        """Nothing is put together any more; DNS goes on behind the gap."""
        watch = self.watch
        watch.set_phase(DNS if young.phase == DNS else OVER)
        place = watch.place + NEXT + watch.side
        watch.flows.records[place] = highest(watch.flows.records[place])

    def patience(self, young: Young) -> i64:
        """Give how many segments are kept before the beginning is there."""
        return GAP_SEGMENTS_MAX if young.anchored else BLIND_SEGMENTS_MAX

    def advance(self, packet: Packet, key: bytes, young: Young) -> bool:
        """Read a prefix that grew; True when the stream is young no more."""
        prefix = young.prefix
        outcome = self.payloads.read(packet, prefix, 0, len(prefix), young.phase)
        young.wanted = self.payloads.wanted
        if outcome in (DNS, FRESH) and len(young.pieces) > 0:
            self.payloads.consumed = len(prefix)
            young.phase = outcome
            outcome = WAIT  # further messages, or the hello in a tunnel, stand behind a gap
        if outcome == WAIT:
            consumed = self.payloads.consumed
            if consumed > 0:
                before = young.held_bytes
                young.consume(consumed)
                self.young.account(before, young)
                young.segments = 0
            if len(prefix) >= BEGINNING_BYTES_MIN:
                young.anchored = True
            return False
        if outcome == UNKNOWN and not young.anchored:
            return False
        self.young.drop(key)
        self.watch.set_phase(outcome if outcome >= 0 else OVER)
        place = self.watch.place + NEXT + self.watch.side
        reached = highest(self.watch.flows.records[place])
        read = (young.base + len(prefix)) & M32
        self.watch.flows.records[place] = advanced(read, reached, reached)
        return True

    def settle(self, key: bytes) -> None:
        """Give a young stream up, and take what it has given all the same."""
        young = self.young.drop(key)
        if young is None or young.origin is None:
            return
        prefix = young.prefix
        length: i64 = len(prefix)
        if length > 0 and hello_begins(prefix, 0, length):
            hello = self.payloads.hello
            self.payloads.records.client_hello(prefix, 0, length, hello)
            if not hello.has_name:
                self.payloads.tails(young.runs()[1:])
            self.keep_late(young)
        elif length > 0 and request_begins(prefix, 0, length):
            if self.payloads.requests.late(young.origin, prefix):
                self.watch.sightings.found.append(young.origin)
        elif young.phase == FRESH:
            if self.payloads.tails(young.runs()):
                self.keep_late(young)

    def keep_late(self, young: Young) -> None:
        """Keep the sighting of a hello that was never whole, if it has a name that is wanted."""
        if young.origin is not None and self.hellos.late(young.origin, self.payloads.hello):
            self.watch.sightings.found.append(young.origin)

    def finish(self) -> None:
        """The capture ends: settle everything."""
        for key in list(self.young.streams):
            self.settle(key)
