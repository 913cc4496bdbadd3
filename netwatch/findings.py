"""What was judged, as the records of the report. Nothing is decided here."""

import socket
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from netwatch import report
from netwatch.charge import Charge, Role, Seat
from netwatch.devices.addresses import UNKNOWN_ORIGIN, origin_of
from netwatch.devices.identity import Device
from netwatch.devices.roles import Guess
from netwatch.devices.vendors import vendor_of
from netwatch.model import Capture
from netwatch.names import name_text
from netwatch.signature import Signature
from netwatch.verdict.exhibits import HALF_HOUR_NS, Exhibit
from netwatch.verdict.judge import Judgement
from netwatch.verdict.wording import HOW_TO_NAME, KNOWN_BY, roaming, told_origins

ACCUSED: Final = frozenset(("running", "likely", "possible"))


def device_record(
    device: Device,
    guess: Guess,
    zone: str | None,
    judgement: Judgement,
    evidence: list[report.Evidence],
) -> report.Device:
    """The record of one device."""
    reasons = list(judgement.reasons)
    known_by = device.id.partition(":")[0]
    if judgement.verdict in ACCUSED and known_by in KNOWN_BY:
        reasons.append(KNOWN_BY[known_by])
    if len(device.sites) > 1:
        reasons.append(roaming(device.sites))
    return report.Device(
        id=device.id,
        verdict=judgement.verdict,
        cap=judgement.cap,
        role=guess.role,
        role_suspected=bool(guess.suspicion),
        role_reason=guess.reason or None,
        zone=zone,
        site=device.site or None,
        ips=_addresses(device),
        macs=[device.key.mac.hex(":")] if device.key.mac else [],
        vendor=vendor_of(device.key.mac),
        hostnames=sorted(device.hostnames),
        switch_ports=sorted(device.ports),
        first_seen=report.Time(device.first_ns),
        last_seen=report.Time(device.last_ns),
        products=list(judgement.products),
        purposes=list(judgement.purposes),
        reasons=reasons,
        evidence=evidence,
    )


def unattributed_record(
    device: Device,
    guess: Guess,
    charges: Sequence[Charge],
    judgement: Judgement,
    evidence: list[report.Evidence],
) -> report.Unattributed:
    """The record of what one carrier passed on for somebody unseen.

    `charges` are those that weigh most: their origins are the devices that the finding is about.
    """
    origins = {origin_of(charge.sighting) for charge in charges} - {b"", UNKNOWN_ORIGIN}
    forwarded = all(charge.seat == Seat.BEHIND_PROXY for charge in charges)
    role = Role.PROXY if forwarded else guess.role
    return report.Unattributed(
        role=role,
        address=_address(charges[0].sighting.client),
        name=min(device.hostnames, default=None),
        site=device.site or None,
        verdict=judgement.verdict,
        at_least=max(len(origins), 1),
        evidence=evidence,
        how_to_name=HOW_TO_NAME[role] + told_origins([_address(o) for o in sorted(origins)]),
    )


def evidence_records(
    exhibits: Iterable[Exhibit],
    signatures: Sequence[Signature],
    captures: Mapping[str, Capture],
) -> list[report.Evidence]:
    """One record for what a person would call the same sighting; repeats are counted.

    `captures` by path: of one in several files it is told in which of them the frame lies.
    """
    records: dict[tuple[object, ...], report.Evidence] = {}
    for exhibit in exhibits:
        sighting, charge = exhibit.charge.sighting, exhibit.charge
        signature = signatures[sighting.signature]
        capture, frame = captures[charge.capture].place(sighting.frame)
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
            log=_log(captures[charge.capture], capture),
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


def capture_records(captures: Iterable[Capture]) -> list[report.Capture]:
    """Every file that was read, by its path."""
    files = [(file, one.site) for one in captures for file in one.parts()]
    files.sort(key=lambda told: (told[0].path, told[0].sha256))
    return [_capture(file, site) for file, site in files]


def _capture(capture: Capture, site: str) -> report.Capture:
    coverage = capture.observation.coverage
    return report.Capture(
        path=capture.path,
        site=site or None,
        sha256=capture.sha256,
        packets=coverage.packets,
        bytes=capture.bytes,
        first_time=report.Time(coverage.first_ns) if coverage.last_ns else None,
        last_time=report.Time(coverage.last_ns) if coverage.last_ns else None,
        link_types=dict(sorted(coverage.link_types.items())),
        anomalies=dict(sorted(coverage.anomalies.items())),
        error=capture.error,
        log=_log_record(capture),
    )


def _log_record(capture: Capture) -> report.Log | msgspec.UnsetType:
    if not capture.is_log:
        return msgspec.UNSET
    return report.Log(
        format=log_name(capture.format), lines=capture.frames, notes=list(capture.notes)
    )


def _log(capture: Capture, path: str) -> str | msgspec.UnsetType:
    """The format of the log at `path` in this capture."""
    if not capture.is_log:
        return msgspec.UNSET
    formats = (file.format for file in capture.parts() if file.path == path)
    return log_name(next(formats, capture.format))


def log_name(format: str) -> str:
    """The kind of log of a capture's format (`gzip bind log`: `bind`); empty for packets."""
    return format.removesuffix(" log").rpartition(" ")[2] if format.endswith(" log") else ""


def as_time(kind: type, number: object) -> report.Time:
    """For msgspec: a number where the record wants a time."""
    if kind is not report.Time or not isinstance(number, int):
        raise NotImplementedError(kind)
    return report.Time(number)


@lru_cache(maxsize=4096)
def _text(name: bytes) -> str:
    """`name_text`, remembered: the same few names come again and again."""
    return name_text(name)


@lru_cache(maxsize=4096)
def _address(address: bytes) -> str:
    if len(address) not in (4, 16):
        return ""
    family = socket.AF_INET if len(address) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, address)


def _addresses(device: Device) -> list[str]:
    """IPv4 first, then IPv6; link-local ones last, as their octets come."""
    return [_address(a) for a in sorted(device.addresses, key=lambda a: (len(a), a))]
