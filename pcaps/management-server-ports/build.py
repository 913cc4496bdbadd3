"""Agents and their server, known by ports only."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(31)
    wire = Wire("2026-11-18T08:30:00Z")
    server = site.host(10)
    for port in (13_000, 13_111):
        connection = wire.connect(site.host(20), server, port)
        connection.say(records(Hello(name=b"", alpn=(), number=port).handshake()))
        connection.hear(flight_13())
        connection.close()
        wire.wait(20)
    connection = wire.connect(site.host(21), server, 14_000)
    connection.say(b"\x00\x00\x00\x10hello agent 1.0.")
    connection.hear(b"\x00\x00\x00\x10hello server 1.")
    connection.close()
    wire.wait(20)
    agent = site.host(20)
    wire.exchange(server, agent, (15_001, 15_000), b"wake", b"here")
    return pcap(wire.shown)
