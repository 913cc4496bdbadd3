"""A browser at the vendor's sites."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(41)
    wire = Wire("2026-11-18T09:25:00Z")
    names = ("www.kaspersky.com", "support.kaspersky.com", "shop.kaspersky.com.br")
    for number, name in enumerate(names, 41):
        server = site.internet(f"198.51.100.{number}")
        wire.look_up(site.host(20), site.resolver, name, addresses(server.ip))
        wire.tls(site.host(20), server, name, browser=True)
        wire.wait(20)
    return pcap(wire.shown)
