"""What is kept of one capture's sightings, so that memory does not grow with the file.

The same client saying the same name to the same server in the same way, again within one half hour,
is one sighting that counts up: the judge calls that one piece anyway. A reply is kept once for each
kept sighting, under the flow of that sighting.

When the table is full a newcomer that both sides took part in takes the place of the oldest one
that nobody answered, because questions are forged by the million and handshakes are not; else the
newcomer is lost and counted.
"""

from collections import deque
from typing import Final

import msgspec

from netwatch.limits import ANSWERS_KEPT_MAX, SIGHTINGS_KEPT_MAX
from netwatch.model import DnsFields, Reply, Sighting

HALF_HOUR_NS: Final = 1_800_000_000_000


class Repeats:
    """Sightings of one capture, each once a half hour. `kept_max` bounds every table in here."""

    def __init__(self, kept_max: int = SIGHTINGS_KEPT_MAX) -> None:
        self.lost = 0
        """Sightings that found no room, and those that gave way."""
        self.replies: list[Reply] = []
        self.kept_max = kept_max
        self._kept: dict[bytes, Sighting] = {}
        self._one_way: deque[bytes] = deque()
        # Flows of the sightings in two generations: a reply comes soon or not at all.
        self._flows: dict[bytes, Sighting] = {}
        self._flows_before: dict[bytes, Sighting] = {}
        self._answered: set[bytes] = set()

    @property
    def kept(self) -> int:
        """How many are kept."""
        return len(self._kept)

    @property
    def sightings(self) -> list[Sighting]:
        """The kept ones in the order in which they were first seen."""
        return list(self._kept.values())

    def add(self, sightings: list[Sighting], replies: list[Reply]) -> None:
        """Take what the engine found in one block."""
        for sighting in sightings:
            self._add_sighting(sighting)
        for reply in replies:
            self._add_reply(reply)

    def _add_sighting(self, sighting: Sighting) -> None:
        key = _key(sighting)
        kept = self._kept.get(key)
        if kept is not None:
            _merge(kept, sighting)
        elif self._room_for(sighting):
            kept = sighting
            self._kept[key] = kept
            if not kept.two_way:
                self._one_way.append(key)
        else:
            self.lost += 1
            return
        if sighting.flow:
            self._remember_flow(_flow_key(sighting.flow), kept)

    def _room_for(self, sighting: Sighting) -> bool:
        if len(self._kept) < self.kept_max:
            return True
        if not sighting.two_way:
            return False
        while self._one_way:
            oldest = self._kept.get(self._one_way[0])
            if oldest is None or _flow_key(oldest.flow) + b"reply" in self._answered:
                self._one_way.popleft()  # gone, or answered in the meantime: it stays
                continue
            del self._kept[self._one_way.popleft()]
            self.lost += 1
            return True
        return False

    def _remember_flow(self, flow: bytes, kept: Sighting) -> None:
        if len(self._flows) >= self.kept_max:
            self._flows_before = self._flows
            self._flows = {}
        self._flows[flow] = kept

    def _add_reply(self, reply: Reply) -> None:
        flow = _flow_key(reply.flow)
        kept = self._flows.get(flow) or self._flows_before.get(flow)
        if kept is None:
            return
        once = _flow_key(kept.flow) + reply.kind.encode()
        if once not in self._answered and len(self._answered) < 2 * self.kept_max:
            self._answered.add(once)
            reply.flow = kept.flow
            self.replies.append(reply)


def _flow_key(flow: int) -> bytes:
    return (flow & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big")


def _key(sighting: Sighting) -> bytes:
    """Everything the judge may tell apart; bytes, because much of it comes off the wire."""
    dns, tls, http = sighting.dns, sighting.tls, sighting.http
    return msgspec.msgpack.encode(
        (
            sighting.time_ns // HALF_HOUR_NS,
            sighting.signal,
            sighting.name,
            sighting.signature,
            sighting.client,
            sighting.client_mac,
            sighting.server,
            sighting.server_port,
            sighting.server_mac,
            sighting.transport,
            sighting.vlans,
            sighting.tunnels,
            sighting.two_way,
            sighting.one_way_feed,
            sighting.shared,
            sighting.blocked,
            sighting.recursion_desired,
            sighting.browser,
            (dns.qtype, dns.rcode) if dns else None,
            tls.partial if tls else None,
            http.forwarded_for if http else None,
        )
    )


def _told(dns: DnsFields) -> tuple[object, ...]:
    return dns.answers, dns.ech


def _merge(kept: Sighting, again: Sighting) -> None:
    kept.count += again.count
    last_ns = max(again.time_ns, again.last_time_ns)
    if last_ns > max(kept.time_ns, kept.last_time_ns):
        kept.last_time_ns = last_ns
    if again.dns and kept.dns and _told(again.dns) != _told(kept.dns):
        answers = dict.fromkeys(kept.dns.answers + again.dns.answers)
        kept.dns = msgspec.structs.replace(
            kept.dns,
            answers=tuple(answers)[:ANSWERS_KEPT_MAX],
            ech=kept.dns.ech or again.dns.ech,
        )
