"""Questions without recursion."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

NAMES = ("dnl-01.geo.kaspersky.com", "downloads2.kaspersky-labs.com", "ds.kaspersky.com")


def build() -> bytes:
    site = Site(47)
    wire = Wire("2026-11-18T09:55:00Z")
    for number, name in enumerate(NAMES):
        asked = wire.ask(site.host(20), site.resolver, name, rd=False)
        wire.wait(0.002)
        asked.answer(addresses(f"203.0.113.{47 + number}") if number else ())
        wire.wait(0.5)
    return pcap(wire.shown)
