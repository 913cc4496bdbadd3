"""Compiled. ICMP errors about a flow that carries a sighting: somebody on the way refused it.

An error quotes the packet that it is about (RFC 792, RFC 4443 section 3.1). It never makes a flow
or a client, whatever it quotes: anybody can send one.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.decode.network import FRAGMENT, Piece, ipv4, ipv6
from netwatch.decode.packet import ICMP, TCP, UDP, Packet
from netwatch.dissect.flows import FlowWatch
from netwatch.model import Answer
from netwatch.state.fingerprint import address_hash, flow_hash, mix
from netwatch.state.flows import CLIENT_SIDE, NEXT, REFUSED, REPLIED, WATCHED
from netwatch.state.sequences import is_far

HEADER: Final = 8
UNREACHABLE: Final = 3
TOO_BIG: Final = 4
"""Code of ICMP's UNREACHABLE that asks for smaller packets (RFC 1191): nothing is refused."""
UNREACHABLE6: Final = 1


class IcmpDissector:
    """Finds the flow that an error quotes; `key` is that of the engine's fingerprints."""

    def __init__(self, watch: FlowWatch, key: i64) -> None:
        self.watch: FlowWatch = watch
        self.key: i64 = key
        self.quoted: Packet = Packet()
        self.piece: Piece = Piece()

    def error(self, packet: Packet) -> None:
        """Take an ICMP or ICMPv6 packet; only errors that say "not reachable" matter."""
        data = packet.data
        start = packet.start
        if packet.end - start < HEADER + 20:
            return
        kind = i64(data[start])
        quoted = self.quoted
        quoted.begin(data, start + HEADER, packet.end)
        if packet.protocol == ICMP:
            if kind != UNREACHABLE or i64(data[start + 1]) == TOO_BIG:
                return
            answer = ipv4(quoted, self.piece)
        elif kind == UNREACHABLE6:
            answer = ipv6(quoted, self.piece)
        else:
            return
        if answer == FRAGMENT and self.piece.offset > 0:
            return
        if answer == Answer.DONE or answer == FRAGMENT:
            self.refused(packet, quoted)

    def refused(self, packet: Packet, quoted: Packet) -> None:
        """Tell the flow of `quoted`, if a sighting hangs on it and its client sent that packet."""
        start = quoted.start
        if quoted.protocol not in (TCP, UDP) or quoted.end - start < 4:
            return
        if packet.target_address() != quoted.source_address():
            return  # not for whoever sent what it quotes
        data = quoted.data
        length = quoted.address_length
        source = address_hash(self.key, quoted.net, quoted.source, length)
        target = address_hash(self.key, quoted.net, quoted.target, length)
        one = mix(source, i64(read_i16_be(data, start)) & 0xFFFF)
        other = mix(target, i64(read_i16_be(data, start + 2)) & 0xFFFF)
        flow = flow_hash(one, other, quoted.protocol)
        flows = self.watch.flows
        place = flows.get(flow)
        if place < 0:
            return
        state = flows.records[place]
        side: i64 = 0 if one < other else 1
        if state & (WATCHED | REPLIED | REFUSED) != WATCHED:
            return
        if (state & CLIENT_SIDE != 0) != (side == 1):
            return
        if quoted.protocol == TCP and quoted.end - start >= 8:
            # Whoever is not on the way does not know the number (RFC 5927 section 4.1).
            number = i64(read_i32_be(data, start + 4)) & 0xFFFFFFFF
            if is_far(flows.records[place + NEXT + side], number):
                return
        flows.records[place] = state | REFUSED
        self.watch.sightings.reply(packet, flow, "refused")
