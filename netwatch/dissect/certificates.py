"""Compiled. A server's certificate was read, over TCP or DTLS: match it, write it down."""

from collections.abc import Callable

from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.dissect.flows import FlowWatch
from netwatch.dissect.sightings import turned
from netwatch.extract.certificates import CertificateNames
from netwatch.model import Anomaly, Sighting, Signal, TlsFields
from netwatch.names import Name


class CertificateDissector:
    """What becomes of every certificate."""

    def __init__(
        self, watch: FlowWatch, read_certificate: Callable[[bytes], CertificateNames | None]
    ) -> None:
        self.watch: FlowWatch = watch
        self.read_certificate: Callable[[bytes], CertificateNames | None] = read_certificate
        self.name: Name = Name()
        self.fields: TlsFields = TlsFields()
        self.wires: list[bytes] = []
        """What the last one says that is wanted: names; empty for its subject and issuer."""
        self.signatures: list[int] = []

    def read(self, packet: Packet, der: bytes, version: i64) -> None:
        """Take a certificate that the current packet completed; its receiver is the client."""
        self.match(der, version)
        place = 0
        for wire in self.wires:
            signature: i64 = self.signatures[place]
            sighting = self.watch.add(packet, False, Signal.TLS_CERTIFICATE, wire, signature)
            sighting.tls = self.fields
            place += 1

    def late(self, origin: Sighting, der: bytes, version: i64) -> None:
        """Take one of a flight that never became whole.

        `origin`: a blank sighting of the flight's first packet, with its sender as the client.
        """
        self.match(der, version)
        place = 0
        for wire in self.wires:
            sighting = turned(origin)
            sighting.signal = Signal.TLS_CERTIFICATE
            sighting.name = wire
            sighting.signature = self.signatures[place]
            sighting.tls = self.fields
            self.watch.sightings.found.append(sighting)
            place += 1

    def match(self, der: bytes, version: i64) -> None:
        """Match the names, the subject and the issuer."""
        self.wires = []
        self.signatures = []
        names = self.read_certificate(der)
        if names is None:
            self.watch.tally.anomaly(Anomaly.CERTIFICATE)
            return
        self.fields = TlsFields(version=version, subject=names.subject, issuer=names.issuer)
        sightings = self.watch.sightings
        for wire in names.names:
            if self.name.set_wire(wire):
                signature = sightings.matcher.name(self.name)
                if sightings.wanted(signature):
                    self.wires.append(wire)
                    self.signatures.append(signature)
        issued = sightings.matcher.certificate(names.subject, names.issuer)
        if issued >= 0:
            self.wires.append(b"")
            self.signatures.append(issued)
