"""Transparent Ethernet in GRE, L2TPv3, and all that VXLAN-GPE carries."""

from netwatch.selftest.carriers import (
    BRIDGED,
    Ends,
    gre,
    l2tp_3,
    mpls,
    nsh,
    through,
    vxlan_gpe,
)
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

NETWORK = 70_144
KINDS = (
    lambda ends, frame: ends.ip(47, gre(BRIDGED, frame)),
    lambda ends, frame: ends.ip(47, gre(BRIDGED, frame, key=NETWORK << 8)),
    lambda ends, frame: ends.ip(115, l2tp_3(frame, bytes(8), bytes(4))),
    lambda ends, frame: ends.udp(1701, l2tp_3(frame, b"cook", udp=True)),
    lambda ends, frame: ends.udp(4790, vxlan_gpe(1, frame[14:], NETWORK)),
    lambda ends, frame: ends.udp(4790, vxlan_gpe(3, frame, NETWORK)),
    lambda ends, frame: ends.udp(4790, vxlan_gpe(4, nsh(3, frame), NETWORK)),
    lambda ends, frame: ends.udp(4790, vxlan_gpe(5, mpls(frame[14:]), NETWORK)),
)


def build() -> bytes:
    site = Site(144)
    there, back = Ends("10.144.250.1", "10.144.250.2"), Ends("10.144.250.2", "10.144.250.1")
    macs = ("00:16:3e:90:fa:01", "00:16:3e:90:fa:02")
    wire = Wire("2026-11-18T13:40:00Z")
    passed = []
    for number, kind in enumerate(KINDS):
        client = site.host(20 + number)
        wire.shown = []
        wire.look_up(client, site.resolver, "www.kaspersky.com", addresses("198.51.100.144"))
        wire.tls(client, site.internet("198.51.100.144"), "www.kaspersky.com", browser=True)
        passed += through(
            wire.shown,
            (client.ip,),
            lambda frame, kind=kind: kind(there, frame),
            lambda frame, kind=kind: kind(back, frame),
            macs,
        )
    return pcap(passed)
