"""What the captures showed of each network: the VLAN and prefix in which devices have addresses.

A mirror may show one network well and another hardly at all; the whole hides that.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final

from netwatch.charge import Key
from netwatch.devices.addresses import is_link_local
from netwatch.model import Client
from netwatch.report import Network, Time

PREFIX_BITS: Final = {4: 24, 16: 64}
"""Octets of an address -> bits of what is taken for one network: nobody tells us the masks."""
JUDGED: Final = frozenset(("running", "likely", "possible", "clean"))
NETWORKS_MAX: Final = 256
"""Of more networks those with the most devices are told."""

Seen = tuple[Key, str, str, Client]
"""A device, its verdict, the site, and what one capture showed of one address of it."""
Place = tuple[str, int, bytes]
"""Site, VLAN, first octets of the address."""


def by_network(seen: Iterable[Seen]) -> list[Network]:
    """Add up what was seen, for each network; those with the most devices first."""
    clients: dict[Place, list[Client]] = {}
    devices: dict[Place, dict[Key, str]] = {}
    for key, verdict, site, client in seen:
        length = len(client.address)
        if length not in PREFIX_BITS or is_link_local(client.address):
            continue
        place = (site, client.vlan, client.address[: PREFIX_BITS[length] // 8])
        clients.setdefault(place, []).append(client)
        devices.setdefault(place, {})[key] = verdict
    order = sorted(clients, key=lambda place: (-len(devices[place]), place))
    return [_network(place, devices[place], clients[place]) for place in order[:NETWORKS_MAX]]


def _network(place: Place, devices: dict[Key, str], clients: list[Client]) -> Network:
    site, vlan, octets = place
    address = IPv4Address if len(octets) < 4 else IPv6Address
    whole = octets.ljust(4 if len(octets) < 4 else 16, b"\0")
    connections = sum(client.connections for client in clients)
    named = sum(client.connections_named for client in clients)
    answered = sum(client.connections_answered for client in clients)
    return Network(
        site=site or None,
        vlan=vlan or None,
        prefix=str(ip_network((address(whole), PREFIX_BITS[len(whole)]))),
        devices=len(devices),
        judged=sum(verdict in JUDGED for verdict in devices.values()),
        first_time=Time(min(client.first_ns for client in clients)),
        last_time=Time(max(client.last_ns for client in clients)),
        connections=connections,
        names_visible=_share(named, connections),
        both_directions=_share(answered, connections),
        dns_questions=sum(client.questions for client in clients),
        dns_answers=sum(client.answers for client in clients),
        hellos=sum(client.hellos for client in clients),
        ech=sum(client.hellos_ech for client in clients),
        encrypted_dns=sum(client.encrypted_dns for client in clients),
        quic=sum(client.quic for client in clients),
        vpn=sum(client.tunnels for client in clients),
    )


def _share(part: int, whole: int) -> float | None:
    return round(min(part / whole, 1.0), 4) if whole else None
