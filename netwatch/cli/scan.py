"""`netwatch scan`: which devices in these captures run a Kaspersky product, and how we know."""

import os
from typing import TYPE_CHECKING, Final

import click

from netwatch.cli.arguments import capture_arguments, role_of, time_span

if TYPE_CHECKING:
    from netwatch.cli.output import Output
    from netwatch.report import Report

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
def scan(
    paths: tuple[str, ...],
    output: str | None,
    since: int | None,
    until: int | None,
    packs: tuple[str, ...],
    jobs: int | None,
    form: str,
    show_all: bool,
    fail_on: str | None,
    roles: tuple[str, ...],
) -> int:
    """Say which devices in captures run a Kaspersky product, and how we know.

    PATH is a capture (pcap or pcapng, also packed with gzip, zstd, xz or bzip2), a folder of
    captures, or - for standard input.
    """
    from netwatch.capture.files import find_captures
    from netwatch.charge import ROLES
    from netwatch.cli.output import opened_output
    from netwatch.cli.progress import progress_bar
    from netwatch.cli.version import loaded_pack, who_looked
    from netwatch.cli.warnings import warn
    from netwatch.pipeline import judge_captures
    from netwatch.scan import scan_captures
    from netwatch.stop import stop_on_interrupt

    since_ns, until_ns = time_span(since, until)
    given_roles = dict(role_of(text, ROLES) for text in roles)
    pack = loaded_pack(packs)
    captures = [found.path for found in find_captures(list(paths))]
    with opened_output(output) as out:
        with stop_on_interrupt() as stop, progress_bar(captures) as advance:
            scanned = scan_captures(
                captures,
                pack,
                digest=form in DIGESTED,
                since_ns=since_ns,
                until_ns=until_ns,
                jobs=jobs,
                stop=stop,
                advance=advance,
            )
        report = judge_captures(scanned, pack.signatures, roles=given_roles)
        report.netwatch = who_looked(pack)
        _write(report, out, form, show_all)
    warn(f"{capture.path}: {capture.error}" for capture in scanned if capture.error is not None)
    return exit_code(report, fail_on, stop.requested)


def _write(report: "Report", out: "Output", form: str, show_all: bool) -> None:
    if form == "json":
        from netwatch.outputs.json_records import json_object

        out.write(json_object(report))
    elif form == "jsonl":
        from netwatch.outputs.json_records import json_lines

        out.write(b"".join(json_lines(report)))
    elif form == "csv":
        from netwatch.outputs.csv_rows import csv_rows

        out.write(b"".join(csv_rows(report.devices, report.unattributed)))
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
