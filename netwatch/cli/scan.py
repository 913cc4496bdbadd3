"""`netwatch scan`: which devices in these captures run a Kaspersky product, and how we know."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from netwatch.cli.arguments import (
    Asked,
    capture_arguments,
    planned,
    role_of,
    tagged_warning,
    time_span,
    zone_named,
)
from netwatch.cli.managed import ManagedLists
from netwatch.errors import UsageError

if TYPE_CHECKING:
    from netwatch.capture.series import Series
    from netwatch.cli.output import Output
    from netwatch.leases.files import LeaseFile
    from netwatch.model import Capture
    from netwatch.report import Report
    from netwatch.stop import Stop
    from netwatch.workers import Setup

FORMATS: Final = ("table", "json", "jsonl", "csv")
DIGESTED: Final = ("json", "jsonl")
"""The formats that give the SHA-256 of every capture; nobody else pays for it."""
FAIL_LEVELS: Final = ("running", "likely", "possible")
"""The verdicts that --fail-on knows, most serious first."""


@click.command(short_help="Say which devices in captures run a Kaspersky product.")
@capture_arguments
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="A table for people; the whole result as JSON, JSON lines or CSV.",
)
@click.option("--all", "show_all", is_flag=True, help="List in the table what is else counted.")
@click.option(
    "--fail-on",
    type=click.Choice(FAIL_LEVELS),
    help="Exit with 1 if any device has this verdict or a more serious one.",
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="ROLE=ADDRESS",
    help="Say what an address is (resolver, proxy, nat, router, ...); repeatable.",
)
@click.option(
    "--zone",
    "zones",
    multiple=True,
    metavar="NAME=PREFIX",
    help="Call a network by a name (guest=10.90.0.0/16); repeatable.",
)
@click.option(
    "--leases",
    multiple=True,
    metavar="[SITE=]FILE[@TIME]",
    help="Who had which address when: DHCP leases, ARP or switch tables; repeatable.",
)
@click.option(
    "--managed",
    multiple=True,
    metavar="FILE",
    help="A list of managed assets (CSV, JSON, YAML or plain): says which devices are on none. "
    "Repeatable.",
)
@click.option(
    "--map",
    "headings",
    multiple=True,
    metavar="HEADING=FIELD",
    help="Say what a heading of these lists means (asset, mac, name, address, ...); repeatable.",
)
@click.option(
    "--resume",
    metavar="FILE",
    help="Note there what was read, and go on from it when the same scan is started again.",
)
def scan(
    asked: Asked,
    form: str,
    show_all: bool,
    fail_on: str | None,
    roles: tuple[str, ...],
    zones: tuple[str, ...],
    leases: tuple[str, ...],
    managed: tuple[str, ...],
    headings: tuple[str, ...],
    resume: str | None,
) -> int:
    """Say which devices in captures run a Kaspersky product, and how we know.

    PATH is a capture (pcap or pcapng, also packed with gzip, zstd, xz or bzip2), a folder of
    captures, - for standard input, or the address of a sender of packets (tcp://HOST:PORT, or
    tcp-listen://ADDRESS:PORT to wait for one). Logs of resolvers, proxies and sensors that name
    who asked are read like captures.
    """
    from netwatch.charge import ROLES
    from netwatch.cli.output import opened_output
    from netwatch.cli.version import loaded_pack, who_looked
    from netwatch.cli.warnings import warn
    from netwatch.leases.files import read_lease_file
    from netwatch.pipeline import judge_captures
    from netwatch.stop import stop_on_interrupt
    from netwatch.workers import Setup

    if resume is not None and asked.follow:
        raise UsageError("--resume notes captures that were read to their end: --follow has none")
    lists = ManagedLists(managed, headings)
    since_ns, until_ns = time_span(asked.since, asked.until)
    given_roles = dict(role_of(text, ROLES) for text in roles)
    given_zones = dict(zone_named(text) for text in zones)
    tables = [read_lease_file(text) for text in leases]
    setup = Setup(
        pack=loaded_pack(asked.packs),
        digest=form in DIGESTED,
        since_ns=since_ns,
        until_ns=until_ns,
        filter=asked.filter,
        log_zone_s=asked.log_zone,
    )
    series = planned(asked)
    with opened_output(asked.output) as out:
        with stop_on_interrupt() as stop:
            scanned = _scanned(series, setup, stop, asked, resume)
        report = judge_captures(
            scanned,
            setup.pack.signatures,
            roles=given_roles,
            zones=given_zones,
            leases=[lease for table in tables for lease in table.leases],
        )
        lists.compare(report)
        report.netwatch = who_looked(setup.pack)
        _write(report, out, form, show_all)
    warn(_problems(scanned, tables, lists, asked.filter))
    return exit_code(report, fail_on, stop.requested and not asked.follow)


def _problems(
    scanned: "Sequence[Capture]", tables: "Sequence[LeaseFile]", lists: ManagedLists, filter: str
) -> list[str]:
    """What could not be read, or not as it was meant: a line each for standard error."""
    files = [file for capture in scanned for file in capture.parts()]
    damaged = [f"{file.path}: {file.error}" for file in files if file.error is not None]
    doubtful = [problem for table in tables for problem in table.problems]
    return damaged + doubtful + tagged_warning(scanned, filter) + lists.skipped()


def _scanned(
    series: "Sequence[Series]", setup: "Setup", stop: "Stop", asked: Asked, resume: str | None
) -> "list[Capture]":
    """Everything that was asked for, read, with a progress bar."""
    from netwatch.cli.progress import progress_bar
    from netwatch.scan import scan_captures, scan_followed

    with progress_bar([path for one in series for path in one.paths]) as advance:
        if asked.follow:
            return scan_followed(series, setup, stop, advance, asked.idle)
        return scan_captures(
            series,
            setup.pack,
            digest=setup.digest,
            since_ns=setup.since_ns,
            until_ns=setup.until_ns,
            filter=setup.filter,
            log_zone_s=setup.log_zone_s,
            jobs=asked.jobs,
            stop=stop,
            advance=advance,
            resume=resume,
        )


def _write(report: "Report", out: "Output", form: str, show_all: bool) -> None:
    if form == "json":
        from netwatch.outputs.json_records import json_object

        out.write_all(json_object(report))
    elif form == "jsonl":
        from netwatch.outputs.json_records import json_lines

        out.write_all(json_lines(report))
    elif form == "csv":
        from netwatch.outputs.csv_rows import csv_rows

        out.write_all(csv_rows(report.devices, report.unattributed))
    else:
        from netwatch.outputs.table import table

        out.write_text(table(report, show_all=show_all, colour=_colour(out)))


def _colour(out: "Output") -> bool:
    """On a terminal, unless NO_COLOR (no-color.org) is set and not empty, or it is a dumb one."""
    return out.terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def exit_code(report: "Report", fail_on: str | None, interrupted: bool) -> int:
    """130 interrupted, 1 found what --fail-on names, 3 an input was not read to its end, else 0.

    What a carrier passed on counts as found: somebody behind it has the product.
    """
    if interrupted:
        return 130
    if fail_on is not None:
        enough = FAIL_LEVELS[: FAIL_LEVELS.index(fail_on) + 1]
        verdicts = [device.verdict for device in report.devices]
        verdicts += [finding.verdict for finding in report.unattributed]
        if any(verdict in enough for verdict in verdicts):
            return 1
    return 3 if any(capture.error is not None for capture in report.captures) else 0
