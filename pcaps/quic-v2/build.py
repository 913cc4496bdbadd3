"""One Initial and a reply."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, octets
from netwatch.selftest.quic import VERSION_2, initial
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(26)
    wire = Wire("2026-11-18T08:05:00Z")
    client, server = site.host(20), site.internet("203.0.113.26")
    hello = Hello(name=b"ksn-verdict-geo.kaspersky-labs.com", quic=True).handshake()
    said = initial([(0, hello)], version=VERSION_2, dcid=octets("dcid", 26, 8))
    wire.exchange(client, server, (50_026, 443), said, b"\x40" + octets("short header", 26, 60))
    return pcap(wire.shown)
