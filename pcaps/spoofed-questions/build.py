"""Questions and SYNs in somebody else's name."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Host, Site, Tcp, Wire

NAMES = ("s02.upd.kaspersky.com", "ksn-file-geo.kaspersky-labs.com", "ds.kaspersky.com")


def build() -> bytes:
    site = Site(70)
    wire = Wire("2026-11-18T11:50:00Z")
    victim = site.host(20)
    spoofer = Host(ip=victim.ip, mac=site.host(66).mac)
    wire.look_up(victim, site.resolver, "www.example.org", addresses("198.51.100.70"))
    wire.tls(victim, site.internet("198.51.100.70"), "www.example.org", browser=True)
    for _ in range(4):
        for number, name in enumerate(NAMES):
            server = site.internet(f"203.0.113.{170 + number}")
            asked = wire.ask(spoofer, site.resolver, name)
            wire.wait(0.01)
            wire.send(site.resolver, victim, asked.reply(addresses(server.ip)))
            Tcp(wire, spoofer, server, 443).syn()
        wire.wait(2_400)
    return pcap(wire.shown)
