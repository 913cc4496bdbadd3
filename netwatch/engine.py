"""Compiled. The packet's way on one screen: block -> frame -> packet -> conversation -> sighting.

`feed` never raises for any octets. Whatever it gives up on is counted under a closed `Anomaly`; a
bug of ours is counted as one, and `strict` (tests) lets it out instead.
"""

from collections.abc import Callable
from typing import Final

from mypy_extensions import i64

from netwatch.capture.records import Records
from netwatch.decode.ethertypes import IPV4, IPV6, LLC, local_only
from netwatch.decode.fragments import Fragments
from netwatch.decode.link import link
from netwatch.decode.network import FRAGMENT, Piece, extensions, ipv4, ipv6
from netwatch.decode.packet import ARP, ICMP, ICMPV6, TCP, UDP, Packet
from netwatch.decode.transport import tcp, udp
from netwatch.decode.tunnels import ESP, NO_NEXT, tunnel
from netwatch.decode.tunnels_udp import may_carry, tunnel_udp
from netwatch.decode.wireless import subframe
from netwatch.dissect.certificates import CertificateDissector
from netwatch.dissect.claims import LLDP, ClaimDissector, dhcp_version
from netwatch.dissect.clients import ClientWatch
from netwatch.dissect.dns import DnsDissector
from netwatch.dissect.dtls import DtlsDissector
from netwatch.dissect.flows import FlowWatch
from netwatch.dissect.hellos import HelloDissector
from netwatch.dissect.icmp import IcmpDissector
from netwatch.dissect.payloads import Payloads
from netwatch.dissect.sightings import Sightings
from netwatch.dissect.tcp import TcpDissector
from netwatch.dissect.udp import UdpDissector
from netwatch.extract.certificates import CertificateNames
from netwatch.extract.dhcp import DhcpClaim
from netwatch.limits import CLOCK_BACK_NS_MAX
from netwatch.match.matcher import Matcher
from netwatch.model import Anomaly, Answer
from netwatch.state.fingerprint import address_hash
from netwatch.state.tally import Tally

IGMP: Final = 2
LINK_TYPES_MAX: Final = 64
"""Kinds of link counted apart."""
INNER: Final = 3
"""The packet carries another one, at which `packet` stands now."""


class Neighbours:
    """What needs a library and stays interpreted: handed to the engine as callables."""

    def __init__(
        self,
        open_initial: Callable[[int, bytes, bytes, int], bytes | None],
        read_certificate: Callable[[bytes], CertificateNames | None],
        read_dhcp: Callable[[bytes, bytes], DhcpClaim | None],
        read_dhcp6: Callable[[bytes, bytes], DhcpClaim | None],
    ) -> None:
        self.open_initial = open_initial
        self.read_certificate = read_certificate
        self.read_dhcp = read_dhcp
        self.read_dhcp6 = read_dhcp6


