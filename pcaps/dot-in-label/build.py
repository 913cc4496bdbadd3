"""Names that only look like Kaspersky's when their labels are joined."""

from netwatch.names import name_wire
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

NAMES = (
    b"\x10ds.kaspersky.com" + name_wire("example"),
    b"\x0dkaspersky.com",
    b"\x02ds" + b"\x0dkaspersky.com" + name_wire("example"),
    name_wire("ds.kaspersky.com.evil.example"),
)


def build() -> bytes:
    site = Site(50)
    wire = Wire("2026-11-18T10:10:00Z")
    for name in NAMES:
        wire.look_up(site.host(20), site.resolver, name, addresses("192.0.2.50"))
    wire.tls(site.host(20), site.internet("192.0.2.50"), "ds.kaspersky.com.evil.example")
    return pcap(wire.shown)
