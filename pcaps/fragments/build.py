"""Answers that arrive in pieces."""

from netwatch.selftest.files import pcap
from netwatch.selftest.frames import in_fragments
from netwatch.selftest.messages import Record, addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(12)
    wire = Wire("2026-11-18T07:00:00Z")
    for six, address in ((False, "198.51.100.121"), (True, "2001:db8:b::c1")):
        client, resolver = site.host(20, six=six), site.host(53, six=six)
        asked = wire.ask(client, resolver, "www.kaspersky.com", "AAAA" if six else "A")
        filler = Record("TXT", b"\xc8" + b"x" * 200)
        packet = asked.reply((filler, *addresses(address)))
        pieces = in_fragments(packet, 96, number=12)
        for piece in (*reversed(pieces), pieces[0]):
            wire.send(resolver, client, piece)
        connection = wire.connect(client, site.internet(address))
        connection.close()
    return pcap(wire.shown)
