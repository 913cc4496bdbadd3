"""Ten connections of which only the client's segments are shown, and hellos in another's name."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import APPLICATION, Hello, records
from netwatch.selftest.wire import Site, Tcp, Wire

NAMES = ("ksn-url-geo.kaspersky-labs.com", "s04.upd.kaspersky.com")


def build() -> bytes:
    site = Site(82)
    wire = Wire("2026-11-18T14:30:00Z")
    for number in range(10):
        server = site.internet(f"198.51.100.{181 + number}")
        connection = wire.connect(site.host(20), server)
        hello = Hello(name=b"host-%d.example.org" % number, number=number).handshake()
        connection.send(*connection.pieces(records(hello)))
        for octets in (3000, 1200):
            connection.skip(octets, server=True)
            connection.ack()
        connection.send(*connection.pieces(records(bytes(80), kind=APPLICATION)))
        wire.wait(2)
    for turn in range(4):
        for number, name in enumerate(NAMES):
            # The forger's own frames: what the server would have to say, it cannot know.
            forged = Tcp(wire, site.host(21), site.internet(f"203.0.113.{82 + number}"), 443)
            forged.syn()
            hello = Hello(name=name.encode(), number=turn).handshake()
            forged.send(*forged.pieces(records(hello)))
            forged.ack()
        wire.wait(2_400)
    return pcap([frame for frame in wire.shown if not from_servers(frame.octets)])


def from_servers(frame: bytes) -> bool:
    """Whether it comes from outside: that side is not shown."""
    return frame[26:27] != b"\x0a"
