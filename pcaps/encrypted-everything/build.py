"""A machine that hides its names."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import APPLICATION, Hello, flight_13, octets, records
from netwatch.selftest.quic import initial
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(61)
    wire = Wire("2026-11-18T11:05:00Z")
    client = site.host(20)
    connection = wire.connect(client, site.internet("1.1.1.1"), 853)
    connection.say(records(Hello(name=b"one.one.one.one", alpn=()).handshake()))
    connection.hear(flight_13(61))
    for number in range(3):
        connection.say(records(octets("question", number, 128), kind=APPLICATION))
        connection.hear(records(octets("answer", number, 468), kind=APPLICATION))
    connection.close()
    wire.tls(client, site.internet("198.51.100.61"), "cloudflare-ech.com", browser=True)
    hello = Hello(name=b"cloudflare-ech.com", quic=True, browser=True).handshake()
    server = site.internet("198.51.100.62")
    said = initial([(0, hello)], dcid=octets("dcid", 61, 8))
    wire.exchange(client, server, (50_061, 443), said, b"\x40" + octets("reply", 61, 60))
    return pcap(wire.shown)
