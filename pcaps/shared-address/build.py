"""Connections to a content network's address."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(55)
    wire = Wire("2026-11-18T10:35:00Z")
    client, shared, own = site.host(20), site.internet("192.0.2.155"), site.internet("192.0.2.156")
    wire.look_up(client, site.resolver, "cdn.example.net", addresses(shared.ip))
    wire.look_up(client, site.resolver, "ksn-stat-geo.kaspersky-labs.com", addresses(shared.ip))
    connection = wire.connect(client, shared)
    connection.say(records(Hello(name=b"", number=55).handshake()))
    connection.hear(flight_13())
    connection.close()
    wire.look_up(client, site.resolver, "ksn-tcert-geo.kaspersky-labs.com", addresses(own.ip))
    wire.tls(client, own, "www.example.org")
    return pcap(wire.shown)
