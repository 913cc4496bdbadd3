"""A sighting's way on one screen: capture -> device -> charge -> pieces -> verdict -> report.

`judge_captures` is the way; the class below holds what its steps share. The order in which captures
are given does not matter, and the same captures always give the same report.
"""

import socket
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from netwatch import report
from netwatch.charge import ROLES, Charge, Seat
from netwatch.devices.charging import ASKED, Ledger
from netwatch.devices.coverage import hides_connections, seat_of, summarise, watch_device
from netwatch.devices.identity import (
    LEASES,
    Device,
    Hosts,
    Zone,
    is_host,
    is_ours,
    is_unicast,
    outermost,
    parse_zones,
    place_of,
    zone_of,
)
from netwatch.devices.roles import Conduct, Counts, Guess, guess_role
from netwatch.errors import UsageError
from netwatch.limits import DEVICES_MAX
from netwatch.model import VERDICTS, Capture, Client, Signal
from netwatch.names import name_text
from netwatch.signature import Signature
from netwatch.verdict.evidence import pieces_of
from netwatch.verdict.exhibits import HALF_HOUR_NS, Bench, Exhibit
from netwatch.verdict.judge import THRESHOLDS, Judgement, Subject, judge
from netwatch.verdict.wording import HOW_TO_NAME, KNOWN_BY

PROVEN: Final = frozenset(("running", "likely"))
ACCUSED: Final = frozenset(("running", "likely", "possible"))


