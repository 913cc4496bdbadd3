"""Two look-ups of an administrator behind a blocker; a machine that is blocked all morning."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import NXDOMAIN, Record
from netwatch.selftest.wire import Site, Wire

SINK_HOLE = (Record("A", bytes(4)),)


def build() -> bytes:
    site = Site(83)
    wire = Wire("2026-11-18T08:00:00Z")
    for name in ("s07.upd.kaspersky.com", "ksn-verdict-geo.kaspersky-labs.com"):
        wire.look_up(site.host(20), site.resolver, name, (), rcode=NXDOMAIN)
        wire.wait(40)
    for _ in range(3):
        wire.look_up(site.host(21), site.resolver, "s07.upd.kaspersky.com", SINK_HOLE)
        wire.wait(4_000)
    return pcap(wire.shown)
