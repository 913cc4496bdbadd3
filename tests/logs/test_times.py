"""Times of logs: zones, years and times that are not said."""

import pytest

from netwatch.logs.times import Clock, month_of
from netwatch.outputs.text import time_text

JANUARY_NS = 1_767_225_600_000_000_000 + 3_600_000_000_000
"""2026-01-01T01:00:00Z."""


@pytest.mark.parametrize(
    ("text", "time"),
    [
        (b"2026-11-22T10:00:00Z", "2026-11-22T10:00:00.000000000Z"),
        (b"2026-11-22 10:00:00.5", "2026-11-22T08:00:00.500000000Z"),
        (b"2026-11-22T10:00:00,123456789+0130", "2026-11-22T08:30:00.123456789Z"),
        (b"2026-11-22T10:00:00.1234567899-05:00", "2026-11-22T15:00:00.123456789Z"),
        (b"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000000Z"),
    ],
)
def test_iso(text: bytes, time: str) -> None:
    clock = Clock(7200)
    assert time_text(clock.iso(text)) == time
    assert bool(clock.notes) == text.endswith(b".5")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"2026-11-22",
        b"2026-13-22T10:00:00Z",
        b"2026-11-22T24:00:00Z",
        b"1969-12-31T00:00:00Z",
        b"2999-01-01T00:00:00Z",
    ],
)
def test_what_cannot_be(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".?"):
        Clock().iso(text)


def test_without_a_year_it_is_the_latest_before_the_change() -> None:
    clock = Clock(0, JANUARY_NS)
    assert time_text(clock.month_day(b"Jan", b"1", b"00:30:00", None))[:10] == "2026-01-01"
    assert time_text(clock.month_day(b"Jan", b"1", b"23:30:00", None))[:10] == "2026-01-01"
    assert time_text(clock.month_day(b"Dec", b"31", b"23:30:00", None))[:10] == "2025-12-31"
    assert time_text(clock.month_day(b"Jan", b"3", b"00:30:00", None))[:10] == "2025-01-03"
    assert time_text(clock.month_day(b"Feb", b"29", b"00:30:00", None))[:10] == "2024-02-29"
    assert clock.notes == [
        "times without a zone were taken as UTC",
        "times without a year were taken as the last ones before the file was changed",
    ]
    with pytest.raises(ValueError, match="31"):
        clock.month_day(b"Feb", b"31", b"00:30:00", None)


def test_zones_that_were_given() -> None:
    clock = Clock(-19_800, JANUARY_NS)
    assert time_text(clock.iso(b"2026-01-01T00:00:00"))[:19] == "2026-01-01T05:30:00"
    assert clock.notes == ["times without a zone were taken as -05:30"]


def test_epoch_and_nothing() -> None:
    clock = Clock(7200, JANUARY_NS)
    assert clock.epoch(b"12.5") == 12_500_000_000
    assert clock.epoch(b"12") == 12_000_000_000
    assert clock.notes == []
    assert clock.unknown() == JANUARY_NS
    for text in (b"", b"x", b"-1", b"99999999999"):
        with pytest.raises(ValueError, match=r".?"):
            clock.epoch(text)


def test_months() -> None:
    assert [month_of(name) for name in (b"Jan", b"Dec")] == [1, 12]
    with pytest.raises(ValueError, match="jan"):
        month_of(b"jan")
