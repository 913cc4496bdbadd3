"""Compiled. UDP: DNS, NetBIOS and SSDP on their ports; hellos of QUIC and DTLS on any.

DNS is read on any port under the strict test.
"""

from collections.abc import Callable
from typing import Final

from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.dissect.claims import SSDP_PORT, ClaimDissector, is_netbios_port
from netwatch.dissect.dns import DnsDissector
from netwatch.dissect.dtls import DtlsDissector
from netwatch.dissect.ends import Ends
from netwatch.dissect.flows import FlowWatch
from netwatch.dissect.hellos import HelloDissector
from netwatch.extract.dtls import dtls_begins
from netwatch.extract.gquic import ChloHello, gquic_version
from netwatch.extract.quic import GOOGLE_Q050, QuicHello, early_begins, initial_begins
from netwatch.extract.ssdp import ssdp_begins
from netwatch.extract.tls import ClientHello
from netwatch.limits import (
    QUIC_BYTES_MAX,
    QUIC_DECRYPTIONS_MAX,
    QUIC_STATES_MAX,
    SETTLED_BYTES_MAX,
    SETTLED_BYTES_MIN,
    UDP_IDLE_NS_MAX,
    YOUNG_AGE_NS_MAX,
)
from netwatch.model import Anomaly, Answer, Signal
from netwatch.names import Name
from netwatch.state.clients import QUIC
from netwatch.state.flows import (
    CLIENT_KNOWN,
    DNS,
    FRESH,
    OVER,
    SIDE,
    STRANGE,
    TRIED,
    TRIED_ONE,
    YOUNG,
)

SECOND_NS: Final = 1_000_000_000


class YoungQuic:
    """A QUIC connection whose hello is not whole, and the sighting it may become."""

    def __init__(self, hello: QuicHello, first_ns: i64, ends: Ends) -> None:
        self.hello: QuicHello = hello
        self.first_ns: i64 = first_ns
        self.ends: Ends = ends


