"""DNS and TLS over IPv6."""

from netwatch.names import name_wire
from netwatch.selftest.files import pcap
from netwatch.selftest.frames import udp
from netwatch.selftest.messages import addresses, answer, question
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(6)
    wire = Wire("2026-11-18T06:30:00Z")
    client, resolver = site.host(20, six=True), site.host(53, six=True)
    name = name_wire("www.kaspersky.com")
    asked = question(name, "AAAA", 6)
    wire.send(client, resolver, udp(client.ip, resolver.ip, (50_006, 53), asked, options=True))
    text = answer(name, "AAAA", 6, addresses("2001:db8:b::61"))
    wire.send(resolver, client, wire.datagram(resolver, client, (53, 50_006), text))
    wire.tls(client, site.internet("2001:db8:b::61"), "www.kaspersky.com", browser=True)
    return pcap(wire.shown)
