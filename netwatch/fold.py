"""Finished captures, so that ten thousand of them take no more memory than ten.

As long as there are few they stay as they are. Beyond RECORDS_KEPT_MAX records, or more sightings
than of one capture are kept, those of one site
are put together as if one engine had read them one after the other: equal sightings count up,
claims that change nothing are dropped, and what the captures tell of one client is added up.
Captures of one direction, and those that hide connections, are kept apart from others, because that
is what the judge asks of a capture as a whole.
"""

from collections import Counter

import msgspec

from netwatch.devices.coverage import hides_connections, is_one_directional
from netwatch.limits import RECORDS_KEPT_MAX, SIGHTINGS_BYTES_MAX, SIGHTINGS_KEPT_MAX
from netwatch.model import (
    ANOMALY_NAMES,
    Anomaly,
    Capture,
    Claim,
    Client,
    Coverage,
    Mac,
    Observation,
)
from netwatch.repeats import Addresses, Repeats, cost_bytes

HOUR_NS = 3_600_000_000_000
HOURS_MAX = 62
"""Bits of `Client.hours`."""
SKETCHED = ("hello_kinds", "agent_kinds", "ttl_kinds", "clients_served")
"""Bitmaps of a client."""
ADDED = tuple(
    field
    for field in Client.__struct_fields__
    if field not in {"address", "vlan", "mac", "macs", "first_ns", "last_ns", "hours", *SKETCHED}
)
"""Counters of a client: whatever is nothing else."""
APART = frozenset(("first_ns", "last_ns", "gap_ns", "clients_lost", "link_types", "anomalies"))
"""Fields of Coverage that are not simply added up."""


class Room:
    """How many more records may be kept, of all groups together."""

    def __init__(self, records: int) -> None:
        self.most = self.left = records

    def take(self) -> bool:
        """Take the place of one record, if there is one."""
        if self.left <= 0:
            return False
        self.left -= 1
        return True


class Fold:
    """Takes captures as they finish; `captures` gives what became of them."""

    def __init__(
        self,
        apart_max: int = RECORDS_KEPT_MAX,
        room: int = RECORDS_KEPT_MAX,
        sightings_max: int = SIGHTINGS_KEPT_MAX,
        sightings_bytes_max: int = SIGHTINGS_BYTES_MAX,
    ) -> None:
        self._apart_max = apart_max
        self._records = 0
        self._apart: list[Capture] = []
        self._groups: dict[tuple[str, bool, bool, bool], Group] = {}
        self._room = Room(room)
        self._sightings = Room(sightings_max)
        self._octets = Room(sightings_bytes_max)

    def add(self, capture: Capture) -> None:
        """Take the next one; it is the fold's from now on."""
        if not self._groups:
            self._apart.append(capture)
            self._records += _records(capture.observation)
            self._sightings.left -= len(capture.observation.sightings)
            self._octets.left -= sum(map(cost_bytes, capture.observation.sightings))
            rooms = (self._sightings, self._octets)
            if self._records > self._apart_max or any(room.left < 0 for room in rooms):
                for room in rooms:
                    room.left = room.most
                apart, self._apart = self._apart, []
                for one in apart:
                    self._put(one)
            return
        self._put(capture)

    def _put(self, capture: Capture) -> None:
        seen = capture.observation
        kind = (
            capture.site,
            is_one_directional(seen.coverage),
            hides_connections(seen.clients),
            capture.is_log,
        )
        group = self._groups.get(kind)
        if group is None:
            rooms = (self._room, self._sightings, self._octets)
            group = self._groups[kind] = Group(capture, *rooms)
        group.add(capture)

    def captures(self) -> list[Capture]:
        """All captures: each for itself, or one for each kind."""
        return self._apart + [group.capture() for group in self._groups.values()]


