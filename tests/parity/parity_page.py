"""The comparison as text: a summary for the terminal, and docs/parity.md."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from parity_compare import Comparison, Difference, group_of
from parity_known import GROUPS
from parity_truth import COMPARED

HEAD: Final = """\
# What netwatch reads of real captures, and what tshark reads

Written by `bench/parity.py --write-docs`; do not edit. `make parity` compares anew, and fails when
a difference shows up that is not listed here with its reason, or when a listed one is gone.

{captures:,} public captures, made by nobody of this project, were read by tshark 4.0.17 and by
`netwatch names`. Compared are the sets of (capture, signal, name, client): names in lower case,
without a trailing dot, the root left out. tshark is a witness, not a judge: it needs whole
messages, it goes by port, and where it differs either of the two may be right.

{damaged} of the captures are damaged or are no captures at all. netwatch reads each of them to the
damage, says where and why, and ends with exit code 3. No capture makes it fail otherwise.
"""

FIGURES: Final = """
## Figures

Names in encapsulations that netwatch reads: the link types, shims and tunnels that the
[README](../README.md#what-is-seen) lists, IPv4 and IPv6 with extension headers and fragments.
"Mistaken" are names of tshark's that are none, or not of this signal: the groups below marked so
say why, frame by frame. Recall is what netwatch has of the others.
"""

ALIASES: Final = """
Beside these, netwatch tells {aliases} names that an answer gave as the alias of another one
(CNAME). tshark has each of them too, as a field of the same answer.
"""

MISSING: Final = """
## What tshark has and netwatch has not
"""

ALONE: Final = """
## What netwatch has and tshark has not

No name is invented: the octets of each stand in the very frame that is named here, or, where a
group says so, in what that frame decrypts to.
"""

OUTSIDE: Final = """
## Left out: layers that netwatch does not read today

`icmp` and `icmpv6` are packets that an error quotes. The error may be forged, says nothing of when
the packet was sent, and quotes its first octets only; and the mirror that shows the error shows, as
a rule, the packet as well. A quoted name is therefore no sighting. `ipcomp` is compressed.

| layers | names | of these found |
|---|---:|---:|
"""


def page(result: Comparison) -> str:
    """The whole of docs/parity.md."""
    parts = [
        HEAD.format(captures=result.captures, damaged=result.damaged),
        FIGURES,
        "\n" + figures(result) + "\n",
        ALIASES.format(aliases=result.aliases),
        MISSING,
        *_groups(result.differences, alone=False),
        ALONE,
        *_groups(result.differences, alone=True),
        OUTSIDE,
        *_outside(result),
    ]
    return "".join(parts)


def figures(result: Comparison) -> str:
    """The table of recall by signal."""
    alone = Counter(difference.signal for difference in result.differences if difference.alone)
    lines = [
        "| signal | tshark | of these mistaken | netwatch too | recall | netwatch alone |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for signal in COMPARED:
        row = (result.told[signal], result.mistaken[signal], result.found[signal], alone[signal])
        if any(row):
            lines.append(_row(signal, *row))
    counted = (result.told, result.mistaken, result.found, alone)
    lines.append(_row("all", *(counter.total() for counter in counted)))
    return "\n".join(lines)


def _row(signal: str, told: int, mistaken: int, found: int, alone: int) -> str:
    # Cut, not rounded: 100.00 % is said only where nothing is missing.
    names = told - mistaken
    recall = f"{found * 10_000 // names / 100:.2f} %" if names else "-"
    return f"| {signal} | {told:,} | {mistaken:,} | {found:,} | {recall} | {alone:,} |"


def _groups(differences: Iterable[Difference], *, alone: bool) -> list[str]:
    parts = []
    for group in GROUPS:
        if group.alone != alone:
            continue
        mark = " (tshark is mistaken)" if group.mistaken else ""
        parts.append(f"\n### {group.title}{mark}\n\n{_wrapped(group.reason)}\n\n")
        parts.append("| capture | frame | signal | name |\n|---|---:|---|---|\n")
        members = [difference for difference in differences if group_of(difference) is group]
        for member in sorted(members, key=lambda member: (member.path, member.frame, member.name)):
            cells = (f"`{member.path}`", str(member.frame), member.signal, _code(member.name))
            parts.append(f"| {' | '.join(cells)} |\n")
    return parts


def _code(name: str) -> str:
    """A name as a code span of a table cell; what is not printable ASCII is a `?`."""
    text = "".join(c if " " <= c <= "~" else "?" for c in name)
    return "`" + text.replace("|", "\\|").replace("`", "'") + "`"


def _wrapped(text: str) -> str:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > 100:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])


def _outside(result: Comparison) -> list[str]:
    return [
        f"| {layers} | {result.outside[layers]} | {result.outside_found[layers]} |\n"
        for layers in sorted(result.outside, key=lambda layers: (-result.outside[layers], layers))
    ]


def summary(result: Comparison) -> str:
    """What a person at a terminal wants to know."""
    lines = [figures(result), ""]
    for group in GROUPS:
        members = [one for one in result.differences if group_of(one) is group]
        who = "netwatch alone" if group.alone else "tshark alone"
        lines.append(f"{len(members):4} {who}: {group.title}")
    lines.append(f"{result.outside.total():4} left out: layers that netwatch does not read today")
    lines.append(f"{result.damaged:4} of {result.captures:,} captures damaged, each says where")
    return "\n".join([*lines, "", *result.problems])
