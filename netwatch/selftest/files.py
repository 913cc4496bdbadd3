"""Frames -> the octets of a capture file, as tcpdump writes it."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

SNAP_BYTES: Final = 262_144


class Frame(msgspec.Struct, frozen=True, order=True):
    """One frame as captured; equal times keep the order of the octets out of it."""

    time_ns: int
    octets: bytes
    link: int = 1
    wire_bytes: int = 0
    """Its length on the wire, where less was captured; 0: all of it is here."""


def pcap(frames: Sequence[Frame]) -> bytes:
    """A pcap file in microseconds. All frames must have the link type of the first one."""
    links = {frame.link for frame in frames}
    if len(links) > 1:
        raise ValueError(f"link types {sorted(links)} found, one expected: pcapng takes several")
    link = frames[0].link if frames else 1
    head = (0xA1B2C3D4, 0x0004_0002, 0, 0, SNAP_BYTES, link)
    parts = [_words(head)]
    for frame in frames:
        seconds, ns = divmod(frame.time_ns, 1_000_000_000)
        length = len(frame.octets)
        parts.append(_words((seconds, ns // 1_000, length, frame.wire_bytes or length)))
        parts.append(frame.octets)
    return b"".join(parts)


def pcapng(frames: Sequence[Frame]) -> bytes:
    """A pcapng file with one section and one interface (in nanoseconds) for each link type."""
    section = _block(0x0A0D0D0A, _words((0x1A2B3C4D, 0x0000_0001)) + b"\xff" * 8)
    links = sorted({frame.link for frame in frames})
    resolution = b"\x09\x00\x01\x00\x09\x00\x00\x00" + bytes(4)
    interfaces = [_block(1, _words((link, SNAP_BYTES)) + resolution) for link in links]
    packets = [_packet(frame, links.index(frame.link)) for frame in frames]
    return b"".join((section, *interfaces, *packets))


def _packet(frame: Frame, interface: int) -> bytes:
    length = len(frame.octets)
    head = (interface, frame.time_ns >> 32, frame.time_ns & 0xFFFFFFFF, length)
    body = _words((*head, frame.wire_bytes or length)) + frame.octets
    return _block(6, body + bytes(-length % 4))


def _block(kind: int, body: bytes) -> bytes:
    length = len(body) + 12
    return _words((kind, length)) + body + _words((length,))


def _words(numbers: Iterable[int]) -> bytes:
    return b"".join(number.to_bytes(4, "little") for number in numbers)
