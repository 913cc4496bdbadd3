"""HTTP/1 requests, as servers would read them.

Invariant: for any octets `parse` answers DONE, NEED_MORE or an anomaly, its spans lie inside what
it was given, and whatever it reads as a request `request_begins` calls the beginning of one.
"""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.http import HttpRequest
from netwatch.extract.http_begins import request_begins
from netwatch.limits import HTTP_HEAD_BYTES_MAX
from netwatch.model import Anomaly, Answer

SPANS = ("method", "target", "path", "authority", "host", "agent", "forwarded")


def parse(data: bytes, start: int = 0) -> tuple[int, HttpRequest]:
    request = HttpRequest()
    return request.parse(data, start, len(data)), request


def span(request: HttpRequest, name: str) -> bytes:
    start: int = getattr(request, f"{name}_start")
    end: int = getattr(request, f"{name}_end")
    return request.data[start:end]


ORIGIN = (
    b"GET /updates/u1313g.xml?a=b#c HTTP/1.1\r\n"
    b"User-Agent: Mozilla/5.0 (x) \r\n"
    b"HOST:\tdnl-01.geo.kaspersky.com:8080\r\n"
    b"x-forwarded-for: 10.1.2.3, 10.9.9.9\r\n"
    b"Content-Length: 12\r\n"
    b"\r\n"
)


def test_origin_form() -> None:
    answer, request = parse(ORIGIN)
    assert answer == Answer.DONE
    assert [span(request, name) for name in SPANS] == [
        b"GET",
        b"/updates/u1313g.xml?a=b#c",
        b"/updates/u1313g.xml",
        b"",
        b"dnl-01.geo.kaspersky.com",
        b"Mozilla/5.0 (x)",
        b"10.1.2.3, 10.9.9.9",
    ]
    assert (request.host_port, request.content_length) == (8080, 12)
    assert (request.absolute, request.connect) == (False, False)
    assert request.head_end == len(ORIGIN)


@pytest.mark.parametrize("tail", [b"", b"x=1", b"\x00\xff\n\n", ORIGIN])
@pytest.mark.parametrize("head", [b"", b"\x16\x03", b"GET"])
def test_trailing_and_leading_octets_are_not_read(head: bytes, tail: bytes) -> None:
    data = head + ORIGIN + tail
    answer, request = parse(data, len(head))
    assert (answer, request.head_end) == (Answer.DONE, len(head) + len(ORIGIN))
    assert span(request, "host") == b"dnl-01.geo.kaspersky.com"


def test_every_truncation_needs_more_and_keeps_what_is_complete() -> None:
    host_line_end = ORIGIN.index(b"x-forwarded") - 1
    for cut in range(len(ORIGIN)):
        answer, request = parse(ORIGIN[:cut])
        assert answer == Answer.NEED_MORE
        assert request_begins(ORIGIN, 0, cut) == (cut > 0)
        found = span(request, "host")
        assert found == (b"dnl-01.geo.kaspersky.com" if cut > host_line_end else b"")


def test_octet_by_octet_gives_the_same_as_whole() -> None:
    request = HttpRequest()
    answers = [request.parse(ORIGIN, 0, cut) for cut in range(len(ORIGIN) + 1)]
    assert answers == [Answer.NEED_MORE] * len(ORIGIN) + [Answer.DONE]
    whole = parse(ORIGIN)[1]
    assert [span(request, name) for name in SPANS] == [span(whole, name) for name in SPANS]


def test_one_object_forgets_the_last_request() -> None:
    request = HttpRequest()
    assert request.parse(ORIGIN, 0, len(ORIGIN)) == Answer.DONE
    other = b"CONNECT a:1 HTTP/1.0\n\n"
    assert request.parse(other, 0, len(other)) == Answer.DONE
    assert [span(request, name) for name in SPANS[2:]] == [b"", b"a", b"", b"", b""]
    assert (request.host_port, request.content_length, request.connect) == (0, -1, True)
    assert request.parse(b"", 0, 0) == Answer.NEED_MORE
    assert [span(request, name) for name in SPANS] == [b""] * 7


