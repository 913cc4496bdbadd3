"""Logs read by hand: a parser, or the whole reader, over octets, with the shipped packs."""

from functools import cache
from pathlib import Path

from netwatch.logs.entries import Entries
from netwatch.logs.formats import FORMATS, FRAMED
from netwatch.logs.reader import LogReader
from netwatch.logs.times import Clock
from netwatch.match.matcher import Matcher
from netwatch.match.signatures import load_packs
from netwatch.model import Sighting
from netwatch.names import name_text
from netwatch.outputs.text import address_text, time_text
from netwatch.paths import packs_folder

SAMPLES = Path(__file__).resolve().parent / "logs" / "samples"
CHANGED_NS = 1_795_390_000_000_000_000
"""2026-11-22T23:26:40Z: after the last line of every sample."""
TIME_NS_MAX = 0x7FFF_FFFF_FFFF_FFFF
FORM_OF = {
    "bind-full.log": "bind",
    "bind-iso.log": "bind",
    "bind-plain.log": "bind",
    "bind.dnstap": "dnstap",
    "dnsmasq-extra.log": "dnsmasq",
    "dnsmasq-plain.log": "dnsmasq",
    "eve.json": "suricata",
    "squid-combined.log": "squid",
    "squid-common.log": "squid",
    "squid-native.log": "squid",
    "unbound-ascii.log": "unbound",
    "unbound-epoch.log": "unbound",
    "windows-dns.log": "windows-dns",
    "zeek-dns.log": "zeek",
    "zeek.json": "zeek",
}
"""Sample -> what it is."""


@cache
def matcher() -> Matcher:
    return load_packs([packs_folder()]).matcher()


def new_entries(since_ns: int = 0, until_ns: int = TIME_NS_MAX, names: bool = True) -> Entries:
    return Entries(matcher(), names, since_ns, until_ns)


class Read:
    """What came of some octets."""

    def __init__(self, form: str, octets: bytes, zone_s: int = 0, block: int = 1 << 20) -> None:
        self.entries = new_entries()
        self.log = LogReader(form, Clock(zone_s, CHANGED_NS), self.entries)
        for start in range(0, len(octets), block):
            self.log.feed(octets[start : start + block])
        self.log.finish()

    @property
    def found(self) -> list[Sighting]:
        return self.entries.found

    def told(self) -> list[tuple[str, ...]]:
        """Line, second, signal, name, client, server of every sighting."""
        return [
            (
                f"{s.frame} {time_text(s.time_ns)[:19]}",
                s.signal,
                name_text(s.name),
                address_text(s.client),
                address_text(s.server),
            )
            for s in self.found
        ]


def read_sample(name: str, **more: int) -> Read:
    return Read(FORM_OF[name], (SAMPLES / name).read_bytes(), **more)


def read_lines(form: str, *lines: bytes, zone_s: int = 0) -> Read:
    return Read(form, b"\n".join(lines) + b"\n", zone_s)


def all_forms() -> list[str]:
    return [*FORMATS, *FRAMED]
