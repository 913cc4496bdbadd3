"""Three machines with the product, blocked in three ways."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import NXDOMAIN, Record, addresses
from netwatch.selftest.wire import Site, Tcp, Wire

NAMES = ("s07.upd.kaspersky.com", "ksn-verdict-geo.kaspersky-labs.com")
SINK_HOLE = (Record("A", bytes(4)),)


def build() -> bytes:
    site = Site(48)
    wire = Wire("2026-11-18T10:00:00Z")
    for number, name in enumerate(NAMES):
        wire.look_up(site.host(20), site.resolver, name, (), rcode=NXDOMAIN)
        wire.look_up(site.host(21), site.resolver, name, SINK_HOLE)
        server = site.internet(f"203.0.113.{48 + number}")
        wire.look_up(site.host(22), site.resolver, name, addresses(server.ip))
        connection = Tcp(wire, site.host(22), server, 443)
        connection.syn()
        connection.refuse()
        wire.wait(90)
    return pcap(wire.shown)
