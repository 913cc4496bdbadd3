"""Ten connections of which only the client's segments are shown."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import APPLICATION, Hello, records
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(18)
    wire = Wire("2026-11-18T07:30:00Z")
    names = [f"host-{number}.example.org" for number in range(9)]
    for number, name in enumerate((*names, "ksn-url-geo.kaspersky-labs.com")):
        server = site.internet(f"198.51.100.{181 + number}")
        connection = wire.connect(site.host(20), server)
        hello = Hello(name=name.encode(), number=number).handshake()
        connection.send(*connection.pieces(records(hello)))
        for octets in (3000, 1200):
            connection.skip(octets, server=True)
            connection.ack()
        connection.send(*connection.pieces(records(bytes(80), kind=APPLICATION)))
        wire.wait(2)
    ours = [frame for frame in wire.shown if frame.octets[6:12] != bytes.fromhex("00163e120001")]
    return pcap(ours)
