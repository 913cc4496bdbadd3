"""Two customers of a carrier that bridges (802.1ah), with the same addresses and VLANs."""

from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Host, Site, Wire, together

BACKBONE = bytes.fromhex("02000000b00202000000b001") + b"\x88\xa8\x0f\xa0"
WANTED = (
    ("dc1-cert.ksn.kaspersky-labs.com", "203.0.113.114"),
    ("touch.kaspersky.com", "203.0.113.115"),
)


def build() -> bytes:
    site = Site(107)
    first, second = (
        Wire("2026-11-19T06:35:00Z", vlans=(7,)),
        Wire("2026-11-19T06:35:30Z", vlans=(7,)),
    )
    client = site.host(20)
    other = Host(ip=client.ip, mac=site.host(21).mac)
    for name, address in WANTED:
        first.look_up(client, site.resolver, name, addresses(address))
        first.tls(client, site.internet(address), name)
        first.wait(100)
    second.look_up(other, site.resolver, "www.example.com", addresses("203.0.113.116"))
    second.tls(other, site.internet("203.0.113.116"), "www.example.com")
    return pcap(together(carried(first, 70_000), carried(second, 70_001)))


def carried(wire: Wire, service: int) -> Wire:
    """Every frame in one of the backbone's, with the number of the customer's service."""
    head = BACKBONE + b"\x88\xe7" + service.to_bytes(4, "big")
    wire.shown = [Frame(frame.time_ns, head + frame.octets) for frame in wire.shown]
    return wire
