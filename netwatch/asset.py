"""An asset: one machine on a list of those that somebody manages, and what it may be known by.

Lists are made of what agents, directories and people wrote. Much of it identifies nobody: a MAC of
zeros, a host name that every phone of a maker has, an address that every host has. None of that is
ever a key, neither here nor of a device.
"""

import re
from ipaddress import IPv4Network, IPv6Network
from typing import Final

import msgspec

from netwatch.limits import ASSET_SKIPPED_MAX
from netwatch.names import host_text

Network = IPv4Network | IPv6Network

LOCAL_SUFFIXES: Final = (".local", ".localdomain", ".lan", ".home", ".home.arpa", ".fritz.box")
"""Not a part of a machine's name: multicast DNS and home routers put them there."""
COMMON_NAMES: Final = frozenset(
    (
        "android broadcasthost computer debian default desktop dhcp fedora galaxy host imac ipad "
        "iphone ipod kali laptop linux localhost mac mac-mini macbook macbook-air macbook-pro "
        "macmini none notebook openwrt pc phone printer raspberrypi router samsung server switch "
        "system tablet ubuntu unknown user watch windows workgroup workstation"
    ).split()
)
"""What machines are called that nobody gave a name: it tells them from nobody."""
_NUMBERED: Final = re.compile(
    r"(?:iphone|ipad|macbook(?:-air|-pro)?|imac|galaxy)-\d{1,2}"
    r"|(?:eth|eno|ens|wlan|bond|vlan|lo)\d{1,4}|(?:enp|wlp)\d{1,3}s\d{1,3}"
)
"""The same with the number that a network with several of them adds; names of interfaces."""


_PUNCTUATION: Final = (
    ("'", ""),
    ("\N{RIGHT SINGLE QUOTATION MARK}", ""),
    ("\\226\\128\\153", ""),  # the same mark as `host_text` writes it
    (" ", "-"),
    ("\\032", "-"),
)


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a list, or several that have one id."""

    id: str
    """As the list says; where it says none the host name, the serial, the MAC or the address."""
    line: int
    """In its file, from 1; of several rows the first one."""
    macs: tuple[bytes, ...] = ()
    names: tuple[str, ...] = ()
    """Host names as `plain_name` gives them, with or without a domain."""
    addresses: tuple[bytes, ...] = ()
    """Packed."""
    prefixes: tuple[Network, ...] = ()
    serials: tuple[str, ...] = ()
    """In lower case."""
    from_ns: int | None = None
    until_ns: int | None = None
    """When the addresses and prefixes were its own; None = no such bound."""
    last_seen_ns: int | None = None
    """When whoever made the list heard of it last; None where the list does not say."""


class SkippedRow(msgspec.Struct, frozen=True):
    """What could not be read, and why."""

    line: int
    why: str


class AssetList(msgspec.Struct, kw_only=True):
    """One list that was read."""

    path: str
    format: str
    """`csv`, `json`, `json-lines`, `yaml`, `plain`."""
    encoding: str
    sha256: str
    rows: int
    columns: dict[str, str] = {}
    """Heading as it stood there -> what it was taken as: one of `headings.FIELDS`."""
    unused: list[str] = []
    """Headings that were not known."""
    placeholders: int = 0
    """Cells that hold something which identifies nobody."""
    skipped: list[SkippedRow] = []
    """Rows without anything to know a machine by, and cells that cannot be what they should: the
    first ones, as many as are told."""
    skipped_count: int = 0
    """How many there were in all."""
    assets: list[Asset] = []

    def skip(self, line: int, why: str) -> None:
        """Note what could not be read; `why` may hold a heading as it stood there."""
        self.skipped_count += 1
        if len(self.skipped) < ASSET_SKIPPED_MAX:
            shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in why)
            self.skipped.append(SkippedRow(line, shown))


def plain_name(text: str) -> str:
    """A host name to compare with others; empty if it is nobody's.

    Printable ASCII in lower case, as `host_text` writes it, without the last dot and the domain of
    a home. `Anna's iPhone` is `annas-iphone`: systems say it so where a host name is wanted.
    """
    name = text.strip().rstrip(".")
    for said, kept in _PUNCTUATION:
        name = name.replace(said, kept)
    if not name.isascii() or not name.isprintable() or " " in name:
        name = host_text(name.encode("utf-8", "replace"))
    name = name.lower()
    for suffix in LOCAL_SUFFIXES:
        name = name.removesuffix(suffix)
    short = short_name(name)
    return "" if short in COMMON_NAMES or _NUMBERED.fullmatch(short) or not short else name


def short_name(name: str) -> str:
    """Its first label."""
    return name.partition(".")[0]
