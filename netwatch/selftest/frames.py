"""Frames out of nothing, by scapy, whose one address this is: headers, lengths, checksums.

What comes by the thousand is in `packets`.

An address is text, a MAC too. A packet here is octets from its IP header on; `on_link` puts it into
a frame. Nothing is random, so the same calls give the same octets.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import ICMP, IP, UDP, fragment
from scapy.layers.inet6 import (
    ICMPv6ND_NA,
    ICMPv6NDOptDstLLAddr,
    IPv6,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    fragment6,
)
from scapy.layers.l2 import ARP, CookedLinux, CookedLinuxV2, Ether
from scapy.packet import Raw

from netwatch.selftest import packets

NULL: Final = 0
ETHERNET: Final = 1
RAW: Final = 101
LOOP: Final = 108
SLL: Final = 113
SLL2: Final = 276
"""LINKTYPE_ numbers of tcpdump.org."""

IPV4: Final = 0x0800
IPV6: Final = 0x86DD
BROADCAST: Final = "ff:ff:ff:ff:ff:ff"
BSD_FAMILY: Final = {IPV4: 2, IPV6: 24}
"""AF_INET and AF_INET6 as NetBSD and OpenBSD number them."""


def udp(
    source: str,
    target: str,
    ports: tuple[int, int],
    payload: bytes,
    *,
    ttl: int = 64,
    number: int = 1,
    options: bool = False,
) -> bytes:
    """A UDP packet; `ports` are (source, target), `number` is IPv4's identification.

    `options`: with a hop-by-hop header before it (IPv6 only).
    """
    if not (options and ":" in source):
        return packets.udp(source, target, ports, payload, ttl, number)
    header = IPv6(src=source, dst=target, hlim=ttl) / IPv6ExtHdrHopByHop()
    return bytes(header / UDP(sport=ports[0], dport=ports[1]) / Raw(payload))


def tcp(
    source: str,
    target: str,
    ports: tuple[int, int],
    flags: str,
    numbers: tuple[int, int],
    payload: bytes = b"",
    *,
    ttl: int = 64,
    number: int = 1,
) -> bytes:
    """A TCP segment; `flags` as scapy writes them ("S", "SA", "PA"), `numbers` are (seq, ack)."""
    return packets.tcp(source, target, ports, flags, numbers, payload, ttl, number)


def packed(ip: str) -> bytes:
    """The octets of an address."""
    return ip_address(ip).packed


def carrying(source: str, target: str, protocol: int, payload: bytes, *, number: int = 1) -> bytes:
    """A packet of any IP protocol, for instance a tunnel's."""
    if ":" in source:
        return bytes(IPv6(src=source, dst=target, nh=protocol) / Raw(payload))
    return bytes(IP(src=source, dst=target, proto=protocol, id=number & 0xFFFF) / Raw(payload))


def ping(source: str, target: str, ttl: int = 64) -> bytes:
    """An ICMP echo request over IPv4."""
    return bytes(IP(src=source, dst=target, ttl=ttl) / ICMP(id=7, seq=1) / Raw(bytes(32)))


def unreachable(source: str, target: str, packet: bytes) -> bytes:
    """An ICMP "port unreachable" about `packet`, over IPv4."""
    return bytes(IP(src=source, dst=target) / ICMP(type=3, code=3) / Raw(packet[:28]))


def one_hop_on(packet: bytes) -> bytes:
    """The packet behind a router: one hop less to live, and IPv4's checksum to match."""
    return packets.one_hop_on(packet)


def in_fragments(packet: bytes, payload_bytes: int, number: int = 1) -> list[bytes]:
    """The packet in fragments of at most `payload_bytes` (a multiple of 8) of IP payload."""
    if packet[0] >> 4 == 4:
        return [bytes(piece) for piece in fragment(IP(packet), payload_bytes)]
    whole = IPv6(packet)
    inner = whole.payload
    divisible = IPv6(src=whole.src, dst=whole.dst, hlim=whole.hlim) / IPv6ExtHdrFragment(id=number)
    # fragment6 counts the headers as well: 40 octets of IPv6 and 8 of the fragment header.
    return [bytes(piece) for piece in fragment6(divisible / inner, payload_bytes + 48)]