class Group:
    """Captures of one site that are put together."""

    def __init__(self, first: Capture, room: Room, sightings: Room, octets: Room) -> None:
        self._room = room
        self._sightings = sightings
        self._octets = octets
        self._whole = Capture(path=first.path, site=first.site, format=first.format)
        self._coverage = Coverage()
        self._watched_ns = 0
        self._repeats = Repeats(0)
        self._claims: list[Claim] = []
        self._known: dict[bytes, bytes] = {}
        self._clients: dict[bytes, list[Client]] = {}
        self._macs: dict[bytes, Mac] = {}
        self._lost = 0
        self._lost_clients = Addresses()

    def add(self, capture: Capture) -> None:
        """Put one more capture to the others."""
        whole, seen = self._whole, capture.observation
        for sighting in seen.sightings:
            sighting.frame += whole.frames
        repeats = self._repeats
        before, octets = repeats.kept, repeats.bytes
        repeats.kept_max = before + self._sightings.left
        repeats.bytes_max = octets + self._octets.left
        repeats.add(seen.sightings, seen.replies)
        repeats.forget_flows()
        self._sightings.left -= repeats.kept - before
        self._octets.left -= repeats.bytes - octets
        for claim in seen.claims:
            self._add_claim(claim)
        for client in seen.clients:
            self._add_client(client)
        for mac in seen.macs:
            self._add_mac(mac)
        self._add_coverage(seen.coverage)
        for part in capture.parts():
            whole.files.append(_stripped(part))
            whole.frames += part.frames
        whole.bytes += capture.bytes
        whole.error = whole.error or capture.error
        whole.tagged_dropped += capture.tagged_dropped

    def capture(self) -> Capture:
        """All of them as one."""
        coverage = self._coverage
        coverage.gap_ns = coverage.last_ns - coverage.first_ns - self._watched_ns
        if lost := self._lost + self._repeats.lost:
            full = ANOMALY_NAMES[Anomaly.TABLE_FULL]
            coverage.anomalies[full] = coverage.anomalies.get(full, 0) + lost
            kept = [client.address for several in self._clients.values() for client in several]
            lost_here = (self._repeats.lost_clients(kept), self._lost_clients.without(kept))
            coverage.clients_lost = max(coverage.clients_lost, *lost_here)
        self._whole.observation = Observation(
            sightings=self._repeats.sightings,
            replies=self._repeats.replies,
            claims=self._claims,
            clients=[client for several in self._clients.values() for client in several],
            macs=list(self._macs.values()),
            coverage=coverage,
        )
        return self._whole

    def _add_claim(self, claim: Claim) -> None:
        """Keep a claim that changes what was known, like the engine itself within a capture."""
        key = msgspec.msgpack.encode((claim.kind, claim.vlans, claim.address or claim.mac))
        value = msgspec.msgpack.encode(
            msgspec.structs.replace(claim, time_ns=0, frame=0, lease_seconds=0)
        )
        if self._known.get(key) == value:
            return
        if not self._room.take():
            self._lost += 1
            return
        claim.frame += self._whole.frames
        self._known[key] = value
        self._claims.append(claim)

    def _add_client(self, client: Client) -> None:
        key = msgspec.msgpack.encode((client.vlan, client.mac, client.address))
        several = self._clients.setdefault(key, [])
        for known in several:
            if _merged(known, client):
                return
        if self._room.take():
            several.append(client)
        else:
            self._lost += 1
            self._lost_clients.add(client.address)
            if not several:
                del self._clients[key]

    def _add_mac(self, mac: Mac) -> None:
        known = self._macs.get(mac.mac)
        if known is not None:
            # Which addresses they were is not known any more: at least so many.
            known.addresses = max(known.addresses, mac.addresses)
            known.public_addresses = max(known.public_addresses, mac.public_addresses)
        elif self._room.take():
            self._macs[mac.mac] = mac
        else:
            self._lost += 1

    def _add_coverage(self, coverage: Coverage) -> None:
        total = self._coverage
        if coverage.packets or coverage.last_ns:
            first_ns = total.first_ns if total.packets or total.last_ns else coverage.first_ns
            total.first_ns = min(first_ns, coverage.first_ns)
            total.last_ns = max(total.last_ns, coverage.last_ns)
            self._watched_ns += coverage.last_ns - coverage.first_ns - coverage.gap_ns
        # The same addresses may have been lost in each.
        total.clients_lost = max(total.clients_lost, coverage.clients_lost)
        for field in Coverage.__struct_fields__:
            if field not in APART:
                setattr(total, field, getattr(total, field) + getattr(coverage, field))
        total.link_types = dict(Counter(total.link_types) + Counter(coverage.link_types))
        total.anomalies = dict(Counter(total.anomalies) + Counter(coverage.anomalies))


def _records(seen: Observation) -> int:
    return (
        len(seen.sightings)
        + len(seen.replies)
        + len(seen.claims)
        + len(seen.clients)
        + len(seen.macs)
    )


def _stripped(part: Capture) -> Capture:
    """A file with what it counted, without what was found in it."""
    seen = part.observation.coverage
    counted = Coverage(
        packets=seen.packets,
        first_ns=seen.first_ns,
        last_ns=seen.last_ns,
        link_types=seen.link_types,
        anomalies=seen.anomalies,
    )
    return msgspec.structs.replace(part, observation=Observation(coverage=counted), files=[])


def _merged(known: Client, more: Client) -> bool:
    """Add `more` to `known`; False if the hours of both do not fit into one bitmap."""
    first, other = known.first_ns // HOUR_NS, more.first_ns // HOUR_NS
    start = min(first, other)
    hours = (known.hours or 1) << (first - start) | (more.hours or 1) << (other - start)
    if hours.bit_length() > HOURS_MAX:
        return False
    known.hours = hours
    known.first_ns = min(known.first_ns, more.first_ns)
    known.last_ns = max(known.last_ns, more.last_ns)
    known.macs = max(known.macs, more.macs)
    for field in ADDED:
        setattr(known, field, getattr(known, field) + getattr(more, field))
    for field in SKETCHED:
        setattr(known, field, getattr(known, field) | getattr(more, field))
    return True
