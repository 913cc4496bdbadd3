"""Datagrams on the ports of tunnels that are none."""

import random

from netwatch.selftest.carriers import numbers
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

PORTS = (1701, 2152, 3544, 4341, 4754, 4789, 4790, 5072, 5247, 6081, 6635, 8472, 37_008)
NAME = "ds.kaspersky.com"


def build() -> bytes:
    site = Site(140)
    wire = Wire("2026-11-18T11:20:00Z")
    client, peer = site.host(20), site.internet("198.51.100.140")
    chance = random.Random(140)  # noqa: S311 - a fixed seed is the point
    asked = b"\x02ds\x09kaspersky\x03com\0\0\1\0\1"
    for port in PORTS:
        game = numbers((port, 2)) + chance.randbytes(40)
        wire.exchange(client, peer, (50_000 + port % 1_000, port), game, game[::-1])
        hidden = chance.randbytes(33) + numbers((7, 2), (0x0100, 2), (1, 2), (0, 6)) + asked
        wire.send(client, peer, wire.datagram(client, peer, (port, 50_000), hidden))
    wire.look_up(client, site.resolver, "www.example.org", addresses(peer.ip))
    return pcap(wire.shown)
