"""Frames that nobody reads names from."""

from netwatch.selftest import frames
from netwatch.selftest.files import pcap
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(63)
    wire = Wire("2026-11-18T11:15:00Z")
    client, server = site.host(20), site.internet("198.51.100.63")
    wire.send(client, server, frames.ping(client.ip, server.ip))
    ntp = wire.datagram(client, server, (123, 123), b"\x23" + bytes(47))
    wire.send(client, server, ntp)
    wire.send(server, client, frames.unreachable(server.ip, client.ip, ntp))
    lldp = b"\x02\x07\x04\x00\x16\x3e\x3f\x00\x01\x04\x02\x05\x31\x06\x02\x00\x78\x00\x00"
    wire.show(frames.other_ethertype(client.mac, "01:80:c2:00:00:0e", 0x88CC, lldp))
    wire.show(
        frames.other_ethertype(client.mac, "01:80:c2:00:00:00", 38, b"\x42\x42\x03" + bytes(35))
    )
    wire.show(frames.other_ethertype(client.mac, server.mac, 0x88B5, b"kaspersky.com"))
    wire.show(frames.on_link(ntp, frames.ETHERNET, client.mac, server.mac)[:20], wire_bytes=90)
    return pcap(wire.shown)
