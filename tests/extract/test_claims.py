"""Invariant: a claim lies inside the message, names an address and a MAC that one interface can
have, and comes from the owner; whatever the octets, nothing is raised.
"""

import os
import struct
from pathlib import Path

import dpkt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet6 import (
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6ND_RA,
    ICMPv6ND_RS,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptMTU,
    ICMPv6NDOptSrcLLAddr,
    IPv6,
)
from scapy.layers.l2 import ARP

from netwatch.extract.claims import AddressClaim
from netwatch.model import Anomaly, Answer

CAPTURES = Path(
    os.environ.get("NETWATCH_CAPTURES", Path(__file__).parents[2].parent / "shared" / "captures")
)
MAC = bytes.fromhex("0218c8a0b1c2")
REQUEST = bytes.fromhex("0001080006040001 0218c8a0b1c2 0a140007 000000000000 0a140001")
PADDING = bytes(18)

Found = tuple[bytes, bytes]


def arp(payload: bytes) -> int | Found:
    """The answer, or what is claimed: address and MAC. The payload stands among other octets."""
    claim = AddressClaim()
    data = b"\x08\x06" + payload + b"\xff"
    answer = claim.arp(data, 2, 2 + len(payload))
    return found(claim, data, 2, answer)


def found(claim: AddressClaim, data: bytes, start: int, answer: int) -> int | Found:
    if answer != Answer.DONE:
        assert claim.address_length == claim.mac_length == 0
        return answer
    assert claim.address_start >= start or claim.address_length == 16
    address = data[claim.address_start : claim.address_start + claim.address_length]
    return address, data[claim.mac_start : claim.mac_start + claim.mac_length]


def with_field(payload: bytes, position: int, value: bytes) -> bytes:
    return payload[:position] + value + payload[position + len(value) :]


@pytest.mark.parametrize("behind", [b"", PADDING], ids=["bare", "padded"])
@pytest.mark.parametrize("operation", [1, 2])
def test_arp_request_and_reply_claim_the_sender(operation: int, behind: bytes) -> None:
    payload = with_field(REQUEST, 6, struct.pack(">H", operation)) + behind
    assert arp(payload) == (bytes((10, 20, 0, 7)), MAC)


@pytest.mark.parametrize("size", range(len(REQUEST)))
def test_arp_at_every_truncation(size: int) -> None:
    assert arp(REQUEST[:size]) == -Anomaly.ARP


def test_arp_built_by_scapy() -> None:
    payload = bytes(ARP(op="is-at", hwsrc="02:00:00:00:00:09", psrc="192.0.2.9", pdst="192.0.2.9"))
    assert arp(payload) == (bytes((192, 0, 2, 9)), bytes.fromhex("020000000009"))


def test_arp_probe_claims_nothing() -> None:
    assert arp(with_field(REQUEST, 14, bytes(4))) == Answer.NEED_MORE


@pytest.mark.parametrize(
    ("position", "value"),
    [
        (0, b"\x00\x18"),  # FireWire
        (2, b"\x86\xdd"),  # not IPv4
        (6, b"\x00\x03"),  # reverse ARP
        (6, b"\x00\x08"),  # inverse ARP
    ],
)
def test_arp_of_another_kind_claims_nothing(position: int, value: bytes) -> None:
    assert arp(with_field(REQUEST, position, value)) == Answer.NEED_MORE


@pytest.mark.parametrize(
    ("position", "value"),
    [
        (4, b"\x08"),  # hardware address length
        (5, b"\x10"),  # protocol address length
        (8, b"\xff\xff\xff\xff\xff\xff"),  # broadcast
        (8, b"\x01\x00\x5e\x00\x00\x01"),  # a group's MAC
        (8, bytes(6)),
        (14, b"\xe0\x00\x00\x01"),  # multicast
        (14, b"\xff\xff\xff\xff"),
        (14, b"\x7f\x00\x00\x01"),  # loopback
    ],
)
def test_arp_that_no_interface_can_say(position: int, value: bytes) -> None:
    assert arp(with_field(REQUEST, position, value)) == -Anomaly.ARP


