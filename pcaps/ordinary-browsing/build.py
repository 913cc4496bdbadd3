"""Browsing without the vendor."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, octets
from netwatch.selftest.messages import addresses, request, response
from netwatch.selftest.quic import initial
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(60)
    wire = Wire("2026-11-18T11:00:00Z")
    for number in range(6):
        client, name = site.host(20 + number % 2), f"www{number}.example.com"
        server = site.internet(f"198.51.100.{160 + number}")
        wire.look_up(client, site.resolver, name, addresses(server.ip))
        if number == 2:
            connection = wire.connect(client, server, 80)
            connection.say(request("/index.html", name))
            connection.hear(response(b"<html></html>", kind="text/html"))
            connection.close()
        elif number == 3:
            hello = Hello(name=name.encode(), quic=True, browser=True).handshake()
            said = initial([(0, hello)], dcid=octets("dcid", 60, 8))
            wire.exchange(client, server, (50_060, 443), said, b"\x40" + octets("reply", 60, 60))
        else:
            wire.tls(client, server, name, browser=True)
        wire.wait(20)
    return pcap(wire.shown)
