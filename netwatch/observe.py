"""The engine's books, closed: native tables and counters become one `model.Observation`."""

from typing import TypeVar

from netwatch.capture.records import TIME_NS_MAX
from netwatch.engine import Engine, Neighbours
from netwatch.extract.certificates import read_certificate
from netwatch.extract.dhcp import read_dhcp, read_dhcp6
from netwatch.extract.quic_keys import InitialOpener
from netwatch.match.matcher import Matcher
from netwatch.model import (
    ANOMALY_NAMES,
    Anomaly,
    Claim,
    Client,
    Coverage,
    Mac,
    Observation,
    Reply,
    Sighting,
)
from netwatch.state import clients as field
from netwatch.state.tally import Tally

OFFLINE_KEY = 0x1B873593CC9E2D51
"""Captures are read with a fixed key: the same file gives the same output, evictions included."""

CLIENT_FIELDS = {
    "macs": field.MACS,
    "first_ns": field.FIRST,
    "last_ns": field.LAST,
    "hours": field.HOURS,
    "flows": field.FLOWS,
    "connections": field.CONNECTIONS,
    "connections_named": field.CONNECTIONS_NAMED,
    "connections_answered": field.CONNECTIONS_ANSWERED,
    "hellos": field.HELLOS,
    "hellos_ech": field.HELLOS_ECH,
    "hellos_outer": field.HELLOS_OUTER,
    "hellos_nameless": field.HELLOS_NAMELESS,
    "hello_kinds": field.HELLO_KINDS,
    "agent_kinds": field.AGENT_KINDS,
    "ttl_kinds": field.TTL_KINDS,
    "questions": field.QUESTIONS,
    "questions_public": field.QUESTIONS_PUBLIC,
    "questions_matched": field.QUESTIONS_MATCHED,
    "answers": field.ANSWERS,
    "answers_served": field.ANSWERS_SERVED,
    "clients_served": field.CLIENTS_SERVED,
    "proxied": field.PROXIED,
    "encrypted_dns": field.ENCRYPTED_DNS,
    "quic": field.QUIC,
    "tunnels": field.TUNNELS,
}
"""`model.Client` field -> place in the client's record."""


def build_engine(
    matcher: Matcher, *, names: bool = False, key: int = OFFLINE_KEY, strict: bool = False
) -> Engine:
    """Give an engine with its neighbours."""
    neighbours = Neighbours(InitialOpener(), read_certificate, read_dhcp, read_dhcp6)
    return Engine(matcher, neighbours, names, key, strict)


def take(engine: Engine) -> tuple[list[Sighting], list[Reply], list[Claim]]:
    """Hand over what was found since the last time, and forget it in the engine."""
    taken = engine.sightings.found, engine.sightings.replies, engine.claims.found
    engine.sightings.found = []
    engine.sightings.replies = []
    engine.claims.found = []
    return taken


class Books:
    """What each of several files adds to the counters of one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._packets = 0
        self._anomalies: dict[str, int] = {}
        self._link_types: dict[int, int] = {}

    def begin_file(self) -> None:
        """The frames that come now are another file's."""
        tally = self._engine.tally
        self._engine.other_link(-1)
        self._packets = tally.packets
        self._anomalies = _anomalies(tally)
        self._link_types = _link_types(self._engine)
        tally.first_ns, tally.last_ns = TIME_NS_MAX, 0

    def file(self) -> Coverage:
        """Packets, times, link types and anomalies of the file so far."""
        tally = self._engine.tally
        self._engine.other_link(-1)
        packets = tally.packets - self._packets
        return Coverage(
            packets=packets,
            first_ns=tally.first_ns if packets else 0,
            last_ns=tally.last_ns if packets else 0,
            link_types=_more(_link_types(self._engine), self._link_types),
            anomalies=_more(_anomalies(tally), self._anomalies),
        )


def observation(engine: Engine) -> Observation:
    """Close the books of `engine`: everything that was not taken yet, the clients, the counters."""
    engine.finish()
    sightings, replies, claims = take(engine)
    return Observation(
        sightings=sightings,
        replies=replies,
        claims=claims,
        clients=_clients(engine),
        macs=_macs(engine),
        coverage=_coverage(engine),
    )


def _clients(engine: Engine) -> list[Client]:
    table = engine.clients.clients
    records = table.records
    found = []
    for slot in range(table.slots):
        place = slot * field.FIELDS
        if records[place] == 0:
            continue
        length = records[place + field.LENGTH_VLAN] & 0xFF
        words = [records[place + field.ADDRESS + word] for word in range(length // 4)]
        mac = records[place + field.MAC]
        counters = {name: records[place + offset] for name, offset in CLIENT_FIELDS.items()}
        found.append(
            Client(
                address=b"".join(int(word).to_bytes(4, "big") for word in words),
                vlan=records[place + field.LENGTH_VLAN] >> 8,
                mac=int(mac).to_bytes(6, "big") if mac else b"",
                **counters,
            )
        )
    found.sort(key=lambda client: (client.vlan, len(client.address), client.address))
    return found


def _macs(engine: Engine) -> list[Mac]:
    table = engine.clients.macs
    records = table.records
    found = [
        Mac(
            mac=int(records[place] - 1).to_bytes(6, "big"),
            addresses=records[place + 1],
            public_addresses=records[place + 2],
        )
        for place in range(0, table.slots * 4, 4)
        if records[place] != 0
    ]
    found.sort(key=lambda mac: mac.mac)
    return found


def _coverage(engine: Engine) -> Coverage:
    tally = engine.tally
    names = [name for name in Coverage.__struct_fields__ if hasattr(tally, name)]
    counted = {name: getattr(tally, name) for name in names if name != "anomalies"}
    return Coverage(
        bytes=tally.octets,
        encrypted=tally.anomalies[Anomaly.ENCRYPTED],
        flows=engine.watch.flows.total,
        flows_evicted=engine.watch.flows.evicted,
        link_types=_link_types(engine),
        clients_evicted=engine.clients.clients.evicted,
        anomalies=_anomalies(tally),
        **counted,
    )


def _link_types(engine: Engine) -> dict[int, int]:
    return {int.from_bytes(key, "big"): count for key, count in sorted(engine.link_types.items())}


Key = TypeVar("Key")


def _more(counts: dict[Key, int], before: dict[Key, int]) -> dict[Key, int]:
    """What was counted since `before`."""
    return {
        key: count - before.get(key, 0)
        for key, count in counts.items()
        if count > before.get(key, 0)
    }


def _anomalies(tally: Tally) -> dict[str, int]:
    return {
        name: tally.anomalies[number]
        for number, name in enumerate(ANOMALY_NAMES)
        if number and tally.anomalies[number]
    }
