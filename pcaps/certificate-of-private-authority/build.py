"""A certificate of Kaspersky's private authority, with a hello that names nobody."""

from netwatch.selftest.authority import certificate
from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_12, records
from netwatch.selftest.wire import Site, Wire

ROOT = (("O", "Kaspersky"), ("CN", "Kaspersky Root CA G3"))
SERVERS = (("O", "Kaspersky"), ("CN", "Kaspersky Server Authentication CA G3"))
SERVER = (("C", "RU"), ("O", "AO Kaspersky Lab"), ("CN", "gateway.example.net"))


def build() -> bytes:
    site = Site(24)
    wire = Wire("2026-11-18T07:55:00Z")
    connection = wire.connect(site.host(20), site.internet("203.0.113.241"))
    connection.say(records(Hello(name=b"", alpn=()).handshake()))
    chain = (certificate(SERVER, SERVERS), certificate(SERVERS, ROOT))
    connection.hear(flight_12(chain), 600)
    connection.close()
    return pcap(wire.shown)
