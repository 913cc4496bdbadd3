"""Tunnels around packets and frames, written by hand: one for each line of decode's table.

Each function gives the octets behind the outer IP or UDP header; `Ends` puts that header on. A
packet here is octets from its IP header on, a frame from its MACs on.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Final

import msgspec

from netwatch.selftest import frames
from netwatch.selftest.files import Frame

IPV4, IPV6, BRIDGED, MPLS = 0x0800, 0x86DD, 0x6558, 0x8847
PPP, WCCP, ERSPAN_2, ERSPAN_3, ARUBA = 0x880B, 0x883E, 0x88BE, 0x22EB, 0x8200
PORT: Final = 51_000
"""From which a tunnel's end sends, where its protocol leaves that open."""


class Ends(msgspec.Struct, frozen=True):
    """The ends of a tunnel."""

    source: str = "192.0.2.1"
    target: str = "192.0.2.2"

    def udp(self, port: int, payload: bytes, *, back: bool = False) -> bytes:
        """A datagram to this port, or `back` from it."""
        ports = (port, PORT) if back else (PORT, port)
        return frames.udp(self.source, self.target, ports, payload)

    def ip(self, protocol: int, payload: bytes) -> bytes:
        """A packet of this IP protocol."""
        return frames.carrying(self.source, self.target, protocol, payload)

    @property
    def packed(self) -> bytes:
        """Both addresses as a sighting keeps them."""
        return frames.packed(self.source) + frames.packed(self.target)


def ethertype(packet: bytes) -> int:
    """Of an IP packet."""
    return IPV6 if packet[0] >> 4 == 6 else IPV4


def numbers(*pairs: tuple[int, int]) -> bytes:
    """Numbers, each in so many octets."""
    return b"".join(number.to_bytes(size, "big") for number, size in pairs)


# --- over IP ---


def gre(
    protocol: int,
    inner: bytes,
    *,
    key: int = -1,
    sequence: int = -1,
    checksum: bool = False,
    routes: tuple[bytes, ...] | None = None,
) -> bytes:
    """GRE of version 0 with the fields that are given (RFC 2890, RFC 1701)."""
    flags = checksum << 15 | (routes is not None) << 14 | (key >= 0) << 13 | (sequence >= 0) << 12
    made = numbers((flags, 2), (protocol, 2))
    if checksum or routes is not None:
        made += numbers((0xBEEF, 2), (0, 2))
    if key >= 0:
        made += key.to_bytes(4, "big")
    if sequence >= 0:
        made += sequence.to_bytes(4, "big")
    for route in routes or ():
        made += numbers((0x0800, 2), (0, 1), (len(route), 1)) + route
    return made + (bytes(4) if routes is not None else b"") + inner


def pptp(frame: bytes, *, acknowledged: bool = False) -> bytes:
    """GRE of version 1 (RFC 2637); no frame: an acknowledgement only."""
    flags = 0x2001 | bool(frame) << 12 | acknowledged << 7
    made = numbers((flags, 2), (PPP, 2), (len(frame), 2), (7, 2))
    return made + (bytes(4) if frame else b"") + (bytes(4) if acknowledged else b"") + frame


def ppp(packet: bytes, *, framed: bool = True) -> bytes:
    """A PPP frame, with FF 03 or without."""
    protocol = b"\0\x57" if packet[0] >> 4 == 6 else b"\0\x21"
    return (b"\xff\x03" if framed else b"") + protocol + packet


def erspan_2(frame: bytes, vlan: int = 0) -> bytes:
    """Type II behind GRE with a sequence number."""
    return gre(ERSPAN_2, numbers((1 << 12 | vlan, 2), (100, 2), (5, 4)) + frame, sequence=1)


def erspan_3(
    inner: bytes, vlan: int = 0, *, kind: int = 0, platform: bool = False, version: int = 2
) -> bytes:
    """Type III; `kind` 0 is a frame, 2 an IP packet."""
    head = numbers((version << 12 | vlan, 2), (100, 2), (77, 4), (0, 2))
    head += numbers((kind << 10 | platform, 2)) + (bytes(8) if platform else b"")
    return gre(ERSPAN_3, head + inner, sequence=1)


def esp(packet: bytes, check: int = 12, padding: int = 2, following: int = -1) -> bytes:
    """ESP that encrypts nothing (RFC 2410), with a check value of so many octets."""
    if following < 0:
        following = 41 if packet[0] >> 4 == 6 else 4
    trailer = bytes(range(1, padding + 1)) + bytes((padding, following))
    return numbers((0xC0FFEE, 4), (1, 4)) + packet + trailer + b"\xa5" * check


