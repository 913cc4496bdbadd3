"""Two questions by hand, and some browsing."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(59)
    wire = Wire("2026-11-18T10:55:00Z")
    client = site.host(20)
    for number, name in enumerate(("ds.kaspersky.com", "dnl-01.geo.kaspersky.com")):
        wire.look_up(client, site.resolver, name, addresses(f"203.0.113.{159 + number}"))
        wire.wait(45)
    wire.look_up(client, site.resolver, "www.example.org", addresses("198.51.100.159"))
    wire.tls(client, site.internet("198.51.100.159"), "www.example.org", browser=True)
    return pcap(wire.shown)
