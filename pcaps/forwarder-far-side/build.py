"""The public side of a DNS forwarder."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

PRODUCT = ("ds.kaspersky.com", "dc1.ksn.kaspersky-labs.com", "touch.kaspersky.com")


def build() -> bytes:
    site = Site(72)
    wire = Wire("2026-11-18T22:50:00Z")
    public = site.internet("1.1.1.1")
    forwarder = site.host(5)
    for number in range(60):
        name = f"www.shop-{number}.example.com"
        wire.look_up(forwarder, public, name, addresses(f"198.51.100.{number + 1}"))
        if number % 20 == 9:
            wire.look_up(forwarder, public, PRODUCT[number // 20], addresses("203.0.113.75"))
        if number % 3 == 0:
            wire.tls(site.host(30), site.internet(f"198.51.100.{number + 1}"), name, browser=True)
        wire.wait(9)
    return pcap(wire.shown)
