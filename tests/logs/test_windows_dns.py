"""The debug log of Windows' DNS server: clients' packets only, dates of every language."""

import pytest
from log_samples import read_lines, read_sample

from netwatch.logs.windows_dns import knows, master_form

REST = b" 0E24 PACKET  000001F1 UDP Rcv 10.0.0.1        0002   Q [0001   D   NOERROR] A      (1)a(4)test(0)"  # noqa: E501 - a line of the log


def test_clients_are_told_and_forwarders_are_not() -> None:
    read = read_sample("windows-dns.log")
    assert [told[:4] for told in read.told()] == [
        ("10 2026-11-22T10:00:01", "dns-query", "dnl-03.geo.kaspersky.com", "10.20.0.7"),
        ("13 2026-11-22T10:00:01", "dns-answer", "dnl-03.geo.kaspersky.com", "10.20.0.7"),
        ("14 2026-11-22T13:30:00", "dns-query", "activation-v2.kaspersky.com", "fd00:20::8"),
        ("15 2026-11-22T13:30:00", "dns-answer", "activation-v2.kaspersky.com", "fd00:20::8"),
    ]
    assert [s.blocked for s in read.found] == [False, False, False, True]
    assert [s.transport for s in read.found] == [17, 17, 6, 6]
    assert not read.log.skipped


@pytest.mark.parametrize(
    ("date", "time"),
    [
        (b"11/12/2026 10:00:00 AM", "2026-11-12T10:00:00"),
        (b"11/12/2026 12:00:00 AM", "2026-11-12T00:00:00"),
        (b"11/12/2026 12:00:00 p.m.", "2026-11-12T12:00:00"),
        (b"11/12/2025 10:00:00", "2025-12-11T10:00:00"),
        (b"22.11.2026 10:00:00", "2026-11-22T10:00:00"),
        (b"22.11.2026 10.00.00", "2026-11-22T10:00:00"),
        (b"2026-11-22 10:00:00", "2026-11-22T10:00:00"),
        (b"22-11-2026 9:00:00", "2026-11-22T09:00:00"),
    ],
)
def test_dates(date: bytes, time: str) -> None:
    assert knows(date + REST)
    assert read_lines("windows-dns", date + REST).told()[0][0] == f"1 {time}"


def test_a_day_above_12_tells_the_order_of_the_days_after_it() -> None:
    read = read_lines("windows-dns", b"11/22/2026 10:00:00" + REST, b"11/12/2026 10:00:00" + REST)
    assert [told[0][2:12] for told in read.told()] == ["2026-11-22", "2026-11-12"]


def test_what_cannot_be_is_told() -> None:
    read = read_lines(
        "windows-dns",
        b"13/13/2026 10:00:00" + REST,
        b"22.11.2026 10:00:00" + REST.replace(b"(0)", b""),
        b"22.11.2026 10:00:00 0E24 PACKET  half",
        b"22.11.2026 10:00:00 0E24 EVENT   The DNS server has started.",
    )
    assert (read.found, read.log.skipped) == ([], 3)


def test_labels() -> None:
    assert master_form(b"(1)a(4)te.t(0)") == b"a.te\\.t"
    assert master_form(b"(0)") == b"."
    for broken in (b"", b"a", b"(1)a", b"(9)a(0)", b"(x)a(0)"):
        with pytest.raises(ValueError, match=r"."):
            master_form(broken or b"?")
