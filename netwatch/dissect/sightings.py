"""Compiled. From a name to a record: the only place where a sighting is made.

A name that matches nothing makes no object here, unless every name was asked for.
"""

from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.match.matcher import Matcher
from netwatch.model import Reply, Sighting
from netwatch.names import Name


class Sightings:
    """Collects the sightings and replies of the engine until they are taken."""

    def __init__(self, matcher: Matcher, names: bool) -> None:
        self.matcher: Matcher = matcher
        self.names: bool = names
        self.found: list[Sighting] = []
        self.replies: list[Reply] = []

    def wanted(self, signature: i64) -> bool:
        """Tell whether a name with this signature (-1: none) leaves the engine."""
        return signature >= 0 or self.names

    def made(
        self,
        packet: Packet,
        flow: i64,
        from_client: bool,
        signal: str,
        name: bytes,
        signature: i64,
    ) -> Sighting:
        """Give a sighting that is not kept; in one call, because each attribute set costs 50 ns."""
        if from_client:
            sighting = Sighting(
                time_ns=packet.time_ns,
                frame=packet.number,
                signal=signal,
                name=name,
                signature=signature,
                client=packet.source_address(),
                client_port=packet.source_port,
                client_mac=packet.mac(packet.source_mac),
                server=packet.target_address(),
                server_port=packet.target_port,
                server_mac=packet.mac(packet.target_mac),
                transport=packet.protocol,
                flow=flow,
            )
        else:
            sighting = Sighting(
                time_ns=packet.time_ns,
                frame=packet.number,
                signal=signal,
                name=name,
                signature=signature,
                client=packet.target_address(),
                client_port=packet.target_port,
                client_mac=packet.mac(packet.target_mac),
                server=packet.source_address(),
                server_port=packet.source_port,
                server_mac=packet.mac(packet.source_mac),
                transport=packet.protocol,
                flow=flow,
            )
        if packet.vlan_count > 0:
            sighting.vlans = packet.vlan_tuple()
        if packet.tunnel_count > 0:
            sighting.tunnels = packet.tunnel_tuple()
        return sighting

    def add(
        self,
        packet: Packet,
        flow: i64,
        from_client: bool,
        signal: str,
        name: bytes,
        signature: i64,
    ) -> Sighting:
        """Make a sighting, keep it and give it, so that the caller can add what it knows."""
        sighting = self.made(packet, flow, from_client, signal, name, signature)
        self.found.append(sighting)
        return sighting

    def add_name(
        self, packet: Packet, flow: i64, from_client: bool, signal: str, name: Name
    ) -> Sighting | None:
        """Match `name`; make a sighting if it matches or all names are wanted."""
        signature = self.matcher.name(name)
        if not self.wanted(signature):
            return None
        return self.add(packet, flow, from_client, signal, name.wire(), signature)

    def reply(self, packet: Packet, flow: i64, kind: str) -> None:
        """Note that the other side of a flow with a sighting answered, or what it said instead."""
        self.replies.append(
            Reply(time_ns=packet.time_ns, frame=packet.number, flow=flow, kind=kind)
        )


def turned(sighting: Sighting) -> Sighting:
    """Give a sighting of the same packet with client and server the other way round."""
    return Sighting(
        time_ns=sighting.time_ns,
        frame=sighting.frame,
        signal=sighting.signal,
        name=sighting.name,
        client=sighting.server,
        client_port=sighting.server_port,
        client_mac=sighting.server_mac,
        server=sighting.client,
        server_port=sighting.client_port,
        server_mac=sighting.client_mac,
        transport=sighting.transport,
        vlans=sighting.vlans,
        tunnels=sighting.tunnels,
        flow=sighting.flow,
        two_way=sighting.two_way,
    )