def station(packet: bytes, source_mac: bytes, *, swapped: bool = False, flags: int = 1) -> bytes:
    """An 802.11 frame to the access point; `swapped`: with the control fields of Cisco's."""
    control = bytes((flags, 0x08)) if swapped else bytes((0x08, flags))
    sequence = b"\x76\x30" if swapped else b"\x30\x76"
    macs = b"\x02\0\0\0\0\xaa" + source_mac + b"\x02\0\0\0\0\xbb"
    llc = b"\xaa\xaa\x03\0\0\0" + ethertype(packet).to_bytes(2, "big")
    return control + bytes(2) + macs + sequence + llc + packet


# --- over UDP ---


def vxlan(frame: bytes, network: int = 0, *, group: int = -1) -> bytes:
    """VXLAN, with a group policy if one is given."""
    flags = 0x08 if group < 0 else 0x88
    return numbers((flags, 1), (0, 1), (max(group, 0), 2), (network << 8, 4)) + frame


def vxlan_gpe(following: int, inner: bytes, network: int = 0) -> bytes:
    """VXLAN-GPE; what follows: 1 IPv4, 2 IPv6, 3 Ethernet, 4 NSH, 5 MPLS."""
    return numbers((0x0C, 1), (0, 2), (following, 1), (network << 8, 4)) + inner


def nsh(following: int, inner: bytes) -> bytes:
    """A network service header with the metadata of type 1 (RFC 8300)."""
    return numbers((0x0FC6, 2), (1, 1), (following, 1), (42 << 8 | 255, 4)) + bytes(16) + inner


