"""Questions on two kinds of loopback."""

from netwatch.selftest.files import pcapng
from netwatch.selftest.frames import LOOP, NULL
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire, together


def build() -> bytes:
    site = Site(11)
    wires = []
    for second, (link, six) in enumerate(((NULL, False), (LOOP, False), (NULL, True))):
        wire = Wire(f"2026-11-18T06:55:0{second}Z", link=link)
        client, resolver = site.host(20 + second, six=six), site.host(53, six=six)
        wire.look_up(client, resolver, "www.kaspersky.com", addresses("198.51.100.111"))
        wires.append(wire)
    return pcapng(together(*wires))