def judge_captures(
    captures: Sequence[Capture],
    signatures: Sequence[Signature],
    *,
    roles: Mapping[bytes, str] | None = None,
    zones: Mapping[str, str] | None = None,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> report.Report:
    """Judge all devices that these captures show.

    `signatures` are the pack's: a sighting's `signature` is an index into them. `roles`: packed
    address -> role, as the operator knows it. `zones`: prefix -> name. Only sightings with
    `since_ns` <= time < `until_ns` count. The report's `netwatch` is left for the caller to fill.
    UsageError for a role or prefix that cannot be.
    """
    ordered = [_between(capture, since_ns, until_ns) for capture in captures]
    ordered.sort(key=lambda capture: (capture.path, capture.sha256))
    scene = Scene(ordered, signatures, roles or {}, parse_zones(zones or {}))
    scene.charge()
    scene.cast()
    verdicts = scene.judge_devices()
    devices = [scene.device(key, verdict) for key, verdict in verdicts.items()]
    devices.sort(key=lambda device: (VERDICTS.index(device.verdict), device.ips, device.id))
    carried = [scene.unattributed(key) for key in sorted(scene.ledger.carried)]
    carried.sort(key=lambda finding: (VERDICTS.index(finding.verdict), finding.address))
    return report.Report(
        captures=_captures(ordered),
        devices=devices,
        unattributed=carried,
        coverage=scene.coverage([device.verdict for device in devices]),
    )


class Scene:
    """Everybody who was seen, what is charged to them, and what they are for others."""

    def __init__(
        self,
        captures: Sequence[Capture],
        signatures: Sequence[Signature],
        roles: Mapping[bytes, str],
        zones: Sequence[Zone],
    ) -> None:
        for role in roles.values():
            if role not in ROLES:
                raise UsageError(f"role {role!r} found, one of {', '.join(ROLES)} expected")
        self.captures = captures
        self.hosts = Hosts(captures)
        self.ledger = Ledger()
        self.roles: dict[bytes, Guess] = {}
        self.seen: dict[bytes, list[tuple[Capture, Client]]] = {}
        self._signatures = signatures
        self._given_roles = roles
        self._zones = zones
        self._bench = Bench(signatures, THRESHOLDS.followed_ns)
        self._by_path = {capture.path: capture for capture in captures}
        self._hiding = {c.path for c in captures if hides_connections(c.observation.clients)}
        """Captures that show questions and could not show connections."""

    def charge(self) -> None:
        """Find out who said what, and who else was there."""
        inside = any(
            is_ours(client.address) and is_host(client.address)
            for capture in self.captures
            for client in capture.observation.clients
        )
        for capture in self.captures:
            self.ledger.add(capture, self.hosts, inside)
        for charge in list(self.ledger.all()):
            sighting = charge.sighting
            self.hosts.see(
                sighting.client,
                sighting.client_mac,
                outermost(sighting.vlans),
                sighting.time_ns,
                max(sighting.time_ns, sighting.last_time_ns),
            )
        self.ledger.set_far_legs_aside(self.hosts)
        for key, charges in self.ledger.charged.items():
            if not charges and key[:1] == b"a" and not is_ours(place_of(key)[1]):
                del self.hosts.devices[key]  # the outer side of somebody's NAT
        for capture in self.captures:
            self._meet(capture, inside)

    def _meet(self, capture: Capture, inside: bool) -> None:
        """Note who was there without saying anything that matters."""
        for client in capture.observation.clients:
            key, seat = self.hosts.find(client.address, client.mac, client.vlan)
            active = client.connections or client.questions
            own = is_ours(client.address) or (active and (seat == Seat.ENDPOINT or not inside))
            if key in self.hosts.devices or (own and self._has_room() and is_host(client.address)):
                self.hosts.see(
                    client.address, client.mac, client.vlan, client.first_ns, client.last_ns
                )
                self.seen.setdefault(key, []).append((capture, client))
        for claim in capture.observation.claims:
            if claim.kind in LEASES and is_unicast(claim.mac) and is_host(claim.address):
                vlan = outermost(claim.vlans)
                key, _ = self.hosts.find(claim.address, claim.mac, vlan)
                if key in self.hosts.devices or self._has_room():
                    self.hosts.see(claim.address, claim.mac, vlan, claim.time_ns, claim.time_ns)

    def _has_room(self) -> bool:
        return len(self.hosts.devices) < DEVICES_MAX

    def cast(self) -> None:
        """Find out what everybody does for others, and take from carriers what is not theirs."""
        counts: dict[bytes, Counts] = {}
        for key, seen in self.seen.items():
            for _, client in seen:
                counts.setdefault(key, Counts()).add(client)
        feed_connects = any(count.connections for count in counts.values())
        followers = self.ledger.followers()
        managers = _management_servers(self.ledger.all())
        for key in sorted(self.hosts.devices):
            device = self.hosts.devices[key]
            given = [self._given_roles[a] for a in device.addresses if a in self._given_roles]
            if given:
                self.roles[key] = Guess(role=max(given))
                continue
            charges = self.ledger.charged.get(key, [])
            conduct = Conduct(
                asked=len({c.sighting.signature for c in charges if c.sighting.signal in ASKED}),
                connected=any(c.sighting.signal not in ASKED for c in charges),
                followed_by_others=self.ledger.is_followed(key, followers),
                manages=not managers.isdisjoint(device.addresses),
                forwards=device.forwards,
            )
            self.roles[key] = guess_role(counts.get(key, Counts()), conduct, feed_connects)
        for key, guess in self.roles.items():
            if guess.carries and key in self.ledger.charged:
                self.ledger.carry(key, guess.role)
        self.ledger.set_followed_aside()

    def judge_devices(self) -> dict[bytes, tuple[Judgement, list[Exhibit]]]:
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
            address
            for key, judgement in verdicts.items()
            if judgement.verdict in PROVEN and not self.roles[key].suspicion
            for address in self.hosts.devices[key].addresses
        )
        for key, shown in exhibits.items():
            if any(e.charge.sighting.signal == Signal.PORT_PROFILE for e in shown):
                pieces = pieces_of(shown, self._signatures, proven)
                verdicts[key] = judge(pieces, self._subject(key, shown))
        return {key: (verdicts[key], exhibits[key]) for key in exhibits}

    def _subject(self, key: bytes, shown: Sequence[Exhibit]) -> Subject:
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
            watch=watch_device(seen),
        )

    def device(self, key: bytes, judged: tuple[Judgement, list[Exhibit]]) -> report.Device:
        """The report's record of one device."""
        judgement, exhibits = judged
        device = self.hosts.devices[key]
        reasons = list(judgement.reasons)
        known_by = device.id.partition(":")[0]
        if judgement.verdict in ACCUSED and known_by in KNOWN_BY:
            reasons.append(KNOWN_BY[known_by])
        return report.Device(
            id=device.id,
            verdict=judgement.verdict,
            cap=judgement.cap,
            role=self.roles[key].role,
            zone=zone_of(device, self._zones),
            ips=_addresses(device),
            macs=[mac.hex(":") for mac in sorted(device.macs)],
            hostnames=sorted(device.hostnames),
            first_seen=report.Time(device.first_ns),
            last_seen=report.Time(device.last_ns),
            products=list(judgement.products),
            purposes=list(judgement.purposes),
            reasons=reasons,
            evidence=self._evidence(exhibits),
        )

    def unattributed(self, key: bytes) -> report.Unattributed:
        """The report's record of what one carrier passed on for somebody unseen."""
        charges = self.ledger.carried[key]
        device = self.hosts.devices[key]
        guess = self.roles[key]
        exhibits = self._bench.exhibits(charges)
        pieces = pieces_of(exhibits, self._signatures)
        judgement = judge(pieces, Subject(connections_hidden=True))
        origins = {c.sighting.http.forwarded_for for c in charges if c.sighting.http} - {b""}
        return report.Unattributed(
            role=guess.role,
            address=_address(charges[0].sighting.client),
            name=min(device.hostnames, default=None),
            verdict=judgement.verdict,
            at_least=max(len(origins), 1),
            evidence=self._evidence(exhibits),
            how_to_name=HOW_TO_NAME[guess.role],
        )

    def _evidence(self, exhibits: Iterable[Exhibit]) -> list[report.Evidence]:
        """One record for what a person would call the same sighting; repeats are counted."""
        records: dict[tuple[object, ...], report.Evidence] = {}
        for exhibit in exhibits:
            sighting, charge = exhibit.charge.sighting, exhibit.charge
            signature = self._signatures[sighting.signature]
            capture, frame = self._by_path[charge.capture].place(sighting.frame)
            record = report.Evidence(
                time=report.Time(sighting.time_ns),
                signal=sighting.signal,
                name=_text(sighting.name),
                signature=signature.id,
                purpose=signature.purpose,
                strength=exhibit.strength,
                capture=capture,
                frame=frame,
                client_ip=_address(sighting.client),
                server_ip=_address(sighting.server),
                seat=charge.seat,
                two_way=exhibit.two_way,
                followed=exhibit.followed,
                blocked=sighting.blocked or charge.refused,
                count=exhibit.count,
            )
            same = (
                sighting.time_ns // HALF_HOUR_NS,
                (sighting.signal, sighting.name, sighting.signature, exhibit.strength),
                (charge.capture, sighting.client, sighting.server, charge.seat),
            )
            first = records.setdefault(same, record)
            if first is not record:
                first.count += record.count
                first.two_way |= record.two_way
                first.followed |= record.followed
                first.blocked |= record.blocked
        return list(records.values())

    def coverage(self, verdicts: Sequence[str]) -> report.Coverage:
        """What all this could show."""
        keys = list(self.seen)
        direct = sum(key[:1] == b"m" for key in keys)
        fields = summarise(
            self.captures,
            verdicts,
            [client for key in keys for _, client in self.seen[key]],
            seat_of(self.captures, direct, len(keys)),
            self.ledger.aside,
        )
        return msgspec.convert(fields, report.Coverage, dec_hook=_as_time)


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


