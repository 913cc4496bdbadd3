"""Pipelined requests."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import request, response
from netwatch.selftest.wire import Site, Wire

AGENT = "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64)"


def build() -> bytes:
    site = Site(33)
    wire = Wire("2026-11-18T08:45:00Z")
    connection = wire.connect(site.host(20), site.internet("198.51.100.33"), 80)
    hosts = ("WWW.Kaspersky.COM:80", "www.example.org", "www.kaspersky.com")
    connection.say(b"".join(request("/", host, fields=[AGENT]) for host in hosts))
    connection.hear(b"".join(response(b"<html></html>", kind="text/html") for _ in hosts))
    connection.close()
    return pcap(wire.shown)
