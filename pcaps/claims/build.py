"""Three machines say which addresses are theirs."""

from netwatch.selftest import frames
from netwatch.selftest.files import pcap
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(32)
    wire = Wire("2026-11-18T08:35:00Z")
    server, laptop, printer = site.gateway, site.host(20), site.host(30)
    wire.show(frames.dhcp_request(laptop.mac, "LAPTOP-ANNA", laptop.ip))
    wire.show(frames.dhcp_ack(server.mac, server.ip, laptop.mac, laptop.ip))
    wire.show(frames.arp(laptop.mac, laptop.ip, server.ip))
    wire.show(frames.arp(printer.mac, printer.ip, server.ip))
    wire.show(frames.neighbour(printer.mac, "fd00:0:0:20::1e"))
    wire.show(frames.arp(printer.mac, printer.ip, laptop.ip))
    return pcap(wire.shown)