def _management_servers(charges: Iterable[Charge]) -> set[bytes]:
    """Our own addresses to which several clients, or one on several ports, come for management."""
    visits: dict[bytes, set[tuple[bytes, int]]] = {}
    for charge in charges:
        sighting = charge.sighting
        if sighting.signal == Signal.PORT_PROFILE and charge.server_ours:
            visit = (charge.device, sighting.server_port)
            visits.setdefault(sighting.server, set()).add(visit)
    return {server for server, seen in visits.items() if len(seen) > 1}


def _captures(captures: Iterable[Capture]) -> list[report.Capture]:
    """Every file that was read, by its path."""
    files = [file for capture in captures for file in capture.parts()]
    return [_capture(file) for file in sorted(files, key=lambda file: (file.path, file.sha256))]


def _capture(capture: Capture) -> report.Capture:
    coverage = capture.observation.coverage
    return report.Capture(
        path=capture.path,
        sha256=capture.sha256,
        packets=coverage.packets,
        bytes=capture.bytes,
        first_time=report.Time(coverage.first_ns) if coverage.packets else None,
        last_time=report.Time(coverage.last_ns) if coverage.packets else None,
        link_types=dict(sorted(coverage.link_types.items())),
        anomalies=dict(sorted(coverage.anomalies.items())),
        error=capture.error,
    )


def _as_time(kind: type, number: object) -> report.Time:
    if kind is not report.Time or not isinstance(number, int):
        raise NotImplementedError(kind)
    return report.Time(number)


@lru_cache(maxsize=4096)
def _text(name: bytes) -> str:
    """`name_text`, remembered: the same few names come again and again."""
    return name_text(name)


def _address(address: bytes) -> str:
    if len(address) not in (4, 16):
        return ""
    family = socket.AF_INET if len(address) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, address)


def _addresses(device: Device) -> list[str]:
    """IPv4 first, then IPv6; link-local ones last, as their octets come."""
    return [_address(a) for a in sorted(device.addresses, key=lambda a: (len(a), a))]
