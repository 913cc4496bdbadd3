"""SOCKS requests.

Invariant: a whole request ends where its own lengths say and its name is made of what host names
are made of; its truncations wait for more or are none; greetings and answers are none.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.socks import NONE, SocksRequest
from netwatch.selftest import proxies


def read(octets: bytes, behind: bytes = b"") -> tuple[int, bytes, int]:
    request = SocksRequest()
    data = b"before" + octets + behind
    answer = request.read(data, 6, len(data))
    assert answer in (NONE, 0) or 6 < answer <= len(data)
    name = data[request.name_start : request.name_end] if answer > 0 else b""
    return (answer - 6 if answer > 0 else answer), name, request.port if answer > 0 else 0


HELLO = b"\x16\x03\x01\x02\x00"
LOG_IN = proxies.log_in(b"alice", b"pass")
REQUESTS = [
    (proxies.socks5("dl.found.test", 443), b"dl.found.test", 443),
    (proxies.socks5("192.0.2.1", 80), b"", 80),
    (proxies.socks5("2001:db8::1", 8_080), b"", 8_080),
    (proxies.GREETING + proxies.socks5("a_b-c.test"), b"a_b-c.test", 443),
    (b"\x05\x02\x00\x02" + LOG_IN + proxies.socks5("a.test"), b"a.test", 443),
    (proxies.socks4("192.0.2.1", 443), b"", 443),
    (proxies.socks4("192.0.2.1", 443, user=b"Fred"), b"", 443),
    (proxies.socks4("dl.found.test", 443, user=b"Fred"), b"dl.found.test", 443),
    (proxies.socks4("dl.found.test", 80), b"dl.found.test", 80),
]


@pytest.mark.parametrize(("octets", "name", "port"), REQUESTS)
def test_requests(octets: bytes, name: bytes, port: int) -> None:
    for behind in (b"", HELLO):
        assert read(octets, behind) == (len(octets), name, port)
    for end in range(len(octets)):
        assert read(octets[:end])[0] in (0, NONE), end
    if octets[:4] == b"\x05\x01\x00\x03":
        assert all(read(octets[:end])[0] == 0 for end in range(4, len(octets)))


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        proxies.GREETING,
        b"\x05\x03\x00\x01\x02",
        LOG_IN,
        proxies.GREETED,
        proxies.CONNECTED,
        proxies.CONNECTED_4,
        b"\x05\x02\x00\x01\xc0\x00\x02\x01\x00\x50",  # BIND
        b"\x05\x03\x00\x03\x06a.test\x00\x50",  # UDP ASSOCIATE
        b"\x04\x02\x00\x50\xc0\x00\x02\x01\x00",
        b"\x05\x01\x01\x03\x06a.test\x00\x50",
        b"\x05\x01\x00\x02\x06a.test\x00\x50",
        b"\x05\x01\x00\x03\x00\x00\x50",
        b"\x05\x01\x00\x03\x06a test\x00\x50",
        b"\x05\x01\x00\x03\x06a.test\x00\x00",
        b"\x05\x00\x05\x01\x00\x03\x06a.test\x00\x50",
        b"\x05\xff" + bytes(255) + b"\x05\x01\x00\x03\x06a.test\x00\x50",
        b"\x04\x01\x00\x00\xc0\x00\x02\x01\x00",
        b"\x04\x01\x00\x50\x00\x00\x00\x00\x00",
        b"\x04\x01\x00\x50\x00\x00\x02\x00\x00",
        b"\x04\x01\x00\x50\xc0\x00\x02\x01Fr\x01ed\x00",
        b"\x04\x01\x00\x50\xc0\x00\x02\x01" + b"x" * 300 + b"\x00",
        b"\x04\x01\x00\x50\xc0\x00\x02\x01\x00more",
        b"\x04\x01\x00\x50\x00\x00\x00\x01\x00a b\x00",
        b"\x04\x01\x00\x50\x00\x00\x00\x01\x00\x00",
        HELLO,
    ],
)
def test_what_is_none(octets: bytes) -> None:
    assert read(octets)[0] == NONE


@settings(derandomize=True, max_examples=1_000, deadline=None)
@given(st.sampled_from(REQUESTS), st.integers(0, 30), st.binary(max_size=5), st.integers(0, 60))
def test_any_octets(request: tuple[bytes, bytes, int], at: int, noise: bytes, end: int) -> None:
    octets = (request[0][:at] + noise + request[0][at + len(noise) :])[:end]
    answer, name, port = read(octets)
    assert answer <= 0 or 0 < port <= 0xFFFF
    assert all(chr(octet).isalnum() or octet in b"-._" for octet in name)
