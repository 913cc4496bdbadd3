"""A sighting's way on one screen: capture -> device -> charge -> pieces -> verdict -> report.

`judge_captures` is the way; the class below holds what its steps share. The order in which captures
are given does not matter, and the same captures always give the same report.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from netwatch import report
from netwatch.charge import ROLES, Charge, Key, Role, Seat
from netwatch.devices.addresses import is_host, is_ours, is_unicast, outermost
from netwatch.devices.charging import ASKED, Ledger
from netwatch.devices.coverage import hiding_connections, seat_of, summarise, watch_device
from netwatch.devices.identity import Home, Hosts, Zone, parse_zones, zone_of
from netwatch.devices.log_places import place_logs
from netwatch.devices.networks import by_network
from netwatch.devices.places import LEASES
from netwatch.devices.roles import Conduct, Counts, Guess, guess_role
from netwatch.errors import UsageError
from netwatch.findings import (
    as_time,
    capture_records,
    device_record,
    evidence_records,
    unattributed_record,
)
from netwatch.lease import Lease
from netwatch.limits import DEVICES_MAX
from netwatch.model import VERDICTS, Capture, Client, Signal
from netwatch.signature import Signature
from netwatch.verdict.evidence import pieces_of
from netwatch.verdict.exhibits import Bench, Exhibit
from netwatch.verdict.judge import LADDER, THRESHOLDS, Judgement, Subject, ceiling, judge

PROVEN: Final = frozenset(("running", "likely"))
Judged = tuple[Judgement, list[Exhibit]]


def judge_captures(
    captures: Sequence[Capture],
    signatures: Sequence[Signature],
    *,
    roles: Mapping[bytes, str] | None = None,
    zones: Mapping[str, str] | None = None,
    leases: Sequence[Lease] = (),
    since_ns: int | None = None,
    until_ns: int | None = None,
    devices_max: int = DEVICES_MAX,
) -> report.Report:
    """Judge all devices that these captures show.

    `signatures` are the pack's: a sighting's `signature` is an index into them. `roles`: packed
    address -> role, as the operator knows it. `zones`: prefix -> name. `leases`: who had an address
    when, where the captures do not show it. Only sightings with
    `since_ns` <= time < `until_ns` count. Of more than `devices_max` devices the most serious ones
    are told, and how many more there were. The report's `netwatch` is left for the caller to fill.
    UsageError for a role or prefix that cannot be.
    """
    ordered = [_between(capture, since_ns, until_ns) for capture in captures]
    ordered.sort(key=lambda capture: (capture.site, capture.path, capture.sha256))
    scene = Scene(place_logs(ordered), signatures, roles or {}, parse_zones(zones or {}), leases)
    scene.charge()
    scene.cast()
    scene.keep_most_serious(devices_max)
    verdicts = scene.judge_devices()
    devices = [scene.device(key, verdict) for key, verdict in verdicts.items()]
    devices.sort(key=lambda device: (VERDICTS.index(device.verdict), device.ips, device.id))
    carried = [scene.unattributed(key) for key in sorted(scene.ledger.carried)]
    carried.sort(key=lambda finding: (VERDICTS.index(finding.verdict), finding.address))
    return report.Report(
        captures=capture_records(ordered),
        devices=devices,
        unattributed=carried,
        coverage=scene.coverage(verdicts),
    )


class Scene:
    """Everybody who was seen, what is charged to them, and what they are for others."""

    def __init__(
        self,
        captures: Sequence[Capture],
        signatures: Sequence[Signature],
        roles: Mapping[bytes, str],
        zones: Sequence[Zone],
        leases: Sequence[Lease],
    ) -> None:
        for role in roles.values():
            if role not in ROLES:
                raise UsageError(f"role {role!r} found, one of {', '.join(ROLES)} expected")
        self.captures = captures
        self.hosts = Hosts(captures, leases)
        self.ledger = Ledger()
        self.roles: dict[Key, Guess] = {}
        self.seen: dict[Key, list[tuple[Capture, Client]]] = {}
        self.not_kept = max((c.observation.coverage.clients_lost for c in captures), default=0)
        """Addresses, at least, for which there was no room. Of several captures the most counts:
        the same address may have been lost in each."""
        self._signatures = signatures
        self._given_roles = roles
        self._zones = zones
        self._bench = Bench(signatures, THRESHOLDS.followed_ns)
        self._by_path = {capture.path: capture for capture in captures}
        self._hiding = hiding_connections(captures)
        self._inside = {
            capture.site
            for capture in captures
            for client in capture.observation.clients
            if is_ours(client.address) and is_host(client.address)
        }
        """Sites that have addresses of their own."""

    def charge(self) -> None:
        """Find out who said what, and who else was there."""
        for capture in self.captures:
            self.ledger.add(capture, self.hosts, capture.site in self._inside)
        for charge in list(self.ledger.all()):
            sighting = charge.sighting
            self.hosts.see(
                sighting.client,
                sighting.client_mac,
                outermost(sighting.vlans),
                sighting.time_ns,
                max(sighting.time_ns, sighting.last_time_ns),
                charge.site,
            )
        self.ledger.set_far_legs_aside(self.hosts)
        self.ledger.align_moments()
        for key, charges in self.ledger.charged.items():
            if not charges and not key.mac and not is_ours(key.address):
                del self.hosts.devices[key]  # the outer side of somebody's NAT
        for capture in self.captures:
            self._meet(capture)

    def _meet(self, capture: Capture) -> None:
        """Note who was there without saying anything that matters."""
        site = capture.site
        for client in capture.observation.clients:
            times = (client.first_ns, client.last_ns)
            key, seat = self.hosts.find(client.address, client.mac, client.vlan, site, times)
            active = client.connections or client.questions
            own = is_ours(client.address) or (
                active and (seat == Seat.ENDPOINT or site not in self._inside)
            )
            if key in self.hosts.devices or (own and is_host(client.address)):
                self.hosts.see(client.address, client.mac, client.vlan, *times, site)
                self.seen.setdefault(key, []).append((capture, client))
        for claim in capture.observation.claims:
            if claim.kind in LEASES and is_unicast(claim.mac) and is_host(claim.address):
                times = (claim.time_ns, claim.time_ns)
                self.hosts.see(claim.address, claim.mac, outermost(claim.vlans), *times, site)

    def cast(self) -> None:
        """Find out what everybody does for others, and take from carriers what is not theirs."""
        counts: dict[Key, Counts] = {}
        connecting: set[str] = set()
        for key, seen in self.seen.items():
            for capture, client in seen:
                counts.setdefault(key, Counts()).add(client)
                if client.connections:
                    connecting.add(capture.site)
        followers = self.ledger.followers()
        managers = _management_servers(self.ledger.all())
        for key in sorted(self.hosts.devices):
            device = self.hosts.devices[key]
            given = [self._given_roles[a] for a in device.addresses if a in self._given_roles]
            if given:
                self.roles[key] = Guess(role=max(given), known_by="the operator said so")
                continue
            charges = self.ledger.charged.get(key, [])
            conduct = Conduct(
                asked=len({c.sighting.signature for c in charges if c.sighting.signal in ASKED}),
                matched=sum(
                    c.sighting.count
                    for c in charges
                    if c.sighting.signal == Signal.DNS_QUERY and c.server_ours
                ),
                connected=any(c.sighting.signal not in ASKED for c in charges),
                followed_by_others=self.ledger.is_followed(key, followers),
                manages=not managers.isdisjoint(device.homes),
                forwards=device.forwards,
                speaks_for_others=key in self.ledger.forwarders,
                direct=bool(key.mac) and _is_direct(key.mac, self.seen.get(key, ())),
            )
            feed_connects = any(site in connecting for site, _ in device.homes)
            self.roles[key] = guess_role(counts.get(key, Counts()), conduct, feed_connects)
        for key, guess in self.roles.items():
            if key in self.ledger.charged:
                self.ledger.carry(key, guess.role if guess.carries else "")
        for key in [key for key, guess in self.roles.items() if guess.is_proxy]:
            for origin in self.ledger.deliver(key, self.hosts):
                self.roles.setdefault(origin, Guess(role=Role.ENDPOINT))
        self.ledger.set_followed_aside()

    def keep_most_serious(self, devices_max: int) -> None:
        """Hold the devices to their number: what proves least goes, and forged traffic does."""
        spare = len(self.hosts.devices) - devices_max
        if spare <= 0:
            return
        for key in sorted(self.hosts.devices, key=self._seriousness)[:spare]:
            del self.hosts.devices[key], self.roles[key]
            self.seen.pop(key, None)
            self.ledger.charged.pop(key, None)
        self.not_kept = max(self.not_kept, spare)

    def _seriousness(self, key: Key) -> tuple[bool, int, bool, int, Key]:
        shown = self._bench.exhibits(self.ledger.charged.get(key, []))
        judgement = judge(pieces_of(shown, self._signatures), self._subject(key, shown))
        return (
            key in self.ledger.carried,
            LADDER.index(judgement.verdict),
            not self.hosts.devices[key].address_only,
            len(shown),
            key,
        )

    def judge_devices(self) -> dict[Key, Judged]:
        """Judge everybody; clients of management servers again when these have been judged."""
        exhibits = {
            key: self._bench.exhibits(self.ledger.charged.get(key, []))
            for key in sorted(self.hosts.devices)
        }
        verdicts = {
            key: judge(pieces_of(shown, self._signatures), self._subject(key, shown))
            for key, shown in exhibits.items()
        }
        proven = frozenset(
            home
            for key, judgement in verdicts.items()
            if judgement.verdict in PROVEN and not self.roles[key].suspicion
            for home in self.hosts.devices[key].homes
        )
        for key, shown in exhibits.items():
            if any(e.charge.sighting.signal == Signal.PORT_PROFILE for e in shown):
                pieces = pieces_of(shown, self._signatures, proven)
                verdicts[key] = judge(pieces, self._subject(key, shown))
        return {key: (verdicts[key], exhibits[key]) for key in exhibits}

    def _subject(self, key: Key, shown: Sequence[Exhibit]) -> Subject:
        device = self.hosts.devices[key]
        guess = self.roles[key]
        seen = self.seen.get(key, [])
        asked_in = {e.charge.capture for e in shown if e.charge.sighting.signal in ASKED}
        return Subject(
            suspected=guess.suspicion,
            carrier=guess.carries,
            address_only=device.address_only,
            connections_hidden=bool(asked_in)
            and asked_in <= self._hiding
            and not any(
                client.connections or client.flows
                for capture, client in seen
                if capture.path in asked_in
            ),
            public_questions=sum(client.questions_public for _, client in seen),
            public_matched=sum(
                e.count
                for e in shown
                if e.charge.sighting.signal == Signal.DNS_QUERY and not e.charge.server_ours
            ),
            watch=watch_device(seen, device.address_only),
        )

    def device(self, key: Key, judged: Judged) -> report.Device:
        """The report's record of one device."""
        judgement, exhibits = judged
        device = self.hosts.devices[key]
        evidence = evidence_records(exhibits, self._signatures, self._by_path)
        zone = zone_of(device, self._zones)
        return device_record(device, self.roles[key], zone, judgement, evidence)

    def unattributed(self, key: Key) -> report.Unattributed:
        """The report's record of what one carrier passed on for somebody unseen."""
        charges = self.ledger.carried[key]
        exhibits = self._bench.exhibits(charges)
        pieces = pieces_of(exhibits, self._signatures)
        judgement = judge(pieces, Subject(connections_hidden=True))
        evidence = evidence_records(exhibits, self._signatures, self._by_path)
        device = self.hosts.devices[key]
        tops = [LADDER.index(self._ceiling(charge)) for charge in charges]
        serious = [c for c, top in zip(charges, tops, strict=True) if top == max(tops)]
        return unattributed_record(device, self.roles[key], serious, judgement, evidence)

    def _ceiling(self, charge: Charge) -> str:
        signature = self._signatures[charge.sighting.signature]
        kind = (signature.strength, signature.purpose, charge.sighting.signal, charge.seat)
        return ceiling(*kind)

    def coverage(self, verdicts: Mapping[Key, Judged]) -> report.Coverage:
        """What all this could show."""
        keys = list(self.seen)
        direct = sum(bool(key.mac) for key in keys)
        fields = summarise(
            self.captures,
            [judgement.verdict for judgement, _ in verdicts.values()],
            [one for key in keys for capture, one in self.seen[key] if not capture.is_log],
            seat_of(self.captures, direct, len(keys)),
            self.ledger.aside,
            self.not_kept,
        )
        coverage = msgspec.convert(fields, report.Coverage, dec_hook=as_time)
        coverage.networks = by_network(
            (key, judgement.verdict, capture.site, client)
            for key, (judgement, _) in verdicts.items()
            for capture, client in self.seen.get(key, [])
            if not capture.is_log
        )
        return coverage


def _between(capture: Capture, since_ns: int | None, until_ns: int | None) -> Capture:
    if since_ns is None and until_ns is None:
        return capture
    kept = [
        sighting
        for sighting in capture.observation.sightings
        if (since_ns is None or sighting.time_ns >= since_ns)
        and (until_ns is None or sighting.time_ns < until_ns)
    ]
    observation = msgspec.structs.replace(capture.observation, sightings=kept)
    return msgspec.structs.replace(capture, observation=observation)


def _is_direct(mac: bytes, seen: Iterable[tuple[Capture, Client]]) -> bool:
    """Whether no frame of a device was another MAC's."""
    return all(client.mac == mac and client.macs == 1 for _, client in seen)


def _management_servers(charges: Iterable[Charge]) -> set[Home]:
    """Our own addresses to which several clients, or one on several ports, come for management."""
    visits: dict[Home, set[tuple[Key, int]]] = {}
    for charge in charges:
        sighting = charge.sighting
        if sighting.signal == Signal.PORT_PROFILE and charge.server_ours:
            visit = (charge.device, sighting.server_port)
            visits.setdefault((charge.site, sighting.server), set()).add(visit)
    return {server for server, seen in visits.items() if len(seen) > 1}
