"""A machine at two impostors."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(46)
    wire = Wire("2026-11-18T09:50:00Z")
    for number, name in enumerate(("cdn.kasperskyupdate.com", "api.kaspersky.one")):
        server = site.internet(f"192.0.2.{146 + number}")
        wire.look_up(site.host(20), site.resolver, name, addresses(server.ip))
        wire.tls(site.host(20), server, name)
    return pcap(wire.shown)
