"""A report for people, in 80 columns: the answer and its limit first, then proof, then coverage."""

import os
from collections import Counter
from typing import Final

import msgspec

from netwatch.model import Signal
from netwatch.outputs.managed import managed_lists, managed_words
from netwatch.outputs.page import Page, Style
from netwatch.outputs.summary import ACCUSED, answer_lines
from netwatch.outputs.text import ascii_text, line_text, shortened, time_text
from netwatch.outputs.words import ROLES, carrier, counted, proof
from netwatch.report import Capture, Coverage, Device, Evidence, Report, Time, Unattributed

PROOFS_MAX: Final = 2
"""Pieces of evidence shown for one device; all of them are in the JSON."""
ADDRESSES_MAX: Final = 3
PLACE_COLUMNS_MAX: Final = 60
PLACE_PARTS_MAX: Final = 4
"""Folders of a path, and its file, that tell it from others before it is given whole."""
HOSTNAME_COLUMNS_MAX: Final = 40
SCREEN_LINES: Final = 50
"""A longer page ends with its answer once more: that is what a terminal then shows."""
DAMAGED_MAX: Final = 10
"""Unreadable captures that are listed one by one."""
INDENT: Final = " " * 10
NOT_MORE: Final = "not more, because "

_STYLES: Final[dict[str, Style]] = {"running": "red", "likely": "red", "possible": "yellow"}
_HEARD: Final = (Signal.DNS_QUERY, Signal.DNS_ANSWER, Signal.FLOW_TO_ANSWERED_ADDRESS)
"""What proves less in a reader's eyes than a name said to the server itself."""
_STRENGTH_RANK: Final = {"strong": 0, "medium": 1, "weak": 2}


def table(report: Report, *, show_all: bool = False, colour: bool = False) -> str:
    """The whole page. `show_all` lists the devices that are else only counted."""
    page = Page(colour)
    _answer(page, report)
    places = _places(report.captures)
    accused = [device for device in report.devices if device.verdict in ACCUSED]
    if accused:
        page.heading("Traffic from these devices points to a Kaspersky product")
        for device in accused:
            page.blank()
            _accused(page, device, places)
    carried = [f for f in report.unattributed if show_all or f.verdict in ACCUSED]
    if carried:
        page.heading("Behind carriers: devices that cannot be named from here")
        _all_carried(page, carried, places)
    _rest(page, report, show_all)
    _coverage(page, report)
    if show_all:
        _networks(page, report.coverage)
    if report.assets is not None:
        managed_lists(page, report.assets, show_all)
    if page.lines > SCREEN_LINES:
        page.blank()
        _answer(page, report)
    return page.text()


def _answer(page: Page, report: Report) -> None:
    for line in answer_lines(report):
        page.paragraph(line, style="bold")


def _accused(page: Page, device: Device, places: dict[str, str]) -> None:
    page.item(device.verdict.upper(), _who(device), _STYLES.get(device.verdict, "plain"))
    page.paragraph(_what(device.products, device.purposes, device.evidence), INDENT)
    _proofs(page, device.evidence, places)
    for reason in why_not_more(device):
        page.paragraph(reason, INDENT)
    if device.managed is not None and device.managed.state == "unidentified":
        page.paragraph(f"Managed or not: {line_text(device.managed.reason)}.", INDENT)


def why_not_more(device: Device) -> list[str]:
    """The judge's own words for it; his word for the cap where there are none."""
    told = [reason for reason in device.reasons if reason.startswith("not more")]
    if not told and device.cap is not None:
        told = [device.cap]
    return [ascii_text(f"Not more: {reason.removeprefix(NOT_MORE)}.") for reason in told]


def _all_carried(page: Page, carried: list[Unattributed], places: dict[str, str]) -> None:
    """Each carrier, and after the last one of a kind what would name the devices behind them."""
    last = {finding.how_to_name: n for n, finding in enumerate(carried)}
    for n, finding in enumerate(carried):
        page.blank()
        _carried(page, finding, places)
        if finding.how_to_name and last[finding.how_to_name] == n:
            several = sum(other.how_to_name == finding.how_to_name for other in carried) > 1
            each = "To name them, at each" if several else "To name it"
            page.paragraph(f"{each}: {finding.how_to_name}.", INDENT)


def _carried(page: Page, finding: Unattributed, places: dict[str, str]) -> None:
    page.item(
        finding.verdict.upper(),
        f"at least {counted(finding.at_least, 'device')} behind {carrier(finding)}",
        _STYLES.get(finding.verdict, "plain"),
    )
    _proofs(page, finding.evidence, places, carried=True)


def _proofs(
    page: Page, evidence: list[Evidence], places: dict[str, str], carried: bool = False
) -> None:
    """The best pieces; the capture is named where it is another one than that of the line above."""
    above = None
    for piece in best_pieces(evidence):
        place = "" if piece.capture == above else places.get(piece.capture, piece.capture)
        page.item(INDENT + "-", proof(piece, place, carried), columns=len(INDENT) + 2)
        above = piece.capture


