"""Invariant: the word-wise search finds what a search octet by octet finds, for any octets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.lines import (
    decimal,
    find_line_feed,
    header_value,
    is_talk,
    line_stop,
    skip_blanks,
    strip_blanks,
)

# Octets that differ from LF in the bits that the word-wise test plays with.
TRICKY = st.lists(st.sampled_from([0x0A, 0x8A, 0x0B, 0x8B, 0x09, 0x00, 0x80, 0xFF, 0x41]))


@settings(derandomize=True, max_examples=500, deadline=None)
@given(TRICKY.map(bytes) | st.binary(max_size=60), st.integers(0, 9), st.integers(0, 70))
def test_find_line_feed(data: bytes, at: int, end: int) -> None:
    end = min(end, len(data))
    at = min(at, end)
    assert find_line_feed(data, at, end) == data.find(b"\n", at, end)


@pytest.mark.parametrize("place", range(40))
def test_a_lone_line_feed_is_found_at_every_place(place: int) -> None:
    data = b"\x8a" * place + b"\n" + b"\x8a" * 40
    assert find_line_feed(data, 0, len(data)) == place
    assert find_line_feed(data, 0, place) == -1


def test_blanks_and_line_ends() -> None:
    data = b" \t x \t\r\n"
    assert skip_blanks(data, 0, 8) == 3
    assert skip_blanks(data, 0, 2) == 2
    assert strip_blanks(data, 0, 7) == 4
    assert strip_blanks(b"\t \r", 0, 3) == 0
    assert line_stop(data, 0, 7) == 6
    assert line_stop(b"\n", 0, 0) == 0
    assert line_stop(b"a\n", 0, 1) == 1


@pytest.mark.parametrize(
    ("line", "offset"),
    [
        (b"host:x", 5),
        (b"HOST: x", 5),
        (b"Host \t: x", 7),
        (b"Host:", 5),
        (b"Host", -1),
        (b"Host ", -1),
        (b"Hos:t", -1),
        (b"Hosts: x", -1),
        (b"\x48ost-Override: x", -1),
        (b"", -1),
    ],
)
def test_header_value(line: bytes, offset: int) -> None:
    assert header_value(line, 0, len(line), b"host") == offset


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"0", 0),
        (b"443", 443),
        (b"999999999999999", 999_999_999_999_999),
        (b"1000000000000000", -1),
        (b"", -1),
        (b"-1", -1),
        (b"1 ", -1),
        (b"\xb2", -1),
    ],
)
def test_decimal(text: bytes, value: int) -> None:
    assert decimal(b"9" + text + b"9", 1, 1 + len(text)) == value


def test_a_talk() -> None:
    for text in (b"EHLO x\r\n", b"a\n", b"\tb~\r\nc\r\n", b"x" * 511 + b"\n"):
        assert is_talk(b"\x00" + text + b"\x00", 1, 1 + len(text))
    for text in (b"", b"\n", b"EHLO x", b"EHLO\x00x\r\n", b"\xc3\xa4\r\n", b"x" * 512 + b"\n"):
        assert not is_talk(b"a" + text + b"\n", 1, 1 + len(text))
