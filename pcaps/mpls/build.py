"""The core of a carrier: packets under labels, and frames under that of a pseudo-wire."""

from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

WANTED = (
    ("dc1-cert.ksn.kaspersky-labs.com", "203.0.113.100"),
    ("touch.kaspersky.com", "203.0.113.101"),
)
LABELS = b"\x88\x47" + b"\0\x06\x40\x3f" + b"\0\x07\x81\x3f"
PSEUDO_WIRE = bytes.fromhex("02000000a00202000000a001") + b"\x88\x47\0\x08\xc1\x3f"


def labelled(frame: Frame, number: int) -> Frame:
    """The packet under labels, or every other time its whole frame."""
    octets = frame.octets
    inside = PSEUDO_WIRE + octets if number % 2 else octets[:12] + LABELS + octets[14:]
    return Frame(frame.time_ns, inside)


def build() -> bytes:
    site = Site(100)
    client = site.host(20)
    wire = Wire("2026-11-19T06:00:00Z")
    for name, address in WANTED:
        wire.look_up(client, site.resolver, name, addresses(address))
        wire.tls(client, site.internet(address), name)
        wire.wait(100)
    return pcap([labelled(f, n) for n, f in enumerate(wire.shown)])
