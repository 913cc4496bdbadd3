"""Compiled. The mirror's copies of UDP messages.

A mirror of two ports, or of both sides of a router, shows a message twice within microseconds.
Whoever did not hear an answer asks again later, with the same id or not: that is no copy.
"""

from typing import Final

from librt.strings import read_i64_be
from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.dissect.clients import mac_number, outer_vlan
from netwatch.limits import RECENT_SLOTS
from netwatch.state.fingerprint import mix
from netwatch.state.recent import Recent

M56: Final = 0xFFFFFFFFFFFFFF
COMPARED_BYTES_MAX: Final = 128
"""Octets by which a message is told from another: nearly always all of a DNS question."""


class Copies:
    """The messages of the last moment."""

    def __init__(self) -> None:
        self.recent: Recent = Recent(RECENT_SLOTS)

    def show(self, packet: Packet) -> i64:
        """Tell whether the packet's payload is NEW, shown AGAIN from the same MAC, or a COPY.

        A COPY is from another MAC, the other side of a router, and may say who asks: it is worth
        reading, but not counting.
        """
        mac: i64 = 0
        if packet.source_mac >= 0:
            mac = mac_number(packet.frame, packet.source_mac)
        return self.recent.show(message_hash(packet), packet.time_ns, mac)


def message_hash(packet: Packet) -> i64:
    """Fingerprint of a message, whence and whither it goes, and in which VLAN; never 0.

    Seven octets a round, which is what `mix` has room for without losing a bit; the last round
    takes some of them once more, so that none is left over.
    """
    data = packet.data
    position = packet.start
    end = packet.end
    size = end - position
    ends = (outer_vlan(packet) << 32) | (packet.source_port << 16) | packet.target_port
    state = mix(mix(mix(packet.source_hash, ends), packet.target_hash), size)
    if size < 8:
        return state | 1  # shorter than any message
    if size > COMPARED_BYTES_MAX:
        end = position + COMPARED_BYTES_MAX
    while position < end - 7:
        state = mix(state, (i64(read_i64_be(data, position)) >> 8) & M56)
        position += 7
    return mix(state, i64(read_i64_be(data, end - 8)) & M56) | 1
