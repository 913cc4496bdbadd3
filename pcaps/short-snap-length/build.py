"""Frames cut after 96 octets."""

import msgspec

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

SNAP_BYTES = 96


def build() -> bytes:
    site = Site(73)
    wire = Wire("2026-11-18T11:55:00Z")
    client, server = site.host(20), site.internet("198.51.100.73")
    wire.look_up(client, site.resolver, "www.kaspersky.com", addresses(server.ip))
    wire.tls(client, server, "www.kaspersky.com", browser=True)
    wire.tls(client, site.internet("198.51.100.74"), "support.kaspersky.com", browser=True)
    return pcap(
        [
            msgspec.structs.replace(
                frame, octets=frame.octets[:SNAP_BYTES], wire_bytes=len(frame.octets)
            )
            for frame in wire.shown
        ]
    )
