"""Compiled. IP fragments put together (RFC 791 section 3.2, RFC 8200 section 4.5, RFC 5722).

A datagram is complete when its intervals cover 0..length without a hole: never by counting, since a
mirror port delivers pieces twice. An identical repeat is ignored; pieces that overlap with other
octets drop the whole datagram (RFC 5722): which copy the host believed cannot be known.

The transport's header, and most names, stand in the first piece. So where a datagram is given up
for want of another one, its first piece is handed on as a packet that the capture cut.
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
        self.first: Packet | None = None
        """The packet of the first piece, once that was seen; it holds nothing of its block."""


class Fragments:
    """All datagrams that are being put together; the oldest give way."""

    def __init__(self) -> None:
        self.datagrams: dict[bytes, Datagram] = {}
        self.held_bytes: i64 = 0
        self.dropped: i64 = 0
        """Datagrams that were given up for want of a piece."""
        self.given_up: list[Packet] = []
        """First pieces of datagrams that will never be whole, for the caller to take."""
        self.whole: dict[bytes, int] = {}
        """When datagrams were whole, as many as may be unfinished: copies of pieces come later."""

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
            self.give_up(key, datagram)
            datagram = None
        if datagram is None:
            self.make_room()
            datagram = Datagram(packet.time_ns)
            self.datagrams[key] = datagram
        if datagram.bad:
            return Answer.NEED_MORE
        answer = self.place(datagram, packet, piece)
        if answer < 0:
            if answer == -Anomaly.FRAGMENT_DROPPED:
                self.hand_on(key, datagram)
            datagram.first = None
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
        self.whole.pop(key, None)
        self.whole[key] = packet.time_ns
        if len(self.whole) > FRAGMENT_DATAGRAMS_MAX:
            del self.whole[next(iter(self.whole))]
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
            if length > 0 and datagram.first is None:
                datagram.first = lasting(packet)
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
            self.give_up(key, self.datagrams[key])

    def finish(self) -> None:
        """The capture ends: nothing will be whole any more."""
        for key, datagram in list(self.datagrams.items()):
            self.give_up(key, datagram)

    def give_up(self, key: bytes, datagram: Datagram) -> None:
        """Drop a datagram that lacks a piece, or was bad anyway."""
        self.hand_on(key, datagram)
        self.forget(key, datagram)
        if not datagram.bad and not self.was_whole(key, datagram):
            self.dropped += 1

    def was_whole(self, key: bytes, datagram: Datagram) -> bool:
        """Tell whether these are only copies of pieces of a datagram that was whole just before."""
        then = self.whole.get(key)
        return then is not None and datagram.first_ns - then <= FRAGMENT_AGE_NS_MAX

    def hand_on(self, key: bytes, datagram: Datagram) -> None:
        """Make the first piece, if it is there, a packet of its own."""
        first = datagram.first
        if first is None or self.was_whole(key, datagram):
            return
        first.data = datagram.pieces[0]
        first.end = len(first.data)
        if datagram.length >= 0:
            first.missing = datagram.length - first.end
        self.given_up.append(first)

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


def lasting(packet: Packet) -> Packet:
    """Give what is known of a packet but its payload; the copy holds nothing of the block."""
    kept = Packet()
    kept.frame = packet.mac(packet.target_mac) + packet.mac(packet.source_mac)
    if packet.target_mac >= 0:
        kept.target_mac = 0
    if packet.source_mac >= 0:
        kept.source_mac = len(kept.frame) - 6
    kept.time_ns = packet.time_ns
    kept.number = packet.number
    while kept.vlan_count < packet.vlan_count:
        kept.vlans[kept.vlan_count] = packet.vlans[kept.vlan_count]
        kept.vlan_count += 1
    kept.layers = packet.layers
    while kept.tunnel_count < packet.tunnel_count:
        tunnel = kept.tunnel_count
        ends = packet.tunnel_starts[tunnel]
        length = packet.tunnel_lengths[tunnel]
        kept.tunnel_nets[tunnel] = packet.tunnel_nets[tunnel][ends : ends + length]
        kept.tunnel_lengths[tunnel] = length
        kept.tunnel_count = tunnel + 1
    kept.ethertype = packet.ethertype
    kept.net = packet.net[packet.source : packet.target + packet.address_length]
    kept.target = packet.address_length
    kept.address_length = packet.address_length
    kept.ttl = packet.ttl
    kept.protocol = packet.protocol
    kept.cut = True
    return kept
