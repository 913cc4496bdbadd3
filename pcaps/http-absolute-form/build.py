"""A request in absolute form."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import request, response
from netwatch.selftest.wire import Site, Wire

AGENT = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def build() -> bytes:
    site = Site(21)
    wire = Wire("2026-11-18T07:45:00Z")
    connection = wire.connect(site.host(20), site.host(8), 3128)
    target = "http://www.kaspersky.com/downloads?lang=en"
    connection.say(request(target, "www.example.org", fields=[AGENT]))
    connection.hear(response(b"<html></html>", kind="text/html"))
    connection.close()
    return pcap(wire.shown)
