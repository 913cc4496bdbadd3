"""Conversations on a wire: who says what, when, with which numbers."""

import dpkt
import pytest

from netwatch.selftest import frames
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Host, Site, Tcp, Wire, together

START = "2026-11-18T08:00:00Z"


def packets(wire: Wire) -> list[dpkt.ip.IP]:
    return [dpkt.ethernet.Ethernet(frame.octets).data for frame in wire.shown]


def test_a_site_has_addresses_of_its_own() -> None:
    one, other = Site(1), Site(2)
    assert one.host(300) == Host(ip="10.1.1.44", mac="00:16:3e:01:01:2c")
    assert one.host(20, six=True).ip == "fd00:0:0:1::14"
    assert one.host(20).mac == one.host(20, six=True).mac != other.host(20).mac
    assert one.internet("8.8.8.8").mac == one.gateway.mac
    assert Site(0).host(1, six=True).ip == "fd00::1"
    with pytest.raises(ValueError, match="site 256"):
        Site(256)


def test_a_look_up_is_a_question_and_its_answer() -> None:
    site, wire = Site(1), Wire(START)
    wire.look_up(site.host(20), site.resolver, "ds.kaspersky.com", addresses("203.0.113.1"))
    asked, answered = packets(wire)
    assert (asked.udp.dport, answered.udp.sport) == (53, 53)
    assert asked.udp.sport == answered.udp.dport
    assert dpkt.dns.DNS(asked.udp.data).id == dpkt.dns.DNS(answered.udp.data).id
    assert [frame.time_ns for frame in wire.shown] == [
        1_794_988_800_000_000_000,
        1_794_988_800_012_200_000,
    ]


def test_a_session_has_numbers_that_go_on() -> None:
    site, wire = Site(1), Wire(START)
    wire.tls(site.host(20), site.internet("203.0.113.1"), "ds.kaspersky.com")
    expected: dict[str, int] = {}
    for packet in packets(wire):
        side, segment = str(packet.src), packet.tcp
        assert expected.get(side, segment.seq) == segment.seq
        begins = segment.flags & (dpkt.tcp.TH_SYN | dpkt.tcp.TH_FIN) != 0
        expected[side] = segment.seq + len(segment.data) + begins
    assert packets(wire)[0].tcp.flags == dpkt.tcp.TH_SYN
    assert packets(wire)[-1].tcp.flags == dpkt.tcp.TH_ACK


def test_pieces_can_be_shown_in_any_order() -> None:
    site, wire = Site(1), Wire(START)
    connection = Tcp(wire, site.host(20), site.host(21), 443)
    first, second = connection.pieces(b"abcdef", 3)
    connection.send(second, first)
    assert [packet.tcp.data for packet in packets(wire)] == [b"def", b"abc"]
    connection.skip(10)
    connection.ack()
    assert packets(wire)[2].tcp.seq == packets(wire)[1].tcp.seq + 16


def test_no_two_conversations_have_one_port() -> None:
    wire = Wire(START)
    assert len({wire.port() for _ in range(1_000)}) == 1_000


def test_vlans_and_links() -> None:
    site = Site(1)
    tagged, raw = Wire(START, vlans=(7,)), Wire(START, link=frames.RAW)
    for wire in (tagged, raw):
        wire.ask(site.host(20), site.resolver, "a.example")
    assert tagged.shown[0].octets[12:16] == b"\x81\x00\x00\x07"
    assert raw.shown[0].octets[0] == 0x45
    assert raw.shown[0].link == 101


def test_wires_are_put_together_in_time() -> None:
    early, late = Wire(START), Wire(START).wait(1)
    for wire in (late, early):
        wire.show(b"x")
    times = [frame.time_ns for frame in together(late, early)]
    assert times == sorted(times)
