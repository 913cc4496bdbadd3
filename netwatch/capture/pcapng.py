"""Compiled. pcapng files (draft-ietf-opsawg-pcapng): sections, interfaces and packets.

Section 4 of the draft has the blocks. Only those that describe interfaces or carry packets are
read; all others (names, statistics, secrets, unknown ones) are checked for their length and passed
over. Wireshark numbers some records that carry no packet as frames, so they are counted as well:
a frame number that we print must be the one that the reader of the file finds.
"""

from typing import Final

from librt.strings import read_i16_be, read_i16_le, read_i32_be, read_i32_le
from librt.vecs import vec
from mypy_extensions import i64

from netwatch.capture.records import SECOND_NS, TIME_NS_MAX, U16, U32, Records, captured_bytes_max
from netwatch.limits import FRAME_BYTES_MAX, PCAPNG_BLOCK_BYTES_MAX, PCAPNG_INTERFACES_MAX
from netwatch.model import Answer

SECTION: Final = 0x0A0D0D0A
INTERFACE: Final = 1
OBSOLETE_PACKET: Final = 2
SIMPLE_PACKET: Final = 3
ENHANCED_PACKET: Final = 6
JOURNAL: Final = 9
CUSTOM: Final = 0x0BAD
CUSTOM_NOT_COPIED: Final = 0x40000BAD
SYSDIG_EVENT: Final = 0x204
SYSDIG_EVENT_2: Final = 0x216
SYSDIG_EVENT_2_LARGE: Final = 0x221

BYTE_ORDER_MAGIC: Final = 0x1A2B3C4D
BLOCK_BYTES_MIN: Final = 12
SECTION_BYTES_MIN: Final = 28
INTERFACE_BYTES_MIN: Final = 20
SIMPLE_BYTES_MIN: Final = 16
PACKET_BYTES_MIN: Final = 32

OPTION_END: Final = 0
OPTION_RESOLUTION: Final = 9
OPTION_OFFSET: Final = 14
RESOLUTION_DEFAULT: Final = 6
RESOLUTION_BINARY: Final = 0x80

SECONDS_MAX: Final = 9_223_372_036
"""The first second that does not wholly fit into TIME_NS_MAX."""
OFFSET_SECONDS_MAX: Final = 0xFFFFFFFFFF


