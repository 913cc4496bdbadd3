"""Tags of data centre fabrics: VN-Tag, E-tag, a security group tag, integrity-only MACsec."""

from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

WANTED = (
    ("dc1-cert.ksn.kaspersky-labs.com", "203.0.113.110"),
    ("touch.kaspersky.com", "203.0.113.111"),
)
TAGS = (
    b"\x89\x26\x80\x01\0\x02",
    b"\x89\x3f\0\0\0\x64\0\0",
    b"\x89\x09\x01\x01\0\x01\0\x07",
    b"\x88\xe5\x20\0\0\0\0\x01" + bytes(8),
    b"\x89\x2f\0\x50\0\x01",
    b"\xf1\xc1\0\0\0\x01",
)
"""Also HSR and 802.1CB, which send every frame twice. Each is followed by the frame's VLAN tag."""


def build() -> bytes:
    site = Site(105)
    client = site.host(20)
    wire = Wire("2026-11-19T06:25:00Z", vlans=(30,))
    for name, address in WANTED:
        wire.look_up(client, site.resolver, name, addresses(address))
        wire.tls(client, site.internet(address), name)
        wire.wait(100)
    return pcap(
        [
            Frame(f.time_ns, f.octets[:12] + TAGS[n % 6] + f.octets[12:])
            for n, f in enumerate(wire.shown)
        ]
    )
