"""Questions that nobody can see: HTTPS to two resolvers, QUIC, and TLS on its own port."""

from netwatch.selftest import hellos, quic
from netwatch.selftest.files import pcap
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(95)
    wire = Wire("2026-11-22T09:50:00Z")
    browser, telephone, laptop = site.host(20), site.host(21), site.host(22)
    wire.tls(browser, site.internet("203.0.113.95"), "mozilla.cloudflare-dns.com", browser=True)
    wire.tls(browser, site.internet("8.8.8.8"), "dns.google", browser=True)
    wire.tls(telephone, site.internet("9.9.9.9"), "dns.quad9.net", port=853)
    said = hellos.Hello(name=b"ns.example.test", quic=True, alpn=("doq",)).handshake()
    initial = quic.initial(quic.cut(said), dcid=b"8 octets")
    server = site.internet("203.0.113.96")
    wire.exchange(laptop, server, (50_000, 8_853), initial, b"\x40" + bytes(40))
    wire.tls(laptop, site.internet("203.0.113.97"), "www.example.test", browser=True)
    return pcap(wire.shown)
