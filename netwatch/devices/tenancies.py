"""Who had an address when, as leases and tables tell: for mirrors that show no MAC of a device.

Only one interface may be the answer, for the whole time asked about; else there is none. A server
grants an address to one interface at a time: a later grant ends the one before.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

from netwatch.devices.addresses import is_host, is_unicast
from netwatch.lease import Lease
from netwatch.model import Capture

SECOND_NS: Final = 1_000_000_000
NEVER_NS: Final = 1 << 63
LOOKED_UP_OF_ROUTER: Final = 4
"""IPv4 addresses of one MAC in one table: of more it is a router's, or proxy ARP (RFC 1027)."""
Home = tuple[str, bytes]
"""Site and packed address."""
Span = tuple[int, int, bytes]
"""First and last time, both included, and the MAC."""


class Tenancies:
    """Built of leases that were given and of grants that the captures show."""

    def __init__(self, leases: Iterable[Lease], captures: Sequence[Capture]) -> None:
        granted: dict[Home, list[Lease]] = {}
        spans: dict[Home, list[Span]] = {}
        self.hostnames: dict[tuple[str, bytes], set[bytes]] = {}
        """(site, MAC) -> names that leases give it."""
        self.ports: dict[tuple[str, bytes], set[str]] = {}
        """(site, MAC) -> ports of switches where it stood."""
        told = [lease for lease in (*leases, *_seen(captures)) if is_unicast(lease.mac)]
        fronts = _fronts(told)
        for lease in told:
            if lease.hostname:
                self.hostnames.setdefault((lease.site, lease.mac), set()).add(lease.hostname)
            if lease.port:
                self.ports.setdefault((lease.site, lease.mac), set()).add(lease.port)
            home = (lease.site, lease.address)
            if not is_host(lease.address) or (lease.site, lease.mac) in fronts:
                continue
            if lease.granted:
                granted.setdefault(home, []).append(lease)
            else:
                span = (lease.first_ns, lease.last_ns, lease.mac)
                spans.setdefault(home, []).append(span)
        for home, grants in granted.items():
            spans.setdefault(home, []).extend(_one_after_the_other(grants))
        self._spans = {home: _joined(several) for home, several in spans.items()}
        self._starts = {home: [one[0] for one in several] for home, several in self._spans.items()}
        self._shared = _in_several_vlans(captures)

    def holder(self, site: str, address: bytes, first_ns: int, last_ns: int) -> bytes:
        """The MAC that had the address all that time; empty if none is told, or several."""
        home = (site, address)
        spans = self._spans.get(home)
        if spans is None or home in self._shared:
            return b""
        before = bisect_right(self._starts[home], last_ns)
        macs = {mac for first, last, mac in spans[:before] if last >= first_ns}
        if len(macs) != 1:
            return b""
        whole = any(first <= first_ns and last >= last_ns for first, last, _ in spans[:before])
        return macs.pop() if whole else b""


def _seen(captures: Sequence[Capture]) -> Iterable[Lease]:
    """What a DHCP server was seen to grant."""
    for capture in captures:
        for claim in capture.observation.claims:
            if claim.kind == "dhcp-ack" and claim.lease_seconds > 0:
                yield Lease(
                    mac=claim.mac,
                    address=claim.address,
                    first_ns=claim.time_ns,
                    last_ns=claim.time_ns + claim.lease_seconds * SECOND_NS,
                    granted=True,
                    site=capture.site,
                )


def _fronts(leases: Iterable[Lease]) -> set[tuple[str, bytes]]:
    """(site, MAC) of what answers for many addresses at once, and is none of them."""
    seen: dict[tuple[str, bytes, int], set[bytes]] = {}
    for lease in leases:
        if not lease.granted and len(lease.address) == 4:
            table = (lease.site, lease.mac, lease.first_ns)
            seen.setdefault(table, set()).add(lease.address)
    return {
        (site, mac)
        for (site, mac, _), addresses in seen.items()
        if len(addresses) > LOOKED_UP_OF_ROUTER
    }


def _one_after_the_other(grants: Sequence[Lease]) -> list[Span]:
    """Each until it ends, or until the address is granted to another interface."""
    ordered = sorted(grants, key=lambda lease: (lease.first_ns, lease.last_ns, lease.mac))
    spans = []
    after = other = NEVER_NS, b""
    """When the next grant begins and whose it is, and the next one of somebody else."""
    for lease in reversed(ordered):
        if lease.mac != after[1]:
            other = after
        after = lease.first_ns, lease.mac
        # Of two grants at one time nobody knows which one held.
        ended = other[0] - 1 if other[0] > lease.first_ns else NEVER_NS
        if lease.first_ns <= lease.last_ns:
            spans.append((lease.first_ns, min(lease.last_ns, ended), lease.mac))
    return spans


def _joined(spans: Iterable[Span]) -> list[Span]:
    """In time; what one interface had without a gap is one span."""
    whole: dict[bytes, list[Span]] = {}
    for first, last, mac in sorted(spans):
        own = whole.setdefault(mac, [])
        if own and first <= own[-1][1] + 1:
            own[-1] = (own[-1][0], max(own[-1][1], last), mac)
        else:
            own.append((first, last, mac))
    return sorted(span for own in whole.values() for span in own)


def _in_several_vlans(captures: Sequence[Capture]) -> set[Home]:
    """Addresses that are several devices' at once, which no lease tells apart."""
    vlans: dict[Home, int] = {}
    found = set()
    for capture in captures:
        for client in capture.observation.clients:
            home = (capture.site, client.address)
            if vlans.setdefault(home, client.vlan) != client.vlan:
                found.add(home)
    return found
