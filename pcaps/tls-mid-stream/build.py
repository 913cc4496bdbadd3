"""Encrypted records of a session that began before."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import APPLICATION, octets, records
from netwatch.selftest.wire import Site, Tcp, Wire


def build() -> bytes:
    site = Site(19)
    wire = Wire("2026-11-18T07:35:00Z")
    connection = Tcp(wire, site.host(20), site.internet("198.51.100.191"), 443)
    connection.skip(12_345)
    connection.skip(54_321, server=True)
    for number in range(4):
        connection.say(records(octets("said", number, 300), kind=APPLICATION))
        connection.hear(records(octets("heard", number, 900), kind=APPLICATION))
    return pcap(wire.shown)
