"""Opens a tunnel as the engine does, for the tests of decode/: one packet, one step inwards."""

from netwatch.decode.ethertypes import IPV4, IPV6
from netwatch.decode.network import FRAGMENT, Piece, ipv4, ipv6
from netwatch.decode.packet import UDP, Packet
from netwatch.decode.transport import udp
from netwatch.decode.tunnels import tunnel
from netwatch.decode.tunnels_udp import may_carry, tunnel_udp
from netwatch.model import Answer
from netwatch.selftest import frames
from netwatch.selftest.carriers import Ends, Inner

ENDS = Ends()
ENDS6 = Ends("2001:db8::1", "2001:db8::2")
MACS = ("02:00:00:00:00:11", "02:00:00:00:00:22")
QUESTION = frames.udp("10.9.0.5", "10.9.0.53", (40_000, 53), b"a payload of some octets")
QUESTION6 = frames.udp("fd00::5", "fd00::35", (40_000, 53), b"a payload of some octets")
PACKETS = {4: QUESTION, 6: QUESTION6}


def inner(
    packet: bytes = QUESTION, *, ends: Ends = ENDS, network: int = 0, vlans: tuple[int, ...] = ()
) -> Inner:
    """A packet, its frame, and where both go."""
    return Inner(ends, packet, frames.on_link(packet, 1, *MACS, vlans), network)


def read_ip(packet: Packet) -> int:
    """Read the IP header at packet.start."""
    version = packet.data[packet.start] >> 4 if packet.start < packet.end else 0
    return (ipv6 if version == 6 else ipv4)(packet, Piece())


def begun(octets: bytes, before: bytes = b"", behind: bytes = b"") -> Packet:
    """The packet in a block, with a MAC and a VLAN of the way, which must not matter inside."""
    packet = Packet()
    packet.begin(before + octets + behind, len(before), len(before + octets))
    packet.source_mac, packet.target_mac = 0, 0
    packet.tag(4000)
    return packet


def step(packet: Packet) -> int:
    """Read an IP packet, and open it if it carries something: as `tunnel`; FRAGMENT is given up."""
    answer = read_ip(packet)
    if answer != Answer.DONE:
        return answer if answer != FRAGMENT else Answer.NEED_MORE
    if packet.protocol != UDP:
        return tunnel(packet)
    answer = udp(packet)
    if answer != Answer.DONE:
        return answer
    return tunnel_udp(packet) if may_carry(packet) else Answer.NEED_MORE


def opened(octets: bytes, before: bytes = b"before", behind: bytes = b"behind") -> Packet:
    """Where the packet stands inside of the tunnel; it must be opened."""
    packet = begun(octets, before, behind)
    answer = step(packet)
    assert answer == Answer.DONE, answer
    return packet


def refused(octets: bytes) -> int:
    """The number of the anomaly, or 0 for what is no tunnel and is left as it is."""
    packet = begun(octets)
    answer = step(packet)
    assert answer <= 0, "opened"
    return -answer


def what_is_inside(packet: Packet) -> bytes:
    """The octets at which the packet stands now."""
    assert packet.ethertype in (IPV4, IPV6)
    return packet.data[packet.start : packet.end]
