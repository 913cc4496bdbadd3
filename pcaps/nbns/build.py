"""NetBIOS names: one machine registers its own, one asks, one announces itself to the browsers."""

from ipaddress import ip_address

from netwatch.selftest import neighbours
from netwatch.selftest.files import pcap
from netwatch.selftest.wire import Host, Site, Wire

BROADCAST = Host(ip="10.91.255.255", mac="ff:ff:ff:ff:ff:ff")


def build() -> bytes:
    site = Site(91)
    wire = Wire("2026-11-22T09:10:00Z")
    laptop, printer, server = site.host(20), site.host(21), site.host(22)
    name = neighbours.netbios_name("LAPTOP-ANNA")
    address = ip_address(laptop.ip).packed
    said = (
        (laptop, 137, neighbours.netbios_claim(name, address)),
        (laptop, 137, neighbours.netbios_claim(name, address)),
        (printer, 137, neighbours.netbios_question(neighbours.netbios_name("KASPERSKY.COM"))),
        (printer, 137, neighbours.netbios_claim(name, address)),
        (
            server,
            138,
            neighbours.netbios_datagram(
                neighbours.netbios_name("FILES", neighbours.FILE_SERVER),
                ip_address(server.ip).packed,
                b"Files of the office",
            ),
        ),
    )
    for host, port, message in said:
        wire.send(host, BROADCAST, wire.datagram(host, BROADCAST, (port, port), message))
        wire.wait(1)
    return pcap(wire.shown)
