"""A browser that shows a saved page."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(69)
    wire = Wire("2026-11-18T11:45:00Z")
    name, server = "gc.kis.v2.scr.kaspersky-labs.com", site.internet("203.0.113.69")
    wire.look_up(site.host(20), site.resolver, name, addresses(server.ip))
    wire.tls(site.host(20), server, name, browser=True)
    return pcap(wire.shown)
