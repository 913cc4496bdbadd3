"""Strangers with similar names."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

NAMES = (
    "mykaspersky.com",
    "kaspersky.com.reseller.example",
    "kaspersky-reviews.example.org",
    "xkaspersky-labs.com",
    "kaspersky.example",
    "upd-kaspersky.com",
    "ds.kaspersky.co",
)


def build() -> bytes:
    site = Site(52)
    wire = Wire("2026-11-18T10:20:00Z")
    for number, name in enumerate(NAMES):
        server = site.internet(f"192.0.2.{100 + number}")
        wire.look_up(site.host(20), site.resolver, name, addresses(server.ip))
        wire.tls(site.host(20), server, name)
    return pcap(wire.shown)
