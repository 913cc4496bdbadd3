"""A subscriber behind PPPoE in two VLANs, as an access concentrator sees it."""

from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

WANTED = (
    ("dc1-cert.ksn.kaspersky-labs.com", "203.0.113.102"),
    ("touch.kaspersky.com", "203.0.113.103"),
)
HEADER = b"\x88\x64\x11\0\x00\x2a"


def session(frame: Frame) -> Frame:
    """The packet in a PPPoE session, behind the two tags of its frame."""
    length = len(frame.octets) - 22 + 2
    head = frame.octets[:20] + HEADER + length.to_bytes(2, "big") + b"\0\x21"
    return Frame(frame.time_ns, head + frame.octets[22:])


def build() -> bytes:
    site = Site(101)
    client = site.host(20)
    wire = Wire("2026-11-19T06:05:00Z", vlans=(100, 200))
    for name, address in WANTED:
        wire.look_up(client, site.resolver, name, addresses(address))
        wire.tls(client, site.internet(address), name)
        wire.wait(100)
    return pcap([session(f) for f in wire.shown])
