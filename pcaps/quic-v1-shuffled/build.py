"""A long hello over QUIC, out of order and repeated."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, octets
from netwatch.selftest.quic import cut, initial
from netwatch.selftest.wire import Site, Wire

DCID = bytes.fromhex("8394c8f03e515708")


def build() -> bytes:
    site = Site(25)
    wire = Wire("2026-11-18T08:00:00Z")
    client, server = site.host(20), site.internet("198.51.100.251")
    hello = Hello(name=b"www.kaspersky.com", quic=True, post_quantum=True, browser=True)
    pieces = cut(hello.handshake(), 40, 300, 700, 1_000, 1_400)
    first = initial([pieces[2], pieces[0], pieces[1]], dcid=DCID, number=1)
    second = initial([pieces[5], pieces[3], pieces[4]], dcid=DCID, number=2)
    for payload in (second, second, first, first):
        wire.send(client, server, wire.datagram(client, server, (50_025, 443), payload))
    wire.wait(0.012)
    reply = b"\x40" + octets("short header", 25, 60)
    wire.send(server, client, wire.datagram(server, client, (443, 50_025), reply))
    return pcap(wire.shown)
