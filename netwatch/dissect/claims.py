"""Compiled. Who says that an address or a name is theirs, and what they say that they are.

ARP, IPv6 neighbour discovery and DHCP tell addresses; multicast DNS, LLMNR, NetBIOS, SSDP, LLDP and
CDP tell names. A name is believed only of the sender's own address: others' may be said by anybody.

Only what changes something leaves the engine: the same binding said again is not said twice.
"""

from collections.abc import Callable
from typing import Final

from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.dissect.clients import ClientWatch, mac_number
from netwatch.extract.cdp import cdp_follows, read_cdp
from netwatch.extract.claims import AddressClaim
from netwatch.extract.device_claim import DeviceClaim
from netwatch.extract.dhcp import DhcpClaim
from netwatch.extract.dns import TYPE_A, TYPE_AAAA, DnsMessage
from netwatch.extract.lldp import read_lldp
from netwatch.extract.netbios import NetbiosMessage
from netwatch.extract.ssdp import read_ssdp
from netwatch.limits import CLAIMS_BYTES_MAX, CLAIMS_KEPT_MAX
from netwatch.model import Anomaly, Answer, Claim
from netwatch.names import plain
from netwatch.state.fingerprint import M62, SEED, mix_octets
from netwatch.state.tally import Tally

ARP_SALT: Final = 1
DHCP_SALT: Final = 2
TOLD_SALT: Final = 3
DOT: Final = b"."
NETBIOS_NAMES: Final = 137
NETBIOS_DATAGRAMS: Final = 138
SSDP_PORT: Final = 1900
LLDP: Final = 0x88CC
DHCP_BYTES_MIN: Final = 240
"""The fixed part and the cookie (RFC 2131 section 2); shorter ones are BOOTP of old, or cut."""
DHCP6_BYTES_MIN: Final = 4
HOP_LIMIT_MAX: Final = 255

ReadDhcp = Callable[[bytes, bytes], DhcpClaim | None]


