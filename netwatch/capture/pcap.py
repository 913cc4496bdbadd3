"""Compiled. pcap files (draft-ietf-opsawg-pcap), every variant that libpcap reads.

Microseconds or nanoseconds, both byte orders, Kuznetsov's modified format with its longer record
headers, and the old versions that wrote the two lengths of a record the other way round.
"""

from typing import Final

from librt.strings import read_i16_be, read_i16_le, read_i32_be, read_i32_le
from mypy_extensions import i64

from netwatch.capture.records import SECOND_NS, U16, U32, Records, captured_bytes_max
from netwatch.limits import FRAME_BYTES_MAX
from netwatch.model import Answer

MAGIC_MICROSECONDS: Final = 0xA1B2C3D4
MAGIC_NANOSECONDS: Final = 0xA1B23C4D
MAGIC_MODIFIED: Final = 0xA1B2CD34
"""Alexey Kuznetsov's patch: microseconds; interface, protocol and direction after each header."""
FILE_HEADER_BYTES: Final = 24
RECORD_HEADER_BYTES: Final = 16
RECORD_HEADER_MODIFIED_BYTES: Final = 24
HEADER_UNREAD: Final = 0x10000000000
"""More octets than any block has: sends `next` to the file header without a test of its own."""
VERSION_DG_UX: Final = 543
"""DG/UX tcpdump wrote 543.0, with the lengths in the order of before 2.3 (libpcap)."""


class PcapRecords(Records):
    """The records of one pcap file, from its first octet on."""

    def __init__(self) -> None:
        super().__init__()
        self.big_endian: bool = False
        self.fraction_ns: i64 = 1000
        """Nanoseconds in one unit of the second half of a time stamp."""
        self.header_bytes: i64 = HEADER_UNREAD
        self.lengths_may_swap: bool = False

    def next(self, block: bytes) -> i64:
        """See `Records.next`; the file header is read on the way to the first record."""
        size: i64 = len(block)
        position = self.position
        start = position + self.header_bytes
        while start > size:
            if self.header_bytes != HEADER_UNREAD:
                return self.wait(position, self.header_bytes)
            answer = self._file_header(block, position, size)
            if answer != Answer.DONE:
                return answer
            position = self.position
            start = position + self.header_bytes
        if self.big_endian:
            seconds = i64(read_i32_be(block, position)) & U32
            fraction = i64(read_i32_be(block, position + 4)) & U32
            captured = i64(read_i32_be(block, position + 8)) & U32
            wire = i64(read_i32_be(block, position + 12)) & U32
        else:
            seconds = i64(read_i32_le(block, position)) & U32
            fraction = i64(read_i32_le(block, position + 4)) & U32
            captured = i64(read_i32_le(block, position + 8)) & U32
            wire = i64(read_i32_le(block, position + 12)) & U32
        if captured > wire:
            if self.lengths_may_swap:
                longer = captured
                captured = wire
                wire = longer
            else:
                wire = captured
        end = start + captured
        if captured > FRAME_BYTES_MAX:
            most = captured_bytes_max(self.link_type)
            if captured > most:
                return self.damaged(f"captured length {captured} found, at most {most} expected")
            end = start + FRAME_BYTES_MAX
        if end > size:
            return self.wait(position, end - position)
        self.time_ns = seconds * SECOND_NS + fraction * self.fraction_ns
        self.start = start
        self.end = end
        self.wire_bytes = wire
        self.position = start + captured
        self.frame += 1
        self.packets += 1
        return Answer.DONE

    def _file_header(self, block: bytes, position: i64, size: i64) -> i64:
        """Read the file header at `position`; DONE: `position` is behind it."""
        if size - position < FILE_HEADER_BYTES:
            return self.wait(position, FILE_HEADER_BYTES)
        magic = i64(read_i32_be(block, position)) & U32
        self.big_endian = _is_magic(magic)
        if self.big_endian:
            major = i64(read_i16_be(block, position + 4)) & U16
            minor = i64(read_i16_be(block, position + 6)) & U16
            network = i64(read_i32_be(block, position + 20)) & U32
        else:
            magic = i64(read_i32_le(block, position)) & U32
            major = i64(read_i16_le(block, position + 4)) & U16
            minor = i64(read_i16_le(block, position + 6)) & U16
            network = i64(read_i32_le(block, position + 20)) & U32
        if not _is_magic(magic):
            return self.damaged(f"magic {magic:08x} found, one of pcap expected")
        if not (major == 2 and minor <= 4) and not (major == VERSION_DG_UX and minor == 0):
            return self.damaged(f"pcap version {major}.{minor} found, 2.0 to 2.4 expected")
        self.lengths_may_swap = major == VERSION_DG_UX or minor <= 3
        # The upper half says how long a frame check sequence the frames carry; nobody needs it.
        self.link_type = network & U16
        if magic == MAGIC_NANOSECONDS:
            self.fraction_ns = 1
        if magic == MAGIC_MODIFIED:
            self.header_bytes = RECORD_HEADER_MODIFIED_BYTES
        else:
            self.header_bytes = RECORD_HEADER_BYTES
        self.position = position + FILE_HEADER_BYTES
        return Answer.DONE


def _is_magic(magic: i64) -> bool:
    return magic == MAGIC_MICROSECONDS or magic == MAGIC_NANOSECONDS or magic == MAGIC_MODIFIED
