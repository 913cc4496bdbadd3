"""A look at both ends of a capture, without reading what lies between.

Whether one file goes on where another ended is asked of directories with thousands of them, so the
first frame and the time of the last one must be had for some kilobytes each. Nothing is guessed:
what cannot be told for certain is None.
"""

import os
from collections.abc import Iterator
from itertools import islice
from typing import IO, Final, Literal

import msgspec

from netwatch.capture.files import HEAD_BYTES, format_of, open_capture
from netwatch.capture.pcap import (
    FILE_HEADER_BYTES,
    RECORD_HEADER_BYTES,
    RECORD_HEADER_MODIFIED_BYTES,
    PcapRecords,
)
from netwatch.capture.pcapng import BLOCK_BYTES_MIN, ENHANCED_PACKET, PcapngRecords
from netwatch.capture.records import SECOND_NS, Records
from netwatch.errors import NetwatchError
from netwatch.limits import PCAPNG_BLOCK_BYTES_MAX
from netwatch.model import Answer

MODIFIED: Final = (bytes.fromhex("a1b2cd34"), bytes.fromhex("34cdb2a1"))
"""The magic of Kuznetsov's format, whose record headers are longer."""
FIRST_LOOK_BYTES: Final = 4_096
"""Octets of either end that are looked at first: two frames of Ethernet."""
END_BYTES: Final = 65_536
"""Octets that are looked at where those were too few: a frame that a network card put together."""
HEAD_BYTES_MAX: Final = 1024 * 1024
"""Octets in which the first frame must come: a pcapng file may have names and secrets before it."""
CANDIDATES_MAX: Final = 16
"""Places that look like a last record and are tried; more are made up."""
END_BLOCKS_MAX: Final = 64
"""pcapng blocks at the end that may carry no packet (statistics, names)."""


class Ends(msgspec.Struct, frozen=True):
    """What both ends of a capture say."""

    first_ns: int
    link_type: int
    last_ns: int | None
    """None where it cannot be told without reading everything."""


def ends_of(path: str) -> Ends | None:
    """The ends of the capture at `path`; None if it has no frame or cannot be read."""
    try:
        with open(path, "rb") as file:
            head = file.read(FIRST_LOOK_BYTES)
            kind = format_of(head[:HEAD_BYTES])
            if not kind:
                return _unpacked_ends(path)
            records: Records = PcapRecords() if kind == "pcap" else PcapngRecords()
            while (answer := records.next(head)) == Answer.NEED_MORE:
                more = file.read(END_BYTES)
                if not more or len(head) > HEAD_BYTES_MAX:
                    return None
                head += more
            if answer != Answer.DONE:
                return None
            first_ns, link_type = int(records.time_ns), int(records.link_type)
            size = file.seek(0, os.SEEK_END)
            if isinstance(records, PcapngRecords):
                last_ns = _last_of_pcapng(file, size, records)
            else:
                last_ns = _last_of_pcap(file, size, head[:FILE_HEADER_BYTES], first_ns)
    except (OSError, ValueError):
        return None
    return Ends(first_ns, link_type, None if last_ns is None else max(last_ns, first_ns))


def _unpacked_ends(path: str) -> Ends | None:
    try:
        with open_capture(path) as reader:
            records = reader.records
            for block in reader:
                if records.next(block) == Answer.DONE:
                    return Ends(int(records.time_ns), int(records.link_type), None)
    except NetwatchError:
        pass
    return None


def _last_of_pcap(file: IO[bytes], size: int, header: bytes, first_ns: int) -> int | None:
    """The last record is one whose length says that it ends where the file ends, and that begins
    where another one ends: octets that look like both by chance are not met twice.
    """
    for looked_at in (FIRST_LOOK_BYTES, 2 * END_BYTES):
        start = max(FILE_HEADER_BYTES, size - looked_at)
        file.seek(start)
        last_ns = _last_record(file.read(size - start), start, header, first_ns)
        if last_ns is not None:
            return last_ns
    return None


def _last_record(tail: bytes, start: int, header: bytes, first_ns: int) -> int | None:
    """The time of the last record of a file of which `tail` is what lies from `start` on."""
    for place in islice(_record_ends(tail, len(tail), header), CANDIDATES_MAX):
        records = PcapRecords()
        if records.next(header + tail[place:]) != Answer.DONE or records.time_ns < first_ns:
            continue
        if (
            start + place == FILE_HEADER_BYTES
            or next(_record_ends(tail, place, header), None) is not None
        ):
            return int(records.time_ns)
    return None


def _record_ends(tail: bytes, end: int, header: bytes) -> Iterator[int]:
    """Where in `tail` something begins that may be a record and ends at `end`, nearest first."""
    order: Literal["big", "little"] = "big" if header[:1] == b"\xa1" else "little"
    extra = RECORD_HEADER_MODIFIED_BYTES if header[:4] in MODIFIED else RECORD_HEADER_BYTES
    for place in range(end - extra, -1, -1):
        captured = int.from_bytes(tail[place + 8 : place + 12], order)
        if place + extra + captured == end:
            fraction = int.from_bytes(tail[place + 4 : place + 8], order)
            wire = int.from_bytes(tail[place + 12 : place + 16], order)
            if fraction < SECOND_NS and captured <= wire:
                yield place


def _last_of_pcapng(file: IO[bytes], size: int, records: PcapngRecords) -> int | None:
    """Every block ends with its length, so the blocks can be walked from the end.

    `records` has read the interfaces; one that is described further on tells nothing.
    """
    order: Literal["big", "little"] = "big" if records.big_endian else "little"
    end = size
    for _ in range(END_BLOCKS_MAX):
        file.seek(max(end - 4, 0))
        total = int.from_bytes(file.read(4), order)
        if total < BLOCK_BYTES_MIN or total > min(PCAPNG_BLOCK_BYTES_MAX, end):
            return None
        end -= total
        file.seek(end)
        block = file.read(total)
        if int.from_bytes(block[:4], order) == ENHANCED_PACKET:
            records.begin(0)
            return int(records.time_ns) if records.next(block) == Answer.DONE else None
    return None
