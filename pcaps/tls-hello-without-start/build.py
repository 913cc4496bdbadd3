"""A hello whose first segment is missing."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(16)
    wire = Wire("2026-11-18T07:20:00Z")
    connection = wire.connect(site.host(20), site.internet("198.51.100.161"))
    octets = records(Hello(name=b"www.kaspersky.com").handshake())
    pieces = connection.pieces(octets, octets.index(b"\0\0\0\x16") - 8)
    connection.send(*pieces[1:])
    connection.ack(server=True)
    connection.hear(flight_13())
    connection.close()
    return pcap(wire.shown)
