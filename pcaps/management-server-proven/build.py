"""A server of the house with the product, and its agents."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire, together

WANTED = (("s08.upd.kaspersky.com", "203.0.113.75"), ("ds.kaspersky.com", "203.0.113.76"))


def build() -> bytes:
    site = Site(75)
    server = site.host(10)
    own = Wire("2026-11-18T14:20:00Z")
    for name, address in WANTED:
        own.look_up(server, site.resolver, name, addresses(address))
        own.tls(server, site.internet(address), name)
        own.wait(300)
    agents = Wire("2026-11-18T14:21:00Z")
    for host in (20, 21, 20, 20, 20):
        connection = agents.connect(site.host(host), server, 13_000)
        connection.say(records(Hello(name=b"", alpn=(), number=host).handshake()))
        connection.hear(flight_13())
        connection.close()
        agents.wait(2_700)
    return pcap(together(own, agents))
