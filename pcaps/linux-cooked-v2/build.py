"""A question and a TLS session, captured as Linux cooked capture, version 2."""

from netwatch.selftest.files import pcap
from netwatch.selftest.frames import SLL2
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(9)
    wire = Wire("2026-11-18T06:45:00Z", link=SLL2)
    client = site.host(20)
    wire.look_up(client, site.resolver, "www.kaspersky.com", addresses("198.51.100.91"))
    wire.tls(client, site.internet("198.51.100.91"), "www.kaspersky.com", browser=True)
    return pcap(wire.shown)
