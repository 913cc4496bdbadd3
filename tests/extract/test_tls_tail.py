"""Invariant: a name is found in a piece of a hello only where the piece holds the whole server_name
extension and the chain of extensions goes on; other octets hold none. Nothing raises.
"""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.tls import ClientHello
from netwatch.extract.tls_tail import end_of_chain, name_of_tail
from netwatch.limits import HELLO_BYTES_MAX
from netwatch.model import Anomaly, Answer


def u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def vector(octets: bytes, length_octets: int = 2) -> bytes:
    return len(octets).to_bytes(length_octets, "big") + octets


def extension(kind: int, content: bytes = b"") -> bytes:
    return u16(kind) + vector(content)


def server_name(name: bytes) -> bytes:
    return extension(0, vector(b"\x00" + vector(name)))


def hello(name: bytes) -> bytes:
    """A hello with its name in the first third of 18 extensions, and ECH and versions behind it."""
    block = extension(0x1A1A) + extension(0x1B, b"\x02\x00\x02") + server_name(name)
    block += extension(0x33, vector(bytes(600))) + extension(16, vector(vector(b"h2", 1)))
    block += b"".join(extension(kind, bytes(kind & 7)) for kind in range(0x17, 0x22))
    block += extension(43, vector(u16(0x0304), 1)) + extension(0xFE0D, bytes(90))
    body = u16(0x0303) + bytes(range(32)) + vector(bytes(32), 1) + vector(u16(0x1301))
    return b"\x01" + vector(body + b"\x01\x00" + vector(block), 3)


def name_of(found: ClientHello) -> bytes | None:
    return found.data[found.name_start : found.name_end] if found.has_name else None


def test_a_tail_is_found_from_every_place_before_the_extension() -> None:
    name = b"dc1.ksn.kaspersky-labs.com"
    message = hello(name)
    extension_at = message.index(name) - 9
    found = ClientHello()
    for start in range(len(message)):
        answer = found.parse_tail(message, start, len(message))
        assert answer == (Answer.DONE if start <= extension_at else Answer.NEED_MORE), start
        if answer == Answer.DONE:
            assert (name_of(found), found.partial, found.ech) == (name, True, True)
            assert found.version == 0x0304
            assert (found.fingerprint(), found.ja4("t")) == (0, "")


def test_a_tail_that_is_cut_behind_the_name() -> None:
    name = b"dc1.ksn.kaspersky-labs.com"
    message = hello(name)
    after = message.index(name) + len(name)
    found = ClientHello()
    for end in range(60, len(message)):
        answer = found.parse_tail(message, 60, end)
        assert answer == (Answer.DONE if end >= after else Answer.NEED_MORE), end


def test_a_tail_ends_where_the_next_record_begins() -> None:
    message = (
        hello(b"one.test")[50:] + bytes.fromhex("14030300010117030300ff") + b"\x00\x39\x00\x00" * 9
    )
    found = ClientHello()
    assert found.parse_tail(message, 0, len(message)) == Answer.DONE
    assert (found.ech, found.quic) == (True, False)


@pytest.mark.parametrize(
    "block",
    [
        server_name(b"localhost"),
        server_name(b"a..test"),
        server_name(b".a.test"),
        server_name(b"a.test."),
        server_name(b"a b.test"),
        server_name(b"a\x00b.test"),
        server_name(b"a.t"),
        extension(0, vector(b"\x01" + vector(b"one.test"))),
        extension(0, vector(b"\x00" + vector(b"one.test")) + b"\x00"),
        extension(0, u16(12) + b"\x00" + vector(b"one.test")),
        extension(1, vector(b"\x00" + vector(b"one.test"))),
        server_name(b"one.test") + extension(5, bytes(30)) + b"\x00\x17\xff\xff" + bytes(30),
    ],
)
def test_what_is_no_tail(block: bytes) -> None:
    assert ClientHello().parse_tail(block, 0, len(block)) == Answer.NEED_MORE


def test_a_tail_gives_up_at_the_limit() -> None:
    late = b"\xff" * HELLO_BYTES_MAX + server_name(b"one.test")
    assert ClientHello().parse_tail(late, 0, len(late)) == -Anomaly.TLS_HANDSHAKE


def test_random_octets_hold_no_tail() -> None:
    source = random.Random(8446)  # noqa: S311 (seeded noise, no secret)
    found = ClientHello()
    for _ in range(8):
        noise = source.randbytes(16_000)
        assert found.parse_tail(noise, 0, len(noise)) == Answer.NEED_MORE
    zeros = bytes(16_000)
    assert found.parse_tail(zeros, 0, len(zeros)) == Answer.NEED_MORE


def test_the_chain_behind_a_name() -> None:
    block = extension(5, bytes(9)) + extension(23)
    assert end_of_chain(block, 0, len(block)) == len(block)
    assert end_of_chain(block + b"\x00\x17", 0, len(block) + 2) == len(block)
    assert end_of_chain(block + b"\x00\x17\x00\x09\x01", 0, len(block) + 5) == len(block)
    assert end_of_chain(block + b"\x17\x03\x03\x00\x10abcd", 0, len(block) + 9) == len(block)
    assert end_of_chain(block + b"\x00\x17\xff\xff\x01", 0, len(block) + 5) == 0


def test_the_name_of_an_extension() -> None:
    octets = server_name(b"www.a-b_c.test")
    assert name_of_tail(octets, 0, len(octets)) == len(octets)
    assert name_of_tail(octets, 0, len(octets) - 1) == 0


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 255))))
def test_any_octets(octets: bytes, changes: list[tuple[int, int]]) -> None:
    message = bytearray(hello(b"one.test"))
    for position, octet in changes[:6]:
        message[position % len(message)] = octet
    found = ClientHello()
    for data in (octets, server_name(b"one.test") + octets, bytes(message)):
        answer = found.parse_tail(data, 0, len(data))
        assert answer in (Answer.DONE, Answer.NEED_MORE)
        assert found.has_name == (answer == Answer.DONE)
        assert 0 <= found.name_start <= found.name_end <= len(data)
        assert 0 <= found.alpn_start <= found.alpn_end <= len(data)
