"""A mail server that writes to the vendor."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.messages import Record, addresses
from netwatch.selftest.wire import Site, Wire

SPF = Record("TXT", b"\x1av=spf1 ip4:192.0.2.58/32 -all"[:27])
MX = Record("MX", b"\0\x0a\x02mx\x0ekaspersky-labs\x03com\0")


def build() -> bytes:
    site = Site(58)
    wire = Wire("2026-11-18T10:50:00Z")
    gateway, server = site.host(25), site.internet("91.103.66.155")
    wire.look_up(gateway, site.resolver, "kaspersky.com", (SPF,))
    wire.look_up(gateway, site.resolver, "kaspersky.com", (MX,))
    wire.look_up(gateway, site.resolver, "mx1.kaspersky-labs.com", addresses(server.ip))
    connection = wire.connect(gateway, server, 25)
    connection.hear(b"220 mx1.kaspersky-labs.com ESMTP\r\n")
    connection.say(b"EHLO mail.corp.example\r\n")
    connection.hear(b"250-mx1.kaspersky-labs.com\r\n250 STARTTLS\r\n")
    connection.say(b"STARTTLS\r\n")
    connection.hear(b"220 go ahead\r\n")
    connection.say(records(Hello(name=b"mx1.kaspersky-labs.com", alpn=()).handshake()))
    connection.hear(flight_13())
    connection.close()
    return pcap(wire.shown)
