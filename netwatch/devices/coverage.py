"""What the captures could and could not show: of each device, and of the whole network."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from netwatch.charge import Watch
from netwatch.model import VERDICTS, Capture, Client, Coverage

HOUR_NS: Final = 3_600_000_000_000
ONE_DIRECTION_FLOWS: Final = 8
"""TCP flows of which not one has two sides: fewer may be scans that nobody answered."""
SILENCE_NS_MAX: Final = 8 * HOUR_NS
"""Hours of an address do not add up over a longer silence: it may be another device's by then."""
HIDDEN_PART: Final = 10
"""Connections are hidden on a feed where at most one of so many askers is seen connecting."""
FOUND: Final = ("running", "likely", "possible")
ENDINGS: Final = (
    "shows absence for {absent} of {devices} devices over this period",
    "does not show that the network is free",
    "shows nothing: the feed was blind",
)
SEAT_WORDS: Final = {
    "access": "Seen from the access side, with most devices' own MACs",
    "uplink": "Seen from the uplink, with most devices behind a router",
    "raw-ip": "Seen as raw IP, without any MAC",
    "one-direction": "Seen in one direction only",
    "logs": "Seen in logs only, which know no MAC",
    "blind": "Without any DNS question, TLS or QUIC hello, or HTTP request",
}
UNKNOWN_LAYERS: Final = ("link-unknown", "ethertype-unknown", "too-deep", "transport-unknown")
"""Anomalies of what lies in an encapsulation that could not be opened."""


def is_one_directional(coverage: Coverage) -> bool:
    """Whether a capture shows one side of every TCP flow, and of enough of them to be sure."""
    return coverage.flows_both == 0 and coverage.flows_tcp >= ONE_DIRECTION_FLOWS


