"""hosts files (hosts(5)): an address, then names; no wildcards.

Written: 0.0.0.0 and one name a line. Read: any address in front, several names behind it; the
names of the machine itself, which every such list begins with, are passed over.
"""

import ipaddress
from collections.abc import Iterator
from typing import Final

from netwatch.exchange.choice import NameList, about, preface, unsaid_patterns
from netwatch.exchange.found import Found, lines_of, shown

LOCAL: Final = frozenset(
    {
        "localhost",
        "localhost.localdomain",
        "local",
        "broadcasthost",
        "ip6-localhost",
        "ip6-loopback",
        "ip6-localnet",
        "ip6-mcastprefix",
        "ip6-allnodes",
        "ip6-allrouters",
        "ip6-allhosts",
        "0.0.0.0",  # noqa: S104 - nobody binds to it here
    }
)
"""Names of the machine itself, and the one that some lists have by mistake."""


def lines(names: NameList, *_options: object) -> Iterator[str]:
    """The list as a hosts file."""
    unsaid = unsaid_patterns(names, below=True)
    for text in preface(names, "hosts", unsaid, ["names below a name are not blocked by it"]):
        yield f"# {text}"
    for listed in names.chosen:
        if listed.exact or listed.written:
            yield f"# {about(listed.signature)}"
            yield from (f"0.0.0.0 {name}" for name in (*listed.exact, *listed.written))


def read(octets: bytes, found: Found) -> None:
    """Every name behind an address."""
    for number, text in lines_of(octets, found):
        words = text.partition("#")[0].split()
        if not words:
            continue
        try:
            ipaddress.ip_address(words[0].partition("%")[0])
        except ValueError:
            found.refuse(number, f"found {shown(words[0])}, expected an address and names")
            continue
        if len(words) == 1:
            found.refuse(number, f"found only {shown(words[0])}, expected names behind it")
        for word in words[1:]:
            if word.lower() in LOCAL:
                found.count("name of the machine itself")
            else:
                found.add(number, word)
