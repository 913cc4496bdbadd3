"""Frames of every link type and every shim, by hand from the standards, around one payload.

The tests of the decoders, the engine and the fuzz seeds share them. `hold` is what every decoder
of a frame is held to.
"""

import struct
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from netwatch.decode.link import link
from netwatch.decode.packet import Packet
from netwatch.model import ANOMALY_NAMES, Answer

SOURCE: Final = bytes.fromhex("0200000000aa")
TARGET: Final = bytes.fromhex("020000000001")
OTHER: Final = bytes.fromhex("0200000000ff")
ETHER: Final = TARGET + SOURCE
OUTSIDE: Final = b"\x02outr\xee" + b"\x02outr\xff"
"""The MACs of a frame that carries another one."""
SNAP: Final = b"\xaa\xaa\x03\x00\x00\x00"
V4: Final = b"\x08\x00"
V6: Final = b"\x86\xdd"
INNER: Final = ETHER + V4
"""An Ethernet header before an IPv4 packet."""


class Vector(NamedTuple):
    """One frame: `head` and `tail` around the payload, and what a decoder says of it."""

    name: str
    link_type: int
    head: bytes
    ethertype: int = 0x0800
    vlans: tuple[int, ...] = ()
    source_mac: bytes = b""
    tail: bytes = b""

    def frame(self, payload: bytes) -> bytes:
        """The frame with this packet inside."""
        return self.head + payload + self.tail


def tagged(*tags: int, kind: bytes = b"\x81\x00") -> bytes:
    """A stack of tags, each behind its ethertype."""
    return b"".join(kind + tag.to_bytes(2, "big") for tag in tags)


def wifi(flags: int, *, kind: int = 0x08, quality: bytes = b"", fourth: bytes = b"") -> bytes:
    """An 802.11 data header whose source is SOURCE, up to its payload."""
    places = {
        0: (TARGET, SOURCE, OTHER),
        1: (OTHER, SOURCE, TARGET),
        2: (TARGET, OTHER, SOURCE),
        3: (OTHER, OTHER, TARGET),
    }[flags & 3]
    first = struct.pack("<BBH", kind, flags, 44)
    return first + b"".join(places) + b"\x10\x00" + fourth + quality


def radiotap(present: int, fields: bytes) -> bytes:
    """A radiotap header with these fields."""
    return struct.pack("<BBHI", 0, 0, 8 + len(fields), present) + fields


def ppi(link_type: int, fields: bytes = b"", flags: int = 0) -> bytes:
    """A PPI header before a frame of this link type."""
    return struct.pack("<BBHI", 0, flags, 8 + len(fields), link_type) + fields


def pktap(link_type: int) -> bytes:
    """Apple's header before a frame of this link type."""
    return struct.pack("<III", 108, 1, link_type) + bytes(96)


