"""A NAT gateway with many machines behind it."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import request, response
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(57)
    wire = Wire("2026-11-18T10:45:00Z")
    for number in range(20):
        client = site.host(20, ttl=(64, 63, 62, 128, 127, 126)[number % 6])
        connection = wire.connect(client, site.internet(f"198.51.100.{number + 1}"), 80)
        agent = f"User-Agent: Agent/{number}.0 (machine {number * 7})"
        connection.say(request("/", f"www{number}.example.org", fields=[agent]))
        connection.hear(response(b"ok", kind="text/plain"))
        connection.close()
        if number in (6, 13):
            name = (
                "dc1.ksn.kaspersky-labs.com" if number == 6 else "ksn-info-geo.kaspersky-labs.com"
            )
            wire.tls(client, site.internet(f"203.0.113.{100 + number}"), name)
    return pcap(wire.shown)