class PcapngRecords(Records):
    """The frames of one pcapng file, from its first octet on."""

    def __init__(self) -> None:
        super().__init__()
        self.big_endian: bool = False
        self.interfaces: i64 = 0
        """Interfaces of the section so far; the tables below have a place for each."""
        self.link_types: vec[i64] = vec[i64]([i64(0)] * PCAPNG_INTERFACES_MAX)
        self.snap_bytes: vec[i64] = vec[i64]([i64(0)] * PCAPNG_INTERFACES_MAX)
        self.resolutions: vec[i64] = vec[i64]([i64(0)] * PCAPNG_INTERFACES_MAX)
        self.offsets_s: vec[i64] = vec[i64]([i64(0)] * PCAPNG_INTERFACES_MAX)
        self.unit_ns: vec[i64] = vec[i64]([i64(0)] * PCAPNG_INTERFACES_MAX)
        """Nanoseconds of one tick, and below which upper half of a time stamp that is the whole
        story; 0 for interfaces whose times need more than one product."""
        self.high_ends: vec[i64] = vec[i64]([i64(0)] * PCAPNG_INTERFACES_MAX)

    def next(self, block: bytes) -> i64:
        """See `Records.next`; everything on the way to the next frame is read or passed over."""
        size: i64 = len(block)
        while True:
            position = self.position
            left = size - position
            if left < BLOCK_BYTES_MIN:
                return self.wait(position, BLOCK_BYTES_MIN)
            if self.big_endian:
                kind = i64(read_i32_be(block, position)) & U32
                total = i64(read_i32_be(block, position + 4)) & U32
            else:
                kind = i64(read_i32_le(block, position)) & U32
                total = i64(read_i32_le(block, position + 4)) & U32
            if kind == SECTION:
                answer = self._byte_order(block, position)
                if answer != Answer.DONE:
                    return answer
                total = self._word(block, position + 4)
            if total < BLOCK_BYTES_MIN or total > PCAPNG_BLOCK_BYTES_MAX or total & 3 != 0:
                return self.damaged(
                    f"pcapng block length {total} found, "
                    f"a multiple of 4 from 12 to {PCAPNG_BLOCK_BYTES_MAX} expected"
                )
            if left < total:
                return self.wait(position, total)
            trailer = self._word(block, position + total - 4)
            if trailer != total:
                return self.damaged(
                    f"pcapng block length {trailer} found at the block's end, {total} expected"
                )
            if kind == ENHANCED_PACKET:
                return self._enhanced(block, position, total)
            if kind == OBSOLETE_PACKET or kind == SIMPLE_PACKET:
                return self._rare_packet(block, position, total, kind)
            answer = self._description(block, position, total, kind)
            if answer != Answer.DONE:
                return answer
            self.position = position + total

    def _enhanced(self, block: bytes, position: i64, total: i64) -> i64:
        """Section 4.3: interface, time, lengths, octets; the options are nobody's business."""
        if total < PACKET_BYTES_MIN:
            return self._too_short("enhanced packet", total, PACKET_BYTES_MIN)
        if self.big_endian:
            interface = i64(read_i32_be(block, position + 8)) & U32
            high = i64(read_i32_be(block, position + 12)) & U32
            low = i64(read_i32_be(block, position + 16)) & U32
            captured = i64(read_i32_be(block, position + 20)) & U32
            wire = i64(read_i32_be(block, position + 24)) & U32
        else:
            interface = i64(read_i32_le(block, position + 8)) & U32
            high = i64(read_i32_le(block, position + 12)) & U32
            low = i64(read_i32_le(block, position + 16)) & U32
            captured = i64(read_i32_le(block, position + 20)) & U32
            wire = i64(read_i32_le(block, position + 24)) & U32
        answer = self._frame(position, total, 28, interface, captured, wire)
        if answer == Answer.DONE:
            if high < self.high_ends[interface]:
                self.time_ns = (high << 32 | low) * self.unit_ns[interface]
            else:
                self.time_ns = time_ns(
                    high, low, self.resolutions[interface], self.offsets_s[interface]
                )
        return answer

    def _rare_packet(self, block: bytes, position: i64, total: i64, kind: i64) -> i64:
        """Section 4.4, and the obsolete block of appendix A, which is the enhanced one but for the
        width of its interface number.
        """
        if kind == SIMPLE_PACKET:
            return self._simple(block, position, total)
        if total < PACKET_BYTES_MIN:
            return self._too_short("packet", total, PACKET_BYTES_MIN)
        if self.big_endian:
            interface = i64(read_i16_be(block, position + 8)) & U16
        else:
            interface = i64(read_i16_le(block, position + 8)) & U16
        high = self._word(block, position + 12)
        low = self._word(block, position + 16)
        captured = self._word(block, position + 20)
        wire = self._word(block, position + 24)
        answer = self._frame(position, total, 28, interface, captured, wire)
        if answer == Answer.DONE:
            self.time_ns = time_ns(
                high, low, self.resolutions[interface], self.offsets_s[interface]
            )
        return answer

    def _simple(self, block: bytes, position: i64, total: i64) -> i64:
        """Section 4.4: of the first interface, without a time, cut where that interface cuts."""
        if total < SIMPLE_BYTES_MIN:
            return self._too_short("simple packet", total, SIMPLE_BYTES_MIN)
        wire = self._word(block, position + 8)
        captured = wire
        if self.interfaces > 0 and 0 < self.snap_bytes[0] < captured:
            captured = self.snap_bytes[0]
        if captured > total - SIMPLE_BYTES_MIN:
            captured = total - SIMPLE_BYTES_MIN
        self.time_ns = 0
        return self._frame(position, total, 12, 0, captured, wire)

    def _frame(
        self, position: i64, total: i64, header: i64, interface: i64, captured: i64, wire: i64
    ) -> i64:
        """Stand on the frame whose octets begin `header` octets into the block at `position`."""
        if interface >= self.interfaces:
            return self.damaged(
                f"packet of interface {interface} found, "
                f"{self.interfaces} interfaces were described before it"
            )
        room = total - header - 4
        if captured > room:
            return self.damaged(
                f"captured length {captured} found, at most {room} expected in its pcapng block"
            )
        link_type = self.link_types[interface]
        start = position + header
        end = start + captured
        if captured > FRAME_BYTES_MAX:
            most = captured_bytes_max(link_type)
            if captured > most:
                return self.damaged(f"captured length {captured} found, at most {most} expected")
            end = start + FRAME_BYTES_MAX
        self.start = start
        self.end = end
        self.wire_bytes = wire if wire > captured else captured
        self.link_type = link_type
        self.interface = interface
        self.position = position + total
        self.frame += 1
        self.packets += 1
        return Answer.DONE

    def _byte_order(self, block: bytes, position: i64) -> i64:
        """Take the byte order of the section that begins at `position` (section 4.1)."""
        big = i64(read_i32_be(block, position + 8)) & U32
        little = i64(read_i32_le(block, position + 8)) & U32
        if big != BYTE_ORDER_MAGIC and little != BYTE_ORDER_MAGIC:
            return self.damaged(
                f"byte-order magic {big:08x} found, {BYTE_ORDER_MAGIC:08x} or 4d3c2b1a expected"
            )
        self.big_endian = big == BYTE_ORDER_MAGIC
        return Answer.DONE

    def _description(self, block: bytes, position: i64, total: i64, kind: i64) -> i64:
        """Read or pass over a whole block that carries no packet."""
        if kind == INTERFACE:
            return self._interface(block, position, total)
        if kind == SECTION:
            return self._section(block, position, total)
        if (
            kind == JOURNAL
            or kind == CUSTOM
            or kind == CUSTOM_NOT_COPIED
            or kind == SYSDIG_EVENT
            or kind == SYSDIG_EVENT_2
            or kind == SYSDIG_EVENT_2_LARGE
        ):
            self.frame += 1
        return Answer.DONE

    def _section(self, block: bytes, position: i64, total: i64) -> i64:
        """Section 4.1. The section's length is not believed: the next header ends it as well."""
        if total < SECTION_BYTES_MIN:
            return self._too_short("section header", total, SECTION_BYTES_MIN)
        version = self._word(block, position + 12)
        major = version >> 16 if self.big_endian else version & U16
        minor = version & U16 if self.big_endian else version >> 16
        # 1.2 is what some writers put there; libpcap and Wireshark read it as 1.0.
        if major != 1 or (minor != 0 and minor != 2):
            return self.damaged(f"pcapng version {major}.{minor} found, 1.0 expected")
        self.interfaces = 0
        return Answer.DONE

    def _interface(self, block: bytes, position: i64, total: i64) -> i64:
        """Section 4.2: link type, snapshot length, and the options that say what its times mean."""
        if total < INTERFACE_BYTES_MIN:
            return self._too_short("interface description", total, INTERFACE_BYTES_MIN)
        interface = self.interfaces
        if interface >= PCAPNG_INTERFACES_MAX:
            return self.damaged(
                f"another interface found, at most {PCAPNG_INTERFACES_MAX} expected in a section"
            )
        if self.big_endian:
            link_type = i64(read_i16_be(block, position + 8)) & U16
        else:
            link_type = i64(read_i16_le(block, position + 8)) & U16
        self.link_types[interface] = link_type
        self.snap_bytes[interface] = self._word(block, position + 12)
        self.resolutions[interface] = RESOLUTION_DEFAULT
        self.offsets_s[interface] = 0
        self._options(block, position + 16, position + total - 4, interface)
        self.unit_ns[interface] = 0
        self.high_ends[interface] = 0
        resolution = self.resolutions[interface]
        if resolution <= 9 and self.offsets_s[interface] == 0:
            unit_ns = power_of_ten(9 - resolution)
            self.unit_ns[interface] = unit_ns
            self.high_ends[interface] = (TIME_NS_MAX // unit_ns) >> 32
        self.interfaces = interface + 1
        return Answer.DONE

    def _options(self, block: bytes, position: i64, end: i64, interface: i64) -> None:
        """Section 3.5. Options that run past their block end the list: the frames are still good,
        and without the two that matter an interface has the default resolution.
        """
        while position + 4 <= end:
            if self.big_endian:
                code = i64(read_i16_be(block, position)) & U16
                length = i64(read_i16_be(block, position + 2)) & U16
            else:
                code = i64(read_i16_le(block, position)) & U16
                length = i64(read_i16_le(block, position + 2)) & U16
            value = position + 4
            if code == OPTION_END or value + length > end:
                return
            if code == OPTION_RESOLUTION and length == 1:
                self.resolutions[interface] = i64(block[value])
            elif code == OPTION_OFFSET and length == 8:
                first = self._word(block, value)
                second = self._word(block, value + 4)
                if self.big_endian:
                    self.offsets_s[interface] = offset_s(first, second)
                else:
                    self.offsets_s[interface] = offset_s(second, first)
            position = value + ((length + 3) & 0xFFFFC)

    def _word(self, block: bytes, position: i64) -> i64:
        if self.big_endian:
            return i64(read_i32_be(block, position)) & U32
        return i64(read_i32_le(block, position)) & U32

    def _too_short(self, what: str, total: i64, least: i64) -> i64:
        return self.damaged(f"{what} block of {total} octets found, at least {least} expected")


def power_of_ten(exponent: i64) -> i64:
    """10 ** exponent for exponents from 0 to 18."""
    power: i64 = 1
    while exponent > 0:
        power *= 10
        exponent -= 1
    return power


def offset_s(high: i64, low: i64) -> i64:
    """if_tsoffset from its two unsigned halves, in seconds; lies are cut to 34,000 years."""
    if high >= 0x80000000:
        high -= 0x100000000
    if high > 0xFF:
        return OFFSET_SECONDS_MAX
    if high < -0x100:
        return -OFFSET_SECONDS_MAX
    return high * 0x100000000 + low


def time_ns(high: i64, low: i64, resolution: i64, offset: i64) -> i64:
    """Nanoseconds since the epoch of the unsigned 64-bit tick count (high, low).

    `resolution` is if_tsresol (section 4.2): ticks of 10^-n s, or of 2^-n s with the top bit set.
    `offset` is added in seconds. Exact to the nanosecond, rounded down; what does not fit into
    0..TIME_NS_MAX is cut to it. Resolutions beyond 2^-64 s are worth at most one nanosecond less.
    """
    seconds: i64 = 0
    rest_ns: i64 = 0
    exponent = resolution & 0x7F
    if resolution < RESOLUTION_BINARY and exponent <= 9:
        seconds = SECONDS_MAX
        if high <= 0x7FFFFFFF:
            ticks = high << 32 | low
            units = power_of_ten(exponent)
            seconds = ticks // units
            rest_ns = ticks % units * power_of_ten(9 - exponent)
    elif resolution < RESOLUTION_BINARY and exponent <= 28:
        # Both are halved, because a 64-bit count does not fit into a signed number.
        whole_ns = (high << 31 | low >> 1) // (power_of_ten(exponent - 10) * 5)
        seconds = whole_ns // SECOND_NS
        rest_ns = whole_ns % SECOND_NS
    elif resolution >= RESOLUTION_BINARY:
        seconds = binary_seconds(high, low, exponent)
        rest_ns = binary_rest_ns(high, low, exponent)
    if seconds > SECONDS_MAX:
        seconds = SECONDS_MAX
    seconds += offset
    if seconds < 0:
        return 0
    if seconds >= SECONDS_MAX:
        return TIME_NS_MAX
    return seconds * SECOND_NS + rest_ns


def binary_seconds(high: i64, low: i64, exponent: i64) -> i64:
    """The whole seconds of (high, low) ticks of 2^-exponent s, at most SECONDS_MAX."""
    if exponent >= 64:
        return 0
    if exponent >= 32:
        return high >> (exponent - 32)
    if high >> exponent >= 4:
        return SECONDS_MAX
    return high << (32 - exponent) | low >> exponent


def binary_rest_ns(high: i64, low: i64, exponent: i64) -> i64:
    """The nanoseconds beyond the whole seconds of (high, low) ticks of 2^-exponent s."""
    if exponent <= 32:
        return ((low & lowest_bits(exponent)) * SECOND_NS) >> exponent
    surplus: i64 = 0
    if exponent > 64:
        surplus = exponent - 64
        exponent = 64
    if surplus >= 32:
        low = high >> (surplus - 32)
        high = 0
    elif surplus > 0:
        low = (high << (32 - surplus) | low >> surplus) & U32
        high >>= surplus
    # The fraction is the lowest `exponent` bits of high:low; it is multiplied in two halves.
    shift = exponent - 32
    high &= lowest_bits(shift)
    upper = high << (32 - shift) | low >> shift
    lower = low & lowest_bits(shift)
    return (upper * SECOND_NS + ((lower * SECOND_NS) >> shift)) >> 32


def lowest_bits(count: i64) -> i64:
    """A mask of the lowest `count` bits, at most 62."""
    # Not 1 << count: compiled, a small literal is shifted as a C int, of 32 bits.
    return 0x3FFFFFFFFFFFFFFF >> (62 - count)
