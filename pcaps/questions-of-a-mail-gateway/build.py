"""MX and TXT look-ups of names that only products connect to."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import NXDOMAIN, addresses
from netwatch.selftest.wire import Site, Wire

ASKED = (
    ("upd.kaspersky.com", "MX"),
    ("_dmarc.upd.kaspersky.com", "TXT"),
    ("mail._domainkey.upd.kaspersky.com", "TXT"),
    ("ksn.kaspersky-labs.com", "NS"),
    ("ds.kaspersky.com", "MX"),
)


def build() -> bytes:
    site = Site(171)
    gateway = site.host(25)
    wire = Wire("2026-11-20T08:00:00Z")
    for _ in range(6):
        for name, kind in ASKED:
            wire.look_up(gateway, site.resolver, name, (), kind=kind, rcode=NXDOMAIN)
            wire.wait(3)
        wire.look_up(gateway, site.resolver, "mx.example.org", addresses("198.51.100.25"))
        wire.connect(gateway, site.internet("198.51.100.25"), 25).close()
        wire.wait(1_780)
    return pcap(wire.shown)
