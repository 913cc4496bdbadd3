"""A morning of one machine with the product, and of one without."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses, alias
from netwatch.selftest.wire import Site, Wire, together

KSN = (
    ("ds.kaspersky.com", "ksn-ds.geoksn.kaspersky.com", "203.0.113.41"),
    ("dc1-st.ksn.kaspersky-labs.com", "ksn-dc1-st.geoksn.kaspersky.com", "203.0.113.42"),
)


def build() -> bytes:
    site = Site(40)
    wire = Wire("2026-11-18T18:00:00Z")
    client = site.host(20)
    for half_hour in range(6):
        for name, target, address in KSN:
            wire.look_up(client, site.resolver, name, alias(target, address))
            wire.tls(client, site.internet(address), name)
            wire.wait(7)
        wire.look_up(client, site.resolver, "www.example.org", addresses("198.51.100.40"))
        wire.tls(client, site.internet("198.51.100.40"), "www.example.org", browser=True)
        if half_hour == 2:
            name, update = "s12.upd.kaspersky.com", site.internet("203.0.113.43")
            wire.look_up(client, site.resolver, name, addresses(update.ip))
            wire.tls(client, update, name)
        wire.wait(1_780)
    other = Wire("2026-11-18T18:00:30Z")
    for _ in range(5):
        other.look_up(site.host(21), site.resolver, "www.example.org", addresses("198.51.100.40"))
        other.tls(site.host(21), site.internet("198.51.100.40"), "www.example.org", browser=True)
        other.wait(1_800)
    return pcap(together(wire, other))
