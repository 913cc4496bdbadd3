"""Machines behind a router, in the morning and in the evening."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Host, Site, Wire

ROUTER = "00:16:3e:4c:00:01"
UPLINK = "00:16:3e:4c:00:02"


def build() -> bytes:
    site = Site(76)
    wire = Wire("2026-11-18T06:00:00Z")
    clients = [Host(ip=site.host(n).ip, mac=ROUTER, ttl=63) for n in range(20, 40)]
    resolver = Host(ip="198.51.100.53", mac=UPLINK)
    wanted = (("s09.upd.kaspersky.com", "203.0.113.77"), ("touch.kaspersky.com", "203.0.113.78"))
    for name, address in wanted:
        for number, client in enumerate(clients):
            server = Host(ip=f"198.51.100.{100 + number}", mac=UPLINK, ttl=54)
            wire.look_up(client, resolver, f"www{number}.example.org", addresses(server.ip))
            wire.tls(client, server, f"www{number}.example.org", browser=True)
        wire.look_up(clients[3], resolver, name, addresses(address))
        wire.tls(clients[3], Host(ip=address, mac=UPLINK, ttl=54), name)
        wire.wait(11 * 3_600)
    return pcap(wire.shown)
