"""The two tables: formats that packs are written in, and formats that lists are read from."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from netwatch.errors import UsageError
from netwatch.exchange import adblock, hosts, misp, plain, rpz, stix, suricata, zeek_intel
from netwatch.exchange.choice import NameList, Options
from netwatch.exchange.found import Found, lines_of

Write = Callable[[NameList, Options], Iterator[str]]
Read = Callable[[bytes, Found], None]

EXPORTS: Final[dict[str, Write]] = {
    "suricata": suricata.lines,
    "zeek-intel": zeek_intel.lines,
    "hosts": hosts.lines,
    "rpz": rpz.lines,
    "adblock": adblock.lines,
    "stix": stix.lines,
}
IMPORTS: Final[dict[str, Read]] = {
    "plain": plain.read,
    "hosts": hosts.read,
    "rpz": rpz.read,
    "misp": misp.read,
}
LOOKED_AT: Final = 200
"""Lines from which a format is told."""
_RECORD: Final = re.compile(r"\s(?:SOA|CNAME|IN\s+A{1,4})\s", re.IGNORECASE)
_ADDRESS_FIRST: Final = re.compile(
    r"([0-9]{1,3}\.){3}[0-9]{1,3}\s+\S|[0-9a-fA-F:]*:[0-9a-fA-F:.%\w]*\s+\S"
)


def format_of(octets: bytes) -> str:
    """Which of IMPORTS a list is, by what is in it and never by its name."""
    texts: list[str] = []
    for _, text in lines_of(octets[: 256 * LOOKED_AT], Found()):
        line = text.strip()
        if line and line[0] not in "#;!":
            texts.append(text)
        if len(texts) == LOOKED_AT:
            break
    first = texts[0].lstrip() if texts else ""
    cells = {cell.strip().strip('"').lower() for cell in first.split(",")}
    if first[:1] in ("{", "[") or set(misp.COLUMNS) <= cells:
        return "misp"
    if first.startswith(("$TTL", "$ORIGIN")) or any(map(_RECORD.search, texts)):
        return "rpz"
    if any(_ADDRESS_FIRST.match(text) for text in texts):
        return "hosts"
    return "plain"


def read_list(octets: bytes, form: str) -> Found:
    """What a list holds; `form` is one of IMPORTS. UsageError if there is not one name in it."""
    found = Found()
    IMPORTS[form](octets, found)
    if not found.names:
        first = f"; line {found.refused[0][0]}: {found.refused[0][1]}" if found.refused else ""
        raise UsageError(f"found no name in this list, read as {form}{first}")
    return found
