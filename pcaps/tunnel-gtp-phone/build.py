"""A phone behind GTP-U, with the header of a 5G session."""

from netwatch.selftest.carriers import Ends, gtp, through
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(134)
    ends, back = Ends("10.134.250.1", "10.134.250.2"), Ends("10.134.250.2", "10.134.250.1")
    wire = Wire("2026-11-18T10:50:00Z")
    phone = site.host(20)
    wire.look_up(phone, site.resolver, "www.kaspersky.com", addresses("198.51.100.134"))
    wire.tls(phone, site.internet("198.51.100.134"), "www.kaspersky.com", browser=True)
    return pcap(
        through(
            wire.shown,
            (phone.ip,),
            lambda frame: ends.udp(2152, gtp(frame[14:], session=True)),
            lambda frame: back.udp(2152, gtp(frame[14:], session=True)),
            ("00:16:3e:86:fa:01", "00:16:3e:86:fa:02"),
        )
    )
