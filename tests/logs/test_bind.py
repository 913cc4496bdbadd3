"""BIND's query log, as BIND 9.18 wrote it and as its documentation has it."""

import pytest
from log_samples import read_lines, read_sample

from netwatch.logs.bind import knows

QUERY = b"client @0x7f 10.20.0.7#45402 (a.test): query: a.test IN A +E(0)K (10.20.0.53)"


def test_a_log_of_bind_itself() -> None:
    read = read_sample("bind-full.log")
    names = ("dnl-03.geo.kaspersky.com", "activation-v2.kaspersky.com", "ds.kaspersky.com")
    assert [told[:2] for told in read.told()] == [
        (f"{line} 2026-11-22T21:48:47", "dns-query") for line in (1, 2, 3, 4)
    ]
    assert [told[2] for told in read.told()] == [*names, "we\\.ird\\032x.example.org"]
    assert [told[3] for told in read.told()] == ["10.20.0.7", *["10.20.0.8"] * 2, "fd00:20::8"]
    assert [told[4] for told in read.told()] == [*["10.20.0.53"] * 3, "fd00:20::53"]
    assert [s.recursion_desired for s in read.found] == [True, True, False, True]
    assert [s.transport for s in read.found] == [17, 6, 17, 17]
    assert [s.dns.qtype if s.dns else 0 for s in read.found] == [1, 1, 28, 16]
    assert not any(s.two_way for s in read.found), "that it answered is not told"
    assert not read.log.skipped


def test_iso_times_have_a_zone_and_no_time_is_the_time_of_change() -> None:
    iso, plain = read_sample("bind-iso.log"), read_sample("bind-plain.log")
    assert [one[1:] for one in iso.told()] == [one[1:] for one in plain.told()]
    assert iso.log.notes() == []
    assert {one[0][2:] for one in plain.told()} == {"2026-11-22T23:26:40"}
    assert plain.log.notes() == [
        "lines without a time were taken as of when the file was last changed"
    ]


@pytest.mark.parametrize(
    ("head", "time"),
    [
        (b"22-Nov-2026 10:00:00.123 ", "2026-11-22T09:00:00"),
        (b"22-Nov-2026 10:00:00.123 queries: info: ", "2026-11-22T09:00:00"),
        (b"22-Nov-2026 10:00:00 queries: ", "2026-11-22T09:00:00"),
        (b"2026-11-22T10:00:00.123 info: ", "2026-11-22T09:00:00"),
        (b"2026-11-22T10:00:00.123Z info: ", "2026-11-22T10:00:00"),
        (b"2026-11-22T10:00:00.123+03:00 ", "2026-11-22T07:00:00"),
        (b"Nov 22 10:00:00 ns1 named[77]: ", "2026-11-22T09:00:00"),
        (b"<30>Nov  2 10:00:00 ns1 named[77]: queries: info: ", "2026-11-02T09:00:00"),
        (b"2026-11-22T10:00:00.5+01:00 ns1 named[77]: ", "2026-11-22T09:00:00"),
        (b"<30>1 2026-11-22T10:00:00Z ns1 named 77 - - ", "2026-11-22T10:00:00"),
        (b"Nov 22 23:00:00 ns1 named[77]: 22-Nov-2026 10:00:00 ", "2026-11-22T09:00:00"),
    ],
)
def test_every_head(head: bytes, time: str) -> None:
    read = read_lines("bind", head + QUERY, zone_s=3600)
    assert knows(head + QUERY)
    assert [one[0] for one in read.told()] == [f"1 {time}"]


@pytest.mark.parametrize(
    "line",
    [
        b"client 10.20.0.7#45402: query: a.test IN A + (10.20.0.53)",
        b"client 10.20.0.7#45402: query: a.test IN A +",
        b"client 10.20.0.7#45402 (a.test): view inside: query: a.test IN A +E(0) (10.20.0.53)",
        b"client @0x1 10.20.0.7#45402/key k.x (a.test): query: a.test IN A +S (10.20.0.53)",
        b"client @0x1 10.20.0.7#45402 (a.test): query: a.test IN A +E(0) (10.20.0.53)"
        b" [ECS 10.0.0.0/8/0]",
    ],
)
def test_older_and_longer_forms(line: bytes) -> None:
    read = read_lines("bind", line)
    assert read.told()[0][1:4] == ("dns-query", "a.test", "10.20.0.7")


def test_a_response_is_an_answer() -> None:
    line = b"client @0x1 10.20.0.7#5 (a.test): response: a.test IN A NXDOMAIN +E(0) (10.20.0.53)"
    (found,) = read_lines("bind", line).found
    assert (found.signal, found.two_way, found.blocked) == ("dns-answer", True, True)


@pytest.mark.parametrize(
    "line",
    [
        b"client @0x1 10.20.0.700#5 (a.test): query: a.test IN A + (10.20.0.53)",
        b"client @0x1 10.20.0.7#99999 (a.test): query: a.test IN A + (10.20.0.53)",
        b"31-Feb-2026 10:00:00 client @0x1 10.20.0.7#5 (a.test): query: a.test IN A +",
        b"client @0x1 10.20.0.7#5 (a.test): query: a.test",
    ],
)
def test_what_cannot_be_is_told(line: bytes) -> None:
    read = read_lines("bind", line)
    assert (read.found, read.log.skipped) == ([], 1)


def test_other_words_of_bind_are_no_damage() -> None:
    read = read_lines("bind", b"22-Nov-2026 10:00:00.123 general: info: running")
    assert (read.found, read.log.skipped) == ([], 0)
    assert not knows(b"22-Nov-2026 10:00:00.123 general: info: running")
