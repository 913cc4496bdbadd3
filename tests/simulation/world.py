"""A made network and the truth about it: who is there, with which addresses, doing what.

Nothing here asks the code under test: kinds, addresses and times are what the network was made of.
"""

from datetime import UTC, datetime
from random import Random
from typing import Final

import msgspec
from simulation.feed import Errand, Feed, Mirror

from netwatch.selftest import frames
from netwatch.selftest.files import Frame
from netwatch.selftest.wire import Host, Site, together

HOUR_S: Final = 3_600
DAY_S: Final = 86_400
HALF_HOUR_NS: Final = 1_800_000_000_000
ADDRESS_NS: Final = 8 * HOUR_S * 1_000_000_000
"""What is known by an address only may be another machine after so long."""
MONDAY: Final = int(datetime(2026, 11, 2, 8, tzinfo=UTC).timestamp())
KINDS: Final = (
    "product",
    "managed-product",
    "clean",
    "web",
    "look-alike",
    "decoy",
    "admin",
    "spoofed",
    "carrier",
)
"""`managed-product`: it talks to a server of the house only, and says no name."""
GUILTY: Final = frozenset(("product", "managed-product"))


class Stay(msgspec.Struct, frozen=True):
    """An address that somebody had from `begin_ns` to `end_ns`."""

    ip: str
    begin_ns: int
    end_ns: int


class Being(msgspec.Struct, kw_only=True):
    """Somebody on the network."""

    name: str
    kind: str
    macs: set[str] = msgspec.field(default_factory=set)
    stays: list[Stay] = msgspec.field(default_factory=list)
    errands: list[Errand] = msgspec.field(default_factory=list)
    hidden_in: str = ""
    """Name of the carrier that speaks for it; it has no frames of its own."""
    carried_by: str = ""
    """Name of a carrier that it uses, whether or not the mirror shows its own side."""
    lasting: bool = True
    """Its MAC is its maker's, not made up."""

    @property
    def guilty(self) -> bool:
        """Whether a product runs there."""
        return self.kind in GUILTY

    def had(self, ip: str, time_ns: int) -> bool:
        """Whether it had this address then."""
        return any(s.ip == ip and s.begin_ns <= time_ns <= s.end_ns for s in self.stays)


class World:
    """One network under one mirror."""

    def __init__(self, seed: int, mirror: Mirror, name: str) -> None:
        self.seed = seed
        self.name = name
        self.rng = Random(f"{name} {seed}")  # noqa: S311 - seeded, so that it can be made again
        self.mirror = mirror
        self.site = Site(seed % 200)
        self.beings: list[Being] = []
        self.feeds: list[Feed] = []
        self.extra: list[Frame] = []
        self._number = 255

    def being(self, kind: str, name: str = "") -> Being:
        """Somebody new, without an address yet."""
        if kind not in KINDS:
            raise ValueError(f"kind {kind!r} found, one of {', '.join(KINDS)} expected")
        made = Being(name=name or f"{kind} {len(self.beings)}", kind=kind)
        self.beings.append(made)
        return made

    def machine(self, being: Being, *, six: bool = False, ttl: int = 0) -> Host:
        """A machine of it in the clients' networks, which keeps its address."""
        self._number += 1
        host = self.site.host(self._number, six=six, ttl=ttl or self.rng.choice((64, 128)))
        self.lives(being, host)
        return host

    def server(self, being: Being, number: int) -> Host:
        """A machine of it in the servers' network."""
        host = self.site.host(number)
        self.lives(being, host)
        return host

    def lives(self, being: Being, host: Host, begin_s: float = -DAY_S, end_s: float = 1e8) -> None:
        """It has this MAC, and this address from one second of the simulation to another."""
        being.macs.add(host.mac)
        begin, end = (round((MONDAY + moment) * 1e9) for moment in (begin_s, end_s))
        being.stays.append(Stay(host.ip, begin, end))

    def feed(self, begin_s: float, vlan: int = 0) -> Feed:
        """A wire from this second of the simulation on."""
        start = datetime.fromtimestamp(MONDAY, UTC).isoformat()
        made = Feed(self.site, self.mirror, self.rng, start, vlan)
        made.wait(begin_s)
        self.feeds.append(made)
        return made

    def lease(self, host: Host, hostname: str, at_s: float, vlan: int = 0) -> None:
        """DHCP and ARP, where the mirror shows the machines' own network."""
        if self.mirror.seat != "access" or self.mirror.hides or ":" in host.ip:
            return
        wire = self.feed(at_s, vlan)
        gateway = self.site.gateway
        said = frames.dhcp_request(host.mac, hostname, host.ip)
        heard = frames.dhcp_ack(gateway.mac, gateway.ip, host.mac, host.ip)
        if self.mirror.shows != "to-clients":
            wire.show(said)
            wire.show(frames.arp(host.mac, host.ip, gateway.ip))
        if self.mirror.shows != "from-clients":
            wire.show(heard)

    def shown(self) -> list[Frame]:
        """All that the mirror shows, in time."""
        return together(*self.feeds)


def visible(being: Being, mirror: Mirror) -> bool:
    """Whether its product was there to be seen twice or more, as one machine's."""
    if being.hidden_in or mirror.shows == "to-clients":
        return False
    groups: dict[str, list[Errand]] = {}
    for errand in being.errands:
        if was_shown(errand, mirror):
            lasts = being.lasting and mirror.seat == "access"
            groups.setdefault(errand.mac if lasts else errand.address, []).append(errand)
    return any(
        _is_twice(group, being.lasting and mirror.seat == "access", mirror)
        for group in groups.values()
    )


def was_shown(errand: Errand, mirror: Mirror) -> bool:
    """Whether the mirror showed all that the client said, and that it was answered."""
    if not errand.vouching or errand.said_shown < errand.said:
        return False
    if errand.by_dns:  # only where connections are hidden, and the MAC that asked is seen
        return (
            mirror.hides == "connections" and mirror.seat == "access" and bool(errand.heard_shown)
        )
    return bool(errand.heard_shown) or mirror.shows == "from-clients"


def _is_twice(errands: list[Errand], lasting: bool, mirror: Mirror) -> bool:
    """Two kinds of name or two half hours; two kinds of name where only questions are seen."""
    by_dns = mirror.hides == "connections"
    for first in errands:
        near = [
            other for other in errands if lasting or 0 <= other.time_ns - first.time_ns < ADDRESS_NS
        ]
        names = {other.name for other in near}
        if len(names) > 1 or (
            not by_dns and len({other.time_ns // HALF_HOUR_NS for other in near}) > 1
        ):
            return True
    return False
