"""An agent and an administrator at the Cloud Console."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(79)
    wire = Wire("2026-11-18T12:25:00Z")
    name, server = "s1.ksc.kaspersky.com", site.internet("203.0.113.82")
    for host, port in ((20, 23_100), (21, 443)):
        wire.look_up(site.host(host), site.resolver, name, addresses(server.ip))
        wire.tls(site.host(host), server, name, browser=port == 443, port=port)
        wire.wait(30)
    return pcap(wire.shown)
