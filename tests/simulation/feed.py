"""What a mirror at one place of a made network shows of it, frame by frame.

Networks are told in conversations (`netwatch.selftest.wire`); a `Feed` takes every packet of one
of its machines and shows it, or not, as the mirror would: with whose MACs, in which directions,
twice, or lost. What was shown of one errand is counted here and nowhere else: it is the truth about
what could be seen.
"""

from random import Random
from typing import Final

import msgspec

from netwatch.selftest import frames, packets
from netwatch.selftest.wire import FIRST_PORT, STEP_NS, Host, Site, Wire

ISP_MAC: Final = "00:16:3e:fe:00:01"
COPY_NS: Final = 20_000
"""From a frame to its copy."""
UDP: Final = 17


class Mirror(msgspec.Struct, frozen=True, kw_only=True):
    """Where it sits, and how well it shows what passes there."""

    seat: str = "access"
    """`access`: every frame, with the machines' MACs. `routed`: the same behind a router, whose MAC
    stands for all machines but the servers. `uplink`: only what goes to the Internet."""
    shows: str = "both"
    """Or one direction: `from-clients`, `to-clients`."""
    hides: str = ""
    """`dns`: it shows nothing of port 53; `connections`: nothing else."""
    loss: float = 0.0
    copies: float = 0.0
    """Share of frames that are shown twice."""
    copies_hop: bool = False
    """Copies come from behind the next router."""


class Errand(msgspec.Struct, kw_only=True):
    """One connection, or one question, of a program for one name; and what the mirror showed."""

    name: str
    time_ns: int
    address: str
    mac: str
    by_dns: bool = False
    said: int = 0
    said_shown: int = 0
    heard_shown: int = 0
    vouching: bool = True
    """A name that no other kind of program says."""


class Feed(Wire):
    """The wire of one machine, as a mirror of the network shows it."""

    def __init__(self, site: Site, mirror: Mirror, rng: Random, start: str, vlan: int = 0) -> None:
        super().__init__(start, vlans=(vlan,) if vlan else ())
        self.site = site
        self.mirror = mirror
        self.errand: Errand | None = None
        self.count = rng.randrange(1 << 20)
        self._rng = rng

    def send(self, source: Host, target: Host, packet: bytes) -> None:
        """A packet passes."""
        from_client = self._from_client(packet)
        shown = self._is_shown(source, target, packet, from_client)
        if self.errand is not None:
            self.errand.said += from_client
            self.errand.said_shown += shown and from_client
            self.errand.heard_shown += shown and not from_client
        if not shown:
            self.now_ns += STEP_NS
            return
        macs = self._macs(source, target)
        seen = packet if macs[0] == source.mac else packets.one_hop_on(packet)
        self.show(frames.on_link(seen, self.link, *macs, self.vlans))
        if self.mirror.copies and self._rng.random() < self.mirror.copies:
            self.now_ns += COPY_NS
            again = packets.one_hop_on(seen) if self.mirror.copies_hop else seen
            self.show(frames.on_link(again, self.link, *macs, self.vlans))

    def _is_shown(self, source: Host, target: Host, packet: bytes, from_client: bool) -> bool:
        mirror = self.mirror
        crosses = self._is_outside(source) or self._is_outside(target)
        if not crosses and mirror.seat == "uplink":
            return False
        if not crosses and mirror.seat == "routed" and is_server(source) and is_server(target):
            return False
        if mirror.shows != "both" and from_client != (mirror.shows == "from-clients"):
            return False
        dns = 53 in ports_of(packet)
        if (mirror.hides == "dns" and dns) or (mirror.hides == "connections" and not dns):
            return False
        return not (mirror.loss and self._rng.random() < mirror.loss)

    def _macs(self, source: Host, target: Host) -> tuple[str, str]:
        return self._mac(source, target), self._mac(target, source)

    def _mac(self, host: Host, other: Host) -> str:
        seat, gateway = self.mirror.seat, self.site.gateway.mac
        if seat == "access":
            return host.mac
        if self._is_outside(host):
            return ISP_MAC if seat == "uplink" or not is_server(other) else gateway
        return host.mac if seat == "routed" and is_server(host) else gateway

    def _is_outside(self, host: Host) -> bool:
        return host.mac == self.site.gateway.mac and host.ip != self.site.gateway.ip

    def _from_client(self, packet: bytes) -> bool:
        return ports_of(packet)[0] >= FIRST_PORT


def is_server(host: Host) -> bool:
    """Whether a machine stands in the servers' network, 10.N.0.0/24."""
    return host.ip.startswith("10.") and host.ip.split(".")[2] == "0"


def ports_of(packet: bytes) -> tuple[int, int]:
    """Ports of a TCP or UDP packet of the self-test, which has no IP options."""
    start = 40 if packet[0] >> 4 == 6 else 20
    ports = packet[start : start + 4]
    return int.from_bytes(ports[:2], "big"), int.from_bytes(ports[2:], "big")