@pytest.mark.parametrize(
    ("target", "authority", "port", "path"),
    [
        (b"http://ksn.kaspersky.com/a/b?c=/d", b"ksn.kaspersky.com", 0, b"/a/b"),
        (b"HTTP://bro.org", b"bro.org", 0, b""),
        (b"http://bro.org?x=/y", b"bro.org", 0, b""),
        (b"https://u:p@h.example:8443/", b"h.example", 8443, b"/"),
        (b"ftp://[2001:db8::1]:21/f", b"2001:db8::1", 21, b"/f"),
        (b"ws://[2001:db8::1]#x", b"2001:db8::1", 0, b""),
        (b"http://h:/x", b"h", 0, b"/x"),
        (b"http://h:99999/x", b"h", 0, b"/x"),
    ],
)
def test_absolute_form(target: bytes, authority: bytes, port: int, path: bytes) -> None:
    answer, request = parse(b"POST " + target + b" HTTP/1.1\r\nHost: other\r\n\r\n")
    assert (answer, request.absolute, request.connect) == (Answer.DONE, True, False)
    assert span(request, "target") == target
    assert span(request, "authority") == authority
    assert (request.authority_port, span(request, "path")) == (port, path)
    assert span(request, "host") == b"other"


@pytest.mark.parametrize(
    ("target", "authority", "port"),
    [
        (b"s.kaspersky-labs.com:443", b"s.kaspersky-labs.com", 443),
        (b"[2001:db8::1]:443", b"2001:db8::1", 443),
        (b"2001:db8::1", b"2001:db8::1", 0),
        (b"mail.example:25 /", b"mail.example", 25),
        (b"nowhere", b"nowhere", 0),
    ],
)
def test_connect(target: bytes, authority: bytes, port: int) -> None:
    answer, request = parse(b"CONNECT " + target + b" HTTP/1.1\r\n\r\n")
    assert (answer, request.connect, request.absolute) == (Answer.DONE, True, False)
    assert (span(request, "authority"), request.authority_port) == (authority, port)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (b"OPTIONS * HTTP/1.1", b""),
        (b"CONNECT / HTTP/1.1", b"/"),
        (b"GET /a b c HTTP/1.1", b"/a b c"),
        (b"GET  /x   HTTP/1.0 ", b"/x"),
        (b"GET\t/x\tHTTP/1.1", b"/x"),
        (b"GET HTTP/1.1", b""),
        (b"GET // HTTP/1.1", b"//"),
        (b"GET http:///x HTTP/1.1", b"/x"),
        (b"GET http:/x HTTP/1.1", b"http:/x"),
        (b"GET \xff\x00\x80 HTTP/1.1", b"\xff\x00\x80"),
        (b"CCM_POST /ccm HTTP/1.1", b"/ccm"),
    ],
)
def test_weird_targets(line: bytes, path: bytes) -> None:
    answer, request = parse(line + b"\r\nHost: h.example\r\n\r\n")
    assert (answer, span(request, "path"), span(request, "host")) == (
        Answer.DONE,
        path,
        b"h.example",
    )
    assert (request.absolute, request.connect) == (False, False)
    assert request_begins(line + b"\r\n", 0, len(line) + 2)


@pytest.mark.parametrize(
    ("value", "host", "port"),
    [
        (b"h.example", b"h.example", 0),
        (b"  h.example:80\t ", b"h.example", 80),
        (b"h.example:", b"h.example", 0),
        (b"h.example:http", b"h.example:http", 0),
        (b"h.example:0", b"h.example", 0),
        (b"[2001:db8::1]", b"2001:db8::1", 0),
        (b"[2001:db8::1]:631", b"2001:db8::1", 631),
        (b"[2001:db8::1", b"[2001:db8::1", 0),
        (b"2001:db8::1", b"2001:db8::1", 0),
        (b"a.example, b.example", b"a.example, b.example", 0),
        (b"a.example b.example", b"a.example b.example", 0),
        (b"a\x00b", b"a\x00b", 0),
        (b":80", b"", 80),
        (b"", b"", 0),
    ],
)
def test_host(value: bytes, host: bytes, port: int) -> None:
    answer, request = parse(b"GET / HTTP/1.1\r\nHost:" + value + b"\r\n\r\n")
    assert (answer, span(request, "host"), request.host_port) == (Answer.DONE, host, port)