def attribute(kind: int, value: bytes, order: str = "<") -> bytes:
    """An attribute of NFLOG's."""
    return struct.pack(f"{order}HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def nflog(family: int, before: bytes, order: str = "<", payload_bytes: int = 0) -> bytes:
    """NFLOG's header up to the packet, of which `payload_bytes` is the length."""
    length = struct.pack(f"{order}HH", 4 + payload_bytes, 9)
    return bytes((family, 0, 0, 7)) + before + length


HARDWARE: Final = attribute(8, b"\0\6\0\0" + SOURCE + bytes(2))
TAKEN_OUT: Final = attribute(19, attribute(1, b"\x81\0") + attribute(2, b"\xe0\x2a"))
PACKET_HEADER: Final = attribute(1, V4 + b"\x01\0")
PAYLOAD_BYTES: Final = 100
"""Of every payload here, because NFLOG says it."""


def wlan() -> Sequence[Vector]:
    """802.11 and what stands before it."""
    clear = SNAP + V4
    prism = struct.pack("<II", 0x44, 144) + bytes(136)
    field = struct.pack("<HH8sHH8s", 2, 20, b"clock", 1, 0, b"")
    found = [
        Vector("802.11 in one cell", 105, wifi(0) + clear, source_mac=SOURCE),
        Vector("802.11 to DS", 105, wifi(1) + clear, source_mac=SOURCE),
        Vector("802.11 from DS", 105, wifi(2) + clear, source_mac=SOURCE),
        Vector("802.11 four addresses", 105, wifi(3, fourth=SOURCE) + clear, source_mac=SOURCE),
        Vector("802.11 QoS", 105, wifi(1, kind=0x88, quality=b"\0\0") + clear, source_mac=SOURCE),
        Vector(
            "802.11 HT control",
            105,
            wifi(0x81, kind=0x88, quality=bytes(6)) + clear,
            source_mac=SOURCE,
        ),
        Vector("802.11 IPv6", 105, wifi(2) + SNAP + V6, 0x86DD, (), SOURCE),
        Vector("802.11 protected, yet clear", 105, wifi(0x41) + clear, source_mac=SOURCE),
        Vector(
            "802.11 cipher's header left", 105, wifi(0x41) + bytes(8) + clear, source_mac=SOURCE
        ),
        Vector(
            "802.11 A-MSDU",
            105,
            wifi(1, kind=0x88, quality=b"\x80\0") + ETHER + b"\0\x6c" + clear,
            source_mac=SOURCE,
        ),
        Vector("radiotap", 127, radiotap(0, b"") + wifi(1) + clear, source_mac=SOURCE),
        Vector(
            "radiotap FCS",
            127,
            radiotap(2, b"\x10") + wifi(1) + clear,
            tail=b"FCS!",
            source_mac=SOURCE,
        ),
        Vector(
            "radiotap pad, two words",
            127,
            radiotap(0x80000003, struct.pack("<II", 1, 0) + bytes(8) + b"\x20")
            + wifi(1, kind=0x88, quality=b"\0\0\0\0")
            + clear,
            source_mac=SOURCE,
        ),
        Vector("Prism", 119, prism + wifi(1) + clear, source_mac=SOURCE),
        Vector(
            "Prism, big",
            119,
            struct.pack(">II", 0x44, 144) + prism[8:] + wifi(1) + clear,
            source_mac=SOURCE,
        ),
        Vector(
            "AVS",
            163,
            struct.pack(">II", 0x80211001, 64) + bytes(56) + wifi(1) + clear,
            source_mac=SOURCE,
        ),
        Vector(
            "AVS as Prism",
            119,
            struct.pack(">II", 0x80211002, 64) + bytes(56) + wifi(1) + clear,
            source_mac=SOURCE,
        ),
        Vector("PPI", 192, ppi(105, field) + wifi(1) + clear, tail=b"FCS!", source_mac=SOURCE),
        Vector("PPI Ethernet", 192, ppi(1) + INNER, source_mac=SOURCE),
        Vector(
            "PPI aligned",
            192,
            ppi(1, struct.pack("<HH", 9, 2) + bytes(4), 1) + INNER,
            source_mac=SOURCE,
        ),
    ]
    return found


def kernel() -> Sequence[Vector]:
    """What a kernel or a capture tool puts before a packet."""
    cooked = b"\0\0\0\1\0\6" + SOURCE + b"\0\0"
    name = struct.pack(">HH", 12, 4) + b"ip\0\0" + bytes(4)
    frame = struct.pack(">HH", 12, 16) + b"eth_withoutfcs\0\0" + bytes(4)
    length = PAYLOAD_BYTES
    return (
        Vector("NULL, little", 0, b"\2\0\0\0"),
        Vector("NULL, big", 0, b"\0\0\0\2"),
        Vector("NULL, FreeBSD 6", 0, b"\x1c\0\0\0", 0x86DD),
        Vector("NULL, macOS 6", 0, b"\0\0\0\x1e", 0x86DD),
        Vector("LOOP", 108, b"\0\0\0\x18", 0x86DD),
        *(Vector(f"raw {kind}", kind, b"") for kind in (12, 14, 101, 228)),
        *(Vector(f"raw {kind}, 6", kind, b"", 0x86DD) for kind in (12, 14, 101, 229)),
        Vector("SLL", 113, cooked + V4, source_mac=SOURCE),
        Vector("SLL, tagged", 113, cooked + tagged(9) + V4, 0x0800, (9,), SOURCE),
        Vector("SLL, 802.2", 113, cooked + b"\0\4" + SNAP + V4, source_mac=SOURCE),
        Vector("SLL without MAC", 113, b"\0\4\2\0\0\0" + bytes(8) + V4),
        Vector("SLL2", 276, V6 + b"\0\0\0\0\0\2\0\1\0\6" + SOURCE + b"\0\0", 0x86DD, (), SOURCE),
        Vector("NFLOG", 239, nflog(2, PACKET_HEADER + HARDWARE, "<", length), source_mac=SOURCE),
        Vector("NFLOG, 6", 239, nflog(10, PACKET_HEADER, "<", length), 0x86DD),
        Vector(
            "NFLOG of a bridge",
            239,
            nflog(7, PACKET_HEADER + TAKEN_OUT + HARDWARE, "<", length),
            0x0800,
            (42,),
            SOURCE,
        ),
        Vector(
            "NFLOG, big",
            239,
            nflog(2, attribute(1, V4 + b"\1\0", ">") + attribute(10, b"eth0:\0", ">"), ">", length),
        ),
        Vector("NFLOG, padded", 239, nflog(2, PACKET_HEADER, "<", length), tail=b"\0\0\0"),
        Vector("ENC", 109, b"\2\0\0\0" + bytes(8)),
        Vector("ENC, 6", 109, b"\x18\0\0\0" + bytes(8), 0x86DD),
        Vector("PFLOG", 117, bytes((61, 2)) + bytes(62)),
        Vector("PFLOG, 6", 117, bytes((100, 24)) + bytes(98), 0x86DD),
        Vector("PKTAP Ethernet", 258, pktap(1) + INNER, source_mac=SOURCE),
        Vector("PKTAP raw", 258, pktap(12)),
        Vector("PKTAP as user type", 149, pktap(0) + b"\2\0\0\0"),
        Vector("upper PDU ip", 252, name),
        Vector("upper PDU eth", 252, frame + INNER, source_mac=SOURCE),
    )


def lines() -> Sequence[Vector]:
    """Serial lines, rings, and switch chips."""
    relay = b"\x18\x41"
    return (
        Vector("PPP", 9, b"\xff\3\0\x21"),
        Vector("PPP, 6", 9, b"\0\x57", 0x86DD),
        Vector("PPP, one octet", 9, b"\x21"),
        Vector("PPP, called HDLC", 9, b"\x0f\0" + V4),
        Vector("PPP in HDLC", 50, b"\xff\3\0\x57", 0x86DD),
        Vector("PPP or HDLC, HDLC", 50, b"\x8f\0" + V4),
        Vector("PPPoE", 51, b"\x11\0\0\1" + struct.pack(">H", 2 + PAYLOAD_BYTES) + b"\0\x21"),
        Vector("pppd", 166, b"\1\3\0\x21"),
        Vector("PPP with direction", 204, b"\1\xff\3\0\x21"),
        Vector("PPP with direction, bare", 204, b"\0\0\x57", 0x86DD),
        Vector("Cisco HDLC", 104, b"\x0f\0" + V4),
        Vector("Cisco HDLC with direction", 205, b"\1\x0f\0" + V6, 0x86DD),
        Vector("Frame Relay", 107, relay + b"\3\xcc"),
        Vector("Frame Relay, 6", 107, relay + b"\3\x8e", 0x86DD),
        Vector("Frame Relay SNAP", 107, relay + b"\3\0\x80\0\0\0" + V4),
        Vector(
            "Frame Relay bridged", 107, relay + b"\3\0\x80\0\x80\xc2\0\7" + INNER, source_mac=SOURCE
        ),
        Vector("Frame Relay, Cisco", 107, relay + V4),
        Vector("Frame Relay, PPP", 107, relay + b"\3\xcf\0\x21"),
        Vector("Frame Relay, four octets", 107, b"\x18\x40\2\1\3\xcc"),
        Vector("Frame Relay with direction", 206, b"\0" + relay + b"\3\xcc"),
        Vector("SLIP", 8, bytes((1, 0x45)) + bytes(14)),
        Vector("MPLS", 219, b"\0\1\1\x40"),
        Vector("FDDI", 10, b"\x50" + ETHER + SNAP + V4, source_mac=SOURCE),
        Vector("Token Ring", 6, b"\x10\x40" + ETHER + SNAP + V4, source_mac=SOURCE),
        Vector(
            "Token Ring, routed",
            6,
            b"\x10\x40" + TARGET + b"\x82" + SOURCE[1:] + b"\6\x30" + bytes(4) + SNAP + V4,
        ),
        Vector("ARCnet", 7, b"\1\2\xd4\0\0\7"),
        Vector("ARCnet, first piece", 7, b"\1\2\xd4\3\0\7"),
        Vector("ARCnet, exception", 7, b"\1\2\xc4\xff\xff\xff\xd4\0\0\7", 0x86DD),
        Vector("ARCnet, RFC 1051", 7, b"\1\2\xf0"),
        Vector("ARCnet, Linux", 129, b"\1\2\0\0\xd4\0\0\7"),
        Vector("ARCnet, Linux, RFC 1051", 129, b"\1\2\0\0\xf0"),
        Vector("ATM", 100, SNAP + V4),
        Vector("ATM, routed", 100, b"\xfe\xfe\3\xcc"),
        Vector("ATM, bridged", 100, b"\xaa\xaa\3\0\x80\xc2\0\7\0\0" + INNER, source_mac=SOURCE),
        Vector("ATM, bare", 100, b""),
        Vector("ATM, bare 6", 100, b"", 0x86DD),
        Vector("SunATM", 123, b"\2\0\0\x64" + SNAP + V4),
        Vector("SunATM, LANE", 123, b"\1\0\0\x64\0\1" + INNER, source_mac=SOURCE),
        Vector("Broadcom", 281, ETHER + b"\x20\0\0\1" + V4, source_mac=SOURCE),
        Vector("Broadcom before", 282, b"\x20\0\0\1" + INNER, source_mac=SOURCE),
        Vector("Marvell", 284, ETHER + b"\xc0\x10\0\0" + V4, source_mac=SOURCE),
        Vector("Marvell, a VLAN", 284, ETHER + b"\xe0\x10\0\x2a" + V4, 0x0800, (42,), SOURCE),
        Vector(
            "Marvell, a VLAN, ethertype",
            285,
            ETHER + b"\xda\xda\0\0\xe0\x10\0\x2a" + V4,
            0x0800,
            (42,),
            SOURCE,
        ),
    )


def ethernet() -> Sequence[Vector]:
    """Ethernet with tags, LLC and every shim."""

    def plain(name: str, shim: bytes, vlans: tuple[int, ...] = (), tail: bytes = b"") -> Vector:
        return Vector(name, 1, ETHER + shim, 0x0800, vlans, SOURCE, tail)

    def carried(name: str, shim: bytes, inner: bytes = INNER) -> Vector:
        vlans = (7,) if tagged(7) in inner else ()
        vlans = (300, *vlans) if name.startswith("802.1ah") else vlans
        return Vector(name, 1, OUTSIDE + tagged(5) + shim + inner, 0x0800, vlans, SOURCE)

    session = b"\x88\x64\x11\0\0\1" + struct.pack(">H", 2 + PAYLOAD_BYTES) + b"\0\x21"
    secured = b"\x88\xe5\x20\0\0\0\0\1" + bytes(8) + V4
    return (
        plain("Ethernet", V4),
        Vector("Ethernet, 6", 1, ETHER + V6, 0x86DD, (), SOURCE),
        plain("802.1Q", tagged(0xE064) + V4, (100,)),
        plain("802.1ad", tagged(7, kind=b"\x88\xa8") + tagged(8) + V4, (7, 8)),
        plain("old QinQ", tagged(1, kind=b"\x91\0") + tagged(2, kind=b"\x92\0") + V4, (1, 2)),
        plain("SNAP", b"\0\x44" + SNAP + V4),
        plain("802.1H", b"\0\x44\xaa\xaa\3\0\0\xf8" + V4),
        plain("SNAP behind a tag", tagged(5) + b"\0\x44" + SNAP + V4, (5,)),
        plain("IP by SAP", b"\0\x3f\6\6\3"),
        plain("jumbo LLC", b"\x88\x70" + SNAP + V4),
        plain("MPLS", b"\x88\x47\0\1\1\x40"),
        plain("MPLS, three labels", b"\x88\x47\0\1\0\x40\0\2\0\x40\0\0\1\x40"),
        plain("MPLS, multicast", tagged(3) + b"\x88\x48\0\1\1\x40", (3,)),
        Vector("MPLS, 6", 1, ETHER + b"\x88\x47\0\1\1\x40", 0x86DD, (), SOURCE),
        carried("MPLS, control word", b"\x88\x47\0\1\1\x40\0\0\0\7"),
        carried("MPLS, no control word", b"\x88\x47\0\1\1\x40"),
        carried("MPLS, frame in VLAN", b"\x88\x47\0\1\1\x40\0\0\0\0", ETHER + tagged(7) + V4),
        plain("PPPoE", session, tail=b"padding"),
        plain("PPP", b"\x88\x0b\xff\3\0\x21"),
        plain("MACsec", secured, tail=bytes(16)),
        plain("Cisco metadata", b"\x89\x09\1\1\0\1\0\7" + V4),
        plain("VN-Tag", b"\x89\x26\x80\1\0\2" + V4),
        plain("VN-Tag, tagged", b"\x89\x26\x80\1\0\2" + tagged(7) + V4, (7,)),
        plain("HSR", b"\x89\x2f\0\x50\0\1" + V4),
        plain("E-tag", b"\x89\x3f\0\0\0\x64\0\0" + V4),
        plain("R-tag", b"\xf1\xc1\0\0\0\1" + V4),
        plain("NSH", b"\x89\x4f\x0f\xc6\1\1\0\0\1\xff" + bytes(16)),
        carried("NSH, Ethernet", b"\x89\x4f\x0f\xc2\2\3\0\0\1\xff"),
        plain("NSH, NSH, MPLS", b"\x89\x4f\x0f\xc2\2\4\0\0\1\xff\x0f\xc2\2\5\0\0\1\xff\0\1\1\x40"),
        carried("802.1ah", b"\x88\xe7\0\0\1\x2c"),
        carried("802.1ah, tagged", b"\x88\xe7\0\0\1\x2c", ETHER + tagged(7) + V4),
        carried("TRILL", b"\x22\xf3\0\x3f\0\1\0\2"),
        carried("TRILL, options", b"\x22\xf3\0\x7f\0\1\0\2" + bytes(4), ETHER + tagged(7) + V4),
        carried("FabricPath", b"\x89\x03\0\x60", ETHER + tagged(7) + V4),
        carried("bridged", b"\x65\x58"),
    )


VECTORS: Final = (*ethernet(), *kernel(), *lines(), *wlan())


def payload_of(vector: Vector) -> bytes:
    """PAYLOAD_BYTES of a packet that fits the ethertype."""
    first = b"\x45\0\0\x64" if vector.ethertype == 0x0800 else b"\x60\0\0\0\0\x3c"
    return first + bytes(range(0x80, 0x80 + PAYLOAD_BYTES - len(first)))


def hold(vector: Vector, payload: bytes, read: Callable[[Packet], int] | None = None) -> None:
    """Read it whole, inside a block, and at every truncation.

    `read` decodes what begin() was given; unless told, `link` does by the vector's link type.
    """
    frame = vector.frame(payload)

    def decoded(before: bytes, octets: bytes, behind: bytes) -> tuple[Packet, int]:
        packet = Packet()
        packet.begin(before + octets + behind, len(before), len(before + octets))
        answer = read(packet) if read else link(packet, vector.link_type)
        assert len(before) <= packet.start <= packet.end <= len(before + octets)
        return packet, answer

    for before, behind in (
        (b"", b""),
        (b"frame before", b"frame behind"),
        (b"\xff" * 3, bytes(40)),
    ):
        packet, answer = decoded(before, frame, behind)
        assert answer == Answer.DONE, ANOMALY_NAMES[-answer]
        assert packet.ethertype == vector.ethertype
        told = packet.data[packet.start : packet.end]
        assert told[: len(payload)] == payload
        assert vector.tail.startswith(told[len(payload) :])
        assert packet.vlan_tuple() == vector.vlans
        assert packet.mac(packet.source_mac) == vector.source_mac
        target = TARGET if vector.source_mac and packet.target_mac >= 0 else b""
        assert packet.mac(packet.target_mac) == target or not vector.source_mac
    whole = len(vector.head) + (0 if vector.head else 1)
    for end in range(whole):
        packet, answer = decoded(b"", frame[:end], b"")
        assert answer < 0 or packet.ethertype != vector.ethertype or packet.start == packet.end
    for end in range(whole, len(frame)):
        packet, answer = decoded(b"", frame[:end], b"")
        told = packet.data[packet.start : packet.end]
        assert answer < 0 or payload.startswith(told[: len(payload)])
