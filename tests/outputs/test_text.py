"""Invariant: whatever comes in, each function answers one line without control characters."""

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.outputs.text import (
    address_text,
    ascii_text,
    cell_text,
    line_text,
    mac_text,
    shortened,
    time_text,
)


@pytest.mark.parametrize(
    ("time_ns", "text"),
    [
        (0, "1970-01-01T00:00:00.000000000Z"),
        (1, "1970-01-01T00:00:00.000000001Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (1_755_775_527_123_456_789, "2025-08-21T11:25:27.123456789Z"),
        (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
        ((2**32 - 1) * 10**9, "2106-02-07T06:28:15.000000000Z"),
        (253_402_300_799_999_999_999, "9999-12-31T23:59:59.999999999Z"),
        (253_402_300_800_000_000_000, "9999-12-31T23:59:59.999999999Z"),
        (2**80, "9999-12-31T23:59:59.999999999Z"),
        (-(2**80), "0001-01-01T00:00:00.000000000Z"),
    ],
)
def test_times_are_rfc_3339_in_utc_with_nanoseconds(time_ns: int, text: str) -> None:
    assert time_text(time_ns) == text


@settings(derandomize=True, max_examples=200)
@given(st.integers(-(2**55), 2**63 - 1))
def test_times_agree_with_datetime(time_ns: int) -> None:
    micros, nanos = divmod(time_ns, 1000)
    told = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    assert time_text(time_ns) == f"{told:%Y-%m-%dT%H:%M:%S.%f}{nanos:03d}Z"


@pytest.mark.parametrize(
    ("packed", "text"),
    [
        (b"", ""),
        (b"\x0a\x14\x00\x0a", "10.20.0.10"),
        (b"\xff\xff\xff\xff", "255.255.255.255"),
        (bytes(16), "::"),
        (ipaddress.IPv6Address("2001:db8::1").packed, "2001:db8::1"),
        (ipaddress.IPv6Address("2001:db8:0:1:1:1:1:1").packed, "2001:db8:0:1:1:1:1:1"),
        (b"\x01\x02\x03", "010203"),
    ],
)
def test_addresses(packed: bytes, text: str) -> None:
    assert address_text(packed) == text


def test_macs() -> None:
    assert mac_text(b"") == ""
    assert mac_text(bytes.fromhex("00115e7fabcd")) == "00:11:5e:7f:ab:cd"


@pytest.mark.parametrize(
    ("text", "ascii_only", "line"),
    [
        ("plain name.pcap", "plain name.pcap", "plain name.pcap"),
        ("a\nb", "a\\x0ab", "a\\x0ab"),
        ("\x1b]0;x\x07", "\\x1b]0;x\\x07", "\\x1b]0;x\\x07"),
        ("\x9b2J", "\\x9b2J", "\\x9b2J"),
        ("Büro", "B\\xfcro", "Büro"),
        ("日本", "\\u65e5\\u672c", "日本"),
        ("a\u202eb", "a\\u202eb", "a\\u202eb"),
        ("\u2028", "\\u2028", "\\u2028"),
        ("\U0001f600", "\\U0001f600", "\U0001f600"),
        ("\udcff", "\\xff", "\\xff"),
        ("\ud800", "\\ud800", "\\ud800"),
        ("\\032", "\\032", "\\032"),
    ],
)
def test_escapes(text: str, ascii_only: str, line: str) -> None:
    assert ascii_text(text) == ascii_only
    assert line_text(text) == line


@settings(derandomize=True, max_examples=300)
@given(st.text(st.characters(exclude_categories=())))
def test_no_text_gets_a_control_character_through(text: str) -> None:
    assert all(" " <= c <= "~" for c in ascii_text(text))
    for told in (line_text(text), cell_text(text)):
        assert told.isprintable()
        told.encode("utf-8")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "|", "%", " =", "\t="])
def test_a_cell_is_never_a_formula(start: str) -> None:
    assert cell_text(start + "cmd|' /C calc'!A0").startswith("'")


def test_a_harmless_cell_stays_as_it_is() -> None:
    for text in ("", "10.0.0.1", "ds.kaspersky.com", "a=b", "'quoted"):
        assert cell_text(text) == text


def test_a_long_name_loses_its_middle() -> None:
    name = "a" * 60 + ".upd.kaspersky.com"
    assert shortened(name, 100) == name
    short = shortened(name, 30)
    assert len(short) == 30
    assert short.startswith("aaaa")
    assert short.endswith(".upd.kaspersky.com")
    assert "..." in short


@settings(derandomize=True, max_examples=100)
@given(st.text("ab.", max_size=80), st.integers(8, 90))
def test_shortened_keeps_to_its_width(text: str, width: int) -> None:
    short = shortened(text, width)
    assert len(short) == min(len(text), width)
