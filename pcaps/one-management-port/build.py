"""Single ports that also a Security Center server uses."""

from netwatch.selftest.files import pcap
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(65)
    wire = Wire("2026-11-18T11:25:00Z")
    for client, server, port in (
        (site.host(20), site.internet("198.51.100.65"), 13_000),
        (site.host(21), site.host(10), 14_000),
    ):
        connection = wire.connect(client, server, port)
        connection.say(b"hello\r\n")
        connection.hear(b"welcome\r\n")
        connection.close()
    return pcap(wire.shown)
