"""Questions in VLAN 10, VLAN 20, and VLAN 30 inside of service VLAN 400."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Host, Site, Wire, together


def build() -> bytes:
    site = Site(7)
    client = site.host(20)
    wires = []
    for second, vlans in enumerate(((10,), (20,), (400, 30))):
        wire = Wire(f"2026-11-18T06:35:0{second}Z", vlans=vlans)
        machine = Host(ip=client.ip, mac=site.host(100 + second).mac)
        wire.look_up(machine, site.resolver, "www.kaspersky.com", addresses("198.51.100.71"))
        wires.append(wire)
    return pcap(together(*wires))
