"""Frames as built, read by dpkt: addresses, lengths, checksums, tags, fragments."""

import socket

import dpkt
import pytest

from netwatch.selftest import frames

MACS = ("00:16:3e:00:00:01", "00:16:3e:00:00:02")
FOUR = ("10.0.0.1", "10.0.0.2")
SIX = ("fd00::1", "2001:db8::2")


def ones_complement(octets: bytes) -> int:
    total = sum(
        int.from_bytes(octets[i : i + 2].ljust(2, b"\0"), "big") for i in range(0, len(octets), 2)
    )
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def pseudo_header(source: str, target: str, protocol: int, length: int) -> bytes:
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    ends = socket.inet_pton(family, source) + socket.inet_pton(family, target)
    if ":" in source:
        return ends + length.to_bytes(4, "big") + bytes(3) + bytes((protocol,))
    return ends + b"\0" + bytes((protocol,)) + length.to_bytes(2, "big")


@pytest.mark.parametrize("ends", [FOUR, SIX])
def test_a_datagram_has_its_ports_payload_and_checksum(ends: tuple[str, str]) -> None:
    packet = frames.udp(*ends, (50_000, 53), b"question", ttl=9, number=7)
    header = 40 if ":" in ends[0] else 20
    transport = packet[header:]
    read = dpkt.udp.UDP(transport)
    assert (read.sport, read.dport, read.data) == (50_000, 53, b"question")
    assert ones_complement(pseudo_header(*ends, 17, len(transport)) + transport) == 0xFFFF
    assert packet[7 if header == 40 else 8] == 9


@pytest.mark.parametrize("ends", [FOUR, SIX])
def test_a_segment_has_its_numbers_flags_and_checksum(ends: tuple[str, str]) -> None:
    packet = frames.tcp(*ends, (50_000, 443), "PA", (2**32 + 5, 7), b"data")
    transport = packet[40 if ":" in ends[0] else 20 :]
    read = dpkt.tcp.TCP(transport)
    assert (read.seq, read.ack, read.data) == (5, 7, b"data")
    assert read.flags == dpkt.tcp.TH_PUSH | dpkt.tcp.TH_ACK
    assert ones_complement(pseudo_header(*ends, 6, len(transport)) + transport) == 0xFFFF


def test_a_syn_says_its_segment_size_and_others_do_not() -> None:
    assert dpkt.tcp.TCP(frames.tcp(*FOUR, (1, 2), "S", (0, 0))[20:]).opts == b"\x02\x04\x05\xb4"
    assert dpkt.tcp.TCP(frames.tcp(*FOUR, (1, 2), "A", (0, 0))[20:]).opts == b""


def test_a_hop_by_hop_header_comes_first() -> None:
    assert frames.udp(*SIX, (1, 2), b"x", options=True)[6] == 0
    assert frames.udp(*SIX, (1, 2), b"x")[6] == 17


@pytest.mark.parametrize("ends", [FOUR, SIX])
def test_fragments_give_the_payload_again(ends: tuple[str, str]) -> None:
    packet = frames.udp(*ends, (50_000, 53), bytes(range(200)), number=9)
    pieces = frames.in_fragments(packet, 64, number=9)
    assert len(pieces) == 4
    header = 48 if ":" in ends[0] else 20
    whole = b"".join(piece[header:] for piece in pieces)
    assert whole == packet[40 if ":" in ends[0] else 20 :]
    assert all(len(piece) <= header + 64 for piece in pieces)


@pytest.mark.parametrize(
    ("link", "header"),
    [
        (frames.ETHERNET, "00163e00000200163e0000010800"),
        (frames.RAW, ""),
        (frames.NULL, "02000000"),
        (frames.LOOP, "00000002"),
        (frames.SLL, "00000001000600163e00000100000800"),
        (frames.SLL2, "08000000000000000001000600163e0000010000"),
    ],
)
def test_link_headers(link: int, header: str) -> None:
    packet = frames.udp(*FOUR, (1, 2), b"x")
    assert frames.on_link(packet, link, *MACS) == bytes.fromhex(header) + packet


def test_ipv6_has_its_own_types_on_a_link() -> None:
    packet = frames.udp(*SIX, (1, 2), b"x")
    assert frames.on_link(packet, frames.ETHERNET, *MACS)[12:14] == b"\x86\xdd"
    assert frames.on_link(packet, frames.LOOP, *MACS)[:4] == b"\0\0\0\x18"


def test_tags_are_outermost_first() -> None:
    packet = frames.udp(*FOUR, (1, 2), b"x")
    one = frames.on_link(packet, frames.ETHERNET, *MACS, vlans=(10,))
    assert one[12:18] == bytes.fromhex("8100000a0800")
    two = frames.on_link(packet, frames.ETHERNET, *MACS, vlans=(400, 30))
    assert two[12:22] == bytes.fromhex("88a801908100001e0800")


def test_an_unknown_link_is_refused() -> None:
    with pytest.raises(ValueError, match="link type 105"):
        frames.on_link(frames.ping(*FOUR), 105, *MACS)


@pytest.mark.parametrize("ends", [FOUR, SIX])
def test_one_hop_on_costs_one_hop(ends: tuple[str, str]) -> None:
    packet = frames.udp(*ends, (1, 2), b"x", ttl=64)
    on = frames.one_hop_on(packet)
    assert on[7 if ":" in ends[0] else 8] == 63
    if ":" not in ends[0]:
        assert ones_complement(on[:20]) == 0xFFFF
    assert on[-9:] == packet[-9:]


def test_claims() -> None:
    arp = dpkt.ethernet.Ethernet(frames.arp(MACS[0], "10.0.0.1", "10.0.0.9")).data
    assert (arp.op, arp.spa, arp.tpa) == (1, b"\x0a\0\0\x01", b"\x0a\0\0\x09")
    neighbour = frames.neighbour(MACS[0], "fe80::1")
    assert neighbour[54] == 136
    assert neighbour[-6:] == bytes.fromhex("00163e000001")
    asked = dpkt.dhcp.DHCP(frames.dhcp_request(MACS[0], "LAPTOP", "10.0.0.20")[42:])
    given = dpkt.dhcp.DHCP(frames.dhcp_ack(MACS[1], "10.0.0.1", MACS[0], "10.0.0.20")[42:])
    assert dict(asked.opts)[12] == b"LAPTOP"
    assert asked.chaddr == given.chaddr == bytes.fromhex("00163e000001")
    assert given.yiaddr == int.from_bytes(bytes((10, 0, 0, 20)), "big")
    assert dict(given.opts)[53] == b"\x05"


def test_what_is_no_ip() -> None:
    assert frames.other_ethertype(*MACS, 0x88CC, b"lldp")[12:] == b"\x88\xcclldp"
    assert frames.unreachable(*FOUR, frames.ping(*FOUR))[20:22] == b"\x03\x03"
