"""`netwatch signatures export` and `import`: packs as lists for other tools, and lists as packs."""

import hashlib
import ipaddress
import re
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from netwatch.cli.arguments import SIGNATURES_HELP
from netwatch.cli.output import opened_output
from netwatch.cli.version import loaded_pack
from netwatch.errors import RefusedCaptureError, UsageError
from netwatch.exchange.choice import Options, name_list
from netwatch.exchange.formats import EXPORTS, IMPORTS, format_of, read_list
from netwatch.exchange.found import Found
from netwatch.exchange.pack_text import Meaning, pack_text
from netwatch.limits import IMPORT_BYTES_MAX
from netwatch.match.pack_file import NEVER_STRONG
from netwatch.match.signatures import pack_of_text
from netwatch.outputs.text import line_text
from netwatch.signature import PURPOSES, STRENGTHS

_PREFIX: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PREFIX_CHARACTERS_MAX: Final = 50

_output_option = click.option(
    "-o", "--output", metavar="FILE", help="Write there, whole or not at all."
)


@click.command("export", short_help="Write names as a list for another tool.")
@click.option(
    "--format", "form", type=click.Choice(list(EXPORTS)), required=True, help="What to write."
)
@click.option(
    "--purpose",
    "purposes",
    multiple=True,
    type=click.Choice(PURPOSES),
    help="Only this; repeatable.",
)
@click.option(
    "--strength",
    "strengths",
    multiple=True,
    type=click.Choice(STRENGTHS),
    help="Only this; repeatable. Strong and medium unless told otherwise.",
)
@click.option(
    "--service",
    "services",
    multiple=True,
    metavar="TEXT",
    help="Only services in whose name this stands; repeatable.",
)
@click.option(
    "--sinkhole",
    "sinkholes",
    multiple=True,
    metavar="ADDRESS",
    help="Of a zone (rpz): answer with this address; once each for IPv4 and IPv6.",
)
@click.option(
    "--serial",
    type=click.IntRange(1, 2**32 - 1),
    help="Of a zone (rpz); the seconds since 1970 unless told otherwise.",
)
@click.option("--signatures", "packs", multiple=True, metavar="PATH", help=SIGNATURES_HELP)
@_output_option
def export_list(
    form: str,
    purposes: tuple[str, ...],
    strengths: tuple[str, ...],
    services: tuple[str, ...],
    sinkholes: tuple[str, ...],
    serial: int | None,
    packs: tuple[str, ...],
    output: str | None,
) -> None:
    """Write the names of the packs as a list for another tool.

    Names inside a wildcard that belong to entries which were not chosen are excepted where the
    format knows exceptions. What it cannot say is counted in its comments.
    """
    if form != "rpz" and (sinkholes or serial):
        raise UsageError("--sinkhole and --serial are for --format rpz")
    for address in sinkholes:
        _refuse_no_address(address)
    pack = loaded_pack(packs)
    names = name_list(pack, purposes, strengths, services)
    options = Options(sinkholes, serial or int(time.time()))
    with opened_output(output) as out:
        out.write("".join(f"{line}\n" for line in EXPORTS[form](names, options)).encode())


def _refuse_no_address(text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise UsageError(f"--sinkhole {text}: expected an IPv4 or IPv6 address") from None


@click.command("import", short_help="Make a pack of somebody's list of names.")
@click.argument("file", metavar="FILE")
@click.option(
    "--format",
    "form",
    type=click.Choice(["auto", *IMPORTS]),
    default="auto",
    show_default=True,
    help="What the list is.",
)
@click.option("--id-prefix", required=True, metavar="ID", help="The entry's id is ID-names.")
@click.option("--service", required=True, metavar="TEXT", help="What is contacted.")
@click.option("--purpose", required=True, type=click.Choice(PURPOSES), help="Of all names.")
@click.option("--strength", required=True, type=click.Choice(STRENGTHS), help="Of all names.")
@click.option(
    "--product", metavar="TEXT", help="What runs there; the service unless told otherwise."
)
@click.option(
    "--reference", "references", multiple=True, metavar="TEXT", help="A source; repeatable."
)
@click.option(
    "--signatures",
    "packs",
    multiple=True,
    metavar="PATH",
    help="Leave out what these packs have already, word for word; `shipped`: the shipped ones.",
)
@_output_option
def import_list(
    file: str,
    form: str,
    id_prefix: str,
    service: str,
    purpose: str,
    strength: str,
    product: str | None,
    references: tuple[str, ...],
    packs: tuple[str, ...],
    output: str | None,
) -> int:
    """Make a pack of somebody's list of names.

    FILE is a list, or - for standard input. What it does not say, purpose and strength, is given
    once for all of its names. A line that cannot be read is reported and passed over: exit code 3.
    """
    if purpose in NEVER_STRONG and strength != "weak":
        raise UsageError(f"--strength {strength}: expected weak for the purpose {purpose}")
    if not _PREFIX.fullmatch(id_prefix) or len(id_prefix) > _PREFIX_CHARACTERS_MAX:
        raise UsageError(
            f"--id-prefix {id_prefix}: expected small letters, digits and single hyphens"
        )
    octets = _octets(file)
    form = format_of(octets) if form == "auto" else form
    found = read_list(octets, form)
    if packs:
        _leave_out(found, packs)
    name = "standard input" if file == "-" else Path(file).name
    digest = hashlib.sha256(octets).hexdigest()[:12]
    meaning = Meaning(
        id_prefix=id_prefix,
        service=service,
        product=product or service,
        purpose=purpose,
        strength=strength,
        references=references or (f"imported from {line_text(name)} (sha256 {digest}...)",),
        added=datetime.now(UTC).date().isoformat(),
        source=f"{line_text(name)} ({form}): {len(found.names)} names",
    )
    made = pack_text(found, meaning).encode("utf-8", "replace")
    pack_of_text(made, output or "pack.yaml")
    with opened_output(output) as out:
        out.write(made)
    _report(file, form, found)
    return 3 if found.refused else 0


def _octets(file: str) -> bytes:
    try:
        if file == "-":
            octets = sys.stdin.buffer.read(IMPORT_BYTES_MAX + 1)
        else:
            with open(file, "rb") as stream:
                octets = stream.read(IMPORT_BYTES_MAX + 1)
    except OSError as error:
        raise RefusedCaptureError(f"{file}: cannot read: {error.strerror}") from None
    if len(octets) > IMPORT_BYTES_MAX:
        raise UsageError(f"{file}: found more than {IMPORT_BYTES_MAX} octets, expected fewer")
    return octets


def _leave_out(found: Found, packs: Sequence[str]) -> None:
    """Drop the names that a pack has word for word: two entries may not claim one thing."""
    pack = loaded_pack(packs)
    known = {name for one in (*pack.signatures, *pack.disabled) for name in one.names}
    for names in (found.names, found.spared):
        for name in known.intersection(names):
            del names[name]
            found.count("name that the packs have already, left out")
    if not found.names:
        raise UsageError("the packs have all of these names already")


def _report(file: str, form: str, found: Found) -> None:
    """On standard error: every line that was passed over, then what was done."""
    lines = [f"{file}:{number}: {why}; passed over" for number, why in found.refused]
    head = f"{file}: read as {form}, {len(found.names):,} names taken"
    if found.spared:
        head += f", {len(found.spared):,} excepted by the list itself"
    if found.refused:
        head += f", {len(found.refused):,} passed over"
    lines.append(head)
    lines += [f"  {number:,} x {what}" for what, number in sorted(found.counts.items())]
    for line in lines:
        click.echo(line_text(line), err=True)
