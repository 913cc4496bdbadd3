"""Compiled. The one packet that is being looked at: reused, filled by the decoders in turn.

Offsets are into three buffers that are usually the same block: `frame` (the link header and MACs),
`net` (the innermost IP header and its addresses) and `data` (transport and payload). They differ
after fragments were put together.
"""

from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

from netwatch.limits import VLANS_MAX

TCP: Final = 6
UDP: Final = 17
ICMPV6: Final = 58
ARP: Final = 0x0806
"""`protocol` of a frame that carries ARP, beside the IP protocol numbers."""

SYN: Final = 2
RST: Final = 4
ACK: Final = 16


class Packet:
    """Everything known of the current packet. A field is valid once its decoder answered DONE."""

    def __init__(self) -> None:
        self.frame: bytes = b""
        self.time_ns: i64 = 0
        self.number: i64 = 0
        self.source_mac: i64 = -1
        """Offset in `frame`, -1 where the link has none."""
        self.target_mac: i64 = -1
        self.vlan_count: i64 = 0
        self.vlans: vec[i64] = vec[i64]([i64(0)] * VLANS_MAX)
        self.layers: i64 = 0
        self.tunnels: list[bytes] = []
        self.ethertype: i64 = 0
        self.cut: bool = False
        """The capture holds fewer octets than the wire had."""
        self.missing: i64 = 0
        """How many octets of the IP packet the capture cut off."""
        self.net: bytes = b""
        self.source: i64 = 0
        """Offset of the source address in `net`; the destination's follows it."""
        self.target: i64 = 0
        self.address_length: i64 = 0
        self.ttl: i64 = 0
        self.protocol: i64 = 0
        self.data: bytes = b""
        self.start: i64 = 0
        """What the current decoder has still to read: data[start:end]."""
        self.end: i64 = 0
        self.ports: i64 = 0
        """Offset of the two ports in `data`."""
        self.source_port: i64 = 0
        self.target_port: i64 = 0
        self.sequence: i64 = 0
        self.acknowledged: i64 = 0
        self.source_hash: i64 = 0
        """Keyed fingerprints of the addresses, filled by the engine."""
        self.target_hash: i64 = 0
        self.flags: i64 = 0

    def begin(self, frame: bytes, start: i64, end: i64) -> None:
        """Forget the packet before; the new one's frame is frame[start:end]."""
        self.frame = frame
        self.net = frame
        self.data = frame
        self.start = start
        self.end = end
        self.source_mac = -1
        self.target_mac = -1
        self.vlan_count = 0
        self.layers = 0
        if len(self.tunnels) != 0:
            self.tunnels = []
        self.ethertype = 0
        self.protocol = 0
        self.cut = False
        self.missing = 0

    def source_address(self) -> bytes:
        """Give the source address, packed."""
        return self.net[self.source : self.source + self.address_length]

    def target_address(self) -> bytes:
        """Give the destination address, packed."""
        return self.net[self.target : self.target + self.address_length]

    def mac(self, offset: i64) -> bytes:
        """Give the MAC at `offset` of the frame, empty for -1."""
        if offset < 0:
            return b""
        return self.frame[offset : offset + 6]

    def vlan_tuple(self) -> tuple[int, ...]:
        """Give the VLAN ids, outermost first."""
        found: list[int] = []
        i: i64 = 0
        while i < self.vlan_count:
            found.append(self.vlans[i])
            i += 1
        return tuple(found)

    def key(self) -> bytes:
        """Give this direction of this flow as octets: addresses, ports, protocol."""
        addresses = self.net[self.source : self.source + 2 * self.address_length]
        ports = self.data[self.ports : self.ports + 4]
        return addresses + ports + (b"\x06" if self.protocol == TCP else b"\x11")
