"""Questions of one machine, in one direction."""

from netwatch.selftest.files import pcap
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(49)
    wire = Wire("2026-11-18T10:05:00Z")
    for name in ("ds.kaspersky.com", "s01.upd.kaspersky.com", "activation-v2.kaspersky.com"):
        wire.ask(site.host(20), site.resolver, name)
        wire.ask(site.host(20), site.resolver, name, "AAAA")
        wire.wait(60)
    return pcap(wire.shown)
