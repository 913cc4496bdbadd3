"""Compiled. Young streams: first messages of TCP that did not fit into one segment.

A direction is YOUNG from the segment in which such a message begins until it is whole. A stream
that will never be whole is settled: what came of it is read all the same, as far as it goes.
"""

from typing import Final

from mypy_extensions import i64

from netwatch.decode.packet import SYN, Packet
from netwatch.dissect.ends import Ends
from netwatch.dissect.flows import FlowWatch
from netwatch.dissect.hellos import HelloDissector
from netwatch.dissect.http2 import Http2Dissector
from netwatch.dissect.payloads import (
    BEGINNING_BYTES_MIN,
    UNKNOWN,
    WAIT,
    Payloads,
    server_flight_begins,
)
from netwatch.extract.http_begins import request_begins
from netwatch.extract.http_response import response_begins
from netwatch.extract.streams import Young, YoungStreams
from netwatch.extract.tls_records import hello_begins
from netwatch.limits import (
    CERTIFICATES_BYTES_MAX,
    HELLO_BYTES_MAX,
    HTTP2_STATE_BYTES,
    YOUNG_PIECES_MAX,
    YOUNG_SEGMENTS_MAX,
)
from netwatch.model import Anomaly, Sighting
from netwatch.state.flows import BODY, DNS, FRESH, HTTP, HTTP2, NEXT, OVER, PASSING, YOUNG
from netwatch.state.sequences import M32, advanced, highest

YOUNG_STREAM_BYTES_MAX: Final = CERTIFICATES_BYTES_MAX + HELLO_BYTES_MAX
BLIND_SEGMENTS_MAX: Final = 4
"""Segments that are kept of a stream whose beginning was not seen."""
GAP_SEGMENTS_MAX: Final = 16
"""The same where its number is known: the longest hello has 12 and may come backwards."""


