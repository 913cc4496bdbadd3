"""Compiled. The one packet that is being looked at: reused, filled by the decoders in turn.

Offsets are into three buffers that are usually the same block: `frame` (the link header and MACs),
`net` (the innermost IP header and its addresses) and `data` (transport and payload). They differ
after fragments were put together.
"""

from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

from netwatch.limits import LAYERS_MAX, VLANS_MAX

ICMP: Final = 1
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
        """Every shim and tunnel so far."""
        self.tunnel_count: i64 = 0
        self.tunnel_nets: list[bytes] = [b""] * LAYERS_MAX
        """Of each tunnel, outermost first: the buffer with its ends' addresses, where the source
        stands in it (the destination follows), and how many octets both have.
        """
        self.tunnel_starts: vec[i64] = vec[i64]([i64(0)] * LAYERS_MAX)
        self.tunnel_lengths: vec[i64] = vec[i64]([i64(0)] * LAYERS_MAX)
        self.ethertype: i64 = 0
        self.unseen: i64 = 0
        """How many octets of the frame the capture cut off."""
        self.bundle: bytes = b""
        """Where further packets of this frame lie: bundle[bundle_start:bundle_end] (A-MSDU)."""
        self.bundle_start: i64 = 0
        self.bundle_end: i64 = 0
        self.bundle_layers: i64 = 0
        self.bundle_tunnels: i64 = 0
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
        self.tunnel_count = 0
        self.ethertype = 0
        self.protocol = 0
        self.cut = False
        self.missing = 0
        self.unseen = 0
        self.bundle_end = 0

    def open_bundle(self) -> None:
        """What is left, data[start:end], holds several packets; `take` gives them in turn."""
        self.bundle = self.data
        self.bundle_start = self.start
        self.bundle_end = self.end
        self.bundle_layers = self.layers
        self.bundle_tunnels = self.tunnel_count

    def take(self, count: i64) -> None:
        """Go to the next `count` octets of the bundle, forgetting the packet before."""
        self.net = self.bundle
        self.data = self.bundle
        self.start = self.bundle_start
        self.end = self.bundle_start + count
        self.bundle_start = self.end
        self.layers = self.bundle_layers
        self.tunnel_count = self.bundle_tunnels
        self.ethertype = 0
        self.protocol = 0
        self.cut = False
        self.missing = 0
        self.enter_frame()

    def enter_frame(self) -> None:
        """An Ethernet frame inside something else begins: its MACs and VLANs are the client's.

        What carried it keeps its own: they belong to the tunnel.
        """
        self.frame = self.data
        self.source_mac = -1
        self.target_mac = -1
        self.vlan_count = 0

    def enter_tunnel(self) -> bool:
        """The packet that was read last carries another one: keep its ends, forget the rest.

        MACs and VLANs are those of the way between the ends and tell nobody inside apart. False:
        there are too many layers.
        """
        self.layers += 1
        if self.layers > LAYERS_MAX:
            return False
        count = self.tunnel_count
        self.tunnel_nets[count] = self.net
        self.tunnel_starts[count] = self.source
        self.tunnel_lengths[count] = self.address_length * 2
        self.tunnel_count = count + 1
        self.enter_frame()
        return True

    def put_in_front(self, network: i64) -> None:
        """Keep the tenants of a tunnel apart: its network identifier is their outermost VLAN.

        0 is none. The innermost VLAN is forgotten where VLANS_MAX are there.
        """
        if network == 0:
            return
        if self.vlan_count < VLANS_MAX:
            self.vlan_count += 1
        i = self.vlan_count - 1
        while i > 0:
            self.vlans[i] = self.vlans[i - 1]
            i -= 1
        self.vlans[0] = network

    def tag(self, tci: i64) -> None:
        """Take the VLAN id of the next tag inwards; those beyond VLANS_MAX are not kept."""
        if self.vlan_count < VLANS_MAX:
            self.vlans[self.vlan_count] = tci & 0x0FFF
            self.vlan_count += 1

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

    def tunnel_tuple(self) -> tuple[bytes, ...]:
        """Give source and destination of each tunnel, packed together, outermost first."""
        found: list[bytes] = []
        i: i64 = 0
        while i < self.tunnel_count:
            start = self.tunnel_starts[i]
            found.append(self.tunnel_nets[i][start : start + self.tunnel_lengths[i]])
            i += 1
        return tuple(found)

    def key(self) -> bytes:
        """Give this direction of this flow as octets: addresses, ports, protocol."""
        addresses = self.net[self.source : self.source + 2 * self.address_length]
        ports = self.data[self.ports : self.ports + 4]
        return addresses + ports + (b"\x06" if self.protocol == TCP else b"\x11")
