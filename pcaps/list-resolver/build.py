"""A firewall that resolves a block list."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

LIST = (
    *(f"s{number:02d}.upd.kaspersky.com" for number in range(4)),
    *(f"dnl-{number:02d}.geo.kaspersky.com" for number in range(4)),
    *(f"dc1{kind}.ksn.kaspersky-labs.com" for kind in ("", "-file", "-st", "-cert")),
    *(f"ksn-{kind}-geo.kaspersky-labs.com" for kind in ("file", "url", "verdict", "info")),
    "ds.kaspersky.com",
    "activation-v2.kaspersky.com",
    "touch.kaspersky.com",
    *(f"tracker-{number}.example.net" for number in range(6)),
)


def build() -> bytes:
    site = Site(43)
    wire = Wire("2026-11-18T21:00:00Z")
    public = site.internet("8.8.8.8")
    for _ in range(4):
        for number, name in enumerate(LIST, 1):
            wire.look_up(site.host(2), public, name, addresses(f"203.0.113.{number}"))
        wire.look_up(site.host(20), public, "www.example.org", addresses("198.51.100.43"))
        wire.tls(site.host(20), site.internet("198.51.100.43"), "www.example.org", browser=True)
        wire.wait(600)
    return pcap(wire.shown)
