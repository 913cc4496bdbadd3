"""PROXY headers of both versions before hellos."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.proxies import proxy_header, proxy_line
from netwatch.selftest.wire import Site, Wire

HEADERS = (
    ("www.kaspersky.com", proxy_line("10.83.4.1", "10.83.0.9", (40_001, 443)), True),
    (
        "s11.upd.kaspersky.com",
        proxy_header("10.83.4.2", "10.83.0.9", (40_002, 443), b"\x04\x00\x03abc"),
        False,
    ),
    (
        "ksn-cinfo-geo.kaspersky-labs.com",
        proxy_header("10.83.4.3", "10.83.0.9", (40_003, 443)),
        True,
    ),
    ("dc1.ksn.kaspersky-labs.com", proxy_line("10.83.0.9", "10.83.0.9", (40_004, 443)), False),
)


def build() -> bytes:
    site = Site(83)
    wire = Wire("2026-11-18T12:45:00Z")
    for number, (name, header, apart) in enumerate(HEADERS):
        connection = wire.connect(site.host(9), site.internet(f"203.0.113.{90 + number}"))
        hello = records(Hello(name=name.encode(), post_quantum=True).handshake())
        for said in (header, hello) if apart else (header + hello,):
            connection.say(said)
        connection.hear(flight_13())
        connection.close()
        wire.wait(3_000)
    return pcap(wire.shown)
