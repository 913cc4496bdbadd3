"""Connections to an answered address, without a name."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(28)
    wire = Wire("2026-11-18T08:15:00Z")
    server = site.internet("203.0.113.28")
    name = "ksn-info-geo.kaspersky-labs.com"
    wire.look_up(site.host(20), site.resolver, name, addresses(server.ip))
    for host in (20, 21):
        connection = wire.connect(site.host(host), server)
        connection.say(records(Hello(name=b"", number=host).handshake()))
        connection.hear(flight_13())
        connection.close()
        wire.wait(3)
    return pcap(wire.shown)
