"""Remote mirrors of the types that are not II."""

from netwatch.selftest.carriers import ERSPAN_2, Ends, erspan_3, gre, through
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

KINDS = (
    lambda frame: gre(ERSPAN_2, frame),
    lambda frame: erspan_3(frame, 40),
    lambda frame: erspan_3(frame, 40, platform=True),
    lambda frame: erspan_3(frame[14:], kind=2),
)


def build() -> bytes:
    site = Site(143)
    wire = Wire("2026-11-18T13:30:00Z")
    passed = []
    for number, kind in enumerate(KINDS):
        ends = Ends(f"10.143.250.{1 + number}", "10.143.250.9")
        client = site.host(20 + number)
        wire.shown = []
        wire.look_up(client, site.resolver, "www.kaspersky.com", addresses("198.51.100.143"))
        wire.tls(client, site.internet("198.51.100.143"), "www.kaspersky.com", browser=True)

        def mirror(frame: bytes, kind=kind, ends=ends) -> bytes:
            return ends.ip(47, kind(frame))

        macs = (f"00:16:3e:8f:fa:0{1 + number}", "00:16:3e:8f:fa:09")
        passed += through(wire.shown, (client.ip,), mirror, mirror, macs)
    return pcap(passed)
