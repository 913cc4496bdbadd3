"""LLDP: chassis, port and time to live stand first and agree; what lies behind them may be cut.

Invariant: every value of a claim stands in the frame, and MACs and addresses are of one interface.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.device_claim import DeviceClaim
from netwatch.extract.lldp import read_lldp
from netwatch.model import DEVICE_KINDS, Anomaly, Answer
from netwatch.selftest.neighbours import lldp, lldp_value

MAC = bytes.fromhex("00163e000001")
ADDRESS = b"\x0a\0\0\x01"
SWITCH = lldp(
    MAC, "sw-3", port="Gi0/7", description="Switch OS 2", capabilities=0x14, address=ADDRESS
)
HEAD = SWITCH[: 9 + 8 + 4]
REAL = Path(__file__).resolve().parents[2] / "../shared/captures/tcpdump/LLDP_and_CDP.pcap"

# IEEE 802.1AB by hand: chassis by MAC, port by name, 120 s, name, end.
BY_HAND = bytes.fromhex("0207 04 00163e000001 0403 05 6731 0602 0078 0a04") + b"sw-1" + b"\0\0"


def read(octets: bytes) -> tuple[int, DeviceClaim]:
    claim = DeviceClaim()
    data = b"\xff" * 3 + octets + b"\xff" * 40
    return read_lldp(data, 3, 3 + len(octets), claim), claim


def test_by_hand() -> None:
    answer, claim = read(BY_HAND)
    assert answer == Answer.DONE
    assert (claim.mac, claim.port, claim.hostname) == (MAC, b"g1", b"sw-1")
    assert read(BY_HAND + bytes(30))[1].said() == claim.said()


def test_a_switch() -> None:
    answer, claim = read(SWITCH)
    assert answer == Answer.DONE
    assert (claim.mac, claim.address, claim.hostname) == (MAC, ADDRESS, b"sw-3")
    assert (claim.port, claim.description) == (b"Gi0/7", b"Switch OS 2")
    assert claim.device_kind == "switch"


@pytest.mark.parametrize(
    ("capabilities", "kind"),
    [
        (0x20, "phone"),
        (0x24, "phone"),
        (0x0C, "access-point"),
        (0x14, "switch"),
        (0x10, "router"),
        (0x80, "host"),
        (0x01, ""),
    ],
)
def test_kinds(capabilities: int, kind: str) -> None:
    claim = read(lldp(MAC, "x", capabilities=capabilities))[1]
    assert claim.device_kind == kind
    assert kind in ("", *DEVICE_KINDS)


def test_addresses() -> None:
    six = bytes.fromhex("fd00000000000000000000000000000a")
    assert read(lldp(MAC, address=six))[1].address == six
    for wrong in (b"\xe0\0\0\1", bytes(4), b"\xff" + bytes(15), b"\1\2\3"):
        assert read(lldp(MAC, address=wrong))[1].address == b""
    chassis = lldp_value(1, b"\5\1" + ADDRESS) + HEAD[9:]
    assert read(chassis)[1].address == ADDRESS
    group = lldp_value(1, b"\4" + b"\1" + MAC[1:]) + HEAD[9:]
    assert read(group)[1].mac == b""


def test_ports() -> None:
    head = lldp_value(1, b"\4" + MAC)
    ttl = lldp_value(3, b"\0\x78")
    assert read(head + lldp_value(2, b"\3" + MAC) + ttl)[1].port == MAC.hex().encode()
    described = head + lldp_value(2, b"\7\0") + ttl + lldp_value(4, b"uplink")
    assert read(described)[1].port == b"uplink"


def test_what_stands_in_front_does_not_come_again() -> None:
    for kind in (0, 1, 2, 3):
        octets = HEAD + lldp_value(kind, b"") + lldp_value(5, b"late")
        assert read_lldp(octets, 0, len(octets), claim := DeviceClaim()) == Answer.DONE
        assert claim.hostname == b""
        bare = HEAD + lldp_value(kind, b"")
        assert read_lldp(bare, 0, len(bare), claim) == Answer.DONE


def test_it_takes_its_leave() -> None:
    assert read(lldp(MAC, "sw-3", ttl_s=0))[0] == Answer.NEED_MORE


WRONG = {
    "port first": BY_HAND[9:],
    "no port": BY_HAND[:9] + BY_HAND[14:],
    "empty chassis": b"\2\1\4" + BY_HAND[9:],
    "chassis past the end": b"\2\xff" + BY_HAND[2:],
    "nothing": b"",
    "end": bytes(40),
}


@pytest.mark.parametrize("octets", WRONG.values(), ids=WRONG.keys())
def test_what_is_none(octets: bytes) -> None:
    assert read(octets)[0] == -Anomaly.LLDP


def test_every_truncation() -> None:
    for end in range(len(SWITCH)):
        answer, claim = read(SWITCH[:end])
        assert answer == (Answer.DONE if end >= len(HEAD) else -Anomaly.LLDP), end
        assert claim.hostname in (b"", b"sw-3")


@settings(max_examples=200, derandomize=True, deadline=None)
@given(octets=st.binary(max_size=80), head=st.sampled_from([b"", HEAD, HEAD[:9], SWITCH[:40]]))
def test_any_octets(octets: bytes, head: bytes) -> None:
    data = head + octets
    answer, claim = read(data)
    assert answer in (Answer.DONE, Answer.NEED_MORE, -Anomaly.LLDP)
    assert len(claim.mac) in (0, 6) and len(claim.address) in (0, 4, 16)
    for said in (claim.mac, claim.address, claim.hostname, claim.description):
        assert said in data


@pytest.mark.skipif(not REAL.exists(), reason="the real captures are not here")
def test_a_real_one() -> None:
    octets = REAL.read_bytes()
    at = octets.index(bytes.fromhex("0180c200000e00192fa7b28d88cc")) + 14
    claim = DeviceClaim()
    assert read_lldp(octets, at, at + 282, claim) == Answer.DONE
    assert (claim.hostname, claim.port) == (b"S2.cisco.com", b"Uplink to S1")
    assert claim.description.startswith(b"Cisco IOS Software, C3560")
    assert claim.device_kind == "switch"
