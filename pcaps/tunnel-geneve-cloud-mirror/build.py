"""A cloud gateway shows packets without frames."""

from netwatch.selftest.carriers import IPV4, Ends, geneve, through
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

KSN = (
    ("ds.kaspersky.com", "203.0.113.132"),
    ("dc1-st.ksn.kaspersky-labs.com", "203.0.113.133"),
)


def build() -> bytes:
    site = Site(131)
    ends, back = Ends("10.131.250.1", "10.131.250.2"), Ends("10.131.250.2", "10.131.250.1")
    options = bytes.fromhex("0108010200000000000000010108020200000000000000020108030112345678")
    wire = Wire("2026-11-18T10:35:00Z")
    client = site.host(20)
    for name, address in KSN:
        wire.look_up(client, site.resolver, name, addresses(address))
        wire.tls(client, site.internet(address), name)
    return pcap(
        through(
            wire.shown,
            (client.ip,),
            lambda frame: ends.udp(6081, geneve(IPV4, frame[14:], options=options)),
            lambda frame: back.udp(6081, geneve(IPV4, frame[14:], options=options)),
            ("00:16:3e:83:fa:01", "00:16:3e:83:fa:02"),
        )
    )