SOURCE = "fe80::18:c8ff:fea0:b1c2"
TARGET = "fe80::2"
LINK = "02:18:c8:a0:b1:c2"


def neighbour(packet: IPv6, size: int | None = None) -> int | Found:
    """The answer to, or the claim in, the message of an IPv6 packet with nothing between."""
    data = b"\x86\xdd" + bytes(packet)
    claim = AddressClaim()
    end = len(data) if size is None else 42 + size
    return found(claim, data, 2, claim.neighbour(data, 42, end, 10))


def packed(address: str) -> bytes:
    return bytes(IPv6(src=address))[8:24]


SOLICITATION = (
    IPv6(src=SOURCE, dst="ff02::1:ff00:2")
    / ICMPv6ND_NS(tgt=TARGET)
    / ICMPv6NDOptSrcLLAddr(lladdr=LINK)
)
ADVERTISEMENT = (
    IPv6(src=SOURCE, dst="ff02::1")
    / ICMPv6ND_NA(tgt=TARGET, R=0, S=1, O=1)
    / ICMPv6NDOptDstLLAddr(lladdr=LINK)
)


@pytest.mark.parametrize(
    ("packet", "address"),
    [
        (SOLICITATION, SOURCE),
        (ADVERTISEMENT, TARGET),
        (IPv6(src=SOURCE) / ICMPv6ND_RS() / ICMPv6NDOptSrcLLAddr(lladdr=LINK), SOURCE),
        (
            IPv6(src=SOURCE) / ICMPv6ND_RA() / ICMPv6NDOptMTU() / ICMPv6NDOptSrcLLAddr(lladdr=LINK),
            SOURCE,
        ),
    ],
    ids=["solicitation", "advertisement", "router solicitation", "router advertisement"],
)
def test_neighbour_claims(packet: IPv6, address: str) -> None:
    assert neighbour(packet) == (packed(address), MAC)


@pytest.mark.parametrize("packet", [SOLICITATION, ADVERTISEMENT], ids=["solicit", "advertise"])
@pytest.mark.parametrize("size", range(32))
def test_neighbour_at_every_truncation(packet: IPv6, size: int) -> None:
    whole = size == 24  # the options are gone to the last octet, which is a message of its own
    if whole and packet is SOLICITATION:
        assert neighbour(packet, size) == Answer.NEED_MORE
    elif whole:
        assert neighbour(packet, size) == (packed(TARGET), b"")
    else:
        assert neighbour(packet, size) == -Anomaly.ND


def test_advertisement_without_option_leaves_the_mac_to_the_frame() -> None:
    assert neighbour(IPv6(src=SOURCE) / ICMPv6ND_NA(tgt=TARGET)) == (packed(TARGET), b"")


@pytest.mark.parametrize(
    "packet",
    [
        IPv6(src="::") / ICMPv6ND_NS(tgt=TARGET),  # a probe
        IPv6(src="::") / ICMPv6ND_NS(tgt=TARGET) / ICMPv6NDOptSrcLLAddr(lladdr=LINK),
        IPv6(src=SOURCE) / ICMPv6ND_NS(tgt=TARGET),
        IPv6(src=SOURCE) / ICMPv6ND_NS(tgt=TARGET) / ICMPv6NDOptDstLLAddr(lladdr=LINK),
        IPv6(src=SOURCE) / ICMPv6ND_RS(),
        IPv6(src=SOURCE) / ICMPv6ND_RA(),
        IPv6(src=SOURCE) / ICMPv6ND_NA(tgt="::") / ICMPv6NDOptDstLLAddr(lladdr=LINK),
    ],
)
def test_neighbour_that_claims_nothing(packet: IPv6) -> None:
    assert neighbour(packet) == Answer.NEED_MORE


@pytest.mark.parametrize("kind", [0, 1, 128, 132, 137, 255])
def test_other_icmpv6_claims_nothing(kind: int) -> None:
    claim = AddressClaim()
    data = bytes(16) + bytes((kind,)) + bytes(40)
    assert claim.neighbour(data, 16, len(data), 0) == Answer.NEED_MORE


