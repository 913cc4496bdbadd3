"""A laptop on an open Wi-Fi, captured with radiotap: A-MSDUs, check sequences, and a neighbour."""

from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.frames import RAW
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

WANTED = (
    ("dc1-cert.ksn.kaspersky-labs.com", "203.0.113.117"),
    ("touch.kaspersky.com", "203.0.113.118"),
)
RADIOTAP = b"\0\0\x12\0\x03\0\0\0" + bytes(8) + b"\x10\0"
"""The receiver's clock, and flags: a check sequence stands at the end."""
POINT = bytes.fromhex("02000000c001")
SNAP = b"\xaa\xaa\x03\0\0\0\x08\0"
FCS = b"\xde\xad\xbe\xef"


def build() -> bytes:
    site = Site(108)
    client = site.host(20)
    wire = Wire("2026-11-19T06:40:00Z", link=RAW)
    for name, address in WANTED:
        wire.look_up(client, site.resolver, name, addresses(address))
        wire.tls(client, site.internet(address), name)
        wire.wait(100)
    station, gateway = octets_of(client.mac), octets_of(site.gateway.mac)
    sender = bytes((10, 108, 0, 20))
    shown: list[Frame] = []
    for number, frame in enumerate(wire.shown):
        packet = frame.octets
        upwards = packet[12:16] == sender
        ends = (gateway, station) if upwards else (station, gateway)
        made = (
            aggregate(ends, packet, upwards) if number % 3 == 0 else single(ends, packet, upwards)
        )
        shown.append(Frame(frame.time_ns, RADIOTAP + made + FCS, 127))
        if number % 8 == 0:
            hidden = b"\x88\x41\0\0" + POINT + bytes.fromhex("02000000c0fe") + gateway
            cipher = bytes((number, 0, 0, 0x20)) + bytes(range(60))
            secret = RADIOTAP + hidden + b"\x10\0\0\0" + cipher + FCS
            shown.append(Frame(frame.time_ns + 40_000, secret, 127))
    beacon = RADIOTAP + b"\x80\0\0\0" + b"\xff" * 6 + POINT * 2 + bytes(14) + FCS
    return pcap([Frame(shown[0].time_ns - 100_000, beacon, 127), *shown])


def octets_of(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


def single(ends: tuple[bytes, bytes], packet: bytes, upwards: bool) -> bytes:
    """A data frame to the access point, or from it."""
    target, source = ends
    places = POINT + source + target if upwards else target + POINT + source
    return bytes((0x08, 1 if upwards else 2, 0, 0)) + places + b"\x10\0" + SNAP + packet


def aggregate(ends: tuple[bytes, bytes], packet: bytes, upwards: bool) -> bytes:
    """The same with an A-MSDU, in which a spanning tree frame goes first."""
    target, source = ends
    places = POINT + source + POINT if upwards else target + POINT + POINT
    head = bytes((0x88, 1 if upwards else 2, 0, 0)) + places + b"\x10\0" + b"\x80\0"
    first = target + source + b"\0\x07" + b"\x42\x42\x03" + bytes(4)
    padding = bytes(-len(first) % 4)
    content = SNAP + packet
    return head + first + padding + target + source + len(content).to_bytes(2, "big") + content
