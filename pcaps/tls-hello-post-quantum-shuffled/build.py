"""One long hello, out of order, with copies."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(14)
    wire = Wire("2026-11-18T07:10:00Z")
    connection = wire.connect(site.host(20), site.internet("198.51.100.141"))
    hello = Hello(name=b"www.kaspersky.com", post_quantum=True, browser=True)
    first, second, third, fourth = connection.pieces(records(hello.handshake()), 520)
    connection.send(fourth, second)
    wire.wait(0.01)
    connection.send(second, first, first, third)
    connection.hear(flight_13())
    connection.close()
    return pcap(wire.shown)
