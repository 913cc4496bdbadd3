"""Near misses of update paths and magics."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import request, response
from netwatch.selftest.wire import Site, Wire

PATHS = (
    "/index/u1313g.xml.bak",
    "/INDEX/U1313G.XML",
    "/u1313g.xml",
    "/a/b/c/d/index/u1313g.xml",
    "/search?q=/index/u1313g.xml",
)
BODIES = (b"\0KLZF", b"klzf", b"xKLD2", b"KLZ", b"<html>KLZF")


def build() -> bytes:
    site = Site(66)
    wire = Wire("2026-11-18T11:30:00Z")
    connection = wire.connect(site.host(20), site.internet("198.51.100.66"), 80)
    for path, body in zip(PATHS, BODIES, strict=True):
        connection.say(request(path, "files.example.org"))
        connection.hear(response(body + bytes(60), kind="application/octet-stream"))
    connection.say(request("/upload", "files.example.org", method="POST") + b"KLZF")
    connection.close()
    return pcap(wire.shown)
