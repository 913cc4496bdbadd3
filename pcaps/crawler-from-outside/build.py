"""A visitor out of a network of the vendor's."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import request, response
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(62)
    wire = Wire("2026-11-18T11:10:00Z")
    connection = wire.connect(site.internet("77.74.181.62"), site.host(80), 80)
    connection.say(request("/", "www.corp.example", fields=["User-Agent: crawler"]))
    connection.hear(response(b"<html></html>", kind="text/html"))
    connection.close()
    wire.tls(site.internet("93.159.228.62"), site.host(80), "www.corp.example")
    return pcap(wire.shown)
