"""FTP to the server of crash dumps."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(78)
    wire = Wire("2026-11-18T12:20:00Z")
    client, server = site.host(20), site.internet("203.0.113.81")
    wire.look_up(client, site.resolver, "kavdumps.kaspersky.com", addresses(server.ip))
    connection = wire.connect(client, server, 21)
    connection.hear(b"220 ready\r\n")
    connection.say(b"HOST kavdumps.kaspersky.com\r\n")
    connection.hear(b"220 host accepted\r\n")
    connection.say(b"USER kavdumps\r\n")
    connection.hear(b"331 password required\r\n")
    connection.close()
    return pcap(wire.shown)
