"""One machine asks its resolver for three things."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(1)
    wire = Wire("2026-11-18T06:05:00Z")
    client = site.host(20)
    wire.look_up(client, site.resolver, "www.example.org", addresses("198.51.100.10"))
    wire.look_up(client, site.resolver, "WWW.Kaspersky.com", addresses("198.51.100.11"))
    wire.look_up(client, site.resolver, "www.kaspersky.com", addresses("2001:db8:b::11"))
    return pcap(wire.shown)
