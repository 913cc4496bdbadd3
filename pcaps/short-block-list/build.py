"""A firewall with a short block list, whose own resolver blocks the same names."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import NXDOMAIN, addresses
from netwatch.selftest.wire import Site, Wire, together

LIST = (
    "ds.kaspersky.com",
    "s01.upd.kaspersky.com",
    "dnl-01.geo.kaspersky.com",
    "activation-v2.kaspersky.com",
)


def build() -> bytes:
    site = Site(173)
    wire = Wire("2026-11-20T10:00:00Z")
    for _ in range(16):
        for name in LIST:
            wire.look_up(site.host(2), site.resolver, name, (), rcode=NXDOMAIN)
        wire.wait(600)
    others = Wire("2026-11-20T10:00:30Z")
    for _ in range(4):
        name, address = "www.example.org", "198.51.100.73"
        others.look_up(site.host(20), site.resolver, name, addresses(address))
        others.tls(site.host(20), site.internet(address), name, browser=True)
        others.wait(2_000)
    return pcap(together(wire, others))
