"""Two update files."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import request, response
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(23)
    wire = Wire("2026-11-18T07:50:00Z")
    connection = wire.connect(site.host(20), site.host(9), 80)
    connection.say(request("/bases/av/kdb/base001.kdc", "mirror.corp.example"))
    connection.hear(response(b"KLZF" + bytes(200), kind="application/octet-stream"))
    connection.say(request("/bases/av/kdb/base002.kdc", "mirror.corp.example"))
    body = response(b"KLD2" + bytes(200), kind="application/octet-stream")
    connection.hear(body, body.index(b"KLD2"))
    connection.close()
    return pcap(wire.shown)
