"""CAPWAP's data channel; every form that is right stands in test_tunnels.py.

Invariant: what is no whole header is an ordinary datagram; control fields are read in the order in
which they were written.
"""

import pytest
from opening import ENDS, QUESTION, inner, opened, refused, what_is_inside

from netwatch.decode.ethertypes import LLC
from netwatch.model import Anomaly
from netwatch.selftest.carriers import capwap, numbers, station

FRAME = inner().frame
MAC = FRAME[6:12]


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("flags", [0x01, 0x02, 0x03, 0x11, 0x09, 0x0A])
def test_control_fields_of_both_orders(swapped: bool, flags: int) -> None:
    frame = station(QUESTION, MAC, swapped=swapped, flags=flags)
    if flags & 3 == 3:
        frame = frame[:24] + MAC + frame[24:]
    packet = opened(ENDS.udp(5247, capwap(frame, native=True)))
    assert what_is_inside(packet) == QUESTION
    assert packet.frame is packet.data


def test_protected_management_and_empty_frames() -> None:
    hidden = station(QUESTION, MAC, flags=0x41)[:24] + bytes(range(40))
    assert refused(ENDS.udp(5247, capwap(hidden, native=True))) == Anomaly.ENCRYPTED
    beacon = b"\x80\0" + bytes(40)
    assert opened(ENDS.udp(5247, capwap(beacon, native=True))).ethertype == LLC
    assert refused(ENDS.udp(5247, capwap(b"", native=True))) == Anomaly.FRAME_TRUNCATED
    assert refused(ENDS.udp(5247, capwap(b"\x08", native=True))) == Anomaly.FRAME_TRUNCATED


def test_pieces() -> None:
    first = opened(ENDS.udp(5247, capwap(FRAME[:60], offset=0)))
    assert what_is_inside(first) == QUESTION[:46], "the first piece is read"
    assert refused(ENDS.udp(5247, capwap(FRAME[60:], offset=64))) == Anomaly.FRAGMENT_DROPPED


def test_dtls() -> None:
    for kind, anomaly in ((23, Anomaly.ENCRYPTED), (22, 0), (20, 0)):
        record = b"\1\0\0\0" + bytes((kind,)) + b"\xfe\xfd\0\1" + bytes(20)
        assert refused(ENDS.udp(5247, record)) == anomaly
    assert refused(ENDS.udp(5247, b"\1\0\0\0\x17\x03\x03\0" + bytes(20))) == 0


def test_headers_that_are_none() -> None:
    whole = capwap(FRAME)
    for end in range(16):
        assert refused(ENDS.udp(5247, whole[:end])) == 0
    for head in (
        4 << 19 | 0x08,  # keep-alive
        4 << 19 | 0x01,  # reserved
        1 << 19,  # shorter than itself
        31 << 19,  # longer than the datagram
        4 << 19 | 1 << 28,  # another version
        2 << 24 | 4 << 19,  # another preamble
        4 << 19 | 2 << 9 | 0x100,  # a radio that is not 802.11
    ):
        assert refused(ENDS.udp(5247, numbers((head, 4)) + whole[4:60])) == 0, hex(head)
