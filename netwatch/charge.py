"""Whom a sighting is charged to, and from which seat it was seen: what devices tell the verdict."""

from typing import Final, NamedTuple

import msgspec

from netwatch.model import Sighting


class Seat:
    """From where a piece of evidence was seen; the values are the texts of every output."""

    ENDPOINT: Final = "endpoint"
    """In frames of the device's own MAC."""
    ROUTER_MAC: Final = "router-mac"
    """In frames whose MAC does not name the device: a router's, somebody else's, or none."""
    BEHIND_RESOLVER: Final = "behind-resolver"
    BEHIND_PROXY: Final = "behind-proxy"
    BEHIND_NAT: Final = "behind-nat"
    LOG: Final = "log"
    """In the log of somebody who was asked by this address, or saw it ask."""


SEATS: Final = (
    Seat.ENDPOINT,
    Seat.ROUTER_MAC,
    Seat.BEHIND_RESOLVER,
    Seat.BEHIND_PROXY,
    Seat.BEHIND_NAT,
    Seat.LOG,
)


class Role:
    """What a device does for others; the values are the texts of every output."""

    ENDPOINT: Final = "endpoint"
    RESOLVER: Final = "resolver"
    LIST_RESOLVER: Final = "list-resolver"
    PROXY: Final = "proxy"
    NAT: Final = "nat"
    ROUTER: Final = "router"
    MANAGEMENT_SERVER: Final = "management-server"


ROLES: Final = (
    Role.ENDPOINT,
    Role.RESOLVER,
    Role.LIST_RESOLVER,
    Role.PROXY,
    Role.NAT,
    Role.ROUTER,
    Role.MANAGEMENT_SERVER,
)


class Key(NamedTuple):
    """What a device is known by: its MAC, else its VLAN and address.

    `site` keeps equal ones of two sites apart; a MAC that belongs to one machine wherever it goes
    has none.
    """

    site: str = ""
    mac: bytes = b""
    vlan: int = 0
    address: bytes = b""


class Charge(msgspec.Struct, kw_only=True, frozen=True):
    """A sighting and whom it is charged to: what goes from `devices` to `verdict`."""

    sighting: Sighting
    capture: str
    """Path of the capture."""
    device: Key
    """The device or, where it only carries, the carrier."""
    seat: str
    site: str = ""
    """Of the capture."""
    replied: bool = False
    """The other side of the sighting's flow was seen after it."""
    refused: bool = False
    """The other side refused the connection."""
    acked: bool = False
    """On a feed of one direction, and its client went on acknowledging what is not seen."""
    hello: bool = False
    """On a port of the pack, and its client began TLS there as no browser does."""
    server_ours: bool = False
    """The server is on our side of the network."""


TOOLS: Final = (
    b"curl/",
    b"Wget/",
    b"HTTPie/",
    b"xh/",
    b"aria2/",
    b"libwww-perl/",
    b"lwp-request/",
    b"Python-urllib/",
    b"python-requests/",
    b"PostmanRuntime/",
)
"""How a User-Agent begins that is a person's tool to try things out with."""


def is_tool(sighting: Sighting) -> bool:
    """Whether whoever said this names itself as such a tool."""
    return sighting.http is not None and sighting.http.user_agent.startswith(TOOLS)


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """How well one device was watched: what its silence is worth."""

    seconds: int = 0
    """From the first to the last frame of the captures that show it."""
    hours: int = 0
    """Hours of the clock in which it was active, as far as they are surely one device's."""
    days: int = 0
    connections: int = 0
    """New ones to public servers."""
    connections_named: int = 0
    loss: float = 0.0
    """Estimated share of octets that the mirror lost, 0 to 1."""
    one_direction: bool = False
    tunnels: int = 0
    """Flows and packets of VPNs, whose inside is not seen."""