@pytest.mark.parametrize(
    ("headers", "host"),
    [
        (b"Host: first\r\nHost: second\r\n", b"first"),
        (b"Host:\r\n first\r\n\tmore\r\nHost: second\r\n", b"first"),
        (b"Host: first\r\n folded\r\n", b"first"),
        (b" Host: none\r\n", b""),
        (b"X-Host: none\r\nHosts: none\r\n", b""),
        (b"hOsT : first\n", b"first"),
        (b"no colon\r\n: \r\n\x00: x\r\nHost: first\r\n", b"first"),
        (b"Cookie: " + b"c" * 900 + b"\r\nHost: first\r\n", b"first"),
    ],
)
def test_headers(headers: bytes, host: bytes) -> None:
    for ending in (b"\r\n", b"\n"):
        answer, request = parse(b"GET / HTTP/1.1\r\n" + headers + ending)
        assert (answer, span(request, "host")) == (Answer.DONE, host)


def test_a_content_length_that_is_none() -> None:
    for value in (b"x", b"-1", b"", b"9" * 30):
        assert parse(b"PUT / HTTP/1.1\r\nContent-Length: " + value + b"\r\n\r\n")[0] == Answer.DONE
        request = parse(b"PUT / HTTP/1.1\r\nContent-Length: " + value + b"\r\n\r\n")[1]
        assert request.content_length == -1


NOT_REQUESTS = [
    b"GET /old\r\n\r\n",  # HTTP/0.9
    b"GET / HTTP/2.0\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / http/1.1\r\n\r\n",
    b"GET / HTTP/1.\r\n\r\n",
    b"GET /HTTP/1.1\r\n\r\n",
    b"HTTP/1.1\r\n\r\n",
    b"OPTIONS rtsp://h/ RTSP/1.0\r\n\r\n",
    b'CONNECT {"verbose":false}\r\n',
    b"\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    b" / HTTP/1.1\r\n\r\n",
    b"G(T / HTTP/1.1\r\n\r\n",
    b"get / HTTP/1.1\r\n\r\n",
    b"A" * 33 + b" / HTTP/1.1\r\n\r\n",
]


@pytest.mark.parametrize("data", NOT_REQUESTS)
def test_what_is_no_request(data: bytes) -> None:
    assert parse(data)[0] == -Anomaly.HTTP_REQUEST


def test_a_head_without_end_is_given_up() -> None:
    endless = (
        b"GET /" + b"a" * HTTP_HEAD_BYTES_MAX,
        b"GET / HTTP/1.1\r\nHost: h\r\n" + b"a: b\r\n" * HTTP_HEAD_BYTES_MAX,
    )
    for data in endless:
        assert parse(data)[0] == -Anomaly.HTTP_HEAD_TOO_LONG
        assert parse(data[: HTTP_HEAD_BYTES_MAX - 1])[0] == Answer.NEED_MORE
    assert span(parse(endless[1])[1], "host") == b"h"


@pytest.mark.parametrize("unit", [b"h", b"h\n", b":", b"host:\n ", b" ", b"[", b"x: y\r\n"])
def test_time_is_linear(unit: bytes) -> None:
    """Double the head, at most about double the time: never its square (8 times the size here)."""

    def seconds(size: int) -> float:
        data = b"GET / HTTP/1.1\r\nHost:" + (unit * size)[:size]
        request = HttpRequest()
        best = 9.0
        for _ in range(5):
            begun = time.thread_time()
            request.parse(data, 0, len(data))
            best = min(best, time.thread_time() - begun)
        return best

    assert seconds(16_000) < 0.002 + 24 * seconds(2_000)


PIECES = st.sampled_from(
    [
        b"GET ",
        b"CONNECT ",
        b"/",
        b"http://",
        b" HTTP/1.1",
        b"\r\n",
        b"\n",
        b"Host:",
        b":",
        b"@",
        b"[",
    ]
)


@settings(derandomize=True, max_examples=700, deadline=None)
@given(st.lists(PIECES | st.binary(max_size=8)).map(b"".join), st.integers(0, 4))
def test_any_octets(data: bytes, start: int) -> None:
    start = min(start, len(data))
    answer, request = parse(data, start)
    allowed = {Answer.DONE, Answer.NEED_MORE, -Anomaly.HTTP_REQUEST, -Anomaly.HTTP_HEAD_TOO_LONG}
    assert answer in allowed
    for name in SPANS:
        first: int = getattr(request, f"{name}_start")
        last: int = getattr(request, f"{name}_end")
        assert first == last == 0 or start <= first <= last <= len(data)
    if answer == Answer.DONE:
        assert start < request.head_end <= len(data)
        assert request_begins(data, start, len(data))
