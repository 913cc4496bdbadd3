"""Questions that are answered by aliases."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import alias
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(2)
    wire = Wire("2026-11-18T06:10:00Z")
    client = site.host(20)
    for name, target, address in (
        ("ds.kaspersky.com", "ksn-ds.geoksn.kaspersky.com", "203.0.113.21"),
        ("touch.kaspersky.com", "touch.geo.kaspersky.com", "203.0.113.22"),
        ("reputation.example.net", "ksn-url.geoksn.kaspersky.com", "203.0.113.23"),
    ):
        wire.look_up(client, site.resolver, name, alias(target, address))
        wire.wait(1)
    return pcap(wire.shown)