def best_pieces(evidence: list[Evidence]) -> list[Evidence]:
    """The pieces that prove most, earliest first: of two signatures, else two different ones.

    What one frame says twice, and a question beside its answer, is one.
    """
    chosen: list[Evidence] = []
    ranked = sorted(evidence, key=_rank)
    for differ in (_signature, _words):
        for piece in ranked:
            if len(chosen) < PROOFS_MAX and all(
                tell(piece) not in map(tell, chosen) for tell in (differ, _place)
            ):
                chosen.append(piece)
    return sorted(chosen, key=lambda piece: piece.time)


def _place(piece: Evidence) -> tuple[str, ...]:
    return (piece.capture, str(piece.frame))


def _signature(piece: Evidence) -> tuple[str, ...]:
    return (piece.signature,)


def _words(piece: Evidence) -> tuple[str, ...]:
    """What tells the sentence about one piece from the one about another."""
    signal = "dns" if piece.signal in (Signal.DNS_QUERY, Signal.DNS_ANSWER) else piece.signal
    return (signal, piece.name, piece.server_ip, piece.seat)


def _rank(piece: Evidence) -> tuple[int, bool, bool, bool, int]:
    strength = _STRENGTH_RANK.get(piece.strength, len(_STRENGTH_RANK))
    heard = piece.signal in _HEARD
    return (strength, not piece.followed, not piece.two_way, heard, piece.time)


def _who(device: Device) -> str:
    parts = [_some(device.ips, ADDRESSES_MAX)] if device.ips else []
    parts += [shortened(name, HOSTNAME_COLUMNS_MAX) for name in device.hostnames[:2]]
    if device.macs:
        vendor = f" ({shortened(device.vendor, HOSTNAME_COLUMNS_MAX)})" if device.vendor else ""
        parts.append(_some(device.macs, 1) + vendor)
    if device.role != "endpoint":
        maybe = "perhaps a " if device.role_suspected else "a "
        parts.append(maybe + ROLES.get(device.role, device.role))
    if device.site:
        parts.append("site " + shortened(device.site, HOSTNAME_COLUMNS_MAX))
    if device.switch_ports:
        parts.append("at " + _some(device.switch_ports, 1))
    if device.zone:
        parts.append("in " + shortened(device.zone, HOSTNAME_COLUMNS_MAX))
    if device.managed is not None:
        parts.append(managed_words(device.managed))
    return ascii_text(", ".join(parts) or device.id)


def _what(products: list[str], purposes: list[str], evidence: list[Evidence]) -> str:
    product = ", ".join(products) or "Kaspersky product"
    purpose = f" ({', '.join(purposes)})" if purposes else ""
    seen = _seen(evidence)
    return ascii_text(f"{product}{purpose}{seen}")


def _seen(evidence: list[Evidence]) -> str:
    if not evidence:
        return ""
    first, last = min(e.time for e in evidence), max(e.time for e in evidence)
    return f", {span_text(first, last)}"


def span_text(first: Time, last: Time) -> str:
    """`2025-08-21 11:25:27 to 11:26:37 UTC`; the date once where it is the same."""
    start, end = (time_text(time)[:19].replace("T", " ") for time in (first, last))
    if start == end:
        return f"{start} UTC"
    return f"{start} to {end[11:] if end[:10] == start[:10] else end} UTC"


def _some(texts: list[str], most: int) -> str:
    more = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {more:,} more" if more > 0 else "")


def _rest(page: Page, report: Report, show_all: bool) -> None:
    rest = [device for device in report.devices if device.verdict not in ACCUSED]
    if not rest:
        return
    page.heading("The other devices")
    counts: dict[str, int] = {}
    for device in rest:
        counts[device.verdict] = counts.get(device.verdict, 0) + 1
    hint = "" if show_all else " (--all lists them)"
    page.paragraph(
        ", ".join(f"{number:,} {verdict}" for verdict, number in counts.items()) + hint, "  "
    )
    if show_all:
        page.blank()
        for device in rest:
            role = [device.role_reason] if device.role_reason else []
            reason = "; ".join([*device.products, *device.reasons, *role])
            page.item(device.verdict, _who(device) + (f": {reason}" if reason else ""))


def _coverage(page: Page, report: Report) -> None:
    coverage = report.coverage
    page.heading("What this could show, and what not")
    page.paragraph(coverage.sentence)
    page.blank()
    page.item("Period", _period(coverage), columns=13)
    page.item("Visible", _visible(coverage), columns=13)
    page.item("Not visible", _not_visible(coverage), columns=13)
    aside = ", ".join(f"{number:,} {reason}" for reason, number in coverage.set_aside.items())
    if aside:
        page.item("Set aside", aside, columns=13)
    logs = [(one.path, one.log.notes) for one in report.captures if one.log is not msgspec.UNSET]
    for path, notes in [told for told in logs if told[1]][:DAMAGED_MAX]:
        page.item("Log", f"{path}: {'; '.join(notes)}", columns=13)
    damaged = [capture for capture in report.captures if capture.error is not None]
    for capture in damaged[:DAMAGED_MAX]:
        page.item("Damaged", f"{capture.path}: {capture.error}", columns=13)
    if len(damaged) > DAMAGED_MAX:
        page.item("", f"and {len(damaged) - DAMAGED_MAX:,} more inputs", columns=13)


