"""Zeek's logs, as tables and as JSON."""

import pytest
from log_samples import read_lines, read_sample

from netwatch.logs.zeek import knows
from netwatch.model import Signal

HEAD = (b"#separator \\x09", b"#path\tssl", b"#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tversion\tserver_name\testablished")  # fmt: skip  # noqa: E501 - a line of the log


def test_a_table() -> None:
    read = read_sample("zeek-dns.log")
    assert read.told() == [
        ("9 2026-11-22T10:00:00", "dns-query", "dnl-03.geo.kaspersky.com", "10.20.0.7", "10.20.0.53"),  # noqa: E501 - one row
        ("9 2026-11-22T10:00:00", "dns-answer", "dnl-03.geo.kaspersky.com", "10.20.0.7", "10.20.0.53"),  # noqa: E501 - one row
        ("10 2026-11-22T10:00:01", "dns-query", "ds.kaspersky.com", "10.20.0.8", "10.20.0.53"),
    ]  # fmt: skip
    question, answer, unanswered = read.found
    assert answer.dns is not None
    assert answer.dns.answers == (bytes((192, 0, 2, 80)),)
    assert [s.two_way for s in read.found] == [False, True, False]
    assert [s.recursion_desired for s in read.found] == [True, True, False]
    assert (question.client_port, unanswered.transport) == (50001, 6)
    assert not read.log.skipped


def test_json_of_all_logs() -> None:
    read = read_sample("zeek.json")
    assert [(s.frame, s.signal, s.two_way) for s in read.found] == [
        (1, Signal.DNS_QUERY, False),
        (1, Signal.DNS_ANSWER, True),
        (2, Signal.TLS_SNI, True),
        (3, Signal.TLS_SNI, False),
        (4, Signal.HTTP_CONNECT, True),
        (5, Signal.HTTP_HOST, False),
        (6, Signal.PORT_PROFILE, True),
        (7, Signal.QUIC_SNI, False),
    ]
    assert read.found[1].blocked
    forwarded = read.found[5].http
    assert forwarded is not None
    assert forwarded.forwarded_for == b"10.20.0.8"
    assert not read.log.skipped


def test_ssl_as_a_table() -> None:
    read = read_lines(
        "zeek",
        *HEAD,
        b"1795341600.1\t10.0.0.1\t5\t203.0.113.1\t443\t-\ta.test\tF",
        b"1795341600.1\t10.0.0.1\t5\t203.0.113.1\t443\tTLSv12\ta.test\tF",
        b"1795341600.1\t10.0.0.1\t5\t203.0.113.1\t443\tTLSv12\t-\tT",
    )
    assert [s.two_way for s in read.found] == [False, True]
    assert (read.entries.coverage.hellos, read.entries.coverage.hellos_named) == (3, 2)


@pytest.mark.parametrize(
    "row",
    [
        b"1795341600.1\t10.0.0.1\t5\t203.0.113.1\t443\t-\ta.test",
        b"1795341600.1\t10.0.0\t5\t203.0.113.1\t443\t-\ta.test\tF",
        b"never\t10.0.0.1\t5\t203.0.113.1\t443\t-\ta.test\tF",
        b"1795341600.1\t10.0.0.1\t65536\t203.0.113.1\t443\t-\ta.test\tF",
        b'{"id.orig_h": 5, "query": "a.test"}',
        b'{"id.orig_h": "10.0.0.1"',
        b"[" * 5_000,
    ],
)
def test_what_cannot_be_is_told(row: bytes) -> None:
    read = read_lines("zeek", *HEAD, row)
    assert (read.found, read.log.skipped) == ([], 1)


def test_what_is_known() -> None:
    assert knows(b"#path\tconn")
    assert not knows(b"#path\tfiles")
    assert not knows(b'{"ts":1,"uid":"x"}')
    assert not knows(b'{"id.orig_h":"10.0.0.1","mime_type":"x"}')
    assert knows(b'{"id.orig_h":"10.0.0.1","conn_state":"SF"}')
