"""What is kept of one capture's sightings, so that memory does not grow with the file.

The same client saying the same name to the same server in the same way, again within one half hour,
is one sighting that counts up: the judge calls that one piece anyway. A reply is kept once for each
kept sighting, under the flow of that sighting.

When the table is full, what was said in ever more half hours gives way first: of each such series
the beginning and the end tell all. Then a newcomer that both sides took part in takes the place of
the oldest one that nobody answered, because questions are forged by the million and handshakes are
not; else the newcomer is lost and counted, and so are the addresses of which nothing was kept.
"""

import zlib
from collections import deque
from collections.abc import Iterable
from hashlib import blake2b
from itertools import chain
from typing import Final

import msgspec

from netwatch.charge import is_tool
from netwatch.limits import ANSWERS_KEPT_MAX, SIGHTINGS_BYTES_MAX, SIGHTINGS_KEPT_MAX
from netwatch.model import DnsFields, Reply, Sighting

HALF_HOUR_NS: Final = 1_800_000_000_000
HALF_HOUR_BYTES: Final = 8
"""Of a key: the half hour, before what makes the series."""
SERIES_BYTES: Final = 16
SERIES_KEPT_MAX: Final = 8
"""Half hours kept of one series where room is short: three over two hours are proof."""
SKETCH_BITS: Final = 1 << 22
"""Half a million addresses share few of them."""
NAME_COST: Final = 8
"""A name is kept, is a part of a key, and is escaped text, four octets for one, in the report."""
ANSWER_COST: Final = 64
ANSWERED: Final = ("reply", "acked")
"""Kinds of reply that a forger gets none of."""


