"""A serial line with PPP, captured on it (LINKTYPE_PPP)."""

from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.frames import RAW
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

WANTED = (
    ("dc1-cert.ksn.kaspersky-labs.com", "203.0.113.104"),
    ("touch.kaspersky.com", "203.0.113.105"),
)
HEADERS = (b"\xff\x03\0\x21", b"\0\x21", b"\x21")
"""With address and control, without, and with a compressed protocol field (RFC 1661, 1662)."""


def build() -> bytes:
    site = Site(102)
    client = site.host(20)
    wire = Wire("2026-11-19T06:10:00Z", link=RAW)
    for name, address in WANTED:
        wire.look_up(client, site.resolver, name, addresses(address))
        wire.tls(client, site.internet(address), name)
        wire.wait(100)
    return pcap([Frame(f.time_ns, HEADERS[n % 3] + f.octets, 9) for n, f in enumerate(wire.shown)])
