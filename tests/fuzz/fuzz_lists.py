"""Somebody's list is read as whatever it is; what was taken of it makes a pack with these names.

The first octet chooses the format; from the fifth on it is told by what is in the list.
"""

from typing import Final

from netwatch.errors import UsageError
from netwatch.exchange.choice import Options, name_list
from netwatch.exchange.formats import EXPORTS, IMPORTS, format_of, read_list
from netwatch.exchange.pack_text import Meaning, pack_text
from netwatch.match.signatures import pack_of_text

RUNS: Final = 1_500
DEPTHS: Final = ("plain", "hosts", "rpz", "misp", "excepted", "refused", "no name")
reached: set[str] = set()

MEANING: Final = Meaning(
    id_prefix="fuzz",
    service="s",
    product="p",
    purpose="update",
    strength="medium",
    references=("r",),
    added="2026-11-22",
    source="l",
)


def target(octets: bytes) -> None:
    """Read it, write the pack, read the pack, and write every list."""
    chosen, octets = octets[:1], octets[1:]
    formats = dict(enumerate(IMPORTS))
    form = formats.get(chosen[0] if chosen else 0) or format_of(octets)
    try:
        found = read_list(octets, form)
    except UsageError:
        reached.add("no name")
        return
    reached.add(form)
    if found.refused:
        reached.add("refused")
    assert all(number >= 1 and why.isprintable() for number, why in found.refused)
    assert all(what.isprintable() for what in found.counts)
    first, *rest = (
        pack := pack_of_text(pack_text(found, MEANING).encode(), "fuzz.yaml")
    ).signatures
    assert first.names == tuple(found.names)
    assert [name for one in rest for name in one.names] == list(found.spared)
    if rest:
        reached.add("excepted")
    names = name_list(pack)
    for form, write in EXPORTS.items():
        lines = list(write(names, Options()))
        assert all(line.isprintable() or form in ("zeek-intel", "stix") for line in lines)
