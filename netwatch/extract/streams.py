"""Compiled. Young streams: the first octets of one direction of TCP, put in order.

Only a stream whose first message did not fit into one segment ever gets here. Pieces are kept where
their sequence numbers say (RFC 9293 section 3.4, modulo 2^32); the first copy of an octet wins, and
a copy that says otherwise is counted as a conflict. What is whole is told by intervals, not counts.
"""

from typing import Final

from mypy_extensions import i64

from netwatch.extract.http2 import Http2
from netwatch.limits import (
    PIECE_BYTES,
    SETTLED_BYTES_MAX,
    SETTLED_BYTES_MIN,
    YOUNG_AGE_NS_MAX,
    YOUNG_BYTES_MAX,
    YOUNG_PIECES_MAX,
    YOUNG_SEGMENTS_MAX,
    YOUNG_STREAMS_MAX,
)

M32: Final = 0xFFFFFFFF
HALF: Final = 0x80000000


class Young:
    """One direction of one connection, from `base` on.

    `prefix` is what is whole from the base; `pieces` wait behind a gap, in order of their offset.
    """

    def __init__(self, base: i64, anchored: bool, time_ns: i64) -> None:
        self.base: i64 = base
        """Sequence number of prefix[0]."""
        self.anchored: bool = anchored
        """The base is known to be where the stream (or the message) begins."""
        self.first_ns: i64 = time_ns
        self.prefix: bytes = b""
        self.offsets: list[int] = []
        self.pieces: list[bytes] = []
        self.held_bytes: i64 = 0
        """Octets, and what keeping each piece costs."""
        self.wanted: i64 = 0
        """Octets of the prefix without which reading it again is in vain; the owner's."""
        self.segments: i64 = 0
        """Segments so far; copies of octets that are held already do not count."""
        self.conflict: bool = False
        self.ends: object = None
        """Whose stream this is; the owner's."""
        self.phase: i64 = 0
        """Of the direction when the stream was begun; the owner's."""
        self.http2: Http2 | None = None
        """The reader of a stream in the phase HTTP2; the owner's."""

    def add(self, sequence: i64, data: bytes, start: i64, end: i64, limit: i64) -> bool:
        """Keep data[start:end]; True when the prefix grew. Octets beyond `limit` are dropped."""
        self.segments += 1
        offset = (sequence - self.base) & M32
        if offset >= HALF:
            if not self.anchored and self.segments <= YOUNG_SEGMENTS_MAX:
                return self.rebase(sequence, data, start, end)
            behind = M32 + 1 - offset
            if behind >= end - start:
                return False
            start += behind
            offset = 0
        if offset >= limit:
            return False
        if end - start > limit - offset:
            end = start + limit - offset
        whole: i64 = len(self.prefix)
        if offset <= whole:
            overlap = whole - offset
            if overlap > end - start:
                overlap = end - start
            self.compare(offset, data, start, overlap)
            if offset + (end - start) <= whole:
                self.segments -= 1
                return False
            self.grow(data[start + overlap : end])
            self.drain()
            return True
        self.keep(offset, data[start:end])
        return False

    def compare(self, offset: i64, data: bytes, start: i64, length: i64) -> None:
        """Note a conflict when the copy differs from what is known."""
        if length > 0 and self.prefix[offset : offset + length] != data[start : start + length]:
            self.conflict = True

    def grow(self, octets: bytes) -> None:
        """Append to the prefix."""
        self.prefix = self.prefix + octets if len(self.prefix) else octets
        self.held_bytes += len(octets)

    def keep(self, offset: i64, octets: bytes) -> None:
        """Put a piece behind a gap into its place."""
        if len(self.pieces) >= YOUNG_PIECES_MAX:
            return
        place: i64 = len(self.offsets)
        while place > 0 and self.offsets[place - 1] > offset:
            place -= 1
        if place > 0 and self.offsets[place - 1] == offset:
            known = self.pieces[place - 1]
            if len(known) >= len(octets):
                if known[: len(octets)] != octets:
                    self.conflict = True
                self.segments -= 1
                return
        self.offsets.insert(place, offset)
        self.pieces.insert(place, octets)
        self.held_bytes += len(octets) + PIECE_BYTES

    def drain(self) -> None:
        """Move pieces that the prefix has reached into it."""
        while len(self.pieces) > 0:
            whole: i64 = len(self.prefix)
            offset: i64 = self.offsets[0]
            if offset > whole:
                return
            octets = self.pieces[0]
            del self.offsets[0]
            del self.pieces[0]
            self.held_bytes -= len(octets) + PIECE_BYTES
            overlap = whole - offset
            known: i64 = len(octets)
            if overlap > known:
                overlap = known
            self.compare(offset, octets, 0, overlap)
            if overlap < known:
                self.grow(octets[overlap:])

    def rebase(self, sequence: i64, data: bytes, start: i64, end: i64) -> bool:
        """An earlier segment came after a later one, and nobody knew where the stream begins."""
        distance = (self.base - sequence) & M32
        octets = data[start:end]
        moved = [offset + int(distance) for offset in self.offsets]
        pieces = self.pieces
        old = self.prefix
        self.base = sequence
        self.offsets = []
        self.pieces = []
        self.prefix = octets
        self.held_bytes = len(octets)
        if len(old) > 0:
            self.keep(distance, old)
        place: i64 = 0
        while place < len(pieces):
            self.keep(moved[place], pieces[place])
            place += 1
        self.drain()
        return True

    def runs(self) -> list[bytes]:
        """What is there: the prefix if there is one, then the pieces, joined where they meet."""
        found: list[bytes] = [self.prefix] if len(self.prefix) > 0 else []
        reached: i64 = -1
        place: i64 = 0
        while place < len(self.pieces):
            offset: i64 = self.offsets[place]
            octets = self.pieces[place]
            end = offset + len(octets)
            if reached < offset:
                found.append(octets)
                reached = end
            elif end > reached:
                found[len(found) - 1] += octets[reached - offset :]
                reached = end
            place += 1
        return found

    def consume(self, length: i64) -> None:
        """Drop the first `length` octets: the next message begins behind them."""
        self.base = (self.base + length) & M32
        self.prefix = self.prefix[length:]
        self.offsets = [offset - int(length) for offset in self.offsets]
        self.held_bytes -= length


