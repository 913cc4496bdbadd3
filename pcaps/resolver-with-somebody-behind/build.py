"""A resolver that asks for somebody unseen."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

HIDDEN = (
    ("ds.kaspersky.com", "203.0.113.71"),
    ("s03.upd.kaspersky.com", "203.0.113.72"),
    ("ksn-url-geo.kaspersky-labs.com", "203.0.113.73"),
)


def build() -> bytes:
    site = Site(71)
    wire = Wire("2026-11-18T22:10:00Z")
    public = site.internet("9.9.9.9")
    for number, (name, address) in enumerate(HIDDEN):
        for host in (20, 21):
            shown, ip = f"site-{number}.example.org", f"198.51.100.{70 + number}"
            asked = wire.ask(site.host(host), site.resolver, shown)
            wire.look_up(site.resolver, public, shown, addresses(ip))
            asked.answer(addresses(ip))
            wire.tls(site.host(host), site.internet(ip), shown, browser=True)
        wire.look_up(site.resolver, public, name, addresses(address))
        wire.wait(600)
    return pcap(wire.shown)