class YoungDissector:
    """The young streams of one engine, and what becomes of them."""

    def __init__(self, watch: FlowWatch, hellos: HelloDissector, payloads: Payloads) -> None:
        self.watch: FlowWatch = watch
        self.hellos: HelloDissector = hellos
        self.payloads: Payloads = payloads
        self.http2: Http2Dissector = Http2Dissector(payloads.requests)
        self.streams: YoungStreams = YoungStreams()

    def begin(self, packet: Packet, base: i64, anchored: bool, phase: i64, start: i64) -> None:
        """Keep what came of a message, from data[start] on, until the rest is there."""
        watch = self.watch
        young = Young(base, anchored, packet.time_ns)
        young.phase = phase
        young.wanted = self.payloads.wanted
        if (
            packet.source_port >= packet.target_port
            or packet.source_port >= 1024
            or server_flight_begins(packet.data, start, packet.end)
        ):
            young.ends = Ends(packet, watch.flow, watch.other_seen(), watch.origin(packet))
        sequence = (first_octet(packet) + start - packet.start) & M32
        young.add(sequence, packet.data, start, packet.end, YOUNG_STREAM_BYTES_MAX)
        own = packet.key()
        self.settle(own, False)  # what is left of a connection before, on the same ports
        for key in self.streams.surplus(packet.time_ns):
            self.settle(key, True)
        watch.set_phase(YOUNG)
        self.streams.put(own, young)
        if phase == HTTP2:
            self.advance(packet, own, young)

    def older(self, packet: Packet) -> None:
        """A further segment of a young stream."""
        key = packet.key()
        young = self.streams.get(key)
        if young is None:
            self.watch.set_phase(OVER)
            return
        before = young.held_bytes
        sequence = first_octet(packet)
        grew = young.add(sequence, packet.data, packet.start, packet.end, YOUNG_STREAM_BYTES_MAX)
        self.streams.account(before, young)
        if young.conflict:
            young.conflict = False
            self.watch.tally.anomaly(Anomaly.STREAM_CONFLICT)
        if grew and len(young.prefix) >= young.wanted and self.advance(packet, key, young):
            return
        blind = len(young.prefix) == 0 or not young.anchored
        if (
            young.segments > YOUNG_SEGMENTS_MAX
            or len(young.pieces) >= self.room(young)
            or len(young.prefix) >= YOUNG_STREAM_BYTES_MAX
            or (blind and young.segments >= self.patience(young))
        ):
            self.settle(key, True)
            self.give_up(young)
        else:
            for other in self.streams.surplus(packet.time_ns):
                self.settle(other, True)

    def give_up(self, young: Young) -> None:
        """Nothing is put together any more; DNS and HTTP go on behind the gap."""
        watch = self.watch
        phase: i64 = OVER
        if young.phase == DNS:
            phase = DNS
        elif is_http(young):
            phase = HTTP
        watch.set_phase(phase)
        place = watch.place + NEXT + watch.side
        watch.flows.records[place] = highest(watch.flows.records[place])

    def patience(self, young: Young) -> i64:
        """Give how many segments are kept before the beginning is there."""
        return GAP_SEGMENTS_MAX if young.anchored else BLIND_SEGMENTS_MAX

    def room(self, young: Young) -> i64:
        """Give how many pieces may wait behind a gap: few, where other heads follow the one."""
        waiting: i64 = len(young.pieces)
        if waiting >= GAP_SEGMENTS_MAX and is_http(young):
            return GAP_SEGMENTS_MAX
        return YOUNG_PIECES_MAX

    def advance(self, packet: Packet, key: bytes, young: Young) -> bool:
        """Read a prefix that grew; True when the stream is young no more."""
        prefix = young.prefix
        outcome = self.read(packet, young)
        young.wanted = self.payloads.wanted
        if outcome in (DNS, FRESH) and len(young.pieces) > 0:
            self.payloads.consumed = len(prefix)
            self.payloads.phase = outcome
            outcome = WAIT  # further messages, or the hello in a tunnel, stand behind a gap
        if outcome == WAIT:
            young.phase = self.payloads.phase
            consumed = self.payloads.consumed
            if consumed > 0:
                before = young.held_bytes
                young.consume(consumed)
                self.streams.account(before, young)
                young.segments = 0
            if len(prefix) >= BEGINNING_BYTES_MIN:
                young.anchored = True
            return False
        if outcome == UNKNOWN and not young.anchored:
            return False
        self.streams.drop(key)
        watch = self.watch
        watch.set_phase(outcome if outcome >= 0 else FRESH)
        if outcome == UNKNOWN:
            watch.tried(prefix, 0, len(prefix))
        place = watch.place + NEXT + watch.side
        reached = highest(watch.flows.records[place])
        read = (young.base + len(prefix)) & M32
        if outcome == PASSING:
            watch.flows.records[place] = (read + self.payloads.requests.left) & M32
        else:
            watch.flows.records[place] = advanced(read, reached, reached)
        return True

    def read(self, packet: Packet, young: Young) -> i64:
        """Read the prefix, as one message or as frames of HTTP/2; answers as `Payloads.read`."""
        payloads = self.payloads
        prefix = young.prefix
        if young.phase == HTTP2:
            payloads.consumed = 0
            payloads.phase = HTTP2
        else:
            outcome = payloads.read(packet, prefix, 0, len(prefix), young.phase)
            if outcome != WAIT or payloads.phase != HTTP2:
                return outcome
        http2 = young.http2
        if http2 is None:
            http2 = self.http2.connection()
            young.http2 = http2
            before = young.held_bytes
            young.held_bytes += HTTP2_STATE_BYTES
            self.streams.account(before, young)
        more = self.http2.read(packet, http2, prefix, payloads.consumed)
        payloads.consumed = http2.position
        payloads.wanted = http2.wanted
        return WAIT if more else OVER

    def settle(self, key: bytes, given_up: bool) -> None:
        """Let a young stream go, and take what it has given all the same.

        `given_up`: it was too old or too much, and could have gone on.
        """
        young = self.streams.drop(key)
        if young is None:
            return
        if young.anchored and len(young.pieces) > 0:
            self.watch.tally.anomaly(Anomaly.STREAM_GAP)
        elif young.anchored and given_up and young.phase != HTTP2:
            self.watch.tally.anomaly(Anomaly.STREAM_DROPPED)
        ends = young.ends
        if not isinstance(ends, Ends) or young.phase == HTTP2:
            return
        origin = ends.sighting()
        prefix = young.prefix
        length: i64 = len(prefix)
        if length > 0 and hello_begins(prefix, 0, length):
            hello = self.payloads.hello
            self.payloads.records.client_hello(prefix, 0, length, hello)
            if not hello.has_name:
                self.payloads.tails(young.runs()[1:])
            self.keep_late(origin)
        elif length > 0 and request_begins(prefix, 0, length):
            if self.payloads.requests.late(origin, prefix):
                self.watch.sightings.found.append(origin)
        elif length > 0 and server_flight_begins(prefix, 0, length):
            self.payloads.late_flight(origin, prefix)
        elif young.phase == FRESH:
            if self.payloads.tails(young.runs()):
                self.keep_late(origin)

    def keep_late(self, origin: Sighting) -> None:
        """Keep the sighting of a hello that was never whole, if it has a name that is wanted."""
        if self.hellos.late(origin, self.payloads.hello):
            self.watch.sightings.found.append(origin)

    def finish(self) -> None:
        """The capture ends: settle everything."""
        for key in list(self.streams.streams):
            self.settle(key, False)


def is_http(young: Young) -> bool:
    """Tell whether the stream is one of HTTP heads and bodies."""
    prefix = young.prefix
    length: i64 = len(prefix)
    if young.phase == HTTP or young.phase == BODY:
        return True
    return request_begins(prefix, 0, length) or response_begins(prefix, 0, length)


def first_octet(packet: Packet) -> i64:
    """Give the sequence number of the first octet of the payload."""
    return (packet.sequence + 1) & M32 if packet.flags & SYN != 0 else packet.sequence
