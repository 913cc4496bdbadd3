"""Compiled. The numbers of a ClientHello that tell one client software from another.

All spans handed in were checked by `ClientHello.parse`: 16-bit numbers, or whole extensions.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

SERVER_NAME: Final = 0
PADDING: Final = 21
PRE_SHARED_KEY: Final = 41
EARLY_DATA: Final = 42
COOKIE: Final = 44

FACTOR: Final = 0x2545F4914F6CDD1D
MASK: Final = 0x3FFFFFFFFFFFFFFF


def is_grease(value: i64) -> bool:
    """RFC 8701: 0x0a0a, 0x1a1a ... 0xfafa, which a client puts in to be ignored."""
    return (value & 0x0F0F) == 0x0A0A and (value >> 8) == (value & 0xFF)


def ungreased(data: bytes, position: i64, end: i64) -> list[int]:
    """The 16-bit numbers of data[position:end] in order, without GREASE."""
    values: list[int] = []
    while position + 2 <= end:
        value = i64(read_i16_be(data, position)) & 0xFFFF
        if not is_grease(value):
            values.append(int(value))
        position += 2
    return values


def ungreased_kinds(data: bytes, position: i64, end: i64) -> list[int]:
    """The types of the extensions in data[position:end] in order, without GREASE."""
    kinds: list[int] = []
    while position + 4 <= end:
        header = i64(read_i32_be(data, position)) & 0xFFFFFFFF
        if not is_grease(header >> 16):
            kinds.append(int(header >> 16))
        position += 4 + (header & 0xFFFF)
    return kinds


def client_fingerprint(
    data: bytes,
    version: i64,
    ciphers_start: i64,
    ciphers_end: i64,
    extensions_start: i64,
    extensions_end: i64,
) -> i64:
    """A number from 1 to 2^62 - 1 over the version, the ciphers in order and the set of extensions.

    Without GREASE and without the extensions that one client sends only sometimes; extensions in
    any order give the same number, as browsers shuffle them.
    """
    value = mixed(version)
    position = ciphers_start
    while position + 2 <= ciphers_end:
        cipher = i64(read_i16_be(data, position)) & 0xFFFF
        if (cipher & 0x0F0F) != 0x0A0A or not is_grease(cipher):
            value = ((value ^ cipher) * FACTOR) & MASK
            value ^= value >> 29
        position += 2
    kinds: i64 = 0
    position = extensions_start
    while position + 4 <= extensions_end:
        header = i64(read_i32_be(data, position)) & 0xFFFFFFFF
        kind = header >> 16
        if (kind & 0x0F0F) != 0x0A0A or not is_grease(kind):
            if not varies(kind):
                kinds = (kinds + mixed(kind)) & MASK
        position += 4 + (header & 0xFFFF)
    return mixed(value ^ kinds) | 1


def varies(kind: i64) -> bool:
    """Extensions that one client sends only to some servers, or only when it resumes."""
    return (
        kind == SERVER_NAME
        or kind == PADDING
        or kind == PRE_SHARED_KEY
        or kind == EARLY_DATA
        or kind == COOKIE
    )


def mixed(value: i64) -> i64:
    """Spread `value` over 62 bits; no secret, only few collisions."""
    value = ((value + 1) * FACTOR) & MASK
    return value ^ (value >> 29)
