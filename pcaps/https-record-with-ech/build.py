"""Answers to HTTPS questions: an alias, address hints and ECHConfigs (RFC 9460, RFC 9848)."""

from netwatch.names import name_wire
from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.messages import Record
from netwatch.selftest.wire import Site, Wire

HINT = b"\0\4\0\4" + bytes((203, 0, 113, 121))
ECH_CONFIGS = b"\0\4\xfe\x0d\0\0"
ECH = b"\0\5" + len(ECH_CONFIGS).to_bytes(2, "big") + ECH_CONFIGS


def build() -> bytes:
    site = Site(121)
    wire = Wire("2026-11-18T07:30:00Z")
    client = site.host(20)
    server = site.internet("203.0.113.121")
    itself = b"\0\1" + b"\0" + HINT + ECH
    alias = b"\0\0" + name_wire("ksn-url.geoksn.kaspersky.com") + b"\0"
    service = b"\0\1" + name_wire("touch.geo.kaspersky.com") + b"\0" + HINT
    for name, rdata in (
        ("ds.kaspersky.com", itself),
        ("reputation.example.net", alias),
        ("portal.example.org", service),
        ("www.example.com", itself),
    ):
        wire.look_up(client, site.resolver, name, [Record("HTTPS", rdata)])
        wire.wait(1)
    connection = wire.connect(client, server)
    connection.say(records(Hello(name=b"").handshake()))
    connection.hear(flight_13())
    connection.close()
    return pcap(wire.shown)
