"""`netwatch signatures`: what the packs hold, whether they are right, and why a name matches."""

import os
import textwrap
from typing import Final, cast

import click
import msgspec

from netwatch.cli.arguments import SIGNATURES_HELP, pack_paths
from netwatch.cli.exchange import export_list, import_list
from netwatch.cli.output import opened_output
from netwatch.cli.version import loaded_pack
from netwatch.match.explain import Candidate, Explanation
from netwatch.match.pack_file import PATTERN_KEYS
from netwatch.match.signatures import Pack, load_packs
from netwatch.outputs.text import line_text
from netwatch.paths import packs_folder
from netwatch.signature import Signature

_WIDTH: Final = 80
_SINGULARS: Final = {
    key: key.removesuffix("es" if key == "prefixes" else "s") for key in PATTERN_KEYS
}
_LOOKS_FOR_WIDTH: Final = 26
_FORMATS: Final = click.Choice(["table", "json"])

_packs_option = click.option(
    "--signatures", "packs", multiple=True, metavar="PATH", help=SIGNATURES_HELP
)
_format_option = click.option(
    "--format", "form", type=_FORMATS, default="table", show_default=True, help="How to print it."
)


@click.group()
def signatures() -> None:
    """List, check and explain the signature packs; exchange them with other tools."""


signatures.add_command(export_list)
signatures.add_command(import_list)


@signatures.command("list")
@_packs_option
@_format_option
def list_signatures(packs: tuple[str, ...], form: str) -> None:
    """Print every entry: id, purpose, strength, and what it looks for."""
    pack = loaded_pack(packs)
    if form == "json":
        _print_json([_entry_fields(signature) for signature in pack.signatures])
        return
    lines = [_row("ID", "PURPOSE", "STRENGTH", "LOOKS FOR")]
    for signature in pack.signatures:
        purpose = signature.purpose + ("*" if signature.decoy or signature.shared else "")
        lines.append(_row(signature.id, purpose, signature.strength, _looks_for(signature)))
    _print_text("\n".join(lines) + "\n")
    _print_text(
        f"\n{_counts(pack)}\n* decoy or shared: proves less alone; `netwatch signatures explain`\n"
    )


@signatures.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
def check(files: tuple[str, ...]) -> None:
    """Read packs (the shipped ones, or FILEs) and try all their examples.

    Later FILEs override earlier ones, as with --signatures. Exit code 2 and file:line:column at the
    first mistake.
    """
    pack = load_packs(pack_paths(files), examples=True)
    for name, version, digest in pack.versions:
        _print_text(f"{line_text(name)} {line_text(version)} (sha256 {digest}...)\n")
    _print_text(f"fine: {_counts(pack)}\n")


@signatures.command()
@click.argument("asked", metavar="NAME")
@_packs_option
@_format_option
def explain(asked: str, packs: tuple[str, ...], form: str) -> None:
    """Say which entry claims NAME, which ones lost to it, and why.

    NAME is a name, a URL /path, an address, tcp/PORT, udp/PORT, or issuer:, subject:, magic: or
    user: with a text.
    """
    explanation = loaded_pack(packs).explain(asked)
    if form == "json":
        _print_json(_explanation_fields(explanation))
    else:
        _print_text(_explanation_text(explanation))


def _row(name: str, purpose: str, strength: str, looks_for: str) -> str:
    """One line of the list, within 80 columns unless an id is very long."""
    return f"{name:<30} {purpose:<13} {strength:<8} {looks_for}".rstrip()


