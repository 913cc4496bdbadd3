"""Real ECH with a name that everybody knows, with one that DNS told, and its imitation."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import counted, words
from netwatch.selftest.messages import Record, addresses
from netwatch.selftest.wire import Site, Wire

FRONT = "front.example.test"


def configs(name: str) -> bytes:
    """An ECHConfigList (RFC 9849 section 4) whose key nobody has."""
    key = b"\x07" + words((32,)) + counted(2, bytes(range(32))) + counted(2, words((1, 1)))
    body = key + b"\x20" + counted(1, name.encode()) + words((0,))
    return counted(2, words((0xFE0D,)) + counted(2, body))


def build() -> bytes:
    site = Site(96)
    wire = Wire("2026-11-22T10:00:00Z")
    one, other, third = site.host(20), site.host(21), site.host(22)
    server = site.internet("203.0.113.98")
    wire.tls(one, site.internet("203.0.113.99"), "cloudflare-ech.com", browser=True)
    record = Record("HTTPS", words((1,)) + b"\0" + words((5,)) + counted(2, configs(FRONT)))
    wire.look_up(other, site.resolver, "secret.example.test", [record])
    wire.look_up(other, site.resolver, "secret.example.test", addresses(server.ip))
    wire.tls(other, server, FRONT, browser=True)
    wire.tls(third, server, FRONT, browser=True)
    return pcap(wire.shown)
