"""An Initial of an unknown version."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, octets
from netwatch.selftest.quic import initial
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(67)
    wire = Wire("2026-11-18T11:35:00Z")
    client, server = site.host(20), site.internet("198.51.100.67")
    hello = Hello(name=b"ds.kaspersky.com", quic=True).handshake()
    known = initial([(0, hello)], dcid=octets("dcid", 67, 8))
    unknown = known[:1] + bytes.fromhex("abcdef01") + known[5:]
    wire.exchange(client, server, (50_067, 443), unknown, b"\x40" + octets("reply", 67, 60))
    return pcap(wire.shown)