@pytest.mark.parametrize(
    ("position", "value"),
    [
        (1, b"\x01"),  # code
        (25, b"\x00"),  # option of length 0
        (25, b"\x02"),  # option that runs over the end
        (26, b"\x33\x33\x00\x00\x00\x01"),  # a group's MAC
        (26, bytes(6)),
        (8, b"\xff\x02"),  # multicast target
    ],
)
def test_neighbour_that_lies(position: int, value: bytes) -> None:
    data = with_field(bytes(ADVERTISEMENT), 40 + position, value)
    claim = AddressClaim()
    assert claim.neighbour(data, 40, len(data), 8) == -Anomaly.ND


def test_second_option_of_one_kind_does_not_overrule_the_first() -> None:
    other = ICMPv6NDOptDstLLAddr(lladdr="02:00:00:00:00:66")
    assert neighbour(ADVERTISEMENT / other) == (packed(TARGET), MAC)


def test_source_outside_the_octets_is_refused() -> None:
    data = bytes(SOLICITATION)
    claim = AddressClaim()
    assert claim.neighbour(data, 40, len(data), len(data) - 15) == -Anomaly.ND
    assert claim.neighbour(data, 40, len(data), 1 << 40) == -Anomaly.ND


def test_routers_say_that_they_are() -> None:
    claim = AddressClaim()
    data = bytes(IPv6(src=SOURCE) / ICMPv6ND_RA() / ICMPv6NDOptSrcLLAddr(lladdr=LINK))
    assert claim.neighbour(data, 40, len(data), 8) == Answer.DONE
    assert claim.router
    data = bytes(ADVERTISEMENT)
    assert claim.neighbour(data, 40, len(data), 8) == Answer.DONE
    assert not claim.router
    data = with_field(data, 44, b"\x80")
    assert claim.neighbour(data, 40, len(data), 8) == Answer.DONE
    assert claim.router


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.integers(1, 2), st.binary(min_size=6, max_size=6), st.integers(1, 223), st.binary(max_size=9)
)
def test_dpkt_reads_the_same(operation: int, mac: bytes, first: int, behind: bytes) -> None:
    payload = with_field(REQUEST, 6, struct.pack(">H", operation) + mac + bytes((first,))) + behind
    referee = dpkt.arp.ARP(payload)
    if mac[0] & 1 or mac == bytes(6) or first == 127:
        assert arp(payload) == -Anomaly.ARP
    else:
        assert arp(payload) == (referee.spa, referee.sha)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=64),
        st.tuples(st.integers(133, 136), st.binary(max_size=60)).map(
            lambda message: bytes((message[0], 0)) + message[1]
        ),
        st.binary(max_size=40).map(lambda behind: REQUEST[:8] + behind),
    ),
    st.integers(-20, 100),
)
def test_any_octets(payload: bytes, source_start: int) -> None:
    claim = AddressClaim()
    data = bytes(16) + payload
    for answer in (
        claim.neighbour(data, 16, len(data), source_start),
        claim.arp(data, 16, len(data)),
    ):
        assert answer in (Answer.DONE, Answer.NEED_MORE, -Anomaly.ND, -Anomaly.ARP)
    if answer == Answer.DONE:
        assert 16 <= claim.mac_start < claim.address_start <= len(data) - 4


@pytest.mark.skipif(
    not CAPTURES.exists(), reason="the captures are not here: set NETWATCH_CAPTURES"
)
def test_real_arp_reads_as_dpkt_does() -> None:
    claims = 0
    for path in sorted(CAPTURES.glob("tcpdump/**/*arp*.pcap")) + sorted(
        CAPTURES.glob("pcapplusplus/**/Arp*.pcap")
    ):
        with path.open("rb") as capture:
            reader = dpkt.pcap.UniversalReader(capture)
            frames = [frame for _, frame in reader if frame[12:14] == b"\x08\x06"]
        for frame in frames:
            referee = dpkt.arp.ARP(frame[14:])
            claim = arp(frame[14:])
            if not isinstance(claim, int):
                assert claim == (referee.spa, referee.sha)
                claims += 1
    assert claims > 0
