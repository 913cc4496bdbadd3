"""A question and a TLS session, captured as raw IP."""

from netwatch.selftest.files import pcap
from netwatch.selftest.frames import RAW
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(10)
    wire = Wire("2026-11-18T06:50:00Z", link=RAW)
    client = site.host(20)
    wire.look_up(client, site.resolver, "www.kaspersky.com", addresses("198.51.100.101"))
    wire.tls(client, site.internet("198.51.100.101"), "www.kaspersky.com", browser=True)
    return pcap(wire.shown)
