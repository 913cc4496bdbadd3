"""Any frame of any link gives addresses, ports and a payload inside its bounds, or an anomaly.

The first octet chooses the link type. What lies behind the frame makes no difference.
"""

from typing import Final

from invariants import alike, is_answer

from netwatch.decode.ethertypes import IPV4, IPV6
from netwatch.decode.link import LINK_TYPES, link
from netwatch.decode.network import FRAGMENT, Piece, extensions, ipv4, ipv6
from netwatch.decode.packet import TCP, UDP, Packet
from netwatch.decode.transport import tcp, udp
from netwatch.decode.wireless import subframe
from netwatch.limits import LAYERS_MAX, VLANS_MAX
from netwatch.model import Answer

RUNS: Final = 16_000
DEPTHS: Final = ("v4 tcp", "v4 udp", "v6 tcp", "v6 udp", "fragment", "vlans", "bundle", "layers")
reached: set[str] = set()
LINKS: Final = (*LINK_TYPES, 147)

Facts = tuple[object, ...]


def target(octets: bytes) -> None:
    """Decode one frame."""
    if not octets:
        return
    link_type = LINKS[octets[0] % len(LINKS)]
    alike(octets[1:], lambda data, start, end: decoded(data, start, end, link_type))


def decoded(data: bytes, start: int, end: int, link_type: int) -> Facts:
    """What the decoders say of data[start:end], offsets told from `start` on."""
    packet = Packet()
    packet.begin(data, start, end)
    facts = networked(packet, link(packet, link_type), start, end)
    while packet.bundle_start < packet.bundle_end:
        reached.add("bundle")
        position = packet.bundle_start
        facts += networked(packet, subframe(packet), start, end)
        assert position < packet.bundle_start <= packet.bundle_end <= end
    return facts


def networked(packet: Packet, answer: int, start: int, end: int) -> Facts:
    """What the link left: a packet, or why there is none."""
    piece = Piece()
    assert is_answer(answer), answer
    if answer == Answer.DONE:
        assert start <= packet.start <= packet.end <= end
        assert packet.layers <= LAYERS_MAX
        if packet.layers > packet.vlan_count:
            reached.add("layers")
        if packet.ethertype == IPV4:
            answer = ipv4(packet, piece)
        elif packet.ethertype == IPV6:
            answer = ipv6(packet, piece)
        else:
            return (packet.ethertype, packet.start - start)
    if answer not in (Answer.DONE, FRAGMENT):
        assert is_answer(answer), answer
        assert answer != Answer.NEED_MORE
        return (answer,)
    assert start <= packet.start <= packet.end <= end
    assert packet.address_length in (4, 16)
    assert start <= packet.source and packet.target == packet.source + packet.address_length
    assert packet.target + packet.address_length <= packet.start
    assert packet.missing >= 0 and (packet.cut or packet.missing == 0)
    assert packet.vlan_count <= VLANS_MAX and packet.layers <= LAYERS_MAX
    # The outermost one may be the I-SID of a backbone.
    assert all(0 <= vlan < 4096 for vlan in packet.vlan_tuple()[1:])
    assert all(0 <= vlan < 1 << 24 for vlan in packet.vlan_tuple())
    if packet.vlan_count > 1:
        reached.add("vlans")
    facts = (
        packet.source_address(),
        packet.target_address(),
        packet.mac(packet.source_mac),
        packet.vlan_tuple(),
        packet.protocol,
        packet.cut,
        packet.missing,
    )
    if answer == FRAGMENT:
        reached.add("fragment")
        assert 0 <= piece.offset < 0x10000 and 0 <= piece.identifier <= 0xFFFFFFFF
        behind = extensions(packet, piece)
        assert behind in (Answer.DONE, FRAGMENT) or behind < 0
        return (*facts, piece.offset, piece.identifier, piece.more)
    return (*facts, *transported(packet, start, end))


def transported(packet: Packet, start: int, end: int) -> Facts:
    """The same of the transport."""
    if packet.protocol not in (TCP, UDP):
        return (packet.start - start, packet.end - start)
    answer = tcp(packet) if packet.protocol == TCP else udp(packet)
    if answer != Answer.DONE:
        assert answer < 0 and is_answer(answer), answer
        return (answer,)
    version = "v4" if packet.address_length == 4 else "v6"
    reached.add(f"{version} {'tcp' if packet.protocol == TCP else 'udp'}")
    assert start <= packet.start <= packet.end <= end
    assert 0 <= packet.source_port <= 0xFFFF and 0 <= packet.target_port <= 0xFFFF
    assert 0 <= packet.sequence <= 0xFFFFFFFF and 0 <= packet.acknowledged <= 0xFFFFFFFF
    assert len(packet.key()) == 2 * packet.address_length + 5
    return (packet.key(), packet.data[packet.start : packet.end], packet.cut)
