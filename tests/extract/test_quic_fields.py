"""Invariant: a reader of fields answers a value or an offset within bounds, or -1; it never raises.

Vectors: RFC 9000 appendix A.1 and section 19.3.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.quic_fields import (
    skip_ack,
    skip_close,
    skip_varints,
    varint,
    varint_length,
)

VARINTS = [
    ("25", 37),
    ("4025", 37),
    ("7bbd", 15_293),
    ("9d7f3e7d", 494_878_333),
    ("c2197c5eff14e88c", 151_288_809_941_952_652),
    ("ffffffffffffffff", (1 << 62) - 1),
    ("00", 0),
]


@pytest.mark.parametrize(("text", "value"), VARINTS)
def test_varint_is_read_whole_with_trailing_octets_and_at_every_truncation(
    text: str, value: int
) -> None:
    octets = bytes.fromhex(text)
    assert varint(octets, 0, len(octets)) == value
    assert varint(b"\xff" + octets + b"\xff" * 9, 1, 99) == value
    assert varint_length(octets, 0) == len(octets)
    for cut in range(len(octets)):
        assert varint(octets, 0, cut) == -1


@pytest.mark.parametrize(
    ("text", "ecn"),
    [
        ("02000000", False),  # largest 2, delay 0, no further range, first range 0
        ("4064" + "8000ffff" + "02" + "05" + "0102" + "4040" + "03", False),
        ("0a000000" + "01024005", True),
    ],
)
def test_ack_is_stepped_over(text: str, ecn: bool) -> None:
    octets = bytes.fromhex(text)
    assert skip_ack(octets, 0, len(octets), ecn) == len(octets)
    assert skip_ack(octets + b"\x06", 0, len(octets) + 1, ecn) == len(octets)
    for cut in range(len(octets)):
        assert skip_ack(octets, 0, cut, ecn) == -1


def test_ack_that_claims_more_ranges_than_there_are_octets() -> None:
    octets = bytes.fromhex("00" + "00" + "ffffffffffffffff" + "00")
    assert skip_ack(octets, 0, len(octets), False) == -1


def test_close_is_stepped_over() -> None:
    transport = bytes.fromhex("0a" + "06" + "03") + b"bye"
    assert skip_close(transport, 0, len(transport), False) == len(transport)
    application = bytes.fromhex("4100" + "03") + b"bye"
    assert skip_close(application, 0, len(application), True) == len(application)
    for octets, kind in ((transport, False), (application, True)):
        for cut in range(len(octets)):
            assert skip_close(octets, 0, cut, kind) == -1


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 45), st.integers(0, 50), st.booleans())
def test_any_octets(data: bytes, at: int, count: int, flag: bool) -> None:
    end = len(data)
    at = min(at, end)
    assert -1 <= varint(data, at, end) < 1 << 62
    for offset in (
        skip_varints(data, at, end, count),
        skip_ack(data, at, end, flag),
        skip_close(data, at, end, flag),
    ):
        assert offset == -1 or at <= offset <= end
