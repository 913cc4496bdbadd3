"""The tunnels of the self-test, read by scapy where it knows them.

Invariant: an independent dissector finds the packet that was put in.
"""

import pytest
from scapy.contrib.erspan import ERSPAN_II
from scapy.contrib.geneve import GENEVE
from scapy.contrib.gtp import GTP_U_Header
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import GRE, GRE_PPTP, Ether
from scapy.layers.l2tp import L2TP
from scapy.layers.vxlan import VXLAN
from scapy.packet import Packet

from netwatch.selftest import frames
from netwatch.selftest.carriers import (
    BRIDGED,
    CARRIERS,
    ERSPAN_2,
    Ends,
    Inner,
    erspan_2,
    ethertype,
    geneve,
    gre,
    gtp,
    l2tp,
    numbers,
    ppp,
    pptp,
    vxlan,
)

PACKET = frames.udp("10.9.0.5", "10.9.0.53", (40_000, 53), b"a payload")
PACKET6 = frames.udp("fd00::5", "fd00::35", (40_000, 53), b"a payload")
FRAME = frames.on_link(PACKET, 1, "02:00:00:00:00:11", "02:00:00:00:00:22")


def innermost(packet: Packet) -> bytes:
    """The last UDP's payload."""
    found = packet.getlayer(UDP)
    while found is not None and found.payload.getlayer(UDP) is not None:
        found = found.payload.getlayer(UDP)
    assert found is not None
    return bytes(found.payload)


@pytest.mark.parametrize(
    ("kind", "octets"),
    [
        (VXLAN, vxlan(FRAME, 7)),
        (GENEVE, geneve(0x0800, PACKET, 7)),
        (GENEVE, geneve(BRIDGED, FRAME, 7, options=b"\1\2\x80\1abcd")),
        (GTP_U_Header, gtp(PACKET, sequence=True)),
        (GRE, gre(0x0800, PACKET, key=1, sequence=2, checksum=True)),
        (GRE, gre(BRIDGED, FRAME)),
        (GRE, erspan_2(FRAME, 7)),
        (GRE_PPTP, pptp(ppp(PACKET))),
        (L2TP, l2tp(ppp(PACKET))),
    ],
)
def test_scapy_finds_what_was_put_in(kind: type[Packet], octets: bytes) -> None:
    read = kind(octets)
    assert innermost(read) == b"a payload"
    for field, value in (("vni", 7), ("vlan", 7)):
        if field in read.fields:
            assert read.fields[field] == value


def test_the_mirrors_header() -> None:
    read = GRE(erspan_2(FRAME, 7))[ERSPAN_II]
    assert (read.ver, read.vlan, bytes(read[Ether])) == (1, 7, FRAME)
    assert GRE(erspan_2(FRAME)).proto == ERSPAN_2


def test_ends() -> None:
    four, six = Ends("192.0.2.1", "192.0.2.9"), Ends("2001:db8::1", "2001:db8::9")
    assert (len(four.packed), len(six.packed)) == (8, 32)
    assert IP(four.ip(47, b"x")).proto == 47
    assert IPv6(six.ip(47, b"x")).nh == 47
    there, back = IP(four.udp(4789, b"x")), IP(four.udp(4789, b"x", back=True))
    assert (there[UDP].dport, back[UDP].sport) == (4789, 4789)
    assert (ethertype(PACKET), ethertype(PACKET6)) == (0x0800, 0x86DD)
    assert numbers((1, 1), (2, 2)) == b"\1\0\2"


def test_every_form_carries_what_it_is_given() -> None:
    for forms in CARRIERS.values():
        for form in forms:
            made = form(Inner(Ends(), PACKET, FRAME, 5))
            assert PACKET in made
            assert made == form(Inner(Ends(), PACKET, FRAME, 5)), "the same every time"
