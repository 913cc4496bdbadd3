"""A router streams what it hears to a sniffer; nobody has the product."""

from netwatch.selftest.carriers import Ends, through, tzsp
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(141)
    ends = Ends("10.141.250.1", "10.141.250.9")
    wire = Wire("2026-11-18T11:25:00Z")
    client = site.host(20)
    wire.look_up(client, site.resolver, "www.example.org", addresses("198.51.100.141"))
    wire.tls(client, site.internet("198.51.100.141"), "www.example.org", browser=True)

    def stream(frame: bytes) -> bytes:
        return ends.udp(37_008, tzsp(frame))

    macs = ("00:16:3e:8d:fa:01", "00:16:3e:8d:fa:09")
    return pcap(through(wire.shown, (client.ip,), stream, stream, macs))
