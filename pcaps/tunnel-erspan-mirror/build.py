"""A remote mirror (ERSPAN II) of an access switch."""

from netwatch.selftest.carriers import Ends, erspan_2, through
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

KSN = (
    ("ds.kaspersky.com", "203.0.113.134"),
    ("dc1-st.ksn.kaspersky-labs.com", "203.0.113.135"),
)


def build() -> bytes:
    site = Site(132)
    ends = Ends("10.132.250.1", "10.132.250.9")
    wire = Wire("2026-11-18T10:40:00Z")
    client = site.host(20)
    for name, address in KSN:
        wire.look_up(client, site.resolver, name, addresses(address))
        wire.tls(client, site.internet(address), name)
    other = site.host(21)
    wire.look_up(other, site.resolver, "www.example.org", addresses("198.51.100.132"))
    wire.tls(other, site.internet("198.51.100.132"), "www.example.org", browser=True)

    def mirror(frame: bytes) -> bytes:
        return ends.ip(47, erspan_2(frame, 30))

    macs = ("00:16:3e:84:fa:01", "00:16:3e:84:fa:09")
    return pcap(through(wire.shown, (client.ip, other.ip), mirror, mirror, macs))
