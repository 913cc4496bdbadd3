"""A file of leases, whatever wrote it: told by its content, read line by line, bounded."""

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, TextIO

import msgspec

from netwatch.errors import UsageError
from netwatch.lease import Lease
from netwatch.leases.dnsmasq import is_dnsmasq, read_dnsmasq
from netwatch.leases.isc import is_isc, read_isc
from netwatch.leases.kea import is_kea, read_kea
from netwatch.leases.notation import LATEST_NS, SECOND_NS, Line, Problem, Read
from netwatch.leases.tables import is_table, read_table
from netwatch.leases.windows import is_windows, read_windows
from netwatch.limits import LEASE_LINE_MAX, LEASES_MAX

FORMATS: Final[
    tuple[tuple[str, Callable[[Sequence[Line]], bool], Callable[[Iterable[Line], int], Read]], ...]
] = (
    ("ISC dhcpd.leases", is_isc, read_isc),
    ("Kea lease file", is_kea, read_kea),
    ("Windows DHCP export", is_windows, read_windows),
    ("dnsmasq lease file", is_dnsmasq, read_dnsmasq),
    ("address or switch table", is_table, read_table),
)
"""Name, how it is told by its first lines, how it is read; the first that fits."""
FIRST_LINES: Final = 200
ENCODINGS: Final = (
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
PROBLEMS_TOLD: Final = 5


class LeaseFile(msgspec.Struct, kw_only=True):
    """What one file told."""

    path: str
    format: str
    leases: list[Lease]
    problems: list[str]
    """Lines that said nothing, as `path:line: why`; of many the first ones and how many more."""


def read_lease_file(text: str) -> LeaseFile:
    """Read `[SITE=]FILE[@TIME]`. TIME (RFC 3339) is when a table was taken, else the file's own.

    UsageError for a file that is not there, is none of the formats, or holds too much.
    """
    site, path, at_ns = _asked(text)
    try:
        with open(path, "rb") as file:
            head = file.read(4)
            if at_ns is None:
                at_ns = int(os.fstat(file.fileno()).st_mtime) * SECOND_NS
    except OSError as failure:
        raise UsageError(f"{path}: cannot be read: {failure.strerror}") from failure
    encoding = next((name for magic, name in ENCODINGS if head.startswith(magic)), "utf-8")
    with open(path, encoding=encoding, errors="replace", newline=None) as lines:
        beginning = [one for one in islice(_numbered(path, lines), FIRST_LINES) if one[1].strip()]
        found = next((one for one in FORMATS if one[1](beginning)), None)
        if found is None:
            names = ", ".join(name for name, _, _ in FORMATS)
            raise UsageError(f"{path}: no leases found, one of these expected: {names}")
        lines.seek(0)
        told = LeaseFile(path=path, format=found[0], leases=[], problems=[])
        lost = 0
        for one in found[2](_filled(path, lines), at_ns):
            if isinstance(one, Problem):
                lost += 1
                if lost <= PROBLEMS_TOLD:
                    told.problems.append(f"{path}:{one.line}: {one.text}")
            elif len(told.leases) >= LEASES_MAX:
                raise UsageError(f"{path}: more than {LEASES_MAX:,} leases")
            else:
                told.leases.append(msgspec.structs.replace(one, site=site) if site else one)
    if lost > PROBLEMS_TOLD:
        told.problems.append(f"{path}: {lost - PROBLEMS_TOLD} more lines that say nothing")
    return told


def _asked(text: str) -> tuple[str, str, int | None]:
    site, path = "", text
    if "=" in text and not os.path.exists(text):
        site, _, path = text.partition("=")
    if "@" in path and not os.path.exists(path):
        before, _, time = path.rpartition("@")
        try:
            moment = datetime.fromisoformat(time)
        except ValueError:
            return site, path, None
        if moment.tzinfo is None:
            raise UsageError(f"{text}: {time} found, a time with its zone expected: {time}Z")
        return site, before, min(max(int(moment.timestamp()), 0) * SECOND_NS, LATEST_NS)
    return site, path, None


def _numbered(path: str, lines: TextIO) -> Iterable[Line]:
    number = 0
    while text := lines.readline(LEASE_LINE_MAX + 1):
        number += 1
        if len(text) > LEASE_LINE_MAX:
            raise UsageError(f"{path}:{number}: a line of more than {LEASE_LINE_MAX:,} characters")
        yield number, text.rstrip("\n")


def _filled(path: str, lines: TextIO) -> Iterable[Line]:
    """Lines that say anything."""
    return (one for one in _numbered(path, lines) if one[1].strip() and not one[1].startswith("#"))