class YoungStreams:
    """All young streams, oldest first; the oldest give way, by age of their first octet."""

    def __init__(self) -> None:
        self.streams: dict[bytes, Young] = {}
        self.held_bytes: i64 = 0
        self.dropped: i64 = 0

    def get(self, key: bytes) -> Young | None:
        """Give the stream of this direction, if there is one."""
        return self.streams.get(key)

    def put(self, key: bytes, young: Young) -> None:
        """Take a stream in; it takes the place of an older one of the same direction.

        The caller has made room first (`surplus`).
        """
        self.drop(key)
        self.streams[key] = young
        self.held_bytes += young.held_bytes

    def account(self, before: i64, young: Young) -> None:
        """Book what a stream grew since it held `before` octets."""
        self.held_bytes += young.held_bytes - before

    def drop(self, key: bytes) -> Young | None:
        """Forget a stream; give it, if there was one."""
        young = self.streams.pop(key, None)
        if young is not None:
            self.held_bytes -= young.held_bytes
        return young

    def surplus(self, time_ns: i64) -> list[bytes]:
        """Give the keys of the streams that must go now: too old, or in the way of another.

        Not more at once than one packet may cost; what is left over goes with the next packets.
        """
        keys: list[bytes] = []
        count: i64 = len(self.streams)
        held = self.held_bytes
        work: i64 = 0
        for key, young in self.streams.items():
            if work >= SETTLED_BYTES_MAX or (
                count < YOUNG_STREAMS_MAX
                and held <= YOUNG_BYTES_MAX
                and time_ns - young.first_ns <= YOUNG_AGE_NS_MAX
            ):
                break
            keys.append(key)
            count -= 1
            held -= young.held_bytes
            work += young.held_bytes + SETTLED_BYTES_MIN
        return keys
