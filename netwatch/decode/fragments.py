"""Compiled. IP fragments put together (RFC 791 section 3.2, RFC 8200 section 4.5, RFC 5722).

A datagram is complete when its intervals cover 0..length without a hole: never by counting, since a
mirror port delivers pieces twice. An identical repeat is ignored; pieces that overlap with other
octets drop the whole datagram (RFC 5722): which copy the host believed cannot be known.
"""

from mypy_extensions import i64

from netwatch.decode.network import Piece
from netwatch.decode.packet import Packet
from netwatch.limits import (
    FRAGMENT_AGE_NS_MAX,
    FRAGMENT_BYTES_MAX,
    FRAGMENT_DATAGRAMS_MAX,
    FRAGMENTS_MAX,
)
from netwatch.model import Anomaly, Answer


class Datagram:
    """The pieces of one datagram so far."""

    def __init__(self, time_ns: i64) -> None:
        self.first_ns: i64 = time_ns
        self.pieces: dict[int, bytes] = {}
        """Offset -> octets: few keys, all below 65,536, so chosen ones cannot collide."""
        self.held_bytes: i64 = 0
        self.length: i64 = -1
        """Octets of the whole payload, once the last piece was seen."""
        self.protocol: i64 = 0
        self.bad: bool = False


class Fragments:
    """All datagrams that are being put together; the oldest give way."""

    def __init__(self) -> None:
        self.datagrams: dict[bytes, Datagram] = {}
        self.held_bytes: i64 = 0
        self.dropped: i64 = 0

    def add(self, packet: Packet, piece: Piece) -> i64:
        """Take the fragment in `packet`.

        DONE: packet.data/start/end/protocol now hold the whole datagram. NEED_MORE: not yet.
        -Anomaly.FRAGMENT_OVERLAP or FRAGMENT_DROPPED: given up.
        """
        key = packet.net[packet.source : packet.target + packet.address_length]
        key += int(piece.identifier & 0xFFFFFFFF).to_bytes(4, "big")
        if packet.address_length == 4:
            key += bytes((packet.protocol & 0xFF,))
        if packet.vlan_count > 0:
            key += int(packet.vlans[0] & 0xFFFFFF).to_bytes(3, "big")
        datagram = self.datagrams.get(key)
        if datagram is not None and packet.time_ns - datagram.first_ns > FRAGMENT_AGE_NS_MAX:
            self.forget(key, datagram)
            self.dropped += 1
            datagram = None
        if datagram is None:
            self.make_room()
            datagram = Datagram(packet.time_ns)
            self.datagrams[key] = datagram
        if datagram.bad:
            return Answer.NEED_MORE
        answer = self.place(datagram, packet, piece)
        if answer < 0:
            datagram.length = -1
            self.held_bytes -= datagram.held_bytes
            datagram.held_bytes = 0
            datagram.pieces = {}
            datagram.bad = True
            return answer
        if datagram.length < 0 or not covers(datagram):
            if self.held_bytes > FRAGMENT_BYTES_MAX:
                self.make_room()  # perhaps this very one
            return Answer.NEED_MORE
        packet.data = joined(datagram)
        packet.start = 0
        packet.end = len(packet.data)
        packet.protocol = datagram.protocol
        self.forget(key, datagram)
        return Answer.DONE

    def place(self, datagram: Datagram, packet: Packet, piece: Piece) -> i64:
        """Keep the piece; -Anomaly when it contradicts what is there."""
        if packet.cut:
            return -Anomaly.FRAGMENT_DROPPED  # the capture cut it: it can never be whole
        octets = packet.data[packet.start : packet.end]
        length: i64 = len(octets)
        offset = piece.offset
        if length == 0 and piece.more:
            return Answer.NEED_MORE  # says nothing, and is no copy of what comes at its place
        if offset + length > 0x10000 or len(datagram.pieces) >= FRAGMENTS_MAX:
            return -Anomaly.FRAGMENT_DROPPED
        if offset == 0:
            datagram.protocol = packet.protocol
        if not piece.more:
            if datagram.length >= 0 and datagram.length != offset + length:
                return -Anomaly.FRAGMENT_OVERLAP
            datagram.length = offset + length
        elif 0 <= datagram.length < offset + length:
            return -Anomaly.FRAGMENT_OVERLAP
        known = datagram.pieces.get(offset)
        if known is not None:
            return Answer.NEED_MORE if known == octets else -Anomaly.FRAGMENT_OVERLAP
        for other, held in datagram.pieces.items():
            begin: i64 = other
            end: i64 = begin + len(held)
            if offset < end and begin < offset + length:
                return -Anomaly.FRAGMENT_OVERLAP
        datagram.pieces[offset] = octets
        datagram.held_bytes += length
        self.held_bytes += length
        return Answer.NEED_MORE

    def make_room(self) -> None:
        """Drop the oldest datagrams until one more may come."""
        while len(self.datagrams) > 0 and (
            len(self.datagrams) >= FRAGMENT_DATAGRAMS_MAX or self.held_bytes > FRAGMENT_BYTES_MAX
        ):
            key = next(iter(self.datagrams))
            self.forget(key, self.datagrams[key])
            self.dropped += 1

    def forget(self, key: bytes, datagram: Datagram) -> None:
        """Take the datagram out of the table and its octets off the account."""
        del self.datagrams[key]
        self.held_bytes -= datagram.held_bytes


def covers(datagram: Datagram) -> bool:
    """Tell whether the pieces reach from 0 to the datagram's length without a hole."""
    reached: i64 = 0
    for offset in sorted(datagram.pieces):
        if offset > reached:
            return False
        reached = offset + len(datagram.pieces[offset])
    return reached == datagram.length


def joined(datagram: Datagram) -> bytes:
    """Give the octets of a complete datagram."""
    parts: list[bytes] = []
    for offset in sorted(datagram.pieces):
        parts.append(datagram.pieces[offset])
    return b"".join(parts)
