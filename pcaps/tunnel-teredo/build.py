"""IPv6 in UDP through a NAT."""

from netwatch.selftest.carriers import Ends, teredo, through
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Host, Site, Wire


def build() -> bytes:
    site = Site(135)
    ends, back = Ends("10.135.0.20", "198.51.100.235"), Ends("198.51.100.235", "10.135.0.20")
    wire = Wire("2026-11-18T10:55:00Z")
    inside = Host(ip="2001:0:c633:64eb:0:3b2d:34ff:8e8b", mac=site.host(20).mac)
    resolver = Host(ip="2001:db8:135::53", mac=site.gateway.mac)
    server = Host(ip="2001:db8:135::80", mac=site.gateway.mac)
    wire.look_up(inside, resolver, "www.kaspersky.com", addresses(server.ip))
    wire.tls(inside, server, "www.kaspersky.com", browser=True)
    return pcap(
        through(
            wire.shown,
            (inside.ip,),
            lambda frame: ends.udp(3544, teredo(frame[14:])),
            lambda frame: back.udp(3544, teredo(frame[14:], origin=True), back=True),
            (site.host(20).mac, site.gateway.mac),
        )
    )
