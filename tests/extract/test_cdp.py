"""CDP: a device id first of all; what does not fit behind it is padding or the cut.

Invariant: every value of a claim stands in the frame, and addresses are of one host.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.cdp import SNAP_BYTES, cdp_follows, read_cdp
from netwatch.extract.device_claim import DeviceClaim
from netwatch.limits import CLAIM_VALUE_BYTES_MAX
from netwatch.model import DEVICE_KINDS, Anomaly, Answer
from netwatch.selftest.neighbours import CDP_SNAP, cdp, cdp_value

ADDRESS = b"\x0a\0\0\x01"
SWITCH = cdp("sw-3.corp", platform="cisco WS-C2960", capabilities=0x28, address=ADDRESS)
REAL = Path(__file__).resolve().parents[2] / "../shared/captures/tcpdump/3560_CDP.pcap"

BY_HAND = bytes.fromhex("02b4 0000 0001 0008") + b"sw-1" + bytes.fromhex("0003 0006") + b"g1"


def read(octets: bytes) -> tuple[int, DeviceClaim]:
    claim = DeviceClaim()
    data = b"\xff" * 3 + octets + b"\xff" * 40
    return read_cdp(data, 3, 3 + len(octets), claim), claim


def test_by_hand() -> None:
    answer, claim = read(BY_HAND)
    assert answer == Answer.DONE
    assert (claim.hostname, claim.port) == (b"sw-1", b"g1")
    assert read(BY_HAND + bytes(30))[1].said() == claim.said()


def test_a_switch() -> None:
    answer, claim = read(SWITCH)
    assert answer == Answer.DONE
    assert (claim.hostname, claim.address) == (b"sw-3.corp", ADDRESS)
    assert (claim.description, claim.device_kind) == (b"cisco WS-C2960", "switch")


@pytest.mark.parametrize(
    ("capabilities", "kind"),
    [
        (0x90, "phone"),
        (0x29, "switch"),
        (0x02, "switch"),
        (0x01, "router"),
        (0x10, "host"),
        (4, ""),
    ],
)
def test_kinds(capabilities: int, kind: str) -> None:
    assert read(cdp("x", capabilities=capabilities))[1].device_kind == kind
    assert kind in ("", *DEVICE_KINDS)


def test_names_and_addresses() -> None:
    six = bytes.fromhex("fd00000000000000000000000000000a")
    assert read(cdp("x", address=six))[1].address == six
    assert read(cdp("x", address=b"\xe0\0\0\1"))[1].address == b""
    two = BY_HAND + cdp_value(2, b"\0\0\0\2\1\1\x81\0\3abc\1\1\xcc\0\4" + ADDRESS)
    assert read(two)[1].address == ADDRESS
    short = BY_HAND + cdp_value(2, b"\0\0\0\2\1\1\xcc\0\5" + ADDRESS)
    assert read(short)[1].address == b""
    named = BY_HAND + cdp_value(0x14, b"system")
    assert read(named)[1].hostname == b"system"
    assert read(cdp("x" * 400))[1].hostname == b"x" * CLAIM_VALUE_BYTES_MAX


def test_it_takes_its_leave() -> None:
    assert read(cdp("x", ttl_s=0))[0] == Answer.NEED_MORE


WRONG = {
    "version": b"\x03" + BY_HAND[1:],
    "no values": BY_HAND[:4],
    "no name": BY_HAND[:4] + BY_HAND[12:],
    "a length below its own": BY_HAND[:7] + b"\3" + BY_HAND[8:],
    "past the end": BY_HAND[:6] + b"\1" + BY_HAND[7:],
    "nothing": b"",
}


@pytest.mark.parametrize("octets", WRONG.values(), ids=WRONG.keys())
def test_what_is_none(octets: bytes) -> None:
    assert read(octets)[0] == -Anomaly.CDP


def test_how_a_frame_begins() -> None:
    frame = CDP_SNAP + SWITCH
    assert len(CDP_SNAP) == SNAP_BYTES
    assert cdp_follows(frame, SNAP_BYTES)
    for at in range(SNAP_BYTES):
        other = frame[:at] + b"\x55" + frame[at + 1 :]
        assert not cdp_follows(other, SNAP_BYTES)
        assert not cdp_follows(frame, at)


def test_every_truncation() -> None:
    first = 4 + 4 + len("sw-3.corp")
    for end in range(len(SWITCH)):
        answer, claim = read(SWITCH[:end])
        assert answer == (Answer.DONE if end >= first else -Anomaly.CDP), end
        assert claim.hostname in (b"", b"sw-3.corp")


@settings(max_examples=200, derandomize=True, deadline=None)
@given(octets=st.binary(max_size=80), head=st.sampled_from([b"", BY_HAND, SWITCH[:24], SWITCH]))
def test_any_octets(octets: bytes, head: bytes) -> None:
    data = head + octets
    answer, claim = read(data)
    assert answer in (Answer.DONE, Answer.NEED_MORE, -Anomaly.CDP)
    assert len(claim.address) in (0, 4, 16)
    for said in (claim.address, claim.hostname, claim.description, claim.port):
        assert said in data


@pytest.mark.skipif(not REAL.exists(), reason="the real captures are not here")
def test_a_real_one() -> None:
    octets = REAL.read_bytes()
    at = octets.index(CDP_SNAP)
    assert cdp_follows(octets, at + SNAP_BYTES)
    claim = DeviceClaim()
    assert read_cdp(octets, at + SNAP_BYTES, at + 386, claim) == Answer.DONE
    assert (claim.hostname, claim.port) == (b"Switch", b"GigabitEthernet0/5")
    assert claim.device_kind == "switch"
