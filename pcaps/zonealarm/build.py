"""An engine of Kaspersky's inside somebody else's product."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses, request, response
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(45)
    wire = Wire("2026-11-18T09:45:00Z")
    client, mirror = site.host(20), site.internet("203.0.113.145")
    name = "kav8.zonealarm.com"
    wire.look_up(client, site.resolver, name, addresses(mirror.ip))
    connection = wire.connect(client, mirror, 80)
    connection.say(request("/v6/index/u1313g.xml", name, fields=["User-Agent: CPAV"]))
    connection.hear(response(b"<?xml version='1.0'?><Update/>"))
    connection.close()
    for number, name in enumerate(
        ("dnl-03.geo.kaspersky.com", "ksn-crypto-url-geo.kaspersky-labs.com")
    ):
        server = site.internet(f"203.0.113.{146 + number}")
        wire.look_up(client, site.resolver, name, addresses(server.ip))
        wire.tls(client, server, name)
        wire.wait(15)
    return pcap(wire.shown)
