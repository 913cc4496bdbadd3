"""Compiled. The two ends of a packet, kept while its stream is young.

Nearly every young stream becomes whole and needs none of this. Octets and numbers cost a fifth of
a sighting, which is made for the few that are cut.
"""

from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.model import HttpFields, Sighting


class Ends:
    """Of the current packet, whose sender is taken for the client."""

    def __init__(self, packet: Packet, flow: i64, two_way: bool, forwarded_for: bytes) -> None:
        self.time_ns: i64 = packet.time_ns
        self.number: i64 = packet.number
        self.source: bytes = packet.source_address()
        self.source_mac: bytes = packet.mac(packet.source_mac)
        self.source_port: i64 = packet.source_port
        self.target: bytes = packet.target_address()
        self.target_mac: bytes = packet.mac(packet.target_mac)
        self.target_port: i64 = packet.target_port
        self.transport: i64 = packet.protocol
        self.flow: i64 = flow
        self.two_way: bool = two_way
        self.forwarded_for: bytes = forwarded_for
        self.vlans: tuple[int, ...] = packet.vlan_tuple() if packet.vlan_count > 0 else ()
        self.tunnels: tuple[bytes, ...] = packet.tunnel_tuple() if packet.tunnel_count > 0 else ()

    def sighting(self) -> Sighting:
        """Give a sighting that says nothing yet and is not kept."""
        return Sighting(
            time_ns=self.time_ns,
            frame=self.number,
            signal="",
            name=b"",
            client=self.source,
            client_port=self.source_port,
            client_mac=self.source_mac,
            server=self.target,
            server_port=self.target_port,
            server_mac=self.target_mac,
            transport=self.transport,
            vlans=self.vlans,
            tunnels=self.tunnels,
            flow=self.flow,
            two_way=self.two_way,
            http=HttpFields(forwarded_for=self.forwarded_for) if self.forwarded_for else None,
        )