def geneve(protocol: int, inner: bytes, network: int = 0, *, options: bytes = b"") -> bytes:
    """Geneve with options that are whole."""
    return (
        numbers((len(options) // 4, 1), (0, 1), (protocol, 2), (network << 8, 4)) + options + inner
    )


def gtp(inner: bytes, *, session: bool = False, sequence: bool = False) -> bytes:
    """A G-PDU, with the container of a 5G session (TS 38.415) if asked for."""
    behind = b""
    if session or sequence:
        behind = numbers((9, 2), (0, 1), (0x85 if session else 0, 1))
        behind += numbers((1, 1), (0x1009, 2), (0, 1)) if session else b""
    flags = 0x30 | session << 2 | sequence << 1
    return numbers((flags, 1), (255, 1), (len(behind + inner), 2), (0xCAFE, 4)) + behind + inner


def teredo(packet: bytes, *, authenticated: bool = False, origin: bool = False) -> bytes:
    """Teredo with the headers that may stand first (RFC 4380 section 5.1.1)."""
    head = b"\0\1\2\3idval" + bytes(8) + b"\0" if authenticated else b""
    return head + (b"\0\0\x12\x34\x3f\xff\xff\xfd" if origin else b"") + packet


def l2tp(frame: bytes, *, length: bool = True, numbered: bool = False, offset: int = -1) -> bytes:
    """A data message of version 2."""
    flags = 0x0002 | length << 14 | numbered << 11 | (offset >= 0) << 9
    behind = numbers((5, 2), (6, 2)) + (bytes(4) if numbered else b"")
    behind += numbers((offset, 2)) + bytes(offset) if offset >= 0 else b""
    size = numbers((4 + len(behind + frame), 2)) if length else b""
    return flags.to_bytes(2, "big") + size + behind + frame


def l2tp_3(inner: bytes, cookie: bytes = b"", sublayer: bytes = b"", *, udp: bool = False) -> bytes:
    """A data message of version 3."""
    return (b"\0\3\0\0" if udp else b"") + numbers((77, 4)) + cookie + sublayer + inner


def mpls(inner: bytes, labels: int = 2) -> bytes:
    """A label stack."""
    stack = [numbers((16 + i << 12 | (i == labels - 1) << 8 | 64, 4)) for i in range(labels)]
    return b"".join(stack) + inner


def ayiya(packet: bytes) -> bytes:
    """AYIYA with an identity of 16 octets and a signature of 20."""
    following = 41 if packet[0] >> 4 == 6 else 4
    return numbers((0x41, 1), (0x52, 1), (0x11, 1), (following, 1), (1, 4)) + bytes(36) + packet


def capwap(frame: bytes, *, native: bool = False, offset: int = -1) -> bytes:
    """A CAPWAP data message; `native` is 802.11; `offset`: of a piece, in octets."""
    head = 4 << 19 | native << 9 | native << 8 | (offset >= 0) << 7 | 1 << 5
    piece = max(offset, 0)
    return numbers((head, 4), (7, 2), (piece, 2)) + b"\4\xbf\x23" + bytes(5) + frame


def lisp(packet: bytes, instance: int = -1) -> bytes:
    """LISP with a nonce, and an instance if one is given."""
    flags = 0x80 | (instance >= 0) << 3
    return numbers((flags, 1), (0xABCDEF, 3), (max(instance, 0) << 8 | 1, 4)) + packet


def tzsp(frame: bytes, *, radio: bool = False) -> bytes:
    """TZSP with a tag, two fillings and the end."""
    return numbers((1, 1), (0, 1), (18 if radio else 1, 2)) + b"\x0a\1\x55\0\0\1" + frame


# --- what a mirror on the way shows ---


def through(
    shown: Sequence[Frame],
    near: Collection[str],
    there: Callable[[bytes], bytes],
    back: Callable[[bytes], bytes],
    macs: tuple[str, str],
) -> list[Frame]:
    """The frames of a wire as they pass a tunnel: what `near` sends goes `there`, else `back`.

    Both are given the inner frame and give the outer packet; `macs` are those on the way there.
    """
    sent = {frames.packed(ip) for ip in near}
    passed = []
    for frame in shown:
        six = frame.octets[12:14] == b"\x86\xdd"
        source = frame.octets[22:38] if six else frame.octets[26:30]
        outward = source in sent
        packet = (there if outward else back)(frame.octets)
        way = macs if outward else macs[::-1]
        passed.append(Frame(frame.time_ns, frames.on_link(packet, frames.ETHERNET, *way)))
    return passed


# --- every tunnel once or more ---


class Inner(msgspec.Struct, frozen=True):
    """What a tunnel carries, alone and in its frame, and the network that it names."""

    ends: Ends
    packet: bytes
    frame: bytes
    network: int = 0

    @property
    def mac(self) -> bytes:
        """Of the one who sent the frame."""
        return self.frame[6:12]

    def ip(self, protocol: int, payload: bytes) -> bytes:
        """The outer packet."""
        return self.ends.ip(protocol, payload)

    def udp(self, port: int, payload: bytes, *, back: bool = False) -> bytes:
        """The outer packet."""
        return self.ends.udp(port, payload, back=back)


CARRIERS: Final[dict[str, tuple[Callable[[Inner], bytes], ...]]] = {
    "IP in IP": (lambda i: i.ip(4, i.packet),),
    "6in4 and IPv6 in IPv6": (lambda i: i.ip(41, i.packet),),
    "GRE": (
        lambda i: i.ip(47, gre(ethertype(i.packet), i.packet)),
        lambda i: i.ip(47, gre(ethertype(i.packet), i.packet, key=1, sequence=2, checksum=True)),
        lambda i: i.ip(47, gre(ethertype(i.packet), i.packet, routes=(b"abcd", b"efghijkl"))),
        lambda i: i.ip(47, gre(MPLS, mpls(i.packet))),
        lambda i: i.udp(4754, gre(ethertype(i.packet), i.packet, key=9)),
    ),
    "PPTP": (
        lambda i: i.ip(47, pptp(ppp(i.packet))),
        lambda i: i.ip(47, pptp(ppp(i.packet, framed=False), acknowledged=True)),
    ),
    "GRE with Ethernet": (
        lambda i: i.ip(47, gre(BRIDGED, i.frame, key=i.network << 8)),
        lambda i: i.udp(4754, gre(BRIDGED, i.frame)),
    ),
    "GRE with 802.11": (
        lambda i: i.ip(47, gre(ARUBA, station(i.packet, i.mac))),
        lambda i: i.ip(47, gre(ARUBA + 0x40, station(i.packet, i.mac))),
    ),
    "WCCP": (
        lambda i: i.ip(47, gre(WCCP, b"\0\0\0\x09" + i.packet)),
        lambda i: i.ip(47, gre(WCCP, i.packet)),
    ),
    "ERSPAN I": (lambda i: i.ip(47, gre(ERSPAN_2, i.frame)),),
    "ERSPAN II": (lambda i: i.ip(47, erspan_2(i.frame, i.network)),),
    "ERSPAN III": (
        lambda i: i.ip(47, erspan_3(i.frame, i.network)),
        lambda i: i.ip(47, erspan_3(i.frame, i.network, platform=True)),
        lambda i: i.ip(47, erspan_3(i.packet, i.network, kind=2)),
    ),
    "ESP without encryption": (
        lambda i: i.ip(50, esp(i.packet)),
        lambda i: i.ip(50, esp(i.packet, 16, 0)),
        lambda i: i.ip(50, esp(i.packet, 0, 7)),
    ),
    "EtherIP": (lambda i: i.ip(97, b"\x30\0" + i.frame),),
    "L2TPv3": (
        lambda i: i.ip(115, l2tp_3(i.frame)),
        lambda i: i.ip(115, l2tp_3(i.frame, bytes(8), bytes(4))),
        lambda i: i.ip(115, l2tp_3(ppp(i.packet), bytes(4))),
        lambda i: i.ip(115, l2tp_3(b"\x0f\0" + ethertype(i.packet).to_bytes(2, "big") + i.packet)),
        lambda i: i.udp(1701, l2tp_3(i.packet, b"cook", udp=True)),
    ),
    "MPLS in IP": (lambda i: i.ip(137, mpls(i.packet)),),
    "Ethernet in IPv6": (lambda i: i.ip(143, i.frame),),
    "L2TPv2": (
        lambda i: i.udp(1701, l2tp(ppp(i.packet))),
        lambda i: i.udp(1701, l2tp(ppp(i.packet, framed=False), length=False), back=True),
        lambda i: i.udp(1701, l2tp(ppp(i.packet), numbered=True, offset=6)),
    ),
    "GTP-U": (
        lambda i: i.udp(2152, gtp(i.packet)),
        lambda i: i.udp(2152, gtp(i.packet, sequence=True), back=True),
        lambda i: i.udp(2152, gtp(i.packet, session=True)),
        lambda i: i.udp(2152, gtp(i.frame, session=True, sequence=True)),
    ),
    "Teredo": (
        lambda i: i.udp(3544, teredo(i.packet)),
        lambda i: i.udp(3544, teredo(i.packet, authenticated=True, origin=True), back=True),
        lambda i: i.udp(3544, teredo(i.packet, origin=True) + b"\1\4abcd", back=True),
    ),
    "LISP": (lambda i: i.udp(4341, lisp(i.packet, i.network or -1)),),
    "VXLAN": (
        lambda i: i.udp(4789, vxlan(i.frame, i.network)),
        lambda i: i.udp(8472, vxlan(i.frame, i.network)),
        lambda i: i.udp(4789, vxlan(i.frame, i.network, group=300)),
    ),
    "VXLAN-GPE": (
        lambda i: i.udp(4790, vxlan_gpe(2 if i.packet[0] >> 4 == 6 else 1, i.packet, i.network)),
        lambda i: i.udp(4790, vxlan_gpe(3, i.frame, i.network)),
        lambda i: i.udp(4790, vxlan_gpe(4, nsh(3, i.frame), i.network)),
        lambda i: i.udp(4790, vxlan_gpe(5, mpls(i.packet), i.network)),
        lambda i: i.udp(4789, vxlan_gpe(3, i.frame, i.network)),
    ),
    "AYIYA": (
        lambda i: i.udp(5072, ayiya(i.packet)),
        lambda i: i.udp(5072, ayiya(i.packet), back=True),
    ),
    "CAPWAP": (
        lambda i: i.udp(5247, capwap(i.frame)),
        lambda i: i.udp(5247, capwap(station(i.packet, i.mac), native=True), back=True),
        lambda i: i.udp(5247, capwap(station(i.packet, i.mac, swapped=True), native=True)),
    ),
    "Geneve": (
        lambda i: i.udp(6081, geneve(BRIDGED, i.frame, i.network)),
        lambda i: i.udp(6081, geneve(ethertype(i.packet), i.packet, i.network)),
        lambda i: i.udp(
            6081, geneve(BRIDGED, i.frame, i.network, options=b"\1\2\x80\1abcd\1\2\3\0")
        ),
    ),
    "MPLS in UDP": (
        lambda i: i.udp(6635, mpls(i.packet)),
        lambda i: i.udp(6635, mpls(bytes(4) + i.frame, 1)),
    ),
    "TZSP": (
        lambda i: i.udp(37008, tzsp(i.frame)),
        lambda i: i.udp(37008, tzsp(station(i.packet, i.mac), radio=True)),
    ),
}
"""Name of a tunnel -> every form of it that is read: what it carries -> the outer packet."""
