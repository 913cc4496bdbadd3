"""A machine with the product serves a web site on the ports of management servers."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire, together

WANTED = (("s08.upd.kaspersky.com", "203.0.113.75"), ("ds.kaspersky.com", "203.0.113.76"))


def build() -> bytes:
    site = Site(172)
    server = site.host(10)
    own = Wire("2026-11-20T09:00:00Z")
    for name, address in WANTED:
        own.look_up(server, site.resolver, name, addresses(address))
        own.tls(server, site.internet(address), name)
        own.wait(300)
    visits = Wire("2026-11-20T09:01:00Z")
    for _ in range(5):
        visits.tls(site.host(20), server, "build.corp.example", browser=True, port=13_000)
        page = visits.connect(site.host(21), server, 14_000)
        page.say(b"GET / HTTP/1.1\r\nHost: build.corp.example:14000\r\n\r\n")
        page.hear(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        page.close()
        visits.tls(site.host(22), server, "", port=13_291)
        visits.wait(1_800)
    return pcap(together(own, visits))