class ClaimDissector:
    """Collects the claims of the engine until they are taken."""

    def __init__(
        self, clients: ClientWatch, tally: Tally, read_dhcp: ReadDhcp, read_dhcp6: ReadDhcp
    ) -> None:
        self.clients: ClientWatch = clients
        self.tally: Tally = tally
        self.read_dhcp: ReadDhcp = read_dhcp
        self.read_dhcp6: ReadDhcp = read_dhcp6
        self.claim: AddressClaim = AddressClaim()
        self.device: DeviceClaim = DeviceClaim()
        self.names: NetbiosMessage = NetbiosMessage()
        self.found: list[Claim] = []
        self.kept: i64 = 0
        self.kept_bytes: i64 = 0
        """Octets of what DHCP messages said; the few of addresses and MACs do not matter."""

    def arp(self, packet: Packet) -> None:
        """Read an ARP packet."""
        answer = self.claim.arp(packet.data, packet.start, packet.end)
        if answer == Answer.DONE:
            self.bound(packet, "arp")
        elif answer < 0:
            self.tally.anomaly(answer)

    def neighbour(self, packet: Packet) -> None:
        """Read an ICMPv6 message if it is one of neighbour discovery (types 133 to 136)."""
        data = packet.data
        if packet.end - packet.start < 8 or not 133 <= i64(data[packet.start]) <= 136:
            return
        if packet.address_length != 16:
            return  # the number of ICMPv6 in an IPv4 header: its addresses are no IPv6 ones
        if packet.tunnel_count > 0 and packet.source_mac < 0:
            return  # a tunnel without link: nobody in it has a MAC
        if packet.net is not data:
            return  # in pieces: no honest neighbour does that (RFC 6980)
        if packet.ttl != HOP_LIMIT_MAX:
            self.tally.anomaly(Anomaly.ND)  # from beyond the link (RFC 4861 sections 6.1, 7.1)
            return
        answer = self.claim.neighbour(data, packet.start, packet.end, packet.source)
        if answer == Answer.DONE:
            self.bound(packet, "nd")
        elif answer < 0:
            self.tally.anomaly(answer)

    def bound(self, packet: Packet, kind: str) -> None:
        """An address and a MAC belong together: pass it on if that is new."""
        claim = self.claim
        data = packet.data
        start = claim.mac_start
        if claim.mac_length != 6:
            start = packet.source_mac
            if start < 0:
                return
        mac = mac_number(data, start)
        address = claim.address_start
        length = claim.address_length
        if self.clients.bind(packet, data, address, length, mac, ARP_SALT):
            made = self.add(packet, kind)
            if made is not None:
                made.address = data[address : address + length]
                made.mac = data[start : start + 6]

    def dhcp(self, packet: Packet, version: i64) -> None:
        """Read a DHCP message (version 4 or 6) through the interpreted neighbour."""
        payload = packet.data[packet.start : packet.end]
        mac = packet.mac(packet.source_mac)
        read = self.read_dhcp if version == 4 else self.read_dhcp6
        found = read(payload, mac)
        if found is None:
            if len(payload) < (DHCP_BYTES_MIN if version == 4 else DHCP6_BYTES_MIN):
                self.tally.anomaly(Anomaly.DHCP)
            return
        said = found.kind.encode() + found.address + found.hostname + found.client_id
        said += found.fqdn + found.vendor_class + found.server
        hashed = mix_octets(SEED, said, 0, len(said)) & M62
        whose = mac_number(found.mac, 0) if len(found.mac) == 6 else 0
        key = int(whose).to_bytes(8, "big") + found.kind[5:7].encode() + bytes(6)
        if not self.clients.bind(packet, key, 0, 16, hashed, DHCP_SALT):
            return
        if self.kept_bytes >= CLAIMS_BYTES_MAX:
            self.tally.anomaly(Anomaly.TABLE_FULL)
            return
        made = self.add(packet, found.kind)
        if made is not None:
            self.kept_bytes += len(said) + len(found.parameters)
            made.address = found.address
            made.mac = found.mac
            made.hostname = plain(found.fqdn) if len(found.fqdn) > 0 else found.hostname
            made.client_id = found.client_id
            made.vendor_class = found.vendor_class
            made.parameters = found.parameters
            made.server = found.server
            made.lease_seconds = found.lease_seconds

    def announced(self, packet: Packet, kind: str, message: DnsMessage) -> None:
        """Take the current A or AAAA record of a multicast answer if it is of the sender itself."""
        length = message.record_end - message.record_start
        if message.record_type not in (TYPE_A, TYPE_AAAA) or length != packet.address_length:
            return
        i: i64 = 0
        while i < length:
            if message.data[message.record_start + i] != packet.net[packet.source + i]:
                return
            i += 1
        device = self.device
        device.clear()
        wire = message.owner.wire()
        if DOT in wire:
            return  # inside a label: as text it would look like another name
        device.hostname = plain(wire)
        device.address = packet.source_address()
        self.told(packet, kind, device)

    def netbios(self, packet: Packet) -> bool:
        """Read a NetBIOS message; True if somebody asks for the name in `names`."""
        names = self.names
        if packet.source_port == NETBIOS_DATAGRAMS or packet.target_port == NETBIOS_DATAGRAMS:
            kind = "browser"
            answer = names.read_datagram(packet.data, packet.start, packet.end)
        else:
            kind = "nbns"
            answer = names.read(packet.data, packet.start, packet.end)
        self.clients.source(packet)
        if answer < 0:
            self.tally.anomaly(answer)
        if answer != Answer.DONE or names.question:
            return answer == Answer.DONE
        claim = names.claim
        own = packet.source_address()
        if len(claim.address) == 0:
            claim.address = own  # node status
        if claim.address == own:
            self.told(packet, kind, claim)
        return False

    def ssdp(self, packet: Packet) -> None:
        """Read an SSDP message."""
        self.clients.source(packet)
        answer = read_ssdp(
            packet.data,
            packet.start,
            packet.end,
            packet.source,
            packet.address_length,
            packet.net,
            self.device,
        )
        if answer == Answer.DONE:
            self.told(packet, "ssdp", self.device)
        elif answer < 0:
            self.tally.anomaly(answer)

    def beside(self, packet: Packet) -> None:
        """Read an LLDP or CDP frame, which never leaves its link; others of LLC are passed over."""
        data = packet.data
        if packet.ethertype == LLDP:
            kind = "lldp"
            answer = read_lldp(data, packet.start, packet.end, self.device)
        elif cdp_follows(data, packet.start):
            kind = "cdp"
            answer = read_cdp(data, packet.start, packet.end, self.device)
        else:
            return
        if answer < 0:
            self.tally.anomaly(answer)
        if answer != Answer.DONE:
            return
        if len(self.device.mac) == 0 and packet.source_mac >= 0:
            self.device.mac = packet.mac(packet.source_mac)
        self.told(packet, kind, self.device)

    def told(self, packet: Packet, kind: str, device: DeviceClaim) -> None:
        """A device says something of itself: pass it on unless it was said before."""
        if len(device.mac) == 0 and packet.source_mac >= 0:
            device.mac = packet.mac(packet.source_mac)
        said = kind.encode() + device.said()
        one = mix_octets(SEED, said, 0, len(said)) & M62
        other = mix_octets(one, said, 0, len(said)) & M62
        key = int(one).to_bytes(8, "big") + int(other).to_bytes(8, "big")
        # Some say this and that by turns, and none of it is new: so the claim itself is the place.
        if not self.clients.bind(packet, key, 0, 16, 0, TOLD_SALT):
            return
        if self.kept_bytes >= CLAIMS_BYTES_MAX:
            self.tally.anomaly(Anomaly.TABLE_FULL)
            return
        made = self.add(packet, kind)
        if made is not None:
            self.kept_bytes += len(said)
            made.address = device.address
            made.mac = device.mac
            made.hostname = device.hostname
            made.description = device.description
            made.location = device.location
            made.port = device.port
            made.device_kind = device.device_kind

    def add(self, packet: Packet, kind: str) -> Claim | None:
        """Begin a claim; None when there are too many."""
        if self.kept >= CLAIMS_KEPT_MAX:
            self.tally.anomaly(Anomaly.TABLE_FULL)
            return None
        self.kept += 1
        made = Claim(time_ns=packet.time_ns, frame=packet.number, kind=kind)
        if packet.vlan_count > 0:
            made.vlans = packet.vlan_tuple()
        self.found.append(made)
        return made


def dhcp_version(packet: Packet) -> i64:
    """Tell DHCP by its ports: 4 (67, 68), 6 (546, 547) or 0."""
    port = packet.target_port
    if port in (67, 68):
        return 4 if packet.source_port in (67, 68) else 0
    if port in (546, 547):
        return 6
    return 0


def is_netbios_port(port: i64) -> bool:
    """Tell whether the name service or the datagrams of NetBIOS live there."""
    return port == NETBIOS_NAMES or port == NETBIOS_DATAGRAMS
