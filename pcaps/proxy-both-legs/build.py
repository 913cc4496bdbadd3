"""A proxy between two machines and the Internet."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.messages import addresses, request
from netwatch.selftest.wire import Site, Wire

TUNNELS = (
    (20, "s11.upd.kaspersky.com", "203.0.113.56", False),
    (21, "www.example.org", "198.51.100.56", True),
    (20, "ksn-cinfo-geo.kaspersky-labs.com", "203.0.113.57", False),
    (21, "mail.example.org", "198.51.100.57", True),
    (21, "www.example.com", "198.51.100.58", True),
    (20, "news.example.org", "198.51.100.59", False),
)


def build() -> bytes:
    site = Site(56)
    wire = Wire("2026-11-18T10:40:00Z")
    proxy = site.host(8)
    for host, name, address, browser in TUNNELS:
        near = wire.connect(site.host(host), proxy, 3128)
        near.say(request(f"{name}:443", f"{name}:443", method="CONNECT"))
        wire.look_up(proxy, site.resolver, name, addresses(address))
        far = wire.connect(proxy, site.internet(address))
        near.hear(b"HTTP/1.1 200 Connection established\r\n\r\n")
        hello = records(Hello(name=name.encode(), number=host, browser=browser).handshake())
        near.say(hello)
        far.say(hello)
        far.hear(flight_13())
        near.hear(flight_13())
        far.close()
        near.close()
        wire.wait(5)
    return pcap(wire.shown)
