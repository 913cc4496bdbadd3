"""Leased lines: Cisco HDLC and Frame Relay, in one pcapng."""

from netwatch.selftest.files import Frame, pcapng
from netwatch.selftest.frames import RAW
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

WANTED = (
    ("dc1-cert.ksn.kaspersky-labs.com", "203.0.113.106"),
    ("touch.kaspersky.com", "203.0.113.107"),
)
LINES = (
    (104, b"\x0f\0\x08\0"),
    (50, b"\x0f\0\x08\0"),
    (107, b"\x18\x41\x03\xcc"),
    (107, b"\x18\x41\x03\0\x80\0\0\0\x08\0"),
    (107, b"\x18\x41\x08\0"),
)
"""HDLC, HDLC where PPP might be, Frame Relay by NLPID, by SNAP, and in Cisco's own way."""


def build() -> bytes:
    site = Site(103)
    client = site.host(20)
    wire = Wire("2026-11-19T06:15:00Z", link=RAW)
    for name, address in WANTED:
        wire.look_up(client, site.resolver, name, addresses(address))
        wire.tls(client, site.internet(address), name)
        wire.wait(100)
    return pcapng(
        [
            Frame(f.time_ns, LINES[n % 5][1] + f.octets, LINES[n % 5][0])
            for n, f in enumerate(wire.shown)
        ]
    )