class UdpDissector:
    """Where each UDP conversation stands."""

    def __init__(
        self,
        watch: FlowWatch,
        dns: DnsDissector,
        hellos: HelloDissector,
        dtls: DtlsDissector,
        claims: ClaimDissector,
        opener: Callable[[int, bytes, bytes, int], bytes | None],
    ) -> None:
        self.watch: FlowWatch = watch
        self.dns: DnsDissector = dns
        self.hellos: HelloDissector = hellos
        self.dtls: DtlsDissector = dtls
        self.claims: ClaimDissector = claims
        self.opener: Callable[[int, bytes, bytes, int], bytes | None] = opener
        self.hello: ClientHello = ClientHello()
        self.chlo: ChloHello = ChloHello()
        self.name: Name = Name()
        self.young: dict[bytes, YoungQuic] = {}
        self.held_bytes: i64 = 0
        self.second: i64 = 0
        self.decryptions: i64 = 0

    def datagram(self, packet: Packet) -> None:
        """Read the payload of a UDP packet."""
        if is_dns_port(packet.source_port) or is_dns_port(packet.target_port):
            self.dns.read(packet, packet.data, packet.start, packet.end, False)
            return
        if is_netbios_port(packet.target_port) or is_netbios_port(packet.source_port):
            self.netbios(packet)
            return
        if packet.target_port == SSDP_PORT or packet.source_port == SSDP_PORT:
            if ssdp_begins(packet.data, packet.start, packet.end):
                self.claims.ssdp(packet)
                return
        watch = self.watch
        state = watch.enter(packet)
        if state != 0 and packet.time_ns - watch.last_ns > UDP_IDLE_NS_MAX:
            watch.flows.renew(watch.place, packet.time_ns)
            state = 0
        if state & CLIENT_KNOWN == 0:
            watch.begin(packet, watch.guess_client(packet), True)
            state = watch.state()
        watch.arrived(packet, state)
        phase = (state >> (watch.side * SIDE)) & 7
        if phase == OVER or packet.start >= packet.end:
            return
        if phase == DNS:
            self.dns.read(packet, packet.data, packet.start, packet.end, True)
        elif initial_begins(packet.data, packet.start, packet.end):
            self.initial(packet)
        elif dtls_begins(packet.data, packet.start, packet.end):
            self.dtls.datagram(packet)
        elif phase == FRESH and not early_begins(packet.data, packet.start, packet.end):
            if not self.google(packet):
                self.unknown(packet)

    def netbios(self, packet: Packet) -> None:
        """Read a NetBIOS message: a claim, or somebody asks all of them for a name."""
        if not self.claims.netbios(packet):
            return
        name = self.name
        octets = self.claims.names.name
        name.begin(octets)
        name.add(0, len(octets))
        self.watch.sightings.add_name(packet, 0, True, Signal.NBNS, name)

    def google(self, packet: Packet) -> bool:
        """Read a hello of Google's QUIC that is not encrypted; False if this is none."""
        version = gquic_version(packet.data, packet.start, packet.end)
        if version == 0:
            return False
        if self.chlo.find(packet.data, packet.start, packet.end) != Answer.DONE:
            return False
        self.chlo_whole(packet, version)
        return True

    def chlo_whole(self, packet: Packet, version: i64) -> None:
        """Take the hello of Google's QUIC in `chlo`."""
        watch = self.watch
        watch.set_phase(OVER)
        watch.tally.quic += 1
        watch.clients.count(packet, True, QUIC)
        self.hellos.chlo(packet, self.chlo, version)
        watch.set_other_phase(OVER)

    def unknown(self, packet: Packet) -> None:
        """Try DNS on the first two datagrams of each side; then only a hello is still a surprise.

        WebRTC speaks STUN before DTLS, for as long as it likes.
        """
        watch = self.watch
        if self.dns.read(packet, packet.data, packet.start, packet.end, True):
            watch.set_phase(DNS)
            return
        if ssdp_begins(packet.data, packet.start, packet.end):
            self.claims.ssdp(packet)  # an answer from a port of its own
        shift = watch.side * SIDE
        if watch.state() & (TRIED << shift) != 0:
            watch.set_phase(STRANGE)
        else:
            watch.set_bits(TRIED_ONE << shift)

    def initial(self, packet: Packet) -> None:
        """Read a datagram that begins with a QUIC Initial."""
        watch = self.watch
        if packet.time_ns // SECOND_NS != self.second:
            self.second = packet.time_ns // SECOND_NS
            self.decryptions = 0
        if self.decryptions >= QUIC_DECRYPTIONS_MAX:
            watch.tally.anomaly(Anomaly.QUIC_BUDGET)
            return
        key = packet.key()
        young = self.young.get(key)
        hello = young.hello if young is not None else QuicHello()
        before = hello.initials
        held = hello.crypto.held_bytes
        answer = hello.add(packet.data, packet.start, packet.end, self.opener)
        self.decryptions += hello.initials - before + 1
        if young is not None:
            self.held_bytes += hello.crypto.held_bytes - held
        if answer == Answer.NEED_MORE:
            self.make_room(packet.time_ns)
            if young is None and hello.initials > 0:
                watch.set_phase(YOUNG)
                ends = Ends(packet, watch.flow, False, b"")
                self.young[key] = YoungQuic(hello, packet.time_ns, ends)
                self.held_bytes += hello.crypto.held_bytes
            return
        if answer < 0:
            self.unreadable(answer)
            if young is not None and answer in (-Anomaly.QUIC_CRYPTO, -Anomaly.QUIC_BUDGET):
                self.drop(key, young)
                self.settle(young)
            return
        if young is not None:
            self.drop(key, young)
        self.whole(packet, hello)

    def drop(self, key: bytes, young: YoungQuic) -> None:
        """Forget a young connection."""
        del self.young[key]
        self.held_bytes -= young.hello.crypto.held_bytes

    def unreadable(self, answer: i64) -> None:
        """Give a datagram up; the server's own Initials come this way and are no surprise."""
        watch = self.watch
        if watch.from_client():
            watch.tally.anomaly(answer)
        shift = watch.side * SIDE
        if watch.state() & (TRIED << shift) == TRIED << shift:
            watch.set_phase(OVER)
        else:
            watch.flows.records[watch.place] = watch.state() + (TRIED_ONE << shift)

    def whole(self, packet: Packet, hello: QuicHello) -> None:
        """Read the hello that is now complete."""
        watch = self.watch
        watch.set_phase(OVER)
        octets = hello.handshake()
        if hello.version == GOOGLE_Q050:
            self.chlo.parse(octets, 0, len(octets))
            self.chlo_whole(packet, hello.version)
            return
        answer = self.hello.parse(octets, 0, len(octets))
        if answer < 0:
            watch.tally.anomaly(answer)
        if answer == Answer.DONE or self.hello.has_name:
            watch.tally.quic += 1
            watch.clients.count(packet, True, QUIC)
            self.hellos.read(packet, self.hello, hello.version)
            watch.set_other_phase(OVER)

    def make_room(self, time_ns: i64) -> None:
        """Settle the oldest young connections that are too old or too many, some at a time."""
        work: i64 = 0
        while len(self.young) > 0 and work < SETTLED_BYTES_MAX:
            key = next(iter(self.young))
            young = self.young[key]
            if (
                len(self.young) < QUIC_STATES_MAX
                and self.held_bytes <= QUIC_BYTES_MAX
                and time_ns - young.first_ns <= YOUNG_AGE_NS_MAX
            ):
                return
            work += young.hello.crypto.held_bytes + SETTLED_BYTES_MIN
            self.drop(key, young)
            self.settle(young)

    def settle(self, young: YoungQuic) -> None:
        """Take what a hello that will never be whole has given."""
        octets = young.hello.handshake()
        self.hello.begin(octets)
        if len(octets) > 0:
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
        self.dtls.finish()


def is_dns_port(port: i64) -> bool:
    """Tell whether DNS, multicast DNS or LLMNR live there."""
    return port == 53 or port == 5353 or port == 5355
