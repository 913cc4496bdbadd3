"""Two tenants of one fabric with the same addresses, one of them with the product."""

from netwatch.selftest.carriers import Ends, through, vxlan
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Host, Site, Wire

KSN = (
    ("ds.kaspersky.com", "203.0.113.130"),
    ("dc1-st.ksn.kaspersky-labs.com", "203.0.113.131"),
)

OTHERS = (("www.example.org", "198.51.100.130"),)


def build() -> bytes:
    site = Site(130)
    ends, back = Ends("10.130.250.1", "10.130.250.2"), Ends("10.130.250.2", "10.130.250.1")
    tenants = []
    for network, mac in ((70_001, "00:16:3e:82:01:14"), (70_002, "00:16:3e:82:02:14")):
        wire = Wire("2026-11-18T10:30:00Z")
        client = Host(ip=site.host(20).ip, mac=mac)
        for _ in range(3):
            for name, address in KSN if network == 70_001 else OTHERS:
                wire.look_up(client, site.resolver, name, addresses(address))
                wire.tls(client, site.internet(address), name)
            wire.wait(1_801)
        tenants += through(
            wire.shown,
            (client.ip,),
            lambda frame, network=network: ends.udp(4789, vxlan(frame, network)),
            lambda frame, network=network: back.udp(4789, vxlan(frame, network)),
            ("00:16:3e:82:fa:01", "00:16:3e:82:fa:02"),
        )
    return pcap(sorted(tenants))
