"""Any packet opens into packets inside its bounds, into nothing, or an anomaly, in few steps.

The first octet says nothing but whether the capture cut the packet. Whoever is inside keeps the
ends of every tunnel, and what lies behind the packet makes no difference.
"""

from typing import Final

from invariants import alike, is_answer

from netwatch.decode.ethertypes import IPV4, IPV6
from netwatch.decode.network import FRAGMENT, Piece, ipv4, ipv6
from netwatch.decode.packet import UDP, Packet
from netwatch.decode.transport import udp
from netwatch.decode.tunnels import tunnel
from netwatch.decode.tunnels_udp import may_carry, tunnel_udp
from netwatch.limits import LAYERS_MAX, VLANS_MAX
from netwatch.model import Answer

RUNS: Final = 8_000
DEPTHS: Final = ("ip", "udp", "twice", "network", "frame", "encrypted", "deep")
reached: set[str] = set()

Facts = tuple[object, ...]


def target(octets: bytes) -> None:
    """Open one packet as far as it goes."""
    if not octets:
        return
    alike(octets[1:], lambda data, start, end: walked(data, start, end, bool(octets[0] & 1)))


def walked(data: bytes, start: int, end: int, cut: bool) -> Facts:
    """What is met on the way inwards, offsets told from `start` on."""
    packet = Packet()
    packet.begin(data, start, end)
    packet.cut = cut
    packet.ethertype = IPV6 if start < end and data[start] >> 4 == 6 else IPV4
    facts: list[object] = []
    for depth in range(LAYERS_MAX + 2):
        assert depth <= LAYERS_MAX, "no end"
        answer = step(packet)
        assert is_answer(answer), answer
        facts.append((answer, packet.tunnel_tuple(), packet.vlan_tuple()))
        assert packet.layers <= LAYERS_MAX + 1 and packet.tunnel_count <= LAYERS_MAX
        if answer != Answer.DONE:
            break
        assert start <= packet.start <= packet.end <= end
        facts.append((packet.start - start, packet.end - start, packet.ethertype))
        judge(packet, depth)
        if packet.ethertype not in (IPV4, IPV6):
            break
    if facts and facts[-1] == (-40, (), ()):
        reached.add("encrypted")
    return tuple(facts)


def judge(packet: Packet, depth: int) -> None:
    """Hold the packet at which the tunnel was opened against what may be."""
    assert packet.tunnel_count == depth + 1 and packet.vlan_count <= VLANS_MAX
    assert all(len(ends) in (8, 32) for ends in packet.tunnel_tuple())
    assert all(0 <= number < 1 << 24 for number in packet.vlan_tuple())
    assert (packet.source_mac < 0) == (packet.target_mac < 0)
    assert len(packet.mac(packet.source_mac)) in (0, 6)
    reached.add("udp" if packet.protocol == UDP else "ip")
    if depth == 1:
        reached.add("twice")
    if depth == LAYERS_MAX - 1:
        reached.add("deep")
    if packet.source_mac >= 0:
        reached.add("frame")
    if packet.vlan_count and packet.vlans[0] > 4095:
        reached.add("network")


def step(packet: Packet) -> int:
    """Read the IP packet and open it: as the engine does, pieces left alone."""
    read = ipv6 if packet.ethertype == IPV6 else ipv4
    answer = read(packet, Piece())
    if answer != Answer.DONE:
        return answer if answer != FRAGMENT else Answer.NEED_MORE
    if packet.protocol != UDP:
        return tunnel(packet)
    answer = udp(packet)
    if answer != Answer.DONE:
        return answer
    before = (packet.start, packet.end, packet.layers, packet.tunnel_count, packet.vlan_tuple())
    answer = tunnel_udp(packet) if may_carry(packet) else Answer.NEED_MORE
    after = (packet.start, packet.end, packet.layers, packet.tunnel_count, packet.vlan_tuple())
    assert answer != Answer.NEED_MORE or before == after, "an ordinary datagram was changed"
    return answer
