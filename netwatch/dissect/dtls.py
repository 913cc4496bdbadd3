"""Compiled. DTLS on any UDP port: hellos out of fragments, certificates of servers up to 1.2.

A flight that one datagram holds leaves nothing behind; only others become young ones.
"""

from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.dissect.certificates import CertificateDissector
from netwatch.dissect.ends import Ends
from netwatch.dissect.flows import FlowWatch
from netwatch.dissect.hellos import HelloDissector
from netwatch.extract.dtls import CLIENT_HELLO, DtlsFlight
from netwatch.extract.tls import ClientHello
from netwatch.extract.tls_records import TlsRecords
from netwatch.limits import (
    DTLS_BYTES_MAX,
    DTLS_STATES_MAX,
    SETTLED_BYTES_MAX,
    SETTLED_BYTES_MIN,
    YOUNG_AGE_NS_MAX,
)
from netwatch.model import Answer
from netwatch.state.flows import OVER, YOUNG


class YoungDtls:
    """A flight that is not whole, and the sighting that its hello may become."""

    def __init__(self, flight: DtlsFlight, first_ns: i64, ends: Ends | None) -> None:
        self.flight: DtlsFlight = flight
        self.first_ns: i64 = first_ns
        self.ends: Ends | None = ends
        """None for the flight of a server."""
        self.certificates: i64 = 0
        """How many of its certificates were read."""


class DtlsDissector:
    """Where each DTLS handshake stands."""

    def __init__(
        self, watch: FlowWatch, hellos: HelloDissector, certificates: CertificateDissector
    ) -> None:
        self.watch: FlowWatch = watch
        self.hellos: HelloDissector = hellos
        self.certificates: CertificateDissector = certificates
        self.hello: ClientHello = ClientHello(True)
        self.records: TlsRecords = TlsRecords()
        self.young: dict[bytes, YoungDtls] = {}
        self.held_bytes: i64 = 0

    def datagram(self, packet: Packet) -> None:
        """Read a datagram that begins with records of a handshake."""
        key = packet.key()
        young = self.young.get(key)
        fresh = young is None
        if young is None:
            young = YoungDtls(DtlsFlight(), packet.time_ns, None)
        flight = young.flight
        held = flight.held_bytes()
        answer = flight.add(packet.data, packet.start, packet.end)
        if answer < 0:
            self.watch.tally.anomaly(answer)
        if not fresh:
            self.held_bytes += flight.held_bytes() - held
        if self.take(packet, young):
            self.watch.set_phase(OVER)
            if not fresh:
                self.drop(key, young)
            return
        if fresh and flight.held_bytes() > 0:
            if flight.hello.kind == CLIENT_HELLO:
                young.ends = Ends(packet, self.watch.flow, False, b"")
            self.watch.set_phase(YOUNG)
            self.young[key] = young
            self.held_bytes += flight.held_bytes()
        self.make_room(packet.time_ns)

    def take(self, packet: Packet, young: YoungDtls) -> bool:
        """Read what is there by now; True when nothing more is to come."""
        flight = young.flight
        octets = flight.handshake()
        if len(octets) == 0:
            return False
        if flight.hello.kind == CLIENT_HELLO:
            return self.client_hello(packet, octets)
        answer = self.records.messages(octets)
        count: i64 = len(self.records.certificates)
        while young.certificates < count:
            der = self.records.certificates[young.certificates]
            self.certificates.read(packet, der, self.records.version)
            young.certificates += 1
        if answer < 0:
            self.watch.tally.anomaly(answer)
        return answer != Answer.NEED_MORE

    def client_hello(self, packet: Packet, octets: bytes) -> bool:
        """Read the hello if it is whole."""
        answer = self.hello.parse(octets, 0, len(octets))
        if answer == Answer.NEED_MORE:
            return False
        if answer < 0:
            self.watch.tally.anomaly(answer)
        if answer == Answer.DONE or self.hello.has_name:
            self.hellos.read(packet, self.hello, 0)
        return True

    def drop(self, key: bytes, young: YoungDtls) -> None:
        """Forget a young flight."""
        del self.young[key]
        self.held_bytes -= young.flight.held_bytes()

    def make_room(self, time_ns: i64) -> None:
        """Settle the oldest young flights that are too old or too many, some at a time."""
        work: i64 = 0
        while len(self.young) > 0 and work < SETTLED_BYTES_MAX:
            key = next(iter(self.young))
            young = self.young[key]
            if (
                len(self.young) < DTLS_STATES_MAX
                and self.held_bytes <= DTLS_BYTES_MAX
                and time_ns - young.first_ns <= YOUNG_AGE_NS_MAX
            ):
                return
            work += young.flight.held_bytes() + SETTLED_BYTES_MIN
            self.drop(key, young)
            self.settle(young)

    def settle(self, young: YoungDtls) -> None:
        """Take what a hello that will never be whole has given."""
        if young.ends is None:
            return
        octets = young.flight.handshake()
        self.hello.parse(octets, 0, len(octets))
        origin = young.ends.sighting()
        if self.hellos.late(origin, self.hello):
            self.watch.sightings.found.append(origin)

    def finish(self) -> None:
        """The capture ends: settle everything."""
        for young in list(self.young.values()):
            self.settle(young)
        self.young = {}
        self.held_bytes = 0
