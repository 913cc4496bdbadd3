"""Whom a sighting is charged to: the origin, once, or nobody.

What proves nothing is set aside and counted. Where both legs of a carrier are seen, the far one is
set aside. What a known carrier passes on for somebody unseen is kept apart, and is never its own;
nor is what anybody says of itself that it is passed on for another address.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from netwatch.charge import Charge, Key, Role, Seat
from netwatch.devices.addresses import (
    UNKNOWN_ORIGIN,
    is_host,
    is_loopback,
    is_ours,
    origin_of,
    outermost,
)
from netwatch.devices.coverage import is_one_directional
from netwatch.devices.identity import Home, Hosts
from netwatch.devices.moments import aligned
from netwatch.model import Capture, Sighting, Signal

ASKED: Final = frozenset((Signal.DNS_QUERY, Signal.DNS_ANSWER))
PROXIED: Final = frozenset((Signal.HTTP_CONNECT, Signal.HTTP_ABSOLUTE, Signal.SOCKS_HOST))
TOWARDS: Final = PROXIED | {
    Signal.TLS_SNI,
    Signal.QUIC_SNI,
    Signal.DTLS_SNI,
    Signal.FTP_HOST,
    Signal.HTTP_HOST,
    Signal.FLOW_TO_ANSWERED_ADDRESS,
}
"""Signals of a connection towards a name."""
CONTENT: Final = frozenset(
    (Signal.FTP_USER, Signal.HTTP_PATH, Signal.FILE_MAGIC, Signal.TLS_CERTIFICATE)
)
GOSSIP: Final = frozenset((Signal.MDNS, Signal.LLMNR, Signal.NBNS))
CNAME: Final = 5
MINUTE_NS: Final = 60_000_000_000
SECOND_NS: Final = 1_000_000_000
HALF_HOUR: Final = 30
"""Minutes: repeats of a sighting lie within one."""
LEG_NS_MAX: Final = 5 * SECOND_NS
"""A resolver asks within this time of being asked; stubs give up after 5 s."""
LOG_LEG_NS_MAX: Final = MINUTE_NS
"""The same where a log tells of the asking: its clock is another one."""
SOME_RESOLVER: Final = b"resolver"
SOME_PROXY: Final = b"proxy"
"""Stand for the address of a carrier whose log does not say it."""
SEATS: Final = {
    Role.RESOLVER: Seat.BEHIND_RESOLVER,
    Role.LIST_RESOLVER: Seat.BEHIND_RESOLVER,
    Role.PROXY: Seat.BEHIND_PROXY,
    Role.NAT: Seat.BEHIND_NAT,
}


Errand = tuple[str, int, int]
"""Site, signature and minute: what somebody was about there."""


class Ledger:
    """All charges, by device; `aside` counts what is no evidence, by reason."""

    def __init__(self) -> None:
        self.charged: dict[Key, list[Charge]] = {}
        self.carried: dict[Key, list[Charge]] = {}
        self.aside: Counter[str] = Counter()
        self.forwarders: set[Key] = set()
        """Those who named others as the origin of what they sent."""
        self._asked_for: dict[bytes, int] = {}
        """Target of a CNAME -> signature of the name that was asked for."""

    def add(self, capture: Capture, hosts: Hosts, others_inside: bool) -> None:
        """Charge every sighting of one capture to whoever seems to have made it."""
        replies: dict[int, set[str]] = {}
        for reply in capture.observation.replies:
            replies.setdefault(reply.flow, set()).add(reply.kind)
        one_directional = is_one_directional(capture.observation.coverage)
        self._learn_aliases(capture.observation.sightings)
        for sighting in capture.observation.sightings:
            if sighting.signature < 0:
                continue
            kinds = replies.get(sighting.flow, set()) if sighting.flow else set()
            reason = _no_evidence(sighting, kinds, others_inside)
            if capture.is_log and is_loopback(sighting.client):
                self.aside["log-writer"] += 1  # or whoever asks through another program there
                continue
            if reason:
                self.aside[reason] += 1
                continue
            vlan = outermost(sighting.vlans)
            times = (sighting.time_ns, max(sighting.time_ns, sighting.last_time_ns))
            place = (vlan, capture.site, times)
            key, seat = hosts.find(sighting.client, sighting.client_mac, *place)
            if capture.is_log:
                seat = Seat.LOG
            origin = origin_of(sighting)
            if origin and (origin == UNKNOWN_ORIGIN or hosts.find(origin, b"", *place)[0] != key):
                seat = Seat.BEHIND_PROXY
                self.forwarders.add(key)
            charge = Charge(
                sighting=sighting,
                capture=capture.path,
                device=key,
                seat=seat,
                site=capture.site,
                replied="reply" in kinds,
                refused="refused" in kinds,
                # Both: a forged hello lies in such a feed as well, and nobody answers it.
                acked=one_directional and "acked" in kinds,
                hello="hello" in kinds,
                server_ours=is_ours(sighting.server),
            )
            self.charged.setdefault(key, []).append(charge)

    def set_far_legs_aside(self, hosts: Hosts) -> None:
        """Drop what a carrier said for somebody who was seen saying it to the carrier."""
        legs = Legs()
        for charge in self.all():
            legs.add(charge, self.meant(charge))
        for key in sorted(self.charged):
            homes = hosts.device(key).homes | {
                (charge.site, charge.sighting.client) for charge in self.charged[key]
            }
            kept = []
            for charge in self.charged[key]:
                if legs.explain(charge, self.meant(charge), homes):
                    self.aside["far-leg"] += 1
                else:
                    kept.append(charge)
            self.charged[key] = kept

    def align_moments(self) -> None:
        """Bring what logs say to the times at which other inputs show it."""
        for key, charges in self.charged.items():
            self.charged[key] = aligned(charges)

    def carry(self, key: Key, role: str) -> None:
        """Take from a device what it passes on for others; `role` is empty where none is known."""
        own, passed = [], []
        tried = {self._errand(charge) for charge in self.charged[key] if _is_towards(charge)}
        for charge in self.charged[key]:
            asked = charge.sighting.signal in ASKED
            if charge.seat == Seat.BEHIND_PROXY:
                passed.append(charge)
            elif role not in SEATS or (
                role in (Role.RESOLVER, Role.LIST_RESOLVER)
                and (not asked or self._errand(charge) in tried or self._errand(charge, 1) in tried)
            ):
                own.append(charge)  # a resolver's own connections, and the questions for them
            elif role == Role.LIST_RESOLVER:
                self.aside["list-resolver"] += 1
            else:
                passed.append(msgspec.structs.replace(charge, seat=SEATS[role]))
        self.charged[key] = own
        if passed:
            self.carried[key] = passed

    def deliver(self, key: Key, hosts: Hosts) -> set[Key]:
        """Charge what a known proxy passes on to the origins that it names; give them."""
        kept: list[Charge] = []
        origins = set()
        for charge in self.carried.pop(key, []):
            origin = origin_of(charge.sighting)
            if charge.seat != Seat.BEHIND_PROXY or not is_host(origin):
                kept.append(charge)
                continue
            s = charge.sighting
            times = (s.time_ns, max(s.time_ns, s.last_time_ns))
            place = (origin, b"", outermost(s.vlans))
            device = hosts.see(*place, *times, charge.site).key
            origins.add(device)
            moved = msgspec.structs.replace(charge, device=device)
            self.charged.setdefault(device, []).append(moved)
        if kept:
            self.carried[key] = kept
        return origins

    def set_followed_aside(self) -> None:
        """Drop what a resolver asked for and a device that we know then connected to."""
        followed = {self._errand(charge) for charge in self.all() if _is_towards(charge)}
        for key, charges in list(self.carried.items()):
            kept = []
            for charge in charges:
                errands = {self._errand(charge), self._errand(charge, 1)}
                if charge.seat == Seat.BEHIND_RESOLVER and followed & errands:
                    self.aside["far-leg"] += 1
                else:
                    kept.append(charge)
            self.carried[key] = kept
        self.carried = {key: charges for key, charges in self.carried.items() if charges}

    def followers(self) -> dict[Errand, set[Key]]:
        """Who connected to what, in which minute."""
        found: dict[Errand, set[Key]] = {}
        for charge in self.all():
            if _is_towards(charge):
                found.setdefault(self._errand(charge), set()).add(charge.device)
        return found

    def is_followed(self, key: Key, followers: dict[Errand, set[Key]]) -> bool:
        """Whether others connected to what this device had just asked for."""
        return any(
            _has_other(followers.get(self._errand(charge, later)), key)
            for charge in self.charged.get(key, [])
            if charge.sighting.signal in ASKED
            for later in (0, 1)
        )

    def _errand(self, charge: Charge, later: int = 0) -> Errand:
        return charge.site, self.meant(charge), _minute(charge) + later

    def all(self) -> Iterable[Charge]:
        """Give every charge that still stands."""
        for key in sorted(self.charged):
            yield from self.charged[key]

    def meant(self, charge: Charge) -> int:
        """The signature that the question was for, where this is only the target of its CNAME."""
        return self._asked_for.get(charge.sighting.name, charge.sighting.signature)

    def _learn_aliases(self, sightings: Sequence[Sighting]) -> None:
        answers = [s for s in sightings if s.signal == Signal.DNS_ANSWER and s.signature >= 0]
        direct = {(s.frame, s.client): s.signature for s in answers if not _is_alias(s)}
        for sighting in answers:
            if _is_alias(sighting):
                owner = direct.get((sighting.frame, sighting.client))
                if owner is not None:
                    known = self._asked_for.get(sighting.name, owner)
                    self._asked_for[sighting.name] = min(known, owner)


class Visits(msgspec.Struct, kw_only=True):
    """Who came to a proxy for one thing in one half hour, and in which minutes."""

    first: int = 0
    last: int = 0
    devices: tuple[Key, ...] = ()
    """Of two it is clear that there is another one than whoever is asked about."""

    def add(self, charge: Charge) -> None:
        """Note one that came, as often as it did."""
        begun = _minute(charge)
        ended = max(begun, charge.sighting.last_time_ns // MINUTE_NS)
        self.first = min(self.first, begun) if self.devices else begun
        self.last = max(self.last, ended)
        if charge.device not in self.devices:
            self.devices = tuple(sorted((*self.devices, charge.device))[:2])

    def explain(self, minute: int, device: Key) -> bool:
        """Whether somebody else came within a minute of this."""
        return self.first - 1 <= minute <= self.last + 1 and self.devices != (device,)


class Legs:
    """Near legs of carriers: who asked a resolver or proxy for what, and when."""

    def __init__(self) -> None:
        self._asked: dict[tuple[Home, int], list[tuple[int, Key]]] = {}
        """(resolver, signature) -> first time and device, of the first two devices."""
        self._proxied: dict[tuple[Home, int, int], Visits] = {}
        """(proxy, signature or -1, half hour) -> its clients."""
        self._said: dict[tuple[Home, int, int], Visits] = {}
        """(client, signature or -1, half hour) -> what it said for itself."""
        self._told: set[Key] = set()
        """Clients in the logs of carriers that do not say their address: none of these carriers."""
        self._inside: set[tuple[str, str, bytes, int]] = set()
        """(site, signal, name, second) of what our own addresses said."""

    def add(self, charge: Charge, meant: int) -> None:
        """Note a charge that may be somebody's near leg."""
        s = charge.sighting
        server = (charge.site, s.server)
        if charge.seat == Seat.LOG and not s.server:
            self._told.add(charge.device)
            some = SOME_RESOLVER if s.signal in ASKED else SOME_PROXY
            _visit(self._proxied, (charge.site, some), meant, charge)
        elif s.signal in ASKED:
            first = self._asked.setdefault((server, meant), [])
            slack = LOG_LEG_NS_MAX if charge.seat == Seat.LOG else 0
            first.append((s.time_ns - slack, charge.device))
            first.sort()
            first[:] = [first[0], *(one for one in first if one[1] != first[0][1])][:2]
        elif s.signal in PROXIED:
            _visit(self._proxied, server, meant, charge)
        if charge.seat != Seat.BEHIND_PROXY and s.signal not in ASKED:
            _visit(self._said, (charge.site, s.client), meant, charge)
        if is_ours(s.client) and s.name:
            self._inside.add((charge.site, s.signal, s.name, s.time_ns // SECOND_NS))

    def explain(self, charge: Charge, meant: int, homes: set[Home]) -> bool:
        """Whether somebody else is the origin of this charge to the device that lives there."""
        s = charge.sighting
        signature = -1 if s.signal in CONTENT else meant
        for home in homes:
            if home[0] != charge.site:
                continue
            if s.signal in ASKED:
                for time_ns, device in self._asked.get((home, meant), ()):
                    if device != charge.device and time_ns <= s.time_ns + LEG_NS_MAX:
                        return True  # at any time before: resolvers renew what they know
            if _was_visited(self._proxied, home, signature, charge):
                return True
        if charge.device not in self._told:
            some = (SOME_PROXY, SOME_RESOLVER) if s.signal in ASKED else (SOME_PROXY,)
            homes_unsaid = [(charge.site, one) for one in some]
            if any(_was_visited(self._proxied, one, signature, charge) for one in homes_unsaid):
                return True
        if charge.seat == Seat.BEHIND_PROXY:
            origin = (charge.site, origin_of(s))
            if _was_visited(self._said, origin, signature, charge):
                return True
        return not is_ours(s.client) and any(
            (charge.site, s.signal, s.name, s.time_ns // SECOND_NS + second) in self._inside
            for second in (-1, 0, 1)
        )


def _visit(
    visits: dict[tuple[Home, int, int], Visits], home: Home, meant: int, charge: Charge
) -> None:
    for signature in (meant, -1):
        place = (home, signature, _minute(charge) // HALF_HOUR)
        visits.setdefault(place, Visits()).add(charge)


def _was_visited(
    visits: dict[tuple[Home, int, int], Visits], home: Home, signature: int, charge: Charge
) -> bool:
    minute = _minute(charge)
    found = (
        visits.get((home, signature, half_hour))
        for half_hour in {(minute - 1) // HALF_HOUR, (minute + 1) // HALF_HOUR}
    )
    return any(one is not None and one.explain(minute, charge.device) for one in found)


def _no_evidence(sighting: Sighting, replies: set[str], others_inside: bool) -> str:
    """Why a sighting is no evidence at all; empty: it is some."""
    if sighting.signal in GOSSIP:
        return "multicast-name"
    if sighting.signal in ASKED and not sighting.recursion_desired:
        return "non-recursive"
    if sighting.signal == Signal.FLOW_TO_ANSWERED_ADDRESS:
        if sighting.shared:
            return "shared-address"
        if "other-name" in replies:
            return "other-name"
    if others_inside and not is_ours(sighting.client) and is_ours(sighting.server):
        return "from-outside"
    return ""


def _has_other(devices: set[Key] | None, device: Key) -> bool:
    return bool(devices) and devices != {device}


def _is_alias(sighting: Sighting) -> bool:
    return sighting.dns is not None and sighting.dns.qtype == CNAME


def _is_towards(charge: Charge) -> bool:
    return charge.sighting.signal in TOWARDS


def _minute(charge: Charge) -> int:
    return charge.sighting.time_ns // MINUTE_NS
