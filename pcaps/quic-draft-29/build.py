"""One Initial and a reply."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, octets
from netwatch.selftest.quic import DRAFT_29, initial
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(27)
    wire = Wire("2026-11-18T08:10:00Z")
    client, server = site.host(20), site.internet("203.0.113.27")
    hello = Hello(name=b"www.kaspersky.com", quic=True).handshake()
    said = initial([(0, hello)], version=DRAFT_29, dcid=octets("dcid", 27, 8))
    wire.exchange(client, server, (50_027, 443), said, b"\x40" + octets("short header", 27, 60))
    return pcap(wire.shown)