def on_link(
    packet: bytes, link: int, source_mac: str, target_mac: str, vlans: Sequence[int] = ()
) -> bytes:
    """The frame that carries `packet` on a link of this LINKTYPE_, VLAN tags outermost first."""
    ethertype = IPV6 if packet[0] >> 4 == 6 else IPV4
    if link == ETHERNET:
        return packets.ethernet(source_mac, target_mac, ethertype, packet, vlans)
    if link in (SLL, SLL2):
        cooked = {"lladdrtype": 1, "lladdrlen": 6, "src": _hardware(source_mac), "proto": ethertype}
        kind = CookedLinux if link == SLL else CookedLinuxV2
        return bytes(kind(**cooked)) + packet
    if link == RAW:
        return packet
    if link in (NULL, LOOP):
        return BSD_FAMILY[ethertype].to_bytes(4, "little" if link == NULL else "big") + packet
    raise ValueError(f"link type {link} found, one of those above expected")


def _hardware(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", "")) + bytes(2)


def arp(mac: str, ip: str, asked_for: str) -> bytes:
    """An Ethernet frame in which `ip` asks who has `asked_for`, and so claims its own address."""
    question = ARP(op="who-has", hwsrc=mac, psrc=ip, pdst=asked_for)
    return bytes(Ether(src=mac, dst=BROADCAST) / question)


def neighbour(mac: str, ip: str) -> bytes:
    """An Ethernet frame with an unsolicited neighbour advertisement (RFC 4861 section 7.2.6)."""
    return bytes(
        Ether(src=mac, dst="33:33:00:00:00:01")
        / IPv6(src=ip, dst="ff02::1", hlim=255)
        / ICMPv6ND_NA(tgt=ip, R=0, S=0, O=1)
        / ICMPv6NDOptDstLLAddr(lladdr=mac)
    )


def dhcp_request(mac: str, hostname: str, wanted: str) -> bytes:
    """An Ethernet frame in which a client asks for the address `wanted` (RFC 2131)."""
    options = [
        ("message-type", "request"),
        ("requested_addr", wanted),
        ("hostname", hostname.encode()),
        ("vendor_class_id", b"MSFT 5.0"),
        ("param_req_list", [1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252]),
        "end",
    ]
    return bytes(
        Ether(src=mac, dst=BROADCAST)
        / IP(src="0.0.0.0", dst="255.255.255.255")  # noqa: S104 - who has no address says this
        / UDP(sport=68, dport=67)
        / BOOTP(chaddr=_hardware(mac)[:6], xid=0x5EED)
        / DHCP(options=options)
    )


def dhcp_ack(server_mac: str, server: str, mac: str, ip: str) -> bytes:
    """An Ethernet frame in which a server gives `ip` to `mac` for a day."""
    options = [
        ("message-type", "ack"),
        ("server_id", server),
        ("lease_time", 86_400),
        ("subnet_mask", "255.255.255.0"),
        ("router", server),
        "end",
    ]
    return bytes(
        Ether(src=server_mac, dst=mac)
        / IP(src=server, dst=ip)
        / UDP(sport=67, dport=68)
        / BOOTP(op=2, yiaddr=ip, siaddr=server, chaddr=_hardware(mac)[:6], xid=0x5EED)
        / DHCP(options=options)
    )


def other_ethertype(source_mac: str, target_mac: str, ethertype: int, payload: bytes) -> bytes:
    """An Ethernet frame of something that is no IP."""
    return bytes(Ether(src=source_mac, dst=target_mac, type=ethertype)) + payload
