"""Hellos with decoy names."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(42)
    wire = Wire("2026-11-18T09:30:00Z")
    client = site.host(20)
    for hour in range(4):
        for number, name in enumerate(("ds.kaspersky.com", "dc1-file.ksn.kaspersky-labs.com")):
            wire.tls(client, site.internet(f"192.0.2.{42 + number}"), name)
        wire.look_up(client, site.resolver, "www.example.org", addresses("198.51.100.42"))
        wire.tls(client, site.internet("198.51.100.42"), "www.example.org", browser=True)
        wire.wait(2_400 + hour)
    return pcap(wire.shown)
