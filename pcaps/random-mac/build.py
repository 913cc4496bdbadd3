"""A phone with a random MAC."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Host, Site, Wire

WANTED = (
    ("dc1-cert.ksn.kaspersky-labs.com", "203.0.113.79"),
    ("touch.kaspersky.com", "203.0.113.80"),
)


def build() -> bytes:
    site = Site(77)
    wire = Wire("2026-11-18T12:15:00Z")
    phone = Host(ip=site.host(20).ip, mac="da:a1:19:4d:00:14")
    for name, address in WANTED:
        wire.look_up(phone, site.resolver, name, addresses(address))
        wire.tls(phone, site.internet(address), name)
        wire.wait(100)
    return pcap(wire.shown)
