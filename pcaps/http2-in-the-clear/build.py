"""HTTP/2 in the clear, begun in both ways."""

from netwatch.selftest import http2
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import request
from netwatch.selftest.wire import Site, Wire

UPDATES, VERDICTS = "s05.upd.kaspersky.com", "ksn-verdict-geo.kaspersky-labs.com"
SETTINGS = http2.frame(http2.SETTINGS) + http2.frame(http2.SETTINGS, flags=http2.ACK)
OK = http2.frame(http2.HEADERS, b"\x88", flags=http2.END_HEADERS | http2.END_STREAM, stream=1)


def build() -> bytes:
    site = Site(81)
    wire = Wire("2026-11-18T12:00:00Z")
    known = wire.connect(site.host(20), site.internet("203.0.113.81"), 8_080)
    encoder = http2.Encoder()
    fields = http2.request_fields(UPDATES, "/index/u1.xml", agent="Updater/2")
    known.say(http2.beginning() + encoder.request(fields, pieces=2), 70)
    known.hear(SETTINGS + OK)
    known.say(http2.frame(http2.SETTINGS, flags=http2.ACK) + encoder.request(fields))
    known.hear(OK)
    known.close()
    wire.wait(600)
    upgraded = wire.connect(site.host(20), site.internet("203.0.113.82"), 80)
    asked = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"]
    upgraded.say(request("/", "www.example.com", fields=asked))
    upgraded.hear(
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    )
    upgraded.hear(SETTINGS)
    upgraded.say(http2.beginning() + http2.Encoder().request(http2.request_fields(VERDICTS)))
    upgraded.hear(OK)
    upgraded.close()
    return pcap(wire.shown)
