"""HTTP/2 in the clear.

Invariant: in whatever pieces a client's frames come, each list is given once, in its order; what
are no frames, and what never ends, is refused and not held.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.hpack import HpackTables
from netwatch.extract.http2 import PREFACE, Http2, preface_begins
from netwatch.limits import HTTP2_FRAMES_MAX, HTTP_HEAD_BYTES_MAX
from netwatch.model import Anomaly, Answer
from netwatch.selftest import http2

TABLES = HpackTables()
HOSTS = [b"a.found.test", b"b.found.test", b"a.found.test", b"plain.test"]


def frames_of(*, pieces: int = 1, body: bytes = b"") -> bytes:
    encoder = http2.Encoder()
    fields = [http2.request_fields(host.decode()) for host in HOSTS]
    requests = [encoder.request(one, pieces=pieces, body=body) for one in fields]
    return http2.beginning()[len(PREFACE) :] + b"".join(requests)


def read(octets: bytes, *cuts: int) -> tuple[list[bytes], int]:
    """The hosts of the lists, and the last answer, where the octets come in these pieces."""
    reader = Http2(TABLES)
    hosts: list[bytes] = []
    held = b""
    answer: int = Answer.NEED_MORE
    for start, end in zip((0, *cuts), (*cuts, len(octets)), strict=True):
        held += octets[start:end]
        answer = reader.read(b"xx" + held, 2, 2 + len(held))
        while answer == Answer.DONE:
            hosts.append(reader.fields.authority)
            answer = reader.read(b"xx" + held, reader.position, 2 + len(held))
        held = held[reader.position - 2 :]
        if answer < 0:
            break
    assert answer < 0 or len(reader.fragment) <= HTTP_HEAD_BYTES_MAX
    return hosts, answer


@pytest.mark.parametrize("pieces", [1, 2, 5])
@pytest.mark.parametrize("body", [b"", b"the body of it", bytes(40_000)])
def test_lists_in_their_order(pieces: int, body: bytes) -> None:
    assert read(frames_of(pieces=pieces, body=body)) == (HOSTS, Answer.NEED_MORE)


def test_in_any_two_pieces_and_octet_by_octet() -> None:
    octets = frames_of(pieces=2, body=b"body")
    for cut in range(len(octets)):
        assert read(octets, cut)[0] == HOSTS
    assert read(octets, *range(1, len(octets)))[0] == HOSTS


def test_every_truncation_is_a_beginning() -> None:
    octets = frames_of()
    for end in range(len(octets)):
        hosts, answer = read(octets[:end])
        assert answer == Answer.NEED_MORE
        assert hosts == HOSTS[: len(hosts)]


def test_wanted_is_what_the_next_frame_needs() -> None:
    octets = http2.Encoder().request(http2.request_fields("a.found.test"))
    reader = Http2(TABLES)
    assert reader.read(octets, 0, 5) == Answer.NEED_MORE
    assert (reader.position, reader.wanted) == (0, 9)
    assert reader.read(octets, 0, 9) == Answer.NEED_MORE
    assert (reader.position, reader.wanted) == (0, len(octets))
    assert reader.read(octets, 0, len(octets)) == Answer.DONE


def test_padding_and_priority_are_passed_over() -> None:
    """RFC 9113 section 6.2."""
    fields = http2.Encoder().fields(http2.request_fields("a.found.test"))
    priority = b"\x80\0\0\x03\x0f"
    for flags, payload in (
        (0x0C, b"\x04" + fields + bytes(4)),
        (0x24, priority + fields),
        (0x2C, b"\x02" + priority + fields + bytes(2)),
    ):
        octets = http2.frame(http2.HEADERS, payload, flags=flags, stream=1)
        assert read(octets) == ([b"a.found.test"], Answer.NEED_MORE)


LIST = http2.Encoder().fields(http2.request_fields("a.found.test"))
DAMAGED = {
    "padding beyond the frame": http2.frame(http2.HEADERS, b"\xff" + LIST, flags=0x0C, stream=1),
    "padding without a length": http2.frame(http2.HEADERS, b"", flags=0x0C, stream=1),
    "priority without room": http2.frame(http2.HEADERS, b"\0\0\0", flags=0x24, stream=1),
    "a list that breaks": http2.frame(http2.HEADERS, LIST + b"\xff", flags=4, stream=1),
    "a continuation of nothing": http2.frame(http2.CONTINUATION, LIST, flags=4, stream=1),
    "another frame in between": http2.frame(http2.HEADERS, LIST[:9], stream=1)
    + http2.frame(http2.PING, bytes(8)),
    "too long": http2.frame(http2.HEADERS, bytes(HTTP_HEAD_BYTES_MAX + 1), flags=4, stream=1),
    "too long in pieces": http2.frame(http2.HEADERS, bytes(9_000), stream=1)
    + http2.frame(http2.CONTINUATION, bytes(9_000), stream=1),
    "never ending": http2.frame(http2.HEADERS, b"", stream=1)
    + http2.frame(http2.CONTINUATION, b"", stream=1) * HTTP2_FRAMES_MAX,
    "TLS": b"\x16\x03\x01\x01\x00\x01\x00\x01\x00" * 4_000,
}


@pytest.mark.parametrize("octets", DAMAGED.values(), ids=DAMAGED.keys())
def test_what_cannot_be_read(octets: bytes) -> None:
    hosts, answer = read(octets + LIST)
    assert hosts == []
    assert answer in (-Anomaly.HTTP_REQUEST, Answer.NEED_MORE)
    if octets[:1] != b"\x16":
        assert answer == -Anomaly.HTTP_REQUEST


def test_the_preface() -> None:
    for end in range(1, len(PREFACE) + 1):
        assert preface_begins(b"--" + PREFACE, 2, 2 + end)
    assert preface_begins(PREFACE + b"more", 0, len(PREFACE) + 4)
    for at in range(len(PREFACE)):
        other = bytearray(PREFACE)
        other[at] ^= 1
        assert not preface_begins(bytes(other), 0, len(other))
    assert not preface_begins(b"", 0, 0)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 200), st.lists(st.integers(0, 200), max_size=3))
def test_any_octets_in_any_pieces(noise: bytes, at: int, cuts: list[int]) -> None:
    octets = frames_of(pieces=2)
    octets = octets[:at] + noise + octets[at:]
    edges = sorted(cut for cut in cuts if cut <= len(octets))
    assert read(octets, *edges) == read(octets)
