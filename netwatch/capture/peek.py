"""A look at both ends of a capture, without reading what lies between.

Whether one file goes on where another ended is asked of directories with thousands of them, so the
first frame and the time of the last one must be had for some kilobytes each. Nothing is guessed:
what cannot be told for certain is None.
"""

import os
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
from netwatch.capture.records import Records
from netwatch.errors import NetwatchError
from netwatch.limits import PCAPNG_BLOCK_BYTES_MAX
from netwatch.model import Answer

MODIFIED: Final = (bytes.fromhex("a1b2cd34"), bytes.fromhex("34cdb2a1"))
"""The magic of Kuznetsov's format, whose record headers are longer."""
END_BYTES: Final = 65_536
"""Octets of either end that are looked at; frames of Ethernet are far shorter."""
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
            head = file.read(END_BYTES)
            kind = format_of(head[:HEAD_BYTES])
            if not kind:
                return _unpacked_ends(path)
            records: Records = PcapRecords() if kind == "pcap" else PcapngRecords()
            if records.next(head) != Answer.DONE:
                return None  # no frame, or one with an unlikely amount of words before it
            first_ns, link_type = int(records.time_ns), int(records.link_type)
            size = file.seek(0, os.SEEK_END)
            if isinstance(records, PcapngRecords):
                last_ns = _last_of_pcapng(file, size, records)
            else:
                last_ns = _last_of_pcap(file, size, head[:FILE_HEADER_BYTES])
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


def _last_of_pcap(file: IO[bytes], size: int, header: bytes) -> int | None:
    """The last record is the one whose length says that it ends where the file ends."""
    start = max(FILE_HEADER_BYTES, size - END_BYTES)
    file.seek(start)
    tail = file.read(size - start)
    order: Literal["big", "little"] = "big" if header[:1] == b"\xa1" else "little"
    extra = RECORD_HEADER_MODIFIED_BYTES if header[:4] in MODIFIED else RECORD_HEADER_BYTES
    for place in range(len(tail) - extra, -1, -1):
        captured = int.from_bytes(tail[place + 8 : place + 12], order)
        if place + extra + captured == len(tail):
            records = PcapRecords()
            if records.next(header + tail[place:]) == Answer.DONE:
                return int(records.time_ns)
    return None


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
