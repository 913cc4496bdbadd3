"""Certificates of strangers."""

from netwatch.selftest.authority import certificate
from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_12, records
from netwatch.selftest.wire import Site, Wire

ISSUERS = (
    (("C", "US"), ("O", "Example Trust"), ("CN", "Example Trust CA 1")),
    (("O", "Kaspersky Fans"), ("CN", "Kaspersky Server Authentication CA G3")),
)


def build() -> bytes:
    site = Site(64)
    wire = Wire("2026-11-18T11:20:00Z")
    for number, issuer in enumerate(ISSUERS):
        name = f"www{number}.example.org"
        connection = wire.connect(site.host(20), site.internet(f"198.51.100.{64 + number}"))
        connection.say(records(Hello(name=name.encode(), number=number).handshake()))
        connection.hear(flight_12([certificate((("CN", name),), issuer, [name])]))
        connection.close()
    return pcap(wire.shown)