class Engine:
    """One block in; sightings, claims and counters out. One engine a capture or worker.

    `names`: every name leaves, matched or not. `key`: a secret for the tables of a live sensor; a
    fixed one gives the same evictions on every replay. Memory is bounded whatever comes.
    """

    def __init__(
        self, matcher: Matcher, neighbours: Neighbours, names: bool, key: i64, strict: bool
    ) -> None:
        self.key: i64 = key
        self.strict: bool = strict
        self.packet: Packet = Packet()
        self.piece: Piece = Piece()
        self.fragments: Fragments = Fragments()
        self.tally: Tally = Tally()
        self.link_types: dict[bytes, int] = {}
        self.link_type: i64 = -1
        self.link_frames: i64 = 0
        self.sightings: Sightings = Sightings(matcher, names)
        self.clients: ClientWatch = ClientWatch(key)
        self.claims: ClaimDissector = ClaimDissector(
            self.clients, self.tally, neighbours.read_dhcp, neighbours.read_dhcp6
        )
        self.dns: DnsDissector = DnsDissector(
            key, self.sightings, self.clients, self.claims, self.tally
        )
        self.watch: FlowWatch = FlowWatch(self.sightings, self.clients, self.dns, self.tally)
        self.icmp: IcmpDissector = IcmpDissector(self.watch, key)
        hellos = HelloDissector(self.watch)
        certificates = CertificateDissector(self.watch, neighbours.read_certificate)
        payloads = Payloads(self.watch, self.dns, hellos, certificates)
        self.tcp: TcpDissector = TcpDissector(self.watch, hellos, payloads)
        dtls = DtlsDissector(self.watch, hellos, certificates)
        self.udp: UdpDissector = UdpDissector(
            self.watch, self.dns, hellos, dtls, self.claims, neighbours.open_initial
        )

    def feed(self, block: bytes, records: Records) -> None:
        """Take every whole record of `block`; `records` stands at the first one."""
        while records.next(block) == Answer.DONE:
            try:
                self.frame(block, records)
            except Exception:
                if self.strict:
                    raise
                self.tally.anomaly(Anomaly.BUG)

    def frame(self, block: bytes, records: Records) -> None:
        """Take one frame: count it, decode it down to its packet, hand that on."""
        packet = self.packet
        tally = self.tally
        packet.begin(block, records.start, records.end)
        packet.time_ns = records.time_ns
        packet.number = records.frame
        if tally.packets == 0 or records.time_ns < tally.first_ns:
            tally.first_ns = records.time_ns
        if records.time_ns > tally.last_ns:
            tally.last_ns = records.time_ns
        elif tally.last_ns - records.time_ns > CLOCK_BACK_NS_MAX:
            tally.anomaly(Anomaly.CLOCK)
        tally.packets += 1
        tally.octets += records.wire_bytes
        if records.wire_bytes > records.end - records.start:
            tally.truncated += 1
            packet.unseen = records.wire_bytes - (records.end - records.start)
        if records.link_type != self.link_type:
            self.other_link(records.link_type)
        self.link_frames += 1
        if records.vlan_tci >= 0:
            packet.tag(records.vlan_tci)
        answer = link(packet, records.link_type)
        if answer == Answer.DONE:
            answer = self.network()
        if answer < 0:
            tally.anomaly(answer)
        while packet.bundle_start < packet.bundle_end:
            answer = subframe(packet)
            if packet.tunnel_count > 0:
                tally.tunnelled += 1
            if answer == Answer.DONE:
                answer = self.network()
            if answer < 0:
                tally.anomaly(answer)
        if len(self.fragments.given_up) > 0:
            self.first_pieces()

    def other_link(self, link_type: i64) -> None:
        """The link type changed: book the frames of the one before."""
        if self.link_frames > 0:
            key = int(self.link_type).to_bytes(4, "big")
            if key in self.link_types or len(self.link_types) < LINK_TYPES_MAX:
                self.link_types[key] = self.link_types.get(key, 0) + self.link_frames
        self.link_type = link_type
        self.link_frames = 0

    def network(self) -> i64:
        """Decode what the link brought down to the innermost packet, and hand that on.

        DONE or -Anomaly.
        """
        packet = self.packet
        while True:
            ethertype = packet.ethertype
            if ethertype == IPV4:
                answer = ipv4(packet, self.piece)
            elif ethertype == IPV6:
                answer = ipv6(packet, self.piece)
            elif ethertype == ARP:
                self.claims.arp(packet)
                return Answer.DONE
            elif ethertype == LLC or ethertype == LLDP:
                self.claims.beside(packet)
                return Answer.DONE
            else:
                return Answer.DONE if local_only(ethertype) else -Anomaly.ETHERTYPE_UNKNOWN
            if answer == FRAGMENT and (self.piece.offset > 0 or not packet.cut):
                # A first piece that the capture cut is read as it is: it can never be whole.
                answer = self.put_together()
                if answer == Answer.NEED_MORE:
                    return Answer.DONE
            if answer < 0:
                return answer
            if packet.tunnel_count == 0:
                self.tally.ip += 1
            answer = self.transport()
            if answer != INNER:
                return answer

    def put_together(self) -> i64:
        """Take a fragment: DONE when its datagram is whole, NEED_MORE, or -Anomaly."""
        packet = self.packet
        answer = self.fragments.add(packet, self.piece)
        if answer == Answer.NEED_MORE and packet.tunnel_count == 0:
            self.tally.ip += 1
        if answer == Answer.DONE:
            answer = extensions(packet, self.piece)
            if answer == FRAGMENT:
                return -Anomaly.FRAGMENT_DROPPED  # pieces of pieces
        return answer

    def first_pieces(self) -> None:
        """Read the first pieces of datagrams that will never be whole, like packets cut there."""
        current = self.packet
        fragments = self.fragments
        while len(fragments.given_up) > 0:  # a tunnel in one may hold a piece of another
            given_up = fragments.given_up
            fragments.given_up = []
            for first in given_up:
                self.packet = first
                answer = extensions(first, self.piece)
                if answer == Answer.DONE:
                    answer = self.transport()
                if answer == INNER:
                    answer = self.network()
                if answer < 0:
                    self.tally.anomaly(answer)
        self.packet = current

    def transport(self) -> i64:
        """Hand the packet to its conversation: DONE, INNER if it carries another, or -Anomaly."""
        packet = self.packet
        protocol = packet.protocol
        if protocol == TCP:
            answer = tcp(packet)
        elif protocol == UDP:
            answer = udp(packet)
            if answer > 0 and may_carry(packet):
                carried = tunnel_udp(packet)
                if carried != Answer.NEED_MORE:
                    return self.carried(carried)
        else:
            return self.other(protocol)
        if answer < 0:
            return answer
        self.hash_addresses()
        if protocol == TCP:
            self.tally.tcp += 1
            self.tcp.segment(packet)
            return Answer.DONE
        self.tally.udp += 1
        version = dhcp_version(packet)
        if version != 0:
            self.claims.dhcp(packet, version)
            return Answer.DONE
        self.udp.datagram(packet)
        return Answer.DONE

    def hash_addresses(self) -> None:
        """Compute what the tables know the packet's two addresses by."""
        packet = self.packet
        net = packet.net
        length = packet.address_length
        packet.source_hash = address_hash(self.key, net, packet.source, length)
        packet.target_hash = address_hash(self.key, net, packet.target, length)

    def other(self, protocol: i64) -> i64:
        """Neither TCP nor UDP: a neighbour's claim, a tunnel, or nothing that is read."""
        packet = self.packet
        self.hash_addresses()
        self.clients.sender(packet)
        if protocol == ICMPV6:
            self.claims.neighbour(packet)
        if protocol == ICMPV6 or protocol == ICMP:
            self.icmp.error(packet)
            return Answer.DONE
        answer = tunnel(packet)
        if answer != Answer.NEED_MORE:
            if protocol == ESP and answer == -Anomaly.ENCRYPTED:
                self.clients.tunnel(packet)
            return self.carried(answer)
        return Answer.DONE if protocol in (IGMP, NO_NEXT) else -Anomaly.TRANSPORT_UNKNOWN

    def carried(self, answer: i64) -> i64:
        """A tunnel was opened, or could not be: INNER or -Anomaly."""
        if answer < 0:
            return answer
        packet = self.packet
        packet.cut = False  # the inner header will tell
        packet.missing = 0
        if packet.tunnel_count == 1 and packet.ethertype != LLC:
            self.tally.tunnelled += 1
        return INNER

    def finish(self) -> None:
        """The capture ends: read what never became whole, book what is still open."""
        while len(self.fragments.datagrams) > 0:  # each time a tunnel deeper
            self.fragments.finish()
            self.first_pieces()
        dropped = self.tally.anomalies[Anomaly.FRAGMENT_DROPPED] + self.fragments.dropped
        self.tally.anomalies[Anomaly.FRAGMENT_DROPPED] = dropped
        self.tcp.finish()
        self.udp.finish()
        self.other_link(-1)
