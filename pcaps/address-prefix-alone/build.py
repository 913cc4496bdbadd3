"""A session with an address of AS200107."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(30)
    wire = Wire("2026-11-18T08:25:00Z")
    connection = wire.connect(site.host(20), site.internet("77.74.181.30"))
    connection.say(records(Hello(name=b"", number=30).handshake()))
    connection.hear(flight_13())
    connection.close()
    return pcap(wire.shown)
