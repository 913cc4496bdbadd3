"""Suricata's EVE log: dns of three versions, tls, quic, http."""

import pytest
from log_samples import read_lines, read_sample

from netwatch.logs.suricata import knows
from netwatch.model import Signal

EVENT = b'{"timestamp":"2026-11-22T10:00:00.1+0000","event_type":"%s","src_ip":"10.0.0.1","dest_ip":"203.0.113.1","src_port":5,"dest_port":%s,"proto":"TCP",%s}'  # noqa: E501 - a line of the log


def test_all_kinds() -> None:
    read = read_sample("eve.json")
    assert [(s.frame, s.signal, s.two_way, s.blocked) for s in read.found] == [
        (1, Signal.DNS_QUERY, False, False),
        (2, Signal.DNS_ANSWER, True, False),
        (3, Signal.DNS_ANSWER, True, True),
        (4, Signal.DNS_QUERY, False, False),
        (5, Signal.DNS_ANSWER, True, False),
        (6, Signal.TLS_SNI, True, False),
        (7, Signal.QUIC_SNI, False, False),
        (8, Signal.HTTP_HOST, True, False),
    ]
    clients = ["10.20.0.7"] * 2 + ["10.20.0.8"] * 6
    assert [told[3] for told in read.told()] == clients, "an answer's source is the server"
    assert [told[4] for told in read.told()][:5] == ["10.20.0.53"] * 5
    assert read.told()[0][0] == "1 2026-11-22T09:00:00"
    assert read.found[0].vlans == (30,)
    assert read.found[4].dns is not None
    assert len(read.found[4].dns.answers) == 1
    assert read.found[7].browser
    assert not read.log.skipped


def test_requests_to_proxies() -> None:
    connect = b'"http":{"http_method":"CONNECT","url":"a.test:443","hostname":"x","status":200}'
    absolute = b'"http":{"http_method":"GET","url":"http://b.test/x","xff":"10.9.9.9, 1.1.1.1"}'
    read = read_lines("suricata", EVENT % (b"http", b"3128", connect), EVENT % (b"http", b"3128", absolute))  # fmt: skip  # noqa: E501
    assert [told[1:3] for told in read.told()] == [("http-connect", "a.test"), ("http-absolute", "b.test")]  # fmt: skip  # noqa: E501
    assert read.found[1].http is not None
    assert read.found[1].http.forwarded_for == b"10.9.9.9"


@pytest.mark.parametrize(
    ("kind", "port", "object"),
    [
        (b"dns", b"5353", b'"dns":{"type":"query","rrname":"a.test"}'),
        (b"dns", b"5000", b'"dns":{"type":"answer","rrname":"a.test"}'),
        (b"dns", b"53", b'"dns":{"type":"other","rrname":"a.test"}'),
        (b"tls", b"443", b'"tls":{"version":"TLS 1.2"}'),
        (b"alert", b"443", b'"alert":{"signature":"x"}'),
    ],
)
def test_what_says_nothing(kind: bytes, port: bytes, object: bytes) -> None:
    read = read_lines("suricata", EVENT % (kind, port, object))
    assert (read.found, read.log.skipped) == ([], 0)


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        EVENT % (b"tls", b"443", b'"tls":{"sni":7}'),
        EVENT % (b"tls", b"70000", b'"tls":{"sni":"a.test"}'),
        (EVENT % (b"tls", b"443", b'"tls":{"sni":"a.test"}')).replace(b"10.0.0.1", b"nobody"),
        (EVENT % (b"tls", b"443", b'"tls":{"sni":"a.test"}')).replace(b"2026-11-22T", b""),
    ],
)
def test_what_cannot_be_is_told(line: bytes) -> None:
    read = read_lines("suricata", line)
    assert (read.found, read.log.skipped) == ([], 1)


def test_what_is_known() -> None:
    assert knows(EVENT % (b"tls", b"443", b'"tls":{"sni":"a.test"}'))
    assert not knows(EVENT % (b"flow", b"443", b'"flow":{}'))
    assert not knows(b'{"event_type":"tls"}')