def watch_device(seen: Sequence[tuple[Capture, Client]], wanders: bool = False) -> Watch:
    """How well a device was watched, from its addresses in the captures that show it.

    `wanders`: it is known by an address or a made-up MAC, which may be another device's tomorrow.
    Then each stretch without a silence of more than 8 hours may be one device's, and the one that
    was watched worst decides.
    """
    coverages = {id(capture): capture.observation.coverage for capture, _ in seen}.values()
    # A log shows what it was asked, not what else its clients did: its hours clear nobody.
    seen = [(capture, client) for capture, client in seen if not capture.is_log]
    hours: set[int] = set()
    for _, client in seen:
        first = client.first_ns // HOUR_NS
        hours |= {first + bit for bit in range(62) if client.hours >> bit & 1} | {first}
    stretches = list(_stretches(sorted(hours))) if wanders else [hours]
    acks = sum(coverage.acks for coverage in coverages)
    unseen = sum(coverage.acked_unseen for coverage in coverages)
    length_ns = sum(c.last_ns - c.first_ns - c.gap_ns for c in coverages)
    return Watch(
        seconds=max(length_ns, 0) // 1_000_000_000,
        hours=min((len(stretch) for stretch in stretches), default=0),
        days=min((len({hour // 24 for hour in stretch}) for stretch in stretches), default=0),
        connections=sum(client.connections for _, client in seen),
        connections_named=sum(client.connections_named for _, client in seen),
        loss=unseen / acks if acks else 0.0,
        one_direction=any(is_one_directional(coverage) for coverage in coverages),
        tunnels=sum(client.tunnels for _, client in seen),
    )


def _stretches(hours: Sequence[int]) -> Iterable[Sequence[int]]:
    """Cut ascending hours of the clock where more than `SILENCE_NS_MAX` lies between two."""
    start = 0
    for end in range(1, len(hours) + 1):
        if end == len(hours) or (hours[end] - hours[end - 1]) * HOUR_NS > SILENCE_NS_MAX:
            yield hours[start:end]
            start = end


def hides_connections(clients: Iterable[Client]) -> bool:
    """Whether a feed with these clients shows questions but no leg on which the askers connect.

    One that connects to nothing where others do is no sign of a hidden leg: firewalls that resolve
    block lists behave so.
    """
    askers = connecting = 0
    for client in clients:
        if client.questions or client.answers:
            askers += 1
            connecting += client.connections > 0 or client.flows > 0
    return askers > 0 and connecting * HIDDEN_PART <= askers


def hiding_connections(captures: Sequence[Capture]) -> set[str]:
    """Paths of the inputs that show questions and could not show connections.

    A log never shows any: it hides them only where nothing else of its site shows any either.
    """
    connecting = {
        capture.site
        for capture in captures
        if any(client.connections for client in capture.observation.clients)
    }
    return {
        capture.path
        for capture in captures
        if hides_connections(capture.observation.clients)
        and not (capture.is_log and capture.site in connecting)
    }


def seat_of(captures: Sequence[Capture], direct: int, devices: int) -> str:
    """Where the mirror sits; `direct` of the `devices` are known by their own MAC."""
    total = [capture.observation.coverage for capture in captures]
    names = sum(c.dns_questions + c.dns_answers + c.hellos + c.quic + c.http for c in total)
    if not names and not any(c.hellos_named for c in total):  # of hellos that were never whole
        return "blind"
    tcp = Coverage(
        flows_both=sum(c.flows_both for c in total), flows_tcp=sum(c.flows_tcp for c in total)
    )
    if is_one_directional(tcp):
        return "one-direction"
    if all(capture.is_log for capture in captures):
        return "logs"
    packets = [capture for capture in captures if not capture.is_log]
    if devices and not any(_shows_macs(capture) for capture in packets):
        return "raw-ip"
    return "access" if direct * 2 >= devices > 0 else "uplink"


def _shows_macs(capture: Capture) -> bool:
    seen = capture.observation
    return (
        bool(seen.macs)
        or any(client.mac for client in seen.clients)
        or any(sighting.client_mac for sighting in seen.sightings)
    )


def summarise(
    captures: Sequence[Capture],
    verdicts: Sequence[str],
    clients: Sequence[Client],
    seat: str,
    set_aside: Mapping[str, int],
    not_kept: int,
) -> dict[str, object]:
    """The fields of `report.Coverage`; `verdicts` of all devices, `clients` of our own side."""
    total = [capture.observation.coverage for capture in captures]
    counts = Counter(verdicts)
    found = sum(counts[verdict] for verdict in FOUND)
    connections = sum(client.connections for client in clients)
    anomalies: Counter[str] = Counter()
    for coverage in total:
        anomalies.update(coverage.anomalies)
    times = [c for c in total if c.packets or c.last_ns]
    tcp_flows = sum(c.flows_tcp for c in total)
    acks = sum(c.acks for c in total)
    return {
        "sentence": _sentence(seat, counts["clean"], len(verdicts)),
        "seat": seat,
        "first_time": min(c.first_ns for c in times) if times else None,
        "last_time": max(c.last_ns for c in times) if times else None,
        "devices": len(verdicts),
        "devices_not_kept": not_kept,
        "devices_found": found,
        "devices_absent": counts["clean"],
        "devices_undecided": len(verdicts) - found - counts["clean"],
        "verdicts": {verdict: counts[verdict] for verdict in VERDICTS},
        "packets": sum(c.packets for c in total),
        "bytes": sum(c.bytes for c in total),
        "both_directions": _share(sum(c.flows_both for c in total), tcp_flows),
        "dns_leg": any(c.dns_questions or c.dns_answers for c in total),
        "hello_leg": any(c.hellos or c.hellos_named or c.quic or c.http for c in total),
        "dns_questions": sum(c.dns_questions for c in total),
        "dns_answers": sum(c.dns_answers for c in total),
        "hellos": sum(c.hellos for c in total),
        "connections": connections,
        "names_visible": _share(sum(client.connections_named for client in clients), connections),
        "encrypted_dns": sum(c.encrypted_dns for c in total),
        "ech": sum(c.hellos_ech for c in total),
        "hellos_unfinished": sum(c.hellos_unfinished for c in total),
        "loss": _share(sum(c.acked_unseen for c in total), acks),
        "duplicates": sum(c.duplicates for c in total),
        "truncated": sum(c.truncated for c in total),
        "flows_evicted": sum(c.flows_evicted for c in total),
        "clients_evicted": sum(c.clients_evicted for c in total),
        "unknown_encapsulations": sum(anomalies[name] for name in UNKNOWN_LAYERS),
        "tunnelled": sum(c.tunnelled for c in total),
        "encrypted": sum(c.encrypted for c in total),
        "anomalies": dict(sorted(anomalies.items())),
        "set_aside": dict(sorted(set_aside.items())),
    }


def _sentence(seat: str, absent: int, devices: int) -> str:
    blind, free, some = seat == "blind", ENDINGS[1], ENDINGS[0]
    ending = ENDINGS[2] if blind else some if absent else free
    shown = ending.format(absent=f"{absent:,}", devices=f"{devices:,}")
    return f"{SEAT_WORDS[seat]}, this {shown}."


def _share(part: int, whole: int) -> float | None:
    return round(min(part / whole, 1.0), 4) if whole else None