class Addresses:
    """How many different addresses there were, at least: a sketch of half a mebibyte."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, address: bytes) -> None:
        """Note one; any number of times."""
        if not self._bits:
            self._bits = bytearray(SKETCH_BITS // 8)
        place = zlib.crc32(address) % SKETCH_BITS
        self._bits[place >> 3] |= 1 << (place & 7)

    def without(self, known: Iterable[bytes]) -> int:
        """How many of them are none of the `known` ones."""
        if not self._bits:
            return 0
        bits = bytearray(self._bits)
        for address in known:
            place = zlib.crc32(address) % SKETCH_BITS
            bits[place >> 3] &= ~(1 << (place & 7))
        return int.from_bytes(bits, "big").bit_count()


class Repeats:
    """Sightings of one capture, each once a half hour. `kept_max` bounds every table in here.

    `bytes_max` bounds what the kept ones say, by `cost_bytes`.
    """

    def __init__(
        self, kept_max: int = SIGHTINGS_KEPT_MAX, bytes_max: int = SIGHTINGS_BYTES_MAX
    ) -> None:
        self.lost = 0
        """Sightings that found no room, and those that gave way."""
        self.replies: list[Reply] = []
        self.kept_max = kept_max
        self.bytes_max = bytes_max
        self.bytes = 0
        """What the kept ones say, by `cost_bytes`."""
        self._kept: dict[bytes, Sighting] = {}
        self._one_way: deque[bytes] = deque()
        # Flows of the sightings in two generations: a reply comes soon or not at all.
        self._flows: dict[bytes, Sighting] = {}
        self._flows_before: dict[bytes, Sighting] = {}
        self._answered: set[bytes] = set()
        self._lost_clients = Addresses()
        self._crowded = 0
        """How many must be lost before it is worth while to look for long series again."""

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
            self._merge(kept, sighting)
        elif self._room_for(sighting):
            kept = sighting
            self._kept[key] = kept
            self.bytes += cost_bytes(kept)
            if not kept.two_way:
                self._one_way.append(key)
        else:
            self._lose(sighting)
            return
        if sighting.flow:
            self._remember_flow(_flow_key(sighting.flow), kept)

    def forget_flows(self) -> None:
        """What comes now is of another capture: no reply in it is to what came before."""
        self._flows, self._flows_before = {}, {}

    def lost_clients(self, known: Iterable[bytes]) -> int:
        """Addresses, at least, that were lost and are not among the `known` ones or the kept."""
        kept = (sighting.client for sighting in self._kept.values())
        return self._lost_clients.without(chain(known, kept))

    def _lose(self, sighting: Sighting) -> None:
        self.lost += 1
        self._lost_clients.add(sighting.client)

    def _room_for(self, sighting: Sighting) -> bool:
        cost = cost_bytes(sighting)
        if self._fits(cost):
            return True
        if self.lost >= self._crowded:
            self._shorten_series()
            if self._fits(cost):
                return True
        if not sighting.two_way:
            return False
        while self._one_way:
            oldest = self._kept.get(self._one_way[0])
            if oldest is None or self._is_answered(oldest):
                self._one_way.popleft()  # gone, or answered in the meantime: it stays
                continue
            self._drop(self._one_way.popleft())
            self._lose(oldest)
            if self._fits(cost):
                return True
        return False

    def _fits(self, cost: int) -> bool:
        return len(self._kept) < self.kept_max and self.bytes + cost <= self.bytes_max

    def _drop(self, key: bytes) -> Sighting:
        dropped = self._kept.pop(key)
        self.bytes -= cost_bytes(dropped)
        return dropped

    def _is_answered(self, sighting: Sighting) -> bool:
        flow = _flow_key(sighting.flow)
        return any(flow + kind.encode() in self._answered for kind in ANSWERED)

    def _shorten_series(self) -> None:
        """Drop the middle of long series; the half hour before counts what is dropped."""
        series: dict[bytes, list[bytes]] = {}
        for key in self._kept:
            series.setdefault(key[HALF_HOUR_BYTES:], []).append(key)
        for keys in series.values():
            keys.sort()
            for key in keys[SERIES_KEPT_MAX - 1 : -1]:
                self._kept[keys[0]].count += self._drop(key).count
        self._one_way = deque(key for key in self._one_way if key in self._kept)
        # Looking takes as long as keeping them did: not again before it can have paid.
        self._crowded = self.lost + self.kept_max // 8

    def _merge(self, kept: Sighting, again: Sighting) -> None:
        kept.count += again.count
        last_ns = max(again.time_ns, again.last_time_ns)
        if last_ns > max(kept.time_ns, kept.last_time_ns):
            kept.last_time_ns = last_ns
        if again.dns and kept.dns and _told(again.dns) != _told(kept.dns):
            gathered = dict.fromkeys(kept.dns.answers + again.dns.answers)
            answers = tuple(gathered)[:ANSWERS_KEPT_MAX]
            cost = ANSWER_COST * (len(answers) - len(kept.dns.answers))
            if self.bytes + cost > self.bytes_max:
                answers, cost = kept.dns.answers, 0
            ech = kept.dns.ech or again.dns.ech
            kept.dns = msgspec.structs.replace(kept.dns, answers=answers, ech=ech)
            self.bytes += cost

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


def cost_bytes(sighting: Sighting) -> int:
    """What one sighting takes for what it says, here and in the report."""
    dns, tls, http = sighting.dns, sighting.tls, sighting.http
    cost = NAME_COST * len(sighting.name)
    if dns is not None:
        cost += ANSWER_COST * len(dns.answers)
    if tls is not None:
        cost += len(tls.subject) + len(tls.issuer) + sum(map(len, tls.alpn))
    if http is not None:
        cost += len(http.target) + len(http.user_agent) + 2 * len(http.forwarded_for)
    return cost


def _flow_key(flow: int) -> bytes:
    return (flow & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big")


def _key(sighting: Sighting) -> bytes:
    """The half hour, then a digest of everything else that the judge may tell apart.

    Bytes, because much of it comes off the wire; a digest, because the names in it are long.
    """
    half_hour = sighting.time_ns // HALF_HOUR_NS + (1 << 62)  # also before 1970 in order
    digest = blake2b(_series(sighting), digest_size=SERIES_BYTES).digest()
    return half_hour.to_bytes(HALF_HOUR_BYTES, "big") + digest


def _series(sighting: Sighting) -> bytes:
    dns, tls, http = sighting.dns, sighting.tls, sighting.http
    return msgspec.msgpack.encode(
        (
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
            sighting.shared,
            sighting.blocked,
            sighting.recursion_desired,
            sighting.browser,
            (dns.qtype, dns.rcode) if dns else None,
            tls.partial if tls else None,
            (http.forwarded_for, is_tool(sighting)) if http else None,
        )
    )


def _told(dns: DnsFields) -> tuple[object, ...]:
    return dns.answers, dns.ech
