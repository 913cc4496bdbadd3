"""Compiled. A message that comes in pieces, over datagrams in any order: which octets are there.

Intervals tell that, never a count: pieces come twice, and cut anew (RFC 9000 section 2.2, RFC 6347
section 4.2.3). What a piece claims about its offset allocates nothing: only received octets are
kept, those that were there first stay, and the number of pieces is bounded.
"""

from mypy_extensions import i64

from netwatch.limits import PIECE_BYTES, PIECES_MAX


class Pieces:
    """Disjoint pieces in order: `starts[i]` is the offset of `pieces[i]` in the message."""

    def __init__(self) -> None:
        self.starts: list[i64] = []
        self.pieces: list[bytes] = []
        self.held_bytes: i64 = 0
        """Octets, and what keeping each piece of them costs."""

    def clear(self) -> None:
        """Forget everything."""
        self.starts.clear()
        self.pieces.clear()
        self.held_bytes = 0

    def keep(self, data: bytes, start: i64, length: i64, offset: i64) -> bool:
        """Keep what is new of data[start : start + length], the octets from `offset` on.

        False: there are too many pieces.
        """
        at = offset
        last = offset + length
        i: i64 = 0
        while at < last:
            count: i64 = len(self.starts)
            while i < count and self.starts[i] + len(self.pieces[i]) <= at:
                i += 1
            if i < count and self.starts[i] <= at:
                at = self.starts[i] + len(self.pieces[i])
                continue
            stop = last
            if i < count and self.starts[i] < last:
                stop = self.starts[i]
            if count >= PIECES_MAX:
                return False
            source = start + at - offset
            self.starts.insert(i, at)
            self.pieces.insert(i, data[source : source + stop - at])
            self.held_bytes += stop - at + PIECE_BYTES
            at = stop
        return True

    def prefix(self) -> bytes:
        """Give the octets from 0 on up to the first gap."""
        found: list[bytes] = []
        at: i64 = 0
        i: i64 = 0
        while i < len(self.pieces) and self.starts[i] == at:
            found.append(self.pieces[i])
            at += len(self.pieces[i])
            i += 1
        return b"".join(found)
