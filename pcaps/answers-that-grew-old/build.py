"""Connections without a name, some soon and some long after the answer."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.messages import Record
from netwatch.selftest.wire import Host, Site, Wire

NAME = "ksn-info-geo.kaspersky-labs.com"
MINUTE_S = 60
HOUR_S = 3_600


def nameless(wire: Wire, host: Host, server: Host) -> None:
    connection = wire.connect(host, server)
    connection.say(records(Hello(name=b"", number=7).handshake()))
    connection.hear(flight_13())
    connection.close()


def build() -> bytes:
    site = Site(120)
    wire = Wire("2026-11-18T06:00:00Z")
    server = site.internet("203.0.113.120")
    short, long = site.host(20), site.host(21)
    for host, ttl_s in ((short, MINUTE_S), (long, 2 * HOUR_S)):
        answer = Record("A", bytes((203, 0, 113, 120)), ttl_s=ttl_s)
        wire.look_up(host, site.resolver, NAME, [answer])
    wire.wait(9 * MINUTE_S)
    nameless(wire, short, server)
    wire.wait(2 * MINUTE_S)
    nameless(wire, short, server)
    wire.wait(100 * MINUTE_S)
    nameless(wire, long, server)
    wire.wait(20 * MINUTE_S)
    nameless(wire, long, server)
    return pcap(wire.shown)
