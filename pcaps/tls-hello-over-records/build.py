"""Hellos over several records."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(15)
    wire = Wire("2026-11-18T07:15:00Z")
    server = site.internet("198.51.100.151")
    hello = Hello(name=b"support.kaspersky.com").handshake()
    name = hello.index(b"kaspersky")
    cut = records(hello, 30, name + 4)
    connection = wire.connect(site.host(20), server)
    connection.say(cut)
    connection.hear(flight_13())
    connection.close()
    connection = wire.connect(site.host(20), server)
    for start, end in ((0, 35), (35, name + 14), (name + 14, len(cut))):
        connection.say(cut[start:end])
    connection.hear(flight_13())
    connection.close()
    return pcap(wire.shown)
