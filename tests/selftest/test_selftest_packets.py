"""Packets of our own making are scapy's, octet for octet."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether
from scapy.packet import Packet, Raw

from netwatch.selftest import packets

FOUR = ("10.1.2.3", "198.51.100.77")
SIX = ("fd00::17", "2001:db8::1:2")
MACS = ("00:16:3e:01:02:03", "02:00:00:aa:bb:cc")
PORTS = st.tuples(st.integers(1, 65_535), st.integers(1, 65_535))
BODY = st.binary(max_size=1_460)
NUMBERS = st.tuples(st.integers(0, 1 << 33), st.integers(0, 1 << 33))
LIFE = st.integers(1, 255)


def network(ends: tuple[str, str], ttl: int, number: int) -> Packet:
    if ends is SIX:
        return IPv6(src=ends[0], dst=ends[1], hlim=ttl)
    return IP(src=ends[0], dst=ends[1], ttl=ttl, id=number & 0xFFFF)


@given(st.sampled_from((FOUR, SIX)), PORTS, BODY, LIFE, st.integers(0, 70_000))
@settings(derandomize=True, max_examples=150, deadline=None)
def test_udp_is_what_scapy_makes_of_it(
    ends: tuple[str, str], ports: tuple[int, int], body: bytes, ttl: int, number: int
) -> None:
    theirs = network(ends, ttl, number) / UDP(sport=ports[0], dport=ports[1]) / Raw(body)
    assert packets.udp(*ends, ports, body, ttl, number) == bytes(theirs)


@given(
    st.sampled_from((FOUR, SIX)),
    PORTS,
    st.sampled_from(("S", "SA", "A", "PA", "FA", "RA", "R")),
    NUMBERS,
    BODY,
    LIFE,
)
@settings(derandomize=True, max_examples=150, deadline=None)
def test_tcp_is_what_scapy_makes_of_it(
    ends: tuple[str, str],
    ports: tuple[int, int],
    flags: str,
    numbers: tuple[int, int],
    body: bytes,
    ttl: int,
) -> None:
    segment = TCP(
        sport=ports[0],
        dport=ports[1],
        flags=flags,
        seq=numbers[0] & 0xFFFFFFFF,
        ack=numbers[1] & 0xFFFFFFFF,
        window=64_240,
        options=[("MSS", 1460)] if "S" in flags else [],
    )
    theirs = bytes(network(ends, ttl, 7) / segment / Raw(body))
    assert packets.tcp(*ends, ports, flags, numbers, body, ttl, 7) == theirs


@given(st.sampled_from((FOUR, SIX)), BODY, st.integers(2, 255))
@settings(derandomize=True, max_examples=80, deadline=None)
def test_one_hop_on_changes_what_a_router_changes(
    ends: tuple[str, str], body: bytes, ttl: int
) -> None:
    sent = packets.udp(*ends, (1, 2), body, ttl, 9)
    assert packets.one_hop_on(sent) == packets.udp(*ends, (1, 2), body, ttl - 1, 9)


def test_a_checksum_of_nothing_left_is_written_as_ones_in_udp_only() -> None:
    """RFC 768: an all zero checksum means that none was made."""
    found = [packets.udp(*FOUR, (1, port), b"\0\0", 64, 1)[26:28] for port in range(1, 65_536)]
    assert b"\0\0" not in found
    assert b"\xff\xff" in found


@pytest.mark.parametrize("vlans", [(), (7,), (7, 8), (1, 2, 3)])
def test_a_frame_is_what_scapy_makes_of_it(vlans: tuple[int, ...]) -> None:
    body = packets.udp(*FOUR, (1, 2), b"x", 64, 1)
    theirs = Ether(src=MACS[0], dst=MACS[1])
    for number, vlan in enumerate(vlans, start=1):
        theirs = theirs / (Dot1Q(vlan=vlan) if number == len(vlans) else Dot1AD(vlan=vlan))
    theirs.lastlayer().type = 0x0800
    assert packets.ethernet(*MACS, 0x0800, body, vlans) == bytes(theirs) + body


def test_the_ends_of_a_packet_are_of_a_kind() -> None:
    with pytest.raises(ValueError, match="two of a kind"):
        packets.udp(FOUR[0], SIX[1], (1, 2), b"", 64, 1)
