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
    WAIT,
    Payloads,
    begins_surely,
    is_one_message,
)
from netwatch.dissect.young import YoungDissector, first_octet
from netwatch.extract.http_begins import request_begins
from netwatch.extract.lines import is_talk
from netwatch.extract.tls_records import hello_begins
from netwatch.limits import DUPLICATE_NS_MAX
from netwatch.state.flows import (
    BODY,
    CLIENT_KNOWN,
    DNS,
    FRESH,
    HTTP,
    NEXT,
    OVER,
    PASSING,
    PHASE,
    REPLIED,
    SEEN,
    SIDE,
    SYN_SEEN,
    TRIED,
    TUNNELLED,
    WATCHED,
    YOUNG,
)
from netwatch.state.sequences import HALF, M32, advanced, highest, is_far

DNS_PORT: Final = 53


class TcpDissector:
    """Where each TCP connection stands."""

    def __init__(self, watch: FlowWatch, hellos: HelloDissector, payloads: Payloads) -> None:
        self.watch: FlowWatch = watch
        self.payloads: Payloads = payloads
        self.young: YoungDissector = YoungDissector(watch, hellos, payloads)

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
        if packet.flags & ACK != 0:
            self.acknowledge(packet, watch.place + NEXT + 1 - watch.side, state)
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
        return held & M32 if held >= 0 else -1

    def acknowledge(self, packet: Packet, other: i64, state: i64) -> None:
        """Follow what the other side is told that it said; was all of it seen?"""
        records = self.watch.flows.records
        held = records[other]
        if held < 0:
            if state & (WATCHED | REPLIED) == WATCHED:
                self.acknowledge_unseen(packet, state)
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

    def acknowledge_unseen(self, packet: Packet, state: i64) -> None:
        """The same where nothing of the other side was seen, and a sighting hangs on the flow.

        Only a client counts that has said its hello or request and goes on where it was.
        """
        watch = self.watch
        phase = (state >> (watch.side * SIDE)) & PHASE
        own = watch.flows.records[watch.place + NEXT + watch.side]
        if phase in (HTTP, OVER) and watch.from_client() and not is_far(own, packet.sequence):
            watch.follow(packet)

    def just_now(self, packet: Packet) -> bool:
        """Tell whether the flow's packet before this one came less than a millisecond ago."""
        return 0 <= packet.time_ns - self.watch.last_ns < DUPLICATE_NS_MAX

    def payload(self, packet: Packet, expected: i64) -> None:
        """Read the octets of a segment in a direction that may still say something."""
        watch = self.watch
        phase = watch.phase()
        if phase == YOUNG:
            self.young.older(packet)
            return
        sequence = first_octet(packet)
        start = packet.start
        behind = (sequence + packet.end - start) & M32
        if behind == expected and phase in (HTTP, BODY) and self.just_now(packet):
            return  # the mirror's copy: it is no second request, and no body behind its own head
        if phase == PASSING:
            phase = HTTP
            body = (expected - sequence) & M32
            if body < HALF:
                if body >= packet.end - start:
                    return
                start += body
                sequence = expected
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
                    self.young.begin(packet, expected, True, waiting, start)
                    return
        outcome = self.payloads.read(packet, packet.data, start, packet.end, phase)
        if outcome >= 0:
            watch.set_phase(outcome)
            if outcome == PASSING:
                behind = sequence + packet.end - start + self.payloads.requests.left
                watch.flows.records[watch.place + NEXT + watch.side] = behind & M32
        elif outcome == WAIT:
            consumed = self.payloads.consumed
            base = (sequence + consumed - start) & M32
            self.young.begin(packet, base, True, self.payloads.phase, consumed)
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

    def unknown(self, packet: Packet, sequence: i64, expected: i64) -> None:
        """Nothing known begins here: is it the stream's beginning at all?"""
        watch = self.watch
        shift = watch.side * SIDE
        anchored = watch.state() & (SYN_SEEN << shift) != 0 and expected >= 0
        if (anchored and sequence == expected) or (
            not anchored and is_talk(packet.data, packet.start, packet.end)
        ):
            watch.tried(packet.data, packet.start, packet.end)
            return
        base = expected if anchored else sequence
        self.young.begin(packet, base, anchored, FRESH, packet.start)

    def finish(self) -> None:
        """The capture ends: settle everything."""
        self.young.finish()
