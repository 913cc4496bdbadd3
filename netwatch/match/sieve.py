"""Compiled. Which domains some pattern may lie in: the question that nearly every name ends with.

Two tables of bits on the last two labels, which are plain in every name of a pack. Their lengths
and three of their octets are one bit of a small table, so beside a short list `www.example.com`
costs a few loads and one multiplication. A long list fills that table; then all of their octets are
one bit of a larger one, so that strangers do not pay for the cold nodes of the tree.
"""

from typing import Final

from librt.strings import read_i32_be
from librt.vecs import append, vec
from mypy_extensions import i64

from netwatch.limits import BIT_61

SMALL_BITS: Final = 64
"""Of the small table for each domain: two strangers in a hundred pass."""
SMALL_BITS_MAX: Final = 262_144
"""Of the small table in all: 64 KiB, which stay in the cache."""
LARGE_BITS: Final = 32
"""Of the large table for each domain: three strangers in a hundred pass."""
BITS_MIN: Final = 4_096
MIX: Final = 0x2545F4914F6CDD1D
MASK: Final = 0x3FFFFFFFFFFFFFFF


class DomainSieve:
    """Filled by `add`, closed by `freeze`, then only asked. Letters are alike in both cases."""

    def __init__(self) -> None:
        self.small: vec[i64] = vec[i64]([i64(0)])
        self.small_mask: i64 = 0
        self.large: bytes = b"\0"
        self.large_mask: i64 = 0
        self._small_keys: vec[i64] = vec[i64]()
        self._large_keys: vec[i64] = vec[i64]()

    def add(self, data: bytes, start: i64, end: i64, top: i64, top_end: i64) -> None:
        """Let the domain pass whose labels are data[start:end] and data[top:top_end]."""
        self._small_keys = append(self._small_keys, _small_key(data, start, end, top, top_end))
        self._large_keys = append(self._large_keys, _large_key(data, start, end, top, top_end))

    def freeze(self) -> None:
        """Make the tables."""
        count: i64 = len(self._small_keys)
        size = _bits(count * SMALL_BITS, SMALL_BITS_MAX)
        self.small = vec[i64]([i64(0)] * (size >> 5))
        self.small_mask = size - 1
        size = _bits(count * LARGE_BITS, MASK)
        large = bytearray(size >> 3)
        self.large_mask = size - 1
        number: i64 = 0
        while number < count:
            bit = self._small_keys[number] & self.small_mask
            self.small[bit >> 5] |= BIT_61 >> (61 - (bit & 31))
            bit = self._large_keys[number] & self.large_mask
            large[bit >> 3] |= 0x80 >> (bit & 7)
            number += 1
        self.large = bytes(large)
        self._small_keys = vec[i64]()
        self._large_keys = vec[i64]()

    def passes(self, data: bytes, start: i64, end: i64, top: i64, top_end: i64) -> bool:
        """Tell whether it may be a domain that was added; True for all of those."""
        bit = _small_key(data, start, end, top, top_end) & self.small_mask
        if (self.small[bit >> 5] >> (bit & 31)) & 1 == 0:
            return False
        bit = _large_key(data, start, end, top, top_end) & self.large_mask
        return (i64(self.large[bit >> 3]) >> (7 - (bit & 7))) & 1 != 0


def label_hash(parent: i64, data: bytes, start: i64, length: i64, fold_bits: i64) -> i64:
    """Mix `parent` and a label, four octets at a time, into 62 bits.

    `fold_bits` 0x20202020 makes letters of both cases alike (and some other octets: collisions are
    for the caller to tell apart).
    """
    mixed = ((parent + length) * MIX) & MASK
    end = start + length
    if length < 4:
        word: i64 = 0
        while start < end:
            word = (word << 8) | i64(data[start])
            start += 1
        return ((mixed ^ (word | fold_bits)) * MIX) & MASK
    while start + 4 < end:
        word = (i64(read_i32_be(data, start)) & 0xFFFFFFFF) | fold_bits
        mixed = ((mixed ^ word) * MIX) & MASK
        mixed ^= mixed >> 31
        start += 4
    word = (i64(read_i32_be(data, end - 4)) & 0xFFFFFFFF) | fold_bits
    return ((mixed ^ word) * MIX) & MASK


def _small_key(data: bytes, start: i64, end: i64, top: i64, top_end: i64) -> i64:
    """Mix the lengths of the last two labels with the outer octets of the one and an end's octet.

    Capitals and small letters are alike by their bit; empty labels have no octets to look at.
    """
    if start >= end or top >= top_end:
        return 0
    octets = (i64(data[start]) << 16) | (i64(data[end - 1]) << 8) | i64(data[top_end - 1])
    lengths = ((end - start) << 6) | (top_end - top)
    return ((((lengths << 24) | octets | 0x202020) * MIX) & MASK) >> 30


def _large_key(data: bytes, start: i64, end: i64, top: i64, top_end: i64) -> i64:
    """Mix all octets of both labels."""
    mixed = label_hash(0, data, top, top_end - top, 0x20202020)
    return label_hash(mixed, data, start, end - start, 0x20202020) >> 30


def _bits(wanted: i64, most: i64) -> i64:
    """Give the bits of a table: a power of two, `wanted` or more, but not more than `most`."""
    size: i64 = BITS_MIN
    while size < wanted and size < most:
        size *= 2
    return size
