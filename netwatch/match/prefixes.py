"""Compiled. Addresses against prefixes: sorted boundaries, and a table by the first octet.

The prefixes were made disjoint before (`match.ranges`), the most specific on top: what is left is a
list of boundaries, "from here on, this value", and a search for the last one at or before an
address. Most first octets hold no prefix at all, so most addresses are done after one look.
"""

from typing import Final

from librt.strings import read_i32_be, read_i64_be
from librt.vecs import vec
from mypy_extensions import i64

FLIP: Final = -0x8000000000000000
"""XOR with it turns the order of signed numbers into that of unsigned ones."""


class PrefixTable:
    """Disjoint ranges of IPv4 and IPv6 addresses, each with a value from 0; none is -1.

    Built from boundaries in rising order, the first at address 0: `(start, value)`, and for IPv6
    `(high 64 bits, low 64 bits, value)`, both halves as unsigned numbers.
    """

    def __init__(
        self, boundaries4: list[tuple[int, int]], boundaries6: list[tuple[int, int, int]]
    ) -> None:
        self.starts4: vec[i64] = vec[i64]([i64(item[0]) for item in boundaries4])
        self.values4: vec[i64] = vec[i64]([i64(item[1]) for item in boundaries4])
        # Halves come as unsigned numbers: less 2**63 they are in i64 and in the flipped order.
        half = 1 << 63
        self.highs6: vec[i64] = vec[i64]([i64(item[0] - half) for item in boundaries6])
        self.lows6: vec[i64] = vec[i64]([i64(item[1] - half) for item in boundaries6])
        self.values6: vec[i64] = vec[i64]([i64(item[2]) for item in boundaries6])
        self.firsts4: vec[i64] = vec[i64]([i64(0)] * 257)
        self.used6: vec[i64] = vec[i64]([i64(0)] * 256)
        self._index4()
        self._index6(boundaries6)

    def _index4(self) -> None:
        """For each first octet, the last boundary at or before its first address."""
        place: i64 = 0
        count: i64 = len(self.starts4)
        octet: i64 = 0
        while octet < 257:
            while place + 1 < count and self.starts4[place + 1] <= octet << 24:
                place += 1
            self.firsts4[octet] = place
            octet += 1

    def _index6(self, boundaries6: list[tuple[int, int, int]]) -> None:
        """Mark the first octets that some prefix touches."""
        for number in range(len(boundaries6)):
            if boundaries6[number][2] < 0:
                continue
            first = boundaries6[number][0] >> 56
            last = 255
            if number + 1 < len(boundaries6):
                following = boundaries6[number + 1]
                last = ((following[0] << 64) + following[1] - 1) >> 120
            for octet in range(first, last + 1):
                self.used6[i64(octet)] = 1

    def find(self, data: bytes, start: i64, length: i64) -> i64:
        """Give the value of the address data[start:start+length] (4 or 16 octets), or -1."""
        if start < 0 or start + length > len(data):
            return -1
        if length == 4:
            octet = i64(data[start])
            low = self.firsts4[octet]
            high = self.firsts4[octet + 1]
            if low == high:
                return self.values4[low]
            return self._find4(i64(read_i32_be(data, start)) & 0xFFFFFFFF, low, high)
        if length == 16 and self.used6[i64(data[start])] != 0:
            return self._find6(read_i64_be(data, start) ^ FLIP, read_i64_be(data, start + 8) ^ FLIP)
        return -1

    def _find4(self, address: i64, low: i64, high: i64) -> i64:
        starts = self.starts4
        while low < high:
            middle = (low + high + 1) >> 1
            if starts[middle] <= address:
                low = middle
            else:
                high = middle - 1
        return self.values4[low]

    def _find6(self, upper: i64, lower: i64) -> i64:
        highs = self.highs6
        low: i64 = 0
        high: i64 = len(highs) - 1
        while low < high:
            middle = (low + high + 1) >> 1
            start = highs[middle]
            if start < upper or (start == upper and self.lows6[middle] <= lower):
                low = middle
            else:
                high = middle - 1
        return self.values6[low]
