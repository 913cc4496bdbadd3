"""GRE and what is put in it; every form that is right stands in test_tunnels.py.

Invariant: whatever the flags say is there is passed over, and nothing else.
"""

import pytest
from opening import ENDS, QUESTION, QUESTION6, inner, opened, refused, what_is_inside

from netwatch.decode.ethertypes import LLC
from netwatch.model import Anomaly
from netwatch.selftest.carriers import (
    ARUBA,
    BRIDGED,
    ERSPAN_2,
    ERSPAN_3,
    PPP,
    WCCP,
    erspan_2,
    erspan_3,
    gre,
    numbers,
    ppp,
    pptp,
    station,
)

FRAME = inner().frame
MAC = FRAME[6:12]


@pytest.mark.parametrize("key", [-1, 0, 0xFFFFFFFF])
@pytest.mark.parametrize("sequence", [-1, 7])
@pytest.mark.parametrize("checksum", [False, True])
@pytest.mark.parametrize("routes", [None, (), (b"",), (b"a", b"bcdef")])
def test_every_mix_of_fields(
    key: int, sequence: int, checksum: bool, routes: tuple[bytes, ...] | None
) -> None:
    made = gre(0x0800, QUESTION, key=key, sequence=sequence, checksum=checksum, routes=routes)
    assert what_is_inside(opened(ENDS.ip(47, made))) == QUESTION
    header = len(made) - len(QUESTION)
    for end in range(header):
        assert refused(ENDS.ip(47, made[:end])) == Anomaly.TRANSPORT_HEADER


def test_source_routes_without_an_end() -> None:
    routed = gre(0x0800, b"", routes=(b"abcd",))
    assert refused(ENDS.ip(47, routed[:-4])) == Anomaly.TRANSPORT_HEADER
    assert refused(ENDS.ip(47, routed[:-4] + b"\0\0\0\xff")) == Anomaly.TRANSPORT_HEADER


@pytest.mark.parametrize("version", range(2, 8))
def test_other_versions(version: int) -> None:
    octets = numbers((version, 2), (0x0800, 2)) + QUESTION
    assert refused(ENDS.ip(47, octets)) == Anomaly.TRANSPORT_HEADER


@pytest.mark.parametrize("protocol", [0, 0x00FE, 0x2000, 0x2001])
def test_talk_of_routers_is_no_packet(protocol: int) -> None:
    assert opened(ENDS.ip(47, gre(protocol, QUESTION))).ethertype == LLC


def test_other_ethertypes_are_the_engines_business() -> None:
    assert opened(ENDS.ip(47, gre(0x0806, bytes(28)))).ethertype == 0x0806
    assert opened(ENDS.ip(47, gre(0xB7EA, bytes(28)))).ethertype == 0xB7EA


def test_pptp() -> None:
    inside = what_is_inside(opened(ENDS.ip(47, pptp(ppp(QUESTION)) + b"behind")))
    assert inside == QUESTION, "the length says where it ends"
    assert opened(ENDS.ip(47, pptp(b"", acknowledged=True))).ethertype == LLC
    assert opened(ENDS.ip(47, pptp(b"\xff\x03\xc0\x21\1\1\0\4"))).ethertype == LLC
    assert refused(ENDS.ip(47, pptp(b"\xff\x03\0\xfd\x90\0"))) == Anomaly.ENCRYPTED
    whole = pptp(ppp(QUESTION), acknowledged=True)
    for end in range(16):
        assert refused(ENDS.ip(47, whole[:end])) == Anomaly.TRANSPORT_HEADER
    for flags in (0x1001, 0xB001, 0x7001):  # no key; a checksum; source routes
        octets = numbers((flags, 2)) + whole[2:]
        assert refused(ENDS.ip(47, octets)) == Anomaly.TRANSPORT_HEADER
    assert refused(ENDS.ip(47, numbers((0x3001, 2), (0x0800, 2)) + whole[4:])) == (
        Anomaly.TRANSPORT_HEADER
    )


def test_ppp_in_version_0() -> None:
    assert what_is_inside(opened(ENDS.ip(47, gre(PPP, ppp(QUESTION6))))) == QUESTION6


def test_the_mirrors_vlan_is_that_of_an_untagged_frame() -> None:
    tagged = inner(vlans=(30,)).frame
    for mirror in (erspan_2, erspan_3):
        assert opened(ENDS.ip(47, mirror(FRAME, 7))).vlan_tuple() == (7,)
        assert opened(ENDS.ip(47, mirror(FRAME, 0))).vlan_tuple() == ()
        assert opened(ENDS.ip(47, mirror(tagged, 7))).vlan_tuple() == (30,)
    packets = erspan_3(QUESTION6, 7, kind=2)
    assert opened(ENDS.ip(47, packets)).vlan_tuple() == (7,)
    assert what_is_inside(opened(ENDS.ip(47, packets))) == QUESTION6


def test_erspan_that_is_none() -> None:
    for head in (b"\0\0", b"\x20\0", b"\xf0\0"):
        octets = gre(ERSPAN_2, head + bytes(6) + FRAME, sequence=1)
        assert refused(ENDS.ip(47, octets)) == Anomaly.ETHERTYPE_UNKNOWN
    for octets in (erspan_3(FRAME, version=1), erspan_3(FRAME, kind=7), erspan_3(b"", kind=2)):
        assert refused(ENDS.ip(47, octets)) == Anomaly.ETHERTYPE_UNKNOWN
    for size, whole in ((8, erspan_2(FRAME)), (20, erspan_3(FRAME, platform=True))):
        for end in range(8, 8 + size):
            assert refused(ENDS.ip(47, whole[:end])) == Anomaly.FRAME_TRUNCATED
    assert refused(ENDS.ip(47, gre(ERSPAN_3, b"", sequence=1))) == Anomaly.FRAME_TRUNCATED


def test_wccp_that_is_none() -> None:
    assert refused(ENDS.ip(47, gre(WCCP, b"abc"))) == Anomaly.FRAME_TRUNCATED
    assert refused(ENDS.ip(47, gre(WCCP, b"\1bcd" + bytes(40)))) == Anomaly.ETHERTYPE_UNKNOWN
    alike = b"\x45\0\0\x09"  # a redirect header whose first octet looks like one of IP
    assert what_is_inside(opened(ENDS.ip(47, gre(WCCP, alike + QUESTION)))) == QUESTION


def test_protected_stations() -> None:
    hidden = station(b"\x45secret", MAC, flags=0x41)
    hidden = hidden[:24] + bytes(range(40))
    assert refused(ENDS.ip(47, gre(ARUBA + 0x100, hidden))) == Anomaly.ENCRYPTED
    assert opened(ENDS.ip(47, gre(ARUBA, b"\xd4\0" + bytes(8)))).ethertype == LLC
    assert opened(ENDS.ip(47, gre(ARUBA, station(QUESTION, MAC)))).mac(-1) == b""


def test_a_bridged_frame_that_is_cut() -> None:
    for end in range(14):
        assert refused(ENDS.ip(47, gre(BRIDGED, FRAME[:end]))) == Anomaly.FRAME_TRUNCATED
