"""How an HTTP/1 request begins.

Invariant: as much as there is of a well-known method, and any line of HTTP/1 with a method, begins
a request; words of other protocols, and chance, do not.
"""

import random

import pytest

from netwatch.extract.http import HttpRequest
from netwatch.extract.http_begins import request_begins
from netwatch.model import Answer

NOT_BEGINNINGS = [
    b"",
    b"EHLO mail.example.org\r\n",
    b"HELP\r\n",
    b"USER anonymous\r\n",
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"GETX",
    b"get / HTTP/1.1\r\n",
    b"M-SEARCH * HTTP/2.0\r\n",
    b"PURGE /x HTTP/1.1",  # not a usual method, and the line is cut
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
    b"\x17\x03\x03" + bytes(80),
    b"\r\n\r\n\r\nGET / HTTP/1.1\r\n",
]


@pytest.mark.parametrize("data", NOT_BEGINNINGS)
def test_what_does_not_begin_like_one(data: bytes) -> None:
    assert not request_begins(data, 0, len(data))


@pytest.mark.parametrize(
    "data",
    [
        b"G",
        b"PO",
        b"CONNEC",
        b"\r\nGET",
        b"\n\nHEAD ",
        b"PURGE /x HTTP/1.1\r\n",
        b"REPORT / HTTP/1.0\n",
    ],
)
def test_what_begins_like_one(data: bytes) -> None:
    assert request_begins(data, 0, len(data))
    assert request_begins(b"x" + data + b"y", 1, 1 + len(data))
    assert HttpRequest().parse(data, 0, len(data)) == Answer.NEED_MORE


def test_random_octets_do_not_begin_like_one() -> None:
    source = random.Random(4)  # noqa: S311 - a fixed seed, and no secret
    payloads = [source.randbytes(60) for _ in range(20_000)]
    assert sum(request_begins(payload, 0, 60) for payload in payloads) == 0
