"""Compiled. A ClientHello was read, over TCP, QUIC or DTLS: count it, match it, write it down."""

from mypy_extensions import i64

from netwatch.decode.packet import TCP, Packet
from netwatch.dissect.flows import FlowWatch
from netwatch.extract.ech import is_public_name
from netwatch.extract.gquic import ChloHello
from netwatch.extract.tls import ClientHello
from netwatch.model import Anomaly, Sighting, Signal, TlsFields
from netwatch.names import Name
from netwatch.state.clients import HELLO_KINDS, HELLOS, HELLOS_ECH, HELLOS_NAMELESS, HELLOS_OUTER


class HelloDissector:
    """What becomes of every hello."""

    def __init__(self, watch: FlowWatch) -> None:
        self.watch: FlowWatch = watch
        self.name: Name = Name()
        self.outer: bool = False
        """The current hello says only the public name of an ECH provider."""

    def read(self, packet: Packet, hello: ClientHello, quic_version: i64) -> None:
        """Take the hello that the current packet completed; its sender is the client."""
        watch = self.watch
        watch.begin(packet, True, True)
        self.count(packet, hello)
        if hello.anomaly != 0:
            watch.tally.anomaly(hello.anomaly)
        if not hello.ech and watch.sightings.matcher.port(packet.protocol, packet.target_port) >= 0:
            watch.sightings.reply(packet, watch.flow, "hello")
        if hello.alpn_end - hello.alpn_start == 4 and is_dns_alpn(hello):
            watch.encrypted_dns(packet, True)
        if not self.take_name(hello.data, hello.name_start, hello.name_end):
            return
        self.outer = hello.ech and watch.dns.outer.is_outer(
            packet.source_hash, self.name, packet.time_ns
        )
        if self.outer:
            watch.tally.hellos_outer += 1
            watch.clients.count(packet, True, HELLOS_OUTER)
        else:
            watch.tally.hellos_named += 1
        sighting = self.said(packet, hello_signal(packet.protocol, hello))
        if sighting is not None:
            self.describe(sighting, hello, quic_version)
            watch.tell_origin(packet, sighting)

    def chlo(self, packet: Packet, hello: ChloHello, version: i64) -> None:
        """Take a hello of Google's QUIC that the current packet completed."""
        watch = self.watch
        watch.begin(packet, True, True)
        watch.tally.hellos += 1
        place = watch.clients.count(packet, True, HELLOS)
        if not hello.has_name:
            watch.clients.clients.count(place, HELLOS_NAMELESS)
        if not self.take_name(hello.data, hello.name_start, hello.name_end):
            return
        self.outer = False
        watch.tally.hellos_named += 1
        sighting = self.said(packet, Signal.QUIC_SNI)
        if sighting is not None:
            sighting.tls = TlsFields(quic_version=version)

    def said(self, packet: Packet, signal: str) -> Sighting | None:
        """The client said `name`: count the connection as named, make a sighting if it matters.

        An outer name names nothing, and says nothing against an address that was answered.
        """
        watch = self.watch
        signature = watch.sightings.matcher.name(self.name)
        if not self.outer:
            watch.named(packet, True)
            if signature < 0:
                watch.said_other(packet)
                watch.asks_resolver(packet, self.name)
        if not watch.sightings.wanted(signature):
            return None
        return watch.add(packet, True, signal, self.name.wire(), signature)

    def late(self, sighting: Sighting, hello: ClientHello) -> bool:
        """Complete `sighting`, made when the stream was young, from what a cut hello gave.

        True when it is to be kept.
        """
        self.watch.tally.hellos_unfinished += 1
        if not self.take_name(hello.data, hello.name_start, hello.name_end):
            return False
        self.outer = hello.ech and is_public_name(self.name)
        if not self.outer:
            self.watch.tally.hellos_named += 1
        signature = self.watch.sightings.matcher.name(self.name)
        if not self.watch.sightings.wanted(signature):
            return False
        sighting.signal = hello_signal(sighting.transport, hello)
        sighting.name = self.name.wire()
        sighting.signature = signature
        self.describe(sighting, hello, 0)
        return True

    def take_name(self, data: bytes, start: i64, end: i64) -> bool:
        """Put data[start:end] into `name`; False if it is empty or cannot be a name."""
        if end <= start:
            return False
        if self.name.set_dotted(data, start, end):
            return True
        self.watch.tally.anomaly(Anomaly.NAME_NOT_A_NAME)
        return False

    def count(self, packet: Packet, hello: ClientHello) -> None:
        """Count the hello for coverage and its client's record."""
        watch = self.watch
        watch.tally.hellos += 1
        clients = watch.clients.clients
        place = watch.clients.count(packet, True, HELLOS)
        clients.mark(place, HELLO_KINDS, hello.fingerprint())
        if hello.ech:
            watch.tally.hellos_ech += 1
            clients.count(place, HELLOS_ECH)
        if not hello.has_name:
            clients.count(place, HELLOS_NAMELESS)

    def describe(self, sighting: Sighting, hello: ClientHello, quic_version: i64) -> None:
        """Add what an analyst wants to know of the hello; JA4 only where a signature matched."""
        kind = "t" if sighting.transport == TCP else "d" if hello.datagram else "q"
        sighting.browser = hello.ech
        sighting.tls = TlsFields(
            version=hello.version,
            alpn=tuple(hello.alpn()),
            ja4=hello.ja4(kind) if sighting.signature >= 0 and not hello.partial else "",
            ech=hello.ech,
            outer=self.outer,
            partial=hello.partial,
            quic_version=quic_version,
        )


def is_dns_alpn(hello: ClientHello) -> bool:
    """Whether the one protocol offered is `doq` or `dot` (RFC 9250 section 4.1, RFC 7858)."""
    protocols = hello.data[hello.alpn_start : hello.alpn_end]
    return protocols == b"\x03doq" or protocols == b"\x03dot"


def hello_signal(transport: i64, hello: ClientHello) -> str:
    """Give the signal of a name that a hello said."""
    if transport == TCP:
        return Signal.TLS_SNI
    return Signal.DTLS_SNI if hello.datagram else Signal.QUIC_SNI
