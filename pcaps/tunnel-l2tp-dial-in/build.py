"""A machine that dials in: PPP in L2TP."""

from netwatch.selftest.carriers import Ends, l2tp, ppp, through
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

KSN = (
    ("ds.kaspersky.com", "203.0.113.138"),
    ("dc1-st.ksn.kaspersky-labs.com", "203.0.113.139"),
)


def build() -> bytes:
    site = Site(136)
    ends, back = Ends("10.136.250.1", "10.136.250.2"), Ends("10.136.250.2", "10.136.250.1")
    wire = Wire("2026-11-18T11:00:00Z")
    client = site.host(20)
    for name, address in KSN:
        wire.look_up(client, site.resolver, name, addresses(address))
        wire.tls(client, site.internet(address), name)
    return pcap(
        through(
            wire.shown,
            (client.ip,),
            lambda frame: ends.udp(1701, l2tp(ppp(frame[14:]), numbered=True)),
            lambda frame: back.udp(1701, l2tp(ppp(frame[14:], framed=False)), back=True),
            ("00:16:3e:88:fa:01", "00:16:3e:88:fa:02"),
        )
    )
