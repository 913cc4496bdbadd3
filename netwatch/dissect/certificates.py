"""Compiled. A server's certificate was read, over TCP or DTLS: match it, write it down."""

from collections.abc import Callable

from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.dissect.flows import FlowWatch
from netwatch.extract.certificates import CertificateNames
from netwatch.model import Anomaly, Signal, TlsFields
from netwatch.names import Name


class CertificateDissector:
    """What becomes of every certificate."""

    def __init__(
        self, watch: FlowWatch, read_certificate: Callable[[bytes], CertificateNames | None]
    ) -> None:
        self.watch: FlowWatch = watch
        self.read_certificate: Callable[[bytes], CertificateNames | None] = read_certificate
        self.name: Name = Name()

    def read(self, packet: Packet, der: bytes, version: i64) -> None:
        """Match the names, the subject and the issuer of one that the current packet completed."""
        names = self.read_certificate(der)
        if names is None:
            self.watch.tally.anomaly(Anomaly.CERTIFICATE)
            return
        sightings = self.watch.sightings
        fields = TlsFields(version=version, subject=names.subject, issuer=names.issuer)
        for wire in names.names:
            if self.name.set_wire(wire):
                signature = sightings.matcher.name(self.name)
                if sightings.wanted(signature):
                    sighting = self.watch.add(
                        packet, False, Signal.TLS_CERTIFICATE, wire, signature
                    )
                    sighting.tls = fields
        issued: i64 = sightings.matcher.certificate(names.subject, names.issuer)
        if issued >= 0:
            sighting = self.watch.add(packet, False, Signal.TLS_CERTIFICATE, b"", issued)
            sighting.tls = fields
