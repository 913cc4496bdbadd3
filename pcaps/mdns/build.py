"""Multicast DNS between two machines."""

from netwatch.names import name_wire
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses, announcement, question
from netwatch.selftest.wire import Host, Site, Wire

GROUP = Host(ip="224.0.0.251", mac="01:00:5e:00:00:fb")


def build() -> bytes:
    site = Site(4)
    wire = Wire("2026-11-18T06:20:00Z")
    printer, laptop = site.host(30, ttl=255), site.host(31, ttl=255)
    (record,) = addresses(printer.ip)
    said = (
        (printer, announcement(name_wire("kitchen-printer.local"), record)),
        (laptop, question(name_wire("_ipp._tcp.local"), "PTR", 0)),
        (laptop, question(name_wire("ds.kaspersky.com"), "A", 0)),
    )
    for host, message in said:
        wire.send(host, GROUP, wire.datagram(host, GROUP, (5353, 5353), message))
        wire.wait(1)
    return pcap(wire.shown)
