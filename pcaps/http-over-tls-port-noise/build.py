"""Noise on well-known ports."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import octets
from netwatch.selftest.wire import Site, Wire

SAID = (
    b"\x16\x03\x01",
    b"GETTING ready kaspersky.com\r\n",
    b"\x16\x03\x01\xff\xff" + octets("noise", 80, 80),
    b"CONNECT",
)


def build() -> bytes:
    site = Site(80)
    wire = Wire("2026-11-18T12:30:00Z")
    client, server = site.host(20), site.internet("198.51.100.80")
    for said in SAID:
        connection = wire.connect(client, server)
        connection.say(said)
        connection.hear(octets("noise", len(said), 50))
        connection.close()
    question = b"\x00\x07\x01\x00\x00\x01" + bytes(6) + b"\x09kaspersky\x03com"
    wire.exchange(client, server, (50_080, 9_999), question, octets("noise", 81, 40))
    return pcap(wire.shown)