def _counts(pack: Pack) -> str:
    kinds = [(key, sum(len(getattr(s, key)) for s in pack.signatures)) for key in PATTERN_KEYS]
    held = ", ".join(
        f"{count} {_SINGULARS[key] if count == 1 else key}" for key, count in kinds if count
    )
    files = f"{len(pack.versions)} pack{'s' if len(pack.versions) > 1 else ''}"
    entries = f"{len(pack.signatures)} signature{'s' if len(pack.signatures) > 1 else ''}"
    changes = [f"\n  overridden: {_id_and_place(signature)}" for signature in pack.replaced]
    changes += [f"\n  disabled: {_id_and_place(signature)}" for signature in pack.disabled]
    listed = textwrap.fill(held, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    return f"{files}, {entries}:\n{listed}{''.join(changes)}"


def _id_and_place(signature: Signature) -> str:
    return f"{signature.id} ({line_text(_place(signature.place))})"


def _looks_for(signature: Signature) -> str:
    """The first pattern, and how many more there are."""
    patterns = [text for key in PATTERN_KEYS for text in _texts(signature, key)]
    more = f" +{len(patterns) - 1}" if len(patterns) > 1 else ""
    first = line_text(patterns[0])
    room = _LOOKS_FOR_WIDTH - len(more)
    return (first if len(first) <= room else first[: room - 1] + "…") + more


def _texts(signature: Signature, key: str) -> list[str]:
    """The patterns of one kind as text; a magic is octets."""
    return [
        _magic_text(value) if isinstance(value, bytes) else value
        for value in cast(tuple[str | bytes, ...], getattr(signature, key))
    ]


def _magic_text(octets: bytes) -> str:
    return "".join(chr(o) if 0x20 <= o <= 0x7E and o != 0x5C else f"\\x{o:02x}" for o in octets)


def _entry_fields(signature: Signature) -> dict[str, object]:
    """The entry as the pack has it, all keys always there, and where it stands."""
    fields: dict[str, object] = msgspec.structs.asdict(signature)
    fields["magics"] = _texts(signature, "magics")
    return fields


def _explanation_fields(explanation: Explanation) -> dict[str, object]:
    winner = explanation.winner
    return {
        "asked": explanation.text,
        "kind": explanation.kind,
        "winner": None if winner is None else _candidate_fields(winner),
        "losers": [_candidate_fields(loser) for loser in explanation.losers],
    }


def _candidate_fields(candidate: Candidate) -> dict[str, object]:
    return {
        "pattern": candidate.pattern,
        "why": candidate.why,
        "disabled": candidate.disabled,
        "signature": _entry_fields(candidate.signature),
    }


def _explanation_text(explanation: Explanation) -> str:
    lines = [f"{line_text(explanation.text)} ({explanation.kind})"]
    winner = explanation.winner
    if winner is None:
        lines.append("  no entry matches")
        return "\n".join(lines) + "\n"
    signature = winner.signature
    if winner.disabled:
        lines.append("  disabled: no entry claims it; without `disable` or `only`")
    lines += _pair("matches", signature.id, f"{winner.pattern} ({winner.why})")
    lines += _pair("at", "", _place(signature.place))
    lines += _pair("service", "", signature.service)
    lines += _pair("product", "", signature.product)
    marks = [mark for mark in ("decoy", "shared") if getattr(signature, mark)]
    proves = ", ".join([signature.purpose, signature.strength, *marks])
    lines += _pair("proves", "", proves)
    if signature.note:
        lines += _pair("note", "", signature.note)
    for reference in signature.references:
        lines += _pair("source", "", reference)
    for loser in explanation.losers:
        lines += _pair("lost", loser.signature.id, f"{loser.pattern} ({loser.why})")
    return "\n".join(lines) + "\n"


def _place(place: str) -> str:
    """file:line, without the folder where the shipped packs lie: that may be a long one."""
    return place.removeprefix(f"{packs_folder()}{os.sep}")


def _pair(label: str, head: str, text: str) -> list[str]:
    """`label` and its text, folded into 80 columns; `head` stands on a line of its own."""
    indent = " " * 11
    lines = [head] if head else []
    current = ""
    for word in line_text(text.replace("\n", " ")).split(" "):
        if current and len(indent) + len(current) + 1 + len(word) > _WIDTH:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    lines.append(current)
    return [f"  {label:<9}{lines[0]}", *(indent + line for line in lines[1:])]


def _print_text(text: str) -> None:
    with opened_output(None) as output:
        output.write_text(text)


def _print_json(value: object) -> None:
    with opened_output(None) as output:
        output.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
