"""Whom a sighting is charged to: the origin, once, or nobody.

What proves nothing is set aside and counted. Where both legs of a carrier are seen, the far one is
set aside. What a known carrier passes on for somebody unseen is kept apart, and is never its own.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from netwatch.charge import Charge, Role, Seat
from netwatch.devices.coverage import is_one_directional
from netwatch.devices.identity import Hosts, is_ours, outermost
from netwatch.model import Capture, Sighting, Signal

ASKED: Final = frozenset((Signal.DNS_QUERY, Signal.DNS_ANSWER))
PROXIED: Final = frozenset((Signal.HTTP_CONNECT, Signal.HTTP_ABSOLUTE))
TOWARDS: Final = PROXIED | {
    Signal.TLS_SNI,
    Signal.QUIC_SNI,
    Signal.DTLS_SNI,
    Signal.HTTP_HOST,
    Signal.FLOW_TO_ANSWERED_ADDRESS,
}
"""Signals of a connection towards a name."""
CONTENT: Final = frozenset((Signal.HTTP_PATH, Signal.FILE_MAGIC, Signal.TLS_CERTIFICATE))
GOSSIP: Final = frozenset((Signal.MDNS, Signal.LLMNR, Signal.NBNS))
CNAME: Final = 5
MINUTE_NS: Final = 60_000_000_000
SECOND_NS: Final = 1_000_000_000
LEG_NS_MAX: Final = 5 * SECOND_NS
"""A resolver asks within this time of being asked; stubs give up after 5 s."""
SEATS: Final = {
    Role.RESOLVER: Seat.BEHIND_RESOLVER,
    Role.LIST_RESOLVER: Seat.BEHIND_RESOLVER,
    Role.PROXY: Seat.BEHIND_PROXY,
    Role.NAT: Seat.BEHIND_NAT,
}


class Ledger:
    """All charges, by device; `aside` counts what is no evidence, by reason."""

    def __init__(self) -> None:
        self.charged: dict[bytes, list[Charge]] = {}
        self.carried: dict[bytes, list[Charge]] = {}
        self.aside: Counter[str] = Counter()
        self._asked_for: dict[bytes, int] = {}
        """Target of a CNAME -> signature of the name that was asked for."""

    def add(self, capture: Capture, hosts: Hosts, others_inside: bool) -> None:
        """Charge every sighting of one capture to whoever seems to have made it."""
        replies: dict[int, set[str]] = {}
        for reply in capture.observation.replies:
            replies.setdefault(reply.flow, set()).add(reply.kind)
        acked = is_one_directional(capture.observation.coverage)
        self._learn_aliases(capture.observation.sightings)
        for sighting in capture.observation.sightings:
            if sighting.signature < 0:
                continue
            kinds = replies.get(sighting.flow, set()) if sighting.flow else set()
            reason = _no_evidence(sighting, kinds, others_inside)
            if reason:
                self.aside[reason] += 1
                continue
            key, seat = hosts.find(sighting.client, sighting.client_mac, outermost(sighting.vlans))
            charge = Charge(
                sighting=sighting,
                capture=capture.path,
                device=key,
                seat=seat,
                replied="reply" in kinds,
                refused="refused" in kinds,
                acked=acked,
                server_ours=is_ours(sighting.server),
            )
            self.charged.setdefault(key, []).append(charge)

    def set_far_legs_aside(self, hosts: Hosts) -> None:
        """Drop what a carrier said for somebody who was seen saying it to the carrier."""
        legs = Legs()
        for charge in self.all():
            legs.add(charge, self.meant(charge))
        for key in sorted(self.charged):
            addresses = hosts.device(key).addresses | {
                charge.sighting.client for charge in self.charged[key]
            }
            kept = []
            for charge in self.charged[key]:
                if legs.explain(charge, self.meant(charge), addresses):
                    self.aside["far-leg"] += 1
                else:
                    kept.append(charge)
            self.charged[key] = kept

    def carry(self, key: bytes, role: str) -> None:
        """Take from a known carrier what it passes on for others."""
        own, passed = [], []
        tried = {(self.meant(c), _minute(c)) for c in self.charged[key] if _is_towards(c)}
        for charge in self.charged[key]:
            asked = charge.sighting.signal in ASKED
            meant, minute = self.meant(charge), _minute(charge)
            if role in (Role.RESOLVER, Role.LIST_RESOLVER) and (
                not asked or (meant, minute) in tried or (meant, minute + 1) in tried
            ):
                own.append(charge)  # a resolver's own connections, and the questions for them
            else:
                passed.append(msgspec.structs.replace(charge, seat=SEATS[role]))
        self.charged[key] = own
        if role == Role.LIST_RESOLVER:
            self.aside["list-resolver"] += len(passed)
        elif passed:
            self.carried[key] = passed

    def set_followed_aside(self) -> None:
        """Drop what a resolver asked for and a device that we know then connected to."""
        followed = {
            (self.meant(charge), _minute(charge)) for charge in self.all() if _is_towards(charge)
        }
        for key, charges in list(self.carried.items()):
            kept = []
            for charge in charges:
                meant, minute = self.meant(charge), _minute(charge)
                if charge.seat == Seat.BEHIND_RESOLVER and followed & {
                    (meant, minute),
                    (meant, minute + 1),
                }:
                    self.aside["far-leg"] += 1
                else:
                    kept.append(charge)
            self.carried[key] = kept
        self.carried = {key: charges for key, charges in self.carried.items() if charges}

    def followers(self) -> dict[tuple[int, int], set[bytes]]:
        """Who connected to what, in which minute: (signature, minute) -> devices."""
        found: dict[tuple[int, int], set[bytes]] = {}
        for charge in self.all():
            if _is_towards(charge):
                found.setdefault((self.meant(charge), _minute(charge)), set()).add(charge.device)
        return found

    def is_followed(self, key: bytes, followers: dict[tuple[int, int], set[bytes]]) -> bool:
        """Whether others connected to what this device had just asked for."""
        for charge in self.charged.get(key, []):
            if charge.sighting.signal not in ASKED:
                continue
            meant, minute = self.meant(charge), _minute(charge)
            if any(_has_other(followers.get((meant, m)), key) for m in (minute, minute + 1)):
                return True
        return False

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


class Legs:
    """Near legs of carriers: who asked a resolver or proxy for what, and when."""

    def __init__(self) -> None:
        self._asked: dict[tuple[bytes, int], list[tuple[int, bytes]]] = {}
        """(resolver's address, signature) -> first time and device, of the first two devices."""
        self._proxied: dict[tuple[bytes, int, int], set[bytes]] = {}
        """(proxy's address, signature or -1, minute) -> clients' devices."""
        self._inside: set[tuple[str, bytes, int]] = set()
        """(signal, name, second) of what our own addresses said."""

    def add(self, charge: Charge, meant: int) -> None:
        """Note a charge that may be somebody's near leg."""
        s = charge.sighting
        if s.signal in ASKED:
            first = self._asked.setdefault((s.server, meant), [])
            first.append((s.time_ns, charge.device))
            first.sort()
            first[:] = [first[0], *(one for one in first if one[1] != first[0][1])][:2]
        elif s.signal in PROXIED:
            last = max(s.time_ns, s.last_time_ns) // MINUTE_NS
            for minute in range(s.time_ns // MINUTE_NS, min(last, _minute(charge) + 60) + 1):
                for signature in (meant, -1):
                    self._proxied.setdefault((s.server, signature, minute), set()).add(
                        charge.device
                    )
        if is_ours(s.client) and s.name:
            self._inside.add((s.signal, s.name, s.time_ns // SECOND_NS))

    def explain(self, charge: Charge, meant: int, addresses: set[bytes]) -> bool:
        """Whether somebody else is the origin of this charge to the device of `addresses`."""
        s = charge.sighting
        for address in addresses:
            if s.signal in ASKED:
                for time_ns, device in self._asked.get((address, meant), ()):
                    if device != charge.device and time_ns <= s.time_ns + LEG_NS_MAX:
                        return True  # at any time before: resolvers renew what they know
            signature = -1 if s.signal in CONTENT else meant
            minute = _minute(charge)
            for near in (minute - 1, minute, minute + 1):
                if _has_other(self._proxied.get((address, signature, near)), charge.device):
                    return True
        return not is_ours(s.client) and any(
            (s.signal, s.name, s.time_ns // SECOND_NS + second) in self._inside
            for second in (-1, 0, 1)
        )


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


def _has_other(devices: set[bytes] | None, device: bytes) -> bool:
    return bool(devices) and devices != {device}


def _is_alias(sighting: Sighting) -> bool:
    return sighting.dns is not None and sighting.dns.qtype == CNAME


def _is_towards(charge: Charge) -> bool:
    return charge.sighting.signal in TOWARDS


def _minute(charge: Charge) -> int:
    return charge.sighting.time_ns // MINUTE_NS
