"""Response policy zones: DNS zones whose owners are the names to be answered otherwise.

`CNAME .` says that there is no such name, `CNAME *.` that it has no records, an address is given
instead of the real one, `rpz-passthru.` leaves it alone (draft-vixie-dnsop-dns-rpz section 3).

The wildcards of a zone do not reach below a name that is itself in the zone, be it only as a part
of another one (RFC 4592 section 2.2.1: the closest encloser counts). So below `*.a.example` the
record `x.b.a.example` would let `y.b.a.example` through; what is needed is written anew there.

An address may only belong to the name of a host (RFC 952): BIND refuses a whole zone that gives one
to `_dmarc.a.example`. Nobody connects to such names; they are answered with `CNAME .` instead.
"""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from netwatch.exchange.choice import (
    NameList,
    Options,
    about,
    exceptions,
    preface,
    uncovered,
    unsaid_patterns,
)
from netwatch.exchange.found import Found, lines_of, shown

TTL_S: Final = 300
_LEFT_ALONE: Final = "CNAME rpz-passthru."
_NO_SUCH_NAME: Final = "CNAME ."
_HOST: Final = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.|$))+")
_TRIGGERS: Final = ("rpz-ip", "rpz-client-ip", "rpz-nsdname", "rpz-nsip")
_TYPES: Final = frozenset({"A", "AAAA", "CNAME", "TXT", "NS", "SOA", "MX", "SRV", "HTTPS", "PTR"})
_NUMBER: Final = re.compile(r"[0-9]+[smhdwSMHDW]?")


def lines(names: NameList, options: Options) -> Iterator[str]:
    """A whole zone; which name it has is said where it is loaded."""
    zone = _Zone(names)
    unsaid = [*unsaid_patterns(names, below=False), *zone.unsaid]
    notes = ("rpz-passthru: inside of a wildcard, but claimed by an entry that was not chosen",)
    for text in preface(names, "rpz", unsaid, notes):
        yield f"; {text}"
    yield f"$TTL {TTL_S}"
    yield f"@ SOA localhost. nobody.invalid. {options.serial} 3600 900 2592000 {TTL_S}"
    yield "@ NS localhost."
    sinkhole = _sinkhole(options.sinkholes)
    for listed in names.chosen:
        owners = zone.owners[listed.signature.id]
        if owners:
            yield f"; {about(listed.signature)}"
        for owner in owners:
            yield from _blocked(owner, sinkhole)
    repeated = {owner: blocked for owner, blocked in zone.all.items() if owner not in zone.asked}
    passed = [owner for owner, blocked in zone.asked.items() if not blocked]
    for title, owners in (
        ("left alone", [*passed, *(owner for owner, blocked in repeated.items() if not blocked)]),
        ("wildcards written anew", [owner for owner, blocked in repeated.items() if blocked]),
    ):
        if owners:
            yield f"; {title}"
        for owner in owners:
            yield from _blocked(owner, sinkhole) if zone.all[owner] else [f"{owner} {_LEFT_ALONE}"]


def _blocked(owner: str, sinkhole: list[str]) -> Iterator[str]:
    """The records that block one owner."""
    records = sinkhole if sinkhole and _HOST.fullmatch(owner) else [_NO_SUCH_NAME]
    yield from (f"{owner} {record}" for record in records)


def _sinkhole(addresses: tuple[str, ...]) -> list[str]:
    found = [ipaddress.ip_address(address) for address in addresses]
    return [f"{'A' if address.version == 4 else 'AAAA'} {address}" for address in found]


class _Zone:
    """Owner -> whether it is blocked: `asked` as the list has it, `all` with what that needs."""

    def __init__(self, names: NameList) -> None:
        exact = uncovered(names)
        self.owners = {
            listed.signature.id: [
                *exact[listed.signature.id],
                *(f"*.{base}" for base in listed.below),
            ]
            for listed in names.chosen
        }
        self.asked = {owner: True for owners in self.owners.values() for owner in owners}
        spared, self.unsaid = exceptions(names)
        self.asked |= dict.fromkeys(spared, False)
        self.all = dict(self.asked)
        for owner in self.asked:
            self._complete(owner.removeprefix("*."))

    def _complete(self, name: str) -> None:
        """`name` and all that it lies in hide the wildcard above them: say it again there."""
        labels = name.split(".")
        for start in range(len(labels) - 1):
            node = ".".join(labels[start:])
            above = (f"*.{'.'.join(labels[i:])}" for i in range(start + 1, len(labels)))
            wildcard = next((text for text in above if text in self.asked), None)
            if wildcard is None:
                return
            self.all.setdefault(node, self.asked[wildcard])
            self.all.setdefault(f"*.{node}", self.asked[wildcard])


def read(octets: bytes, found: Found) -> None:
    """The names that a zone blocks; those that it lets through are excepted."""
    origin = ""
    owner = ""
    depth = 0
    for number, text in lines_of(octets, found):
        line = re.sub(r";.*", "", text)
        inside = depth > 0
        depth += line.count("(") - line.count(")")
        words = line.replace("(", " ").replace(")", " ").split()
        if inside or not words:
            continue
        if words[0].startswith("$"):
            if words[0].upper() == "$ORIGIN" and len(words) > 1 and not origin:
                origin = words[1].lower().strip(".")
            elif words[0].upper() not in ("$TTL", "$ORIGIN"):
                found.refuse(number, f"found {shown(words[0])}, expected records in one file")
            continue
        if not line[0].isspace():
            owner = words.pop(0).lower()
        kind, target = _record(words)
        if not kind or not owner:
            found.refuse(number, "found no record, expected an owner, a type and a value")
        elif kind == "SOA":
            origin = owner.strip(".") if owner.endswith(".") else origin
        elif kind != "NS":
            _take(number, _relative(owner, origin), kind, target, found)


def _record(words: list[str]) -> tuple[str, str]:
    """(type, value) of what stands behind an owner; TTL and class may come first."""
    rest = list(words)
    while rest and (_NUMBER.fullmatch(rest[0]) or rest[0].upper() == "IN"):
        rest.pop(0)
    if len(rest) < 2 or rest[0].upper() not in _TYPES:
        return "", ""
    return rest[0].upper(), rest[1].lower()


def _relative(owner: str, origin: str) -> str:
    """The name that an owner stands for: without the zone's own."""
    if owner.endswith(".") and origin:
        return "@" if owner[:-1] == origin else owner[:-1].removesuffix(f".{origin}")
    return owner


def _take(number: int, name: str, kind: str, target: str, found: Found) -> None:
    if name.split(".")[-1] in _TRIGGERS:
        found.count("record about addresses or name servers, left out")
    elif name in ("@", ""):
        found.refuse(number, "found a record of the zone itself, expected names below it")
    elif kind == "CNAME" and target in ("rpz-passthru.", f"{name}."):
        found.add(number, name, spared=True)
    elif kind in ("CNAME", "A", "AAAA", "TXT", "MX", "SRV", "HTTPS", "PTR"):
        found.add(number, name)
