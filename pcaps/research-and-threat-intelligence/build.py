"""Reading and asking, exempt from the ban."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(53)
    wire = Wire("2026-11-18T10:25:00Z")
    client = site.host(20)
    wire.look_up(client, site.resolver, "securelist.com", addresses("198.51.100.53"))
    wire.tls(client, site.internet("198.51.100.53"), "securelist.com", browser=True)
    wire.look_up(client, site.resolver, "cloud.kaspersky.com", addresses("198.51.100.54"))
    tool = site.host(21)
    for _ in range(3):
        wire.look_up(tool, site.resolver, "opentip.kaspersky.com", addresses("198.51.100.55"))
        wire.tls(tool, site.internet("198.51.100.55"), "opentip.kaspersky.com")
        wire.wait(40)
    return pcap(wire.shown)
