"""Names that no terminal should be shown as they are."""

from netwatch.names import name_wire
from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, records
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

DOMAIN = name_wire("kaspersky.com")
LABELS = (b"\x00", b"\x1b[2J\x1b[31mred", b"a\r\nb", b"\xff\xfe", b"back\\slash", b"sp ace")


def build() -> bytes:
    site = Site(51)
    wire = Wire("2026-11-18T10:15:00Z")
    client, server = site.host(20), site.internet("192.0.2.51")
    for label in LABELS:
        name = bytes((len(label),)) + label + DOMAIN
        wire.look_up(client, site.resolver, name, addresses(server.ip))
    connection = wire.connect(client, server)
    connection.say(records(Hello(name=b"\x1b]0;title\x07.kaspersky.com").handshake()))
    connection.close()
    connection = wire.connect(client, server, 80)
    connection.say(b"GET / HTTP/1.1\r\nHost: \xc3\xa9\x7f.kaspersky.com\r\n\r\n")
    connection.close()
    return pcap(wire.shown)
