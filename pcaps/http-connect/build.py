"""CONNECT, and the hello inside it."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.messages import request
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(20)
    wire = Wire("2026-11-18T07:40:00Z")
    connection = wire.connect(site.host(20), site.host(8), 3128)
    target = "s05.upd.kaspersky.com:443"
    connection.say(request(target, target, method="CONNECT"))
    connection.hear(b"HTTP/1.1 200 Connection established\r\n\r\n")
    connection.say(records(Hello(name=b"s05.upd.kaspersky.com").handshake()))
    connection.hear(flight_13())
    connection.close()
    return pcap(wire.shown)
