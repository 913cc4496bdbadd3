"""A phone that identifies callers."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(68)
    wire = Wire("2026-11-18T11:40:00Z")
    name, server = "ppt-issuer.ksn.kaspersky-labs.com", site.internet("203.0.113.68")
    wire.look_up(site.host(20), site.resolver, name, addresses(server.ip))
    wire.tls(site.host(20), server, name)
    return pcap(wire.shown)
