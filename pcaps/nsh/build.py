"""A service chain: NSH with its context, around packets and around frames."""

from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

WANTED = (
    ("dc1-cert.ksn.kaspersky-labs.com", "203.0.113.112"),
    ("touch.kaspersky.com", "203.0.113.113"),
)
OUTER = bytes.fromhex("02000000a00202000000a001") + b"\x89\x4f"
PACKET = b"\x0f\xc6\x01\x01\0\0\x2a\xff" + bytes(16)
FRAME = b"\x0f\xc2\x02\x03\0\0\x2a\xff"


def chained(frame: Frame, number: int) -> Frame:
    """The packet behind NSH of type 1, or every other time its frame behind one of type 2."""
    octets = frame.octets
    inside = (
        OUTER + FRAME + octets if number % 2 else octets[:12] + b"\x89\x4f" + PACKET + octets[14:]
    )
    return Frame(frame.time_ns, inside)


def build() -> bytes:
    site = Site(106)
    client = site.host(20)
    wire = Wire("2026-11-19T06:30:00Z")
    for name, address in WANTED:
        wire.look_up(client, site.resolver, name, addresses(address))
        wire.tls(client, site.internet(address), name)
        wire.wait(100)
    return pcap([chained(f, n) for n, f in enumerate(wire.shown)])
