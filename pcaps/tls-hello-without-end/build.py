"""Hellos that were never whole."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(17)
    wire = Wire("2026-11-18T07:25:00Z")
    for name in (b"www.kaspersky.com", b"support.kaspersky.com"):
        connection = wire.connect(site.host(20), site.internet("198.51.100.171"))
        octets = records(Hello(name=name, post_quantum=True).handshake())
        cut = octets.index(name) + (30 if name.startswith(b"www") else 6)
        connection.send(connection.pieces(octets, cut)[0])
        connection.skip(len(octets) - cut)
        connection.ack(server=True)
        connection.hear(flight_13())
        connection.close()
    return pcap(wire.shown)
