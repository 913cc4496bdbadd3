"""A switch, a telephone and an access point say who they are; spanning tree says nothing."""

from ipaddress import ip_address

from netwatch.selftest import neighbours
from netwatch.selftest.files import pcap
from netwatch.selftest.frames import other_ethertype
from netwatch.selftest.wire import Host, Site, Wire


def hardware(host: Host) -> bytes:
    return bytes.fromhex(host.mac.replace(":", ""))


def build() -> bytes:
    site = Site(93)
    wire = Wire("2026-11-22T09:30:00Z")
    switch, telephone, radio = site.host(2), site.host(3), site.host(4)
    units = (
        (switch, "sw-office", 0x14, "Switch OS 12"),
        (telephone, "SEP00163E5D0003", 0x24, "Telephone 7"),
    )
    for host, name, capabilities, description in units:
        unit = neighbours.lldp(
            hardware(host),
            name,
            capabilities=capabilities,
            description=description,
            address=ip_address(host.ip).packed,
        )
        wire.show(other_ethertype(host.mac, neighbours.LLDP_GROUP, neighbours.LLDP, unit))
    said = neighbours.CDP_SNAP + neighbours.cdp(
        "ap-hall", platform="Access Point 9", capabilities=0x0A, address=ip_address(radio.ip).packed
    )
    wire.show(other_ethertype(radio.mac, neighbours.CDP_GROUP, len(said), said))
    tree = b"\x42\x42\x03" + bytes(35)
    wire.show(other_ethertype(switch.mac, "01:80:c2:00:00:00", len(tree), tree))
    return pcap(wire.shown)
