"""Every frame twice, as a mirror of two ports shows it."""

import msgspec

from netwatch.selftest import frames
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

ROUTER = ("00:16:3e:4a:ff:01", "00:16:3e:4a:ff:02")


def build() -> bytes:
    site = Site(74)
    wire = Wire("2026-11-18T12:00:00Z")
    client, server = site.host(20), site.internet("203.0.113.74")
    wire.look_up(client, site.resolver, "ksn-stat-geo.kaspersky-labs.com", addresses(server.ip))
    wire.tls(client, server, "ksn-stat-geo.kaspersky-labs.com")
    both = []
    for frame in wire.shown:
        packet = frames.one_hop_on(frame.octets[14:])
        copy = frames.on_link(packet, frames.ETHERNET, *ROUTER, vlans=(74,))
        both += [frame, msgspec.structs.replace(frame, time_ns=frame.time_ns + 30_000, octets=copy)]
    return pcap(both)
