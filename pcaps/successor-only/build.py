"""The successor's product."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(54)
    wire = Wire("2026-11-18T10:30:00Z")
    for number, name in enumerate(("www.ultraav.com", "api.ultravpn.com")):
        server = site.internet(f"198.51.100.{154 + number}")
        wire.look_up(site.host(20), site.resolver, name, addresses(server.ip))
        wire.tls(site.host(20), server, name)
    return pcap(wire.shown)
