"""Invariant: for any octets `parse` answers DONE, NEED_MORE or an anomaly, offsets in bounds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.http_response import HttpResponse, response_begins
from netwatch.limits import HTTP_HEAD_BYTES_MAX
from netwatch.model import Anomaly, Answer

PLAIN = (
    b"HTTP/1.1 200 OK\r\n"
    b"Server: nginx\r\n"
    b"Content-Type: application/octet-stream\r\n"
    b"content-length: 4\r\n"
    b"\r\n"
)
CHUNKED = (
    b"HTTP/1.1 200 OK\r\n"
    b"Transfer-Encoding: gzip, Chunked \r\n"
    b"Content-Encoding: GZIP\r\n"
    b"\r\n"
    b"1f;name=value\r\n"
)
BARE = b"HTTP/1.0 404\n\n"
HEADS = [PLAIN, CHUNKED, BARE]


def parse(data: bytes, start: int = 0) -> tuple[int, HttpResponse]:
    response = HttpResponse()
    return response.parse(data, start, len(data)), response


def test_a_plain_body() -> None:
    answer, response = parse(PLAIN + b"KLZF")
    assert answer == Answer.DONE
    assert (response.status, response.content_length) == (200, 4)
    assert (response.chunked, response.gzip) == (False, False)
    assert response.head_end == response.body_start == len(PLAIN)


def test_a_chunked_body() -> None:
    answer, response = parse(b"xyz" + CHUNKED + b"KLZF", 3)
    assert answer == Answer.DONE
    assert (response.status, response.content_length) == (200, -1)
    assert (response.chunked, response.gzip) == (True, True)
    assert response.head_end == 3 + CHUNKED.index(b"1f;")
    assert response.body_start == 3 + len(CHUNKED)


def test_no_reason_and_bare_line_feeds() -> None:
    answer, response = parse(BARE)
    assert (answer, response.status, response.body_start) == (Answer.DONE, 404, len(BARE))


def test_an_interim_response_ends_where_the_next_head_begins() -> None:
    _, response = parse(b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN)
    assert response.status == 100
    assert response_begins(b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN, response.head_end, 99)


@pytest.mark.parametrize(
    ("head", "has_body"),
    [
        (b"200 OK\r\n", True),
        (b"200 OK\r\nContent-Length: 5\r\n", True),
        (b"200 OK\r\nContent-Length: 0\r\n", False),
        (b"200 OK\r\nContent-Length: nonsense\r\n", True),
        (b"206 Partial\r\nContent-Length: 5\r\n", True),
        (b"100 Continue\r\n", False),
        (b"103 Early Hints\r\nLink: x\r\n", False),
        (b"204 No Content\r\nContent-Length: 5\r\n", False),
        (b"304 Not Modified\r\nContent-Length: 5\r\n", False),
        (b"304 Not Modified\r\nTransfer-Encoding: chunked\r\n", False),
    ],
)
def test_which_responses_have_a_body(head: bytes, has_body: bool) -> None:
    whole = b"HTTP/1.1 " + head + b"\r\n"
    answer, response = parse(whole)
    assert (answer, response.has_body) == (Answer.DONE, has_body)
    assert response.head_end == response.body_start == len(whole)


@pytest.mark.parametrize(
    ("line", "has_body"),
    [(b"5", True), (b"0", False), (b"000", False), (b"0;x=1", False), (b"00a", True)],
)
def test_the_last_chunk_is_no_body(line: bytes, has_body: bool) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer, response = parse(head + line + b"\r\nKLZF")
    assert (answer, response.has_body) == (Answer.DONE, has_body)
    assert response.body_start == len(head) + (len(line) + 2 if has_body else 0)


@pytest.mark.parametrize("head", HEADS)
def test_every_truncation_needs_more(head: bytes) -> None:
    for cut in range(len(head)):
        assert parse(head[:cut])[0] == Answer.NEED_MORE
        assert response_begins(head, 0, cut) == (cut > 0)
    for tail in (b"", b"\x00\xff", PLAIN):
        assert parse(head + tail)[0] == Answer.DONE


def test_one_object_forgets_the_last_response() -> None:
    response = HttpResponse()
    assert response.parse(CHUNKED, 0, len(CHUNKED)) == Answer.DONE
    assert response.parse(BARE, 0, len(BARE)) == Answer.DONE
    assert (response.chunked, response.gzip, response.status) == (False, False, 404)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"http/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1200 OK\r\n\r\n",
        b"HTTP/1.1 99 OK\r\n\r\n",
        b"HTTP/1.1 20\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nKLZF",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1" + b" " * 300,
        b"\x16\x03\x01\x02\x00",
    ],
)
def test_what_is_no_response(data: bytes) -> None:
    answer, response = parse(data)
    assert answer == -Anomaly.HTTP_RESPONSE
    assert not response.gzip


def test_chunked_must_be_the_last_coding() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\nContent-Encoding: br\r\n\r\n"
    answer, response = parse(head)
    assert (answer, response.chunked, response.gzip) == (Answer.DONE, False, False)


def test_a_head_without_end_is_given_up() -> None:
    head = b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * HTTP_HEAD_BYTES_MAX
    assert parse(head)[0] == -Anomaly.HTTP_HEAD_TOO_LONG
    assert parse(head[: HTTP_HEAD_BYTES_MAX - 1])[0] == Answer.NEED_MORE


PIECES = st.sampled_from(
    [
        b"HTTP/1.1 200",
        b"\r\n",
        b"\n",
        b"Transfer-Encoding:chunked",
        b"Content-Length: 9",
        b"5",
        b" ",
    ]
)


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.lists(PIECES | st.binary(max_size=8)).map(b"".join), st.integers(0, 4))
def test_any_octets(data: bytes, start: int) -> None:
    start = min(start, len(data))
    answer, response = parse(data, start)
    assert answer in {
        Answer.DONE,
        Answer.NEED_MORE,
        -Anomaly.HTTP_RESPONSE,
        -Anomaly.HTTP_HEAD_TOO_LONG,
    }
    if answer == Answer.DONE:
        assert start < response.head_end <= response.body_start <= len(data)
        assert response_begins(data, start, len(data))