def _networks(page: Page, coverage: Coverage) -> None:
    if not coverage.networks:
        return
    page.heading("Network by network")
    for one in coverage.networks:
        where = one.prefix + (f", VLAN {one.vlan}" if one.vlan else "")
        parts = [f"a verdict for {one.judged:,} of {counted(one.devices, 'device')}"]
        if one.names_visible is not None:
            share = _share(one.names_visible)
            parts.append(f"names of {share} of {counted(one.connections, 'new connection')}")
        if one.both_directions is not None:
            parts.append(f"{_share(one.both_directions)} of them answered")
        counts = (
            (one.dns_questions, "DNS question", ""),
            (one.hellos, "hello", f"({one.ech:,} with ECH)" if one.ech else ""),
            (one.quic, "QUIC flow", ""),
            (one.encrypted_dns, "flow", "of encrypted DNS"),
            (one.vpn, "flow or packet", "of VPNs"),
        )
        parts += [f"{counted(n, noun)} {more}".strip() for n, noun, more in counts if n]
        page.paragraph(f"{where}{' at ' + one.site if one.site else ''}: {'; '.join(parts)}", "  ")


def _period(coverage: Coverage) -> str:
    amount = f"{counted(coverage.packets, 'packet')}, {_size_text(coverage.bytes)}"
    if coverage.first_time is None or coverage.last_time is None:
        return f"no packet was read ({amount})"
    if coverage.seat == "logs":
        amount = "no packets, logs only"
    seconds = (coverage.last_time - coverage.first_time) // 1_000_000_000
    return f"{span_text(coverage.first_time, coverage.last_time)} ({_duration(seconds)}), {amount}"


def _visible(coverage: Coverage) -> str:
    parts = [
        counted(coverage.devices, "device"),
        counted(coverage.dns_questions, "DNS question"),
        counted(coverage.dns_answers, "DNS answer"),
        counted(coverage.hellos, "TLS or QUIC hello"),
    ]
    if coverage.names_visible is not None:
        share = _share(coverage.names_visible)
        parts.append(f"names of {share} of {counted(coverage.connections, 'new connection')}")
    if coverage.both_directions is not None:
        parts.append(f"both directions of {_share(coverage.both_directions)} of TCP flows")
    if coverage.tunnelled:
        parts.append(f"{counted(coverage.tunnelled, 'packet')} inside tunnels")
    return "; ".join(parts)


def _not_visible(coverage: Coverage) -> str:
    parts = [] if coverage.dns_leg else ["DNS of the devices"]
    parts += [] if coverage.hello_leg else ["TLS and QUIC hellos of the devices"]
    counts = (
        (coverage.encrypted_dns, "flow", "of encrypted DNS"),
        (coverage.ech, "hello", "with ECH or its imitation (the name may be the outer one)"),
        (coverage.hellos_unfinished, "hello", "cut short"),
        (coverage.truncated, "truncated frame", ""),
        (coverage.duplicates, "duplicate", "counted once"),
        (coverage.flows_evicted, "flow", "forgotten for want of room"),
        (coverage.clients_evicted, "client", "forgotten for want of room"),
        (coverage.unknown_encapsulations, "frame", "in unknown encapsulations"),
        (coverage.encrypted, "packet", "in encrypted tunnels or links"),
    )
    parts += [f"{counted(number, noun)} {what}".strip() for number, noun, what in counts if number]
    if coverage.loss:
        parts.append(f"{_share(coverage.loss)} of the octets that were acknowledged (loss)")
    return "; ".join(parts) or "nothing that was counted"


def _share(share: float) -> str:
    """A share in per cent; never rounded up to all or down to none."""
    if 0 < share < 0.01:
        return "under 1%"
    return f"{int(share * 100)}%"


def _duration(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 7200:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 172_800 else f"{seconds // 86_400} d"


def _size_text(size: int) -> str:
    for unit, scale in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size} bytes"


def _places(captures: list[Capture]) -> dict[str, str]:
    """What a capture is called beside a frame: as much of its path's end as no other one has.

    Very long ones lose their middle; whole paths are in the other formats.
    """
    paths = dict.fromkeys(capture.path for capture in captures)
    places = dict.fromkeys(paths, "")
    depth = 0
    while depth < PLACE_PARTS_MAX and (rest := [path for path in paths if not places[path]]):
        depth += 1
        ends = {path: "/".join(path.replace(os.sep, "/").split("/")[-depth:]) for path in paths}
        counts = Counter(ends.values())
        for path in rest:
            if counts[ends[path]] == 1:
                places[path] = ends[path]
    return {path: shortened(place or path, PLACE_COLUMNS_MAX) for path, place in places.items()}
