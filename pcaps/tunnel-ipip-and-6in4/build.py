"""IPv4 in IPv4, and IPv6 in IPv4 in IPv6."""

from netwatch.selftest.carriers import Ends, through
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(137)
    ends, back = Ends("10.137.250.1", "10.137.250.2"), Ends("10.137.250.2", "10.137.250.1")
    far = Ends("fd00:0:0:89::fa01", "fd00:0:0:89::fa02")
    near = Ends(far.target, far.source)
    macs = ("00:16:3e:89:fa:01", "00:16:3e:89:fa:02")
    four, six = Wire("2026-11-18T11:05:00Z"), Wire("2026-11-18T11:05:30Z")
    reader, reader6 = site.host(20), site.host(21, six=True)
    four.look_up(reader, site.resolver, "www.kaspersky.com", addresses("198.51.100.137"))
    four.tls(reader, site.internet("198.51.100.137"), "www.kaspersky.com", browser=True)
    resolver6 = site.host(53, six=True)
    six.look_up(reader6, resolver6, "www.kaspersky.com", addresses("2001:db8:137::80"))
    six.tls(reader6, site.internet("2001:db8:137::80"), "www.kaspersky.com", browser=True)
    return pcap(
        sorted(
            through(
                four.shown,
                (reader.ip,),
                lambda frame: ends.ip(4, frame[14:]),
                lambda frame: back.ip(4, frame[14:]),
                macs,
            )
            + through(
                six.shown,
                (reader6.ip,),
                lambda frame: far.ip(4, ends.ip(41, frame[14:])),
                lambda frame: near.ip(4, back.ip(41, frame[14:])),
                macs,
            )
        )
    )
