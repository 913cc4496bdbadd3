"""Squid's access log in three forms, as squid 5.7 wrote it."""

import pytest
from log_samples import matcher, read_lines, read_sample

from netwatch.logs.squid import knows


@pytest.mark.parametrize("sample", ["squid-native.log", "squid-common.log", "squid-combined.log"])
def test_a_log_of_squid_itself(sample: str) -> None:
    read = read_sample(sample)
    assert [(*told[1:4], told[0][2:21]) for told in read.told()] == [
        ("http-absolute", "dnl-03.geo.kaspersky.com", "10.20.0.7", "2026-11-22T21:49:08"),
        ("http-connect", "activation-v2.kaspersky.com", "10.20.0.8", "2026-11-22T21:49:08"),
        ("http-absolute", "www.blocked.example", "10.20.0.8", "2026-11-22T21:49:08"),
        ("http-connect", "unknown.example", "10.20.0.8", "2026-11-22T21:49:13"),
    ]
    assert [s.two_way for s in read.found] == [True, True, True, False]
    assert [s.blocked for s in read.found] == [False, False, True, False]
    assert [s.http.status for s in read.found if s.http] == [200, 200, 403, 0]
    assert [s.http.host_port for s in read.found if s.http] == [8080, 8080, 0, 443]
    browsers = [False, False, sample == "squid-combined.log", False]
    assert [s.browser for s in read.found] == browsers
    assert (read.log.skipped, read.log.notes()) == (0, [])


def test_servers_of_the_web_are_no_proxies() -> None:
    line = b'10.0.0.1 - - [22/Nov/2026:21:49:08 +0000] "GET /index.html HTTP/1.1" 200 700 "-" "x"'
    assert not knows(line)
    assert knows(line.replace(b"GET /", b"GET http://a.test/"))
    assert read_lines("squid", line).found == []


def test_behind_syslog_and_with_a_zone() -> None:
    read = read_lines(
        "squid",
        b"Nov 22 10:00:00 px squid[5]: 1795341600.000 5 10.0.0.1 TCP_TUNNEL/200 39 CONNECT a.test:443 u H/1.2.3.4 -",  # noqa: E501 - a line of the log
        b'10.0.0.1 - - [22/Nov/2026:10:00:00 +0200] "CONNECT a.test:443 HTTP/1.1" 200 39',
    )
    assert [told[0] for told in read.told()] == ["1 2026-11-22T10:00:00", "2 2026-11-22T08:00:00"]


def test_addresses_are_no_names_but_paths_count() -> None:
    read = read_lines(
        "squid",
        b"1795384148.513 6 10.20.0.7 TCP_TUNNEL/200 700 CONNECT 192.0.2.9:443 - H/- -",
        b"1795384148.513 6 10.20.0.7 TCP_TUNNEL/200 700 CONNECT [2001:db8::9]:443 - H/- -",
        b"1795384148.513 6 10.20.0.7 UDP_HIT/000 70 ICP_QUERY http://a.test/ - H/- -",
    )
    assert (read.found, read.log.skipped) == ([], 0)
    assert matcher().has_paths


def test_what_cannot_be_is_told() -> None:
    read = read_lines(
        "squid",
        b"1795384148.513 6 laptop.test TCP_TUNNEL/200 700 CONNECT a.test:443 - H/- -",
        b"1795384148.513 6 10.0.0.1 TCP_TUNNEL/200 700 CONNECT a.test:99999 - H/- -",
        b"no line of squid",
    )
    assert (read.found, read.log.skipped) == ([], 3)
    assert not knows(b"1795384148.513 6 laptop.test TCP_TUNNEL/200 7 CONNECT a.test:443 - H/- -")
