"""Two sites tied together by ESP."""

import random

from netwatch.selftest import frames
from netwatch.selftest.carriers import Ends, numbers
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(139)
    ends, back = Ends("10.139.250.1", "10.139.250.2"), Ends("10.139.250.2", "10.139.250.1")
    macs = ("00:16:3e:8b:fa:01", "00:16:3e:8b:fa:02")
    wire = Wire("2026-11-18T11:15:00Z")
    chance = random.Random(139)  # noqa: S311 - a fixed seed is the point
    for number in range(20):
        way, order = (ends, macs) if number % 3 else (back, macs[::-1])
        head = numbers((0xC0FFEE, 4), (number + 1, 4))
        hidden = way.ip(50, head + chance.randbytes(chance.randrange(80, 900, 8)))
        wire.show(frames.on_link(hidden, frames.ETHERNET, *order))
    client = site.host(20)
    wire.look_up(client, site.resolver, "www.example.org", addresses("198.51.100.139"))
    wire.tls(client, site.internet("198.51.100.139"), "www.example.org", browser=True)
    return pcap(wire.shown)
