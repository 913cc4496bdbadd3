"""A resolver between two machines and the Internet."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

ASKED = (
    (20, "ksn-file-geo.kaspersky-labs.com", "203.0.113.44", False),
    (21, "www.kaspersky.com", "198.51.100.44", True),
    (20, "activation-v2.kaspersky.com", "203.0.113.45", False),
    (21, "www.example.org", "198.51.100.45", True),
)


def build() -> bytes:
    site = Site(44)
    wire = Wire("2026-11-18T21:50:00Z")
    public = site.internet("9.9.9.9")
    for host, name, address, browser in ASKED:
        asked = wire.ask(site.host(host), site.resolver, name)
        wire.wait(0.001)
        wire.look_up(site.resolver, public, name, addresses(address))
        asked.answer(addresses(address))
        wire.tls(site.host(host), site.internet(address), name, browser=browser)
        wire.wait(30)
    return pcap(wire.shown)
