"""dpkt as referee: on real captures both decoders must see the same packets.

Invariant: where dpkt reads an Ethernet frame down to TCP or UDP, so do we, with the same addresses,
ports, numbers, flags and payload.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import dpkt
import pytest

from netwatch.decode import transport
from netwatch.decode.ethertypes import IPV4, IPV6
from netwatch.decode.link import link
from netwatch.decode.network import Piece, ipv4, ipv6
from netwatch.decode.packet import TCP, UDP, Packet
from netwatch.model import Answer

TREE = Path(__file__).resolve().parents[2]
CAPTURES = Path(os.environ.get("NETWATCH_CAPTURES", TREE / "../shared/captures"))
EXTENSIONS = (0, 43, 44, 51, 60)
FRAMES_MAX = 400
SAMPLE = (
    "ndpi/443-curl.pcap",
    "ndpi/dnp3.pcap",
    "ndpi/android.pcap",
    "ndpi/dns_long_domainname.pcap",
    "ndpi/dropbox.pcap",
    "ndpi/emotet.pcap",
    "ndpi/dos_win98_smb_netbeui.pcap",
    "ndpi/WebattackRCE.pcap",
    "zeek/dnssec/dnskey2.pcap",
    "zeek/http-qinq-0.pcap",
    "zeek/http-vlan-0.pcap",
    "zeek/q-in-q.pcap",
    "zeek/tls/tls1.2.pcap",
    "zeek/vlan-collisions.pcap",
    "zeek/vlan-qinqinq.pcap",
)

pytestmark = pytest.mark.skipif(not CAPTURES.is_dir(), reason=f"no captures in {CAPTURES}")

Fields = tuple[bytes, bytes, int, int, tuple[int, ...], bytes]


def frames_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        reader = dpkt.pcap.UniversalReader(file)
        if reader.datalink() != dpkt.pcap.DLT_EN10MB:
            return
        for number, (_, frame) in enumerate(reader):
            if number == FRAMES_MAX:
                return
            yield bytes(frame)


def by_dpkt(frame: bytes) -> Fields | None:
    try:
        packet = dpkt.ethernet.Ethernet(frame).data
    except dpkt.UnpackError:
        return None
    if not isinstance(packet, dpkt.ip.IP | dpkt.ip6.IP6):
        return None
    if isinstance(packet, dpkt.ip.IP) and (packet.len == 0 or packet.mf or packet.offset):
        return None
    inner = packet.data
    if isinstance(inner, dpkt.tcp.TCP):
        numbers: tuple[int, ...] = (inner.seq, inner.ack, inner.flags & 0xFF)
    elif isinstance(inner, dpkt.udp.UDP):
        numbers = ()
    else:
        return None
    payload = bytes(inner.data)
    if isinstance(inner, dpkt.udp.UDP) and inner.ulen >= 8:
        payload = payload[: inner.ulen - 8]
    return packet.src, packet.dst, inner.sport, inner.dport, numbers, payload


def by_us(frame: bytes) -> Fields | None:
    packet, piece = Packet(), Piece()
    packet.begin(b"before" + frame + b"behind", 6, 6 + len(frame))
    if link(packet, 1) != Answer.DONE or packet.ethertype not in (IPV4, IPV6):
        return None
    decoder = ipv4 if packet.ethertype == IPV4 else ipv6
    if decoder(packet, piece) != Answer.DONE or packet.protocol not in (TCP, UDP):
        return None
    if packet.protocol == TCP:
        if transport.tcp(packet) != Answer.DONE:
            return None
        numbers: tuple[int, ...] = (packet.sequence, packet.acknowledged, packet.flags)
    elif transport.udp(packet) == Answer.DONE:
        numbers = ()
    else:
        return None
    return (
        packet.source_address(),
        packet.target_address(),
        packet.source_port,
        packet.target_port,
        numbers,
        packet.data[packet.start : packet.end],
    )


@pytest.mark.parametrize("name", SAMPLE)
def test_both_see_the_same(name: str) -> None:
    compared = 0
    for number, frame in enumerate(frames_of(CAPTURES / name), 1):
        theirs = by_dpkt(frame)
        if theirs is None:
            continue
        assert by_us(frame) == theirs, f"{name}, frame {number}"
        compared += 1
    assert compared > 0


def test_control_the_referee_sees_a_difference() -> None:
    frames = frames_of(CAPTURES / "ndpi/443-curl.pcap")
    frame = next(f for f in frames if (theirs := by_dpkt(f)) and theirs[-1])
    changed = frame[:-1] + bytes((frame[-1] ^ 1,))
    assert by_us(changed) != by_dpkt(frame)
    assert by_us(changed) == by_dpkt(changed)
