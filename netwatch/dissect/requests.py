"""Compiled. HTTP/1 requests: Host, absolute form, CONNECT, path, User-Agent."""

from typing import Final

from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.dissect.flows import FlowWatch
from netwatch.extract.forwarded import Forwarded
from netwatch.extract.http import HttpRequest
from netwatch.extract.http_begins import request_begins
from netwatch.model import Anomaly, Answer, HttpFields, Sighting, Signal
from netwatch.names import Name
from netwatch.state.clients import AGENT_KINDS, PROXIED
from netwatch.state.fingerprint import SEED, mix_octets
from netwatch.state.flows import FRESH, HTTP, PASSING, TUNNELLED

WAIT: Final = -1
HIDDEN: Final = b"unknown"
"""The origin, where a header says that there is one, but not which (RFC 7239 section 6.2)."""
FIELD_BYTES_MAX: Final = 1_024
PASSED_BYTES_MAX: Final = 0x3FFFFFFF
"""Octets of a body that sequence numbers can be trusted to pass over."""


class RequestDissector:
    """Reads one request after the other; `position` is where the last unread one begins.

    After PASSING `left` octets of the last one's body are still to come.
    """

    def __init__(self, watch: FlowWatch) -> None:
        self.watch: FlowWatch = watch
        self.request: HttpRequest = HttpRequest()
        self.forwarded: Forwarded = Forwarded()
        self.name: Name = Name()
        self.position: i64 = 0
        self.left: i64 = 0
        self.told: bytes = b""
        """The origin that stood before the head."""

    def read(self, packet: Packet, data: bytes, start: i64, end: i64) -> i64:
        """Read the requests in data[start:end]: HTTP, FRESH behind a CONNECT, PASSING or WAIT."""
        request = self.request
        position = start
        while position < end and request_begins(data, position, end):
            self.position = position
            answer = request.parse(data, position, end)
            if answer == Answer.NEED_MORE:
                return WAIT
            if answer < 0:
                self.watch.tally.anomaly(answer)
                return HTTP
            self.whole(packet)
            position = request.head_end
            if request.connect:
                self.position = position
                self.watch.set_bits(TUNNELLED)
                self.watch.set_other_phase(HTTP)
                return FRESH
            if request.content_length > 0:
                self.left = request.content_length - (end - position)
                if self.left > 0:
                    # Told to wait for the server's word, the client may never send its body.
                    trusted = not request.expects and self.left <= PASSED_BYTES_MAX
                    self.position = end
                    return PASSING if trusted else HTTP
                position += request.content_length
        self.position = end
        return HTTP

    def whole(self, packet: Packet) -> None:
        """Take a complete head."""
        watch = self.watch
        request = self.request
        watch.begin(packet, True, True)
        watch.tally.http += 1
        self.told = watch.origin(packet)
        self.names(packet)
        if request.connect or request.absolute:
            watch.clients.count(packet, False, PROXIED)
        if request.agent_end > request.agent_start:
            hashed = mix_octets(SEED, request.data, request.agent_start, request.agent_end)
            place = watch.clients.source(packet)
            watch.clients.clients.mark(place, AGENT_KINDS, hashed)

    def names(self, packet: Packet) -> None:
        """Match every name of the head, and the path."""
        request = self.request
        said = False
        matched = False
        if request.connect or request.absolute:
            signal = Signal.HTTP_CONNECT if request.connect else Signal.HTTP_ABSOLUTE
            start = request.authority_start
            end = request.authority_end
            if self.take(packet, signal, start, end, request.authority_port):
                matched = True
            said = True
        if request.host_end > request.host_start:
            start = request.host_start
            end = request.host_end
            if self.take(packet, Signal.HTTP_HOST, start, end, request.host_port):
                matched = True
            said = True
        if not said:
            self.name.count = 0
        signature = self.watch.sightings.matcher.path(
            request.data, request.path_start, request.path_end
        )
        if signature >= 0:
            matched = True
            wire = self.name.wire()
            sighting = self.watch.add(packet, True, Signal.HTTP_PATH, wire, signature)
            self.describe(sighting, request.host_port)
        if said:
            self.watch.named(packet, True)
            if not matched:
                self.watch.said_other(packet)

    def take(self, packet: Packet, signal: str, start: i64, end: i64, port: i64) -> bool:
        """Match one name of the head; True when a signature has it."""
        watch = self.watch
        if not self.name.set_dotted(self.request.data, start, end):
            if end > start:
                watch.tally.anomaly(Anomaly.NAME_NOT_A_NAME)
            return False
        signature = watch.sightings.matcher.name(self.name)
        if signature < 0:
            watch.asks_resolver(packet, self.name)
        if watch.sightings.wanted(signature):
            sighting = watch.add(packet, True, signal, self.name.wire(), signature)
            self.describe(sighting, port)
        return signature >= 0

    def describe(self, sighting: Sighting, port: i64) -> None:
        """Add what the head said."""
        request = self.request
        agent = self.octets(request.agent_start, request.agent_end)
        sighting.browser = agent.startswith(b"Mozilla/")
        sighting.http = HttpFields(
            method=self.octets(request.method_start, request.method_end),
            target=self.octets(request.target_start, request.target_end),
            user_agent=agent,
            host_port=port,
            forwarded_for=self.origin(),
        )

    def origin(self) -> bytes:
        """Give for whom a proxy says it asks, or a PROXY header did; empty if none does."""
        request = self.request
        found = self.forwarded
        found.hidden = False
        data = request.data
        if found.addresses(data, request.forwarded_start, request.forwarded_end) or found.elements(
            data, request.elements_start, request.elements_end
        ):
            return data[found.start : found.end].lower()
        return HIDDEN if found.hidden else self.told

    def octets(self, start: i64, end: i64) -> bytes:
        """Give a span of the head, cut to a sane length."""
        if end - start > FIELD_BYTES_MAX:
            end = start + FIELD_BYTES_MAX
        return self.request.data[start:end]

    def late(self, sighting: Sighting, data: bytes) -> bool:
        """Complete `sighting` from a head that was never whole; True when it is to be kept."""
        request = self.request
        http = sighting.http
        self.told = http.forwarded_for if http is not None else b""
        if request.parse(data, 0, len(data)) < 0 or request.host_end <= request.host_start:
            return False
        if not self.name.set_dotted(data, request.host_start, request.host_end):
            return False
        signature = self.watch.sightings.matcher.name(self.name)
        if not self.watch.sightings.wanted(signature):
            return False
        sighting.signal = Signal.HTTP_HOST
        sighting.name = self.name.wire()
        sighting.signature = signature
        self.describe(sighting, request.host_port)
        return True
