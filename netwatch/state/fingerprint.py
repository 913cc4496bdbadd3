"""Compiled. Keyed 62-bit fingerprints of addresses and flows.

The same number comes out compiled (arithmetic modulo 2^64) and interpreted (unbounded), because
every product is masked to its low 62 bits. The key keeps chosen addresses from meeting in one set.
"""

from typing import Final

from librt.strings import read_i32_be
from mypy_extensions import i64

M62: Final = 0x3FFFFFFFFFFFFFFF
M32: Final = 0xFFFFFFFF
MULTIPLIER: Final = 0x1E3779B97F4A7C15
SEED: Final = 0x243F6A8885A308D3


def mix(state: i64, value: i64) -> i64:
    """One round over two numbers below 2^62; so is the result."""
    state = ((state ^ value) * MULTIPLIER) & M62
    return state ^ (state >> 29)


def mix_octets(state: i64, data: bytes, start: i64, end: i64) -> i64:
    """Fold data[start:end] into `state`, octet by octet."""
    position = start
    while position < end:
        state = ((state ^ i64(data[position])) * MULTIPLIER) & M62
        state ^= state >> 29
        position += 1
    return state


def address_hash(key: i64, data: bytes, start: i64, length: i64) -> i64:
    """Fingerprint of the 4 or 16 octets of an address at `start`; never 0."""
    state = mix(key, i64(read_i32_be(data, start)) & M32)
    if length == 16:
        state = mix(state, i64(read_i32_be(data, start + 4)) & M32)
        state = mix(state, i64(read_i32_be(data, start + 8)) & M32)
        state = mix(state, i64(read_i32_be(data, start + 12)) & M32)
    return state | 1


def flow_hash(one: i64, other: i64, protocol: i64) -> i64:
    """Fingerprint of a flow from those of its endpoints, the same both ways; never 0."""
    if one < other:
        return mix(mix(one, protocol), other) | 1
    return mix(mix(other, protocol), one) | 1


def is_public(data: bytes, start: i64, length: i64) -> bool:
    """Tell whether the address is one of the public Internet's (RFC 6890, RFC 4291)."""
    first = i64(data[start])
    if length == 16:
        return first & 0xE0 == 0x20
    second = i64(data[start + 1])
    if first in (0, 10, 127) or first >= 224:
        return False
    if first == 172:
        return second & 0xF0 != 16
    if first == 192:
        return second != 168
    if first == 169:
        return second != 254
    if first == 100:
        return second & 0xC0 != 64
    return True
