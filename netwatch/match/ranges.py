"""Prefixes, ports, accounts and magics as a pack writes them; ranges are made disjoint."""

import ipaddress
import re
from typing import Final

from netwatch.limits import PATTERN_LITERALS_MIN, PREFIX6_BITS_MIN, PREFIX_BITS_MIN
from netwatch.match.patterns import PatternError

TRANSPORTS: Final = {"tcp": 6, "udp": 17}
_PORTS: Final = re.compile(r"(tcp|udp)/([0-9]{1,5})(?:-([0-9]{1,5}))?")
_MAGIC_PIECE: Final = re.compile(r"\\x([0-9a-f]{2})|([ -\[\]-~])")


def prefix(text: str) -> tuple[int, int, int]:
    """`192.0.2.0/24` or one address -> (4 or 6, first address, last address) as numbers."""
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        raise PatternError(
            f"found the prefix {text!r}, expected an address or a prefix ({error})"
        ) from None
    shortest = PREFIX_BITS_MIN if network.version == 4 else PREFIX6_BITS_MIN
    if network.prefixlen < shortest:
        raise PatternError(f"found the prefix {text!r}, expected /{shortest} or longer")
    return network.version, int(network.network_address), int(network.broadcast_address)


def ports(text: str) -> tuple[int, int, int]:
    """`tcp/13000` or `udp/100-199` -> (IP protocol number, first port, last port)."""
    match = _PORTS.fullmatch(text)
    if match is None:
        raise PatternError(f"found the port {text!r}, expected tcp/NUMBER, udp/NUMBER or a range")
    first = int(match[2])
    last = int(match[3] or match[2])
    if not 1 <= first <= last <= 65_535:
        raise PatternError(f"found the port {text!r}, expected a rising range within 1-65535")
    return TRANSPORTS[match[1]], first, last


def magic(text: str) -> bytes:
    """`KLZF` -> the octets; unprintable ones and the backslash are written `\\xNN`."""
    octets = magic_octets(text)
    if len(octets) < PATTERN_LITERALS_MIN:
        raise PatternError(
            f"found the magic {text!r}, expected at least {PATTERN_LITERALS_MIN} octets"
        )
    return octets


def magic_octets(text: str) -> bytes:
    """The octets that `text` stands for, however few."""
    octets = bytearray()
    position = 0
    while position < len(text):
        piece = _MAGIC_PIECE.match(text, position)
        if piece is None:
            raise PatternError(
                f"found the magic {text!r}, expected printable ASCII and \\xNN (small hex)"
            )
        octets += bytes.fromhex(piece[1]) if piece[1] else piece[2].encode()
        position = piece.end()
    return bytes(octets)


def user(text: str) -> bytes:
    """`kavdumps` -> the octets of an account: printable ASCII without blanks, not too short."""
    if len(text) < PATTERN_LITERALS_MIN or not all(0x21 <= ord(c) <= 0x7E for c in text):
        raise PatternError(
            f"found the user {text!r}, expected at least {PATTERN_LITERALS_MIN} printable"
            " characters without blanks"
        )
    return text.encode()


def boundaries(ranges: list[tuple[int, int, int]], last_address: int) -> list[tuple[int, int]]:
    """Nested or disjoint (first, last, value) -> (start, value), rising; -1 where nothing is.

    Of nested ranges the inner one is on top. Each value holds from its start to the next one.
    """
    made: list[tuple[int, int]] = [(0, -1)]
    around: list[tuple[int, int]] = []

    def put(start: int, value: int) -> None:
        if start > last_address:
            return
        if made[-1][0] == start:
            made.pop()
        made.append((start, value))

    def close_before(address: int) -> None:
        while around and around[-1][0] < address:
            last, _ = around.pop()
            put(last + 1, around[-1][1] if around else -1)

    for first, last, value in sorted(ranges, key=lambda item: (item[0], -item[1])):
        close_before(first)
        put(first, value)
        around.append((last, value))
    close_before(last_address + 1)
    return made
