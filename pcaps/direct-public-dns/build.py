"""The product asks twice: its resolver and a public one."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses, alias
from netwatch.selftest.wire import Site, Wire

ASKED = (
    ("ds.kaspersky.com", "ksn-ds.geoksn.kaspersky.com", "203.0.113.1"),
    ("touch.kaspersky.com", "touch.geo.kaspersky.com", "203.0.113.2"),
    ("dc1-st.ksn.kaspersky-labs.com", "ksn-dc1-st.geoksn.kaspersky.com", "203.0.113.3"),
)


def build() -> bytes:
    site = Site(29)
    wire = Wire("2026-11-18T08:20:00Z")
    client, public = site.host(20), site.internet("8.8.8.8")
    wire.look_up(client, site.resolver, "www.example.org", addresses("198.51.100.29"))
    for name, target, address in ASKED:
        wire.look_up(client, site.resolver, name, alias(target, address))
        wire.wait(0.006)
        wire.look_up(client, public, name, alias(target, address))
        wire.look_up(client, public, name, alias(target), kind="AAAA")
        wire.tls(client, site.internet(address), name)
        wire.wait(5)
    return pcap(wire.shown)
