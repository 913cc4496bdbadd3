"""Invariant: whatever octets arrive, `parse` answers DONE, NEED_MORE or a negative anomaly of TLS,
never raises, leaves every span inside the octets, and a name is the hello's own.
"""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.tls import ClientHello
from netwatch.limits import HELLO_BYTES_MAX
from netwatch.model import Anomaly, Answer

CAPTURES = Path(os.environ.get("NETWATCH_CAPTURES", "../shared/captures"))
TLS_ANOMALIES = {
    -Anomaly.TLS_RECORD,
    -Anomaly.TLS_HANDSHAKE,
    -Anomaly.TLS_EXTENSION,
    -Anomaly.TLS_HELLO_TOO_LONG,
}
CHROME_CIPHERS = "0a0a130113021303c02bc02fc02cc030cca9cca8c013c014009c009d002f0035"
CHROME_SIGNATURES = "04030804040105030805050108060601"


def u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def vector(octets: bytes, length_octets: int = 2) -> bytes:
    return len(octets).to_bytes(length_octets, "big") + octets


def extension(kind: int, content: bytes = b"") -> bytes:
    return u16(kind) + vector(content)


def server_name(name: bytes) -> bytes:
    return extension(0, vector(b"\x00" + vector(name)))


def alpn(*protocols: bytes) -> bytes:
    return extension(16, vector(b"".join(vector(protocol, 1) for protocol in protocols)))


def versions(*numbers: int) -> bytes:
    return extension(43, vector(b"".join(map(u16, numbers)), 1))


def hello(
    block: bytes | None,
    *,
    ciphers: bytes = bytes.fromhex(CHROME_CIPHERS),
    version: int = 0x0303,
    session: bytes = bytes(32),
) -> bytes:
    """A ClientHello with its handshake header; `block` None: no extension block at all."""
    body = u16(version) + bytes(range(32)) + vector(session, 1) + vector(ciphers) + b"\x01\x00"
    if block is not None:
        body += vector(block)
    return b"\x01" + vector(body, 3)


def chrome(name: bytes = b"dc1.ksn.kaspersky-labs.com", *, ech: bool = False) -> bytes:
    """What Chrome 110 sends, with the post-quantum key share that makes it 1.8 kB."""
    extensions = [
        extension(0x1A1A),
        extension(0x001B, b"\x02\x00\x02"),
        server_name(name),
        extension(0x0033, vector(b"\x2a\x2a\x00\x01\x00" + u16(0x11EC) + vector(bytes(1216)))),
        alpn(b"h2", b"http/1.1"),
        extension(0x4469, b"\x00\x03\x02h2"),
        extension(0x0017),
        extension(0x002D, b"\x01\x01"),
        extension(0x000D, vector(bytes.fromhex(CHROME_SIGNATURES))),
        extension(0x0005, b"\x01\x00\x00\x00\x00"),
        extension(0x0023),
        extension(0x0012),
        versions(0xEAEA, 0x0304, 0x0303),
        extension(0xFF01, b"\x00"),
        extension(0x000B, b"\x01\x00"),
        extension(0x000A, vector(u16(0x3A3A) + u16(0x001D))),
        extension(0x0015, bytes(200)),
        extension(0x7A7A, b"\x00"),
    ]
    if ech:
        extensions.insert(9, extension(0xFE0D, bytes(100)))
    return hello(b"".join(extensions))


def name_of(found: ClientHello) -> bytes | None:
    return found.data[found.name_start : found.name_end] if found.has_name else None


def read(message: bytes) -> tuple[int, ClientHello]:
    found = ClientHello()
    return found.parse(message, 0, len(message)), found


def check(found: ClientHello, answer: int, data: bytes) -> None:
    """The invariant, for an answer to `data`."""
    assert answer in (Answer.DONE, Answer.NEED_MORE) or answer in TLS_ANOMALIES
    for start, end in (
        (found.name_start, found.name_end),
        (found.alpn_start, found.alpn_end),
        (found.ciphers_start, max(found.ciphers_start, found.ciphers_end)),
        (found.extensions_start, max(found.extensions_start, found.extensions_end)),
        (found.signatures_start, found.signatures_end),
    ):
        assert 0 <= start <= end <= len(data)
    assert len(found.alpn()) <= 32
    assert 0 <= found.fingerprint() < 2**62
    assert (found.fingerprint() == 0) == found.partial
    assert (found.ja4("t") == "") == found.partial


def test_a_browser_hello_gives_all_fields() -> None:
    answer, found = read(chrome(ech=True))
    assert answer == Answer.DONE
    assert name_of(found) == b"dc1.ksn.kaspersky-labs.com"
    assert (found.legacy_version, found.version) == (0x0303, 0x0304)
    assert found.alpn() == [b"h2", b"http/1.1"]
    assert found.ech
    assert not found.quic
    assert not found.partial
    assert found.anomaly == 0


def test_the_published_ja4_of_chrome() -> None:
    assert read(chrome())[1].ja4("t") == "t13d1516h2_8daaf6152771_e5627efa2ab1"


def test_absent_extensions_are_told_as_absent() -> None:
    answer, found = read(hello(None, session=b"", version=0x0301))
    assert answer == Answer.DONE
    assert (found.has_name, found.ech, found.alpn_start, found.alpn_end) == (False, False, 0, 0)
    assert found.version == 0x0301
    assert found.ja4("t") == "t10i150000_8daaf6152771_000000000000"


def test_an_empty_extension_block_is_allowed() -> None:
    answer, found = read(hello(b""))
    assert (answer, found.anomaly, found.partial) == (Answer.DONE, 0, False)


def test_every_truncation_needs_more_and_keeps_what_it_read() -> None:
    message = chrome()
    found = ClientHello()
    named_from = message.index(b"dc1.ksn") + len(b"dc1.ksn.kaspersky-labs.com")
    for end in range(len(message)):
        assert found.parse(message, 0, end) == Answer.NEED_MORE, end
        assert found.partial
        assert (name_of(found) == b"dc1.ksn.kaspersky-labs.com") == (end >= named_from), end


def test_trailing_octets_and_an_offset_change_nothing() -> None:
    message = chrome()
    whole = read(message)[1]
    found = ClientHello()
    padded = b"\xff" * 7 + message + b"\x16\x03\x01\xff"
    assert found.parse(padded, 7, len(padded)) == Answer.DONE
    assert name_of(found) == name_of(whole)
    assert found.ja4("t") == whole.ja4("t")
    assert found.fingerprint() == whole.fingerprint()


def test_the_object_forgets_the_last_hello() -> None:
    found = ClientHello()
    message = hello(server_name(b"a.example") + alpn(b"h3") + extension(57) + extension(0xFE0D))
    assert found.parse(message, 0, len(message)) == Answer.DONE
    assert found.quic
    empty = hello(b"")
    assert found.parse(empty, 0, len(empty)) == Answer.DONE
    assert (found.has_name, found.quic, found.ech, found.alpn()) == (False, False, False, [])


def test_quic_is_told_by_its_transport_parameters() -> None:
    assert all(read(hello(extension(kind, b"\x01")))[1].quic for kind in (57, 0xFFA5))
    assert not read(hello(extension(58, b"\x01")))[1].quic


@pytest.mark.parametrize(
    ("block", "name"),
    [
        (extension(0, vector(b"\x00" + vector(b"one.test") + b"\x00" + vector(b"two.test"))), 1),
        (server_name(b"one.test") + server_name(b"two.test"), 1),
        (extension(0) + server_name(b"one.test"), 1),
        (extension(0, vector(b"\x07" + vector(b"two.test") + b"\x00" + vector(b"one.test"))), 1),
        (extension(0, vector(b"\x07" + vector(b"two.test"))), 0),
        (extension(0), 0),
    ],
)
def test_the_first_host_name_wins(block: bytes, name: int) -> None:
    answer, found = read(hello(block))
    assert (answer, found.anomaly) == (Answer.DONE, 0)
    assert name_of(found) == (b"one.test" if name else None)


def test_other_repeated_extensions_count_once() -> None:
    block = versions(0x0303) + versions(0x0304) + alpn(b"h2") + alpn(b"h3")
    found = read(hello(block))[1]
    assert (found.version, found.alpn()) == (0x0303, [b"h2"])


def test_grease_versions_are_ignored() -> None:
    assert read(hello(versions(0xFAFA, 0x0303, 0x0A0A)))[1].version == 0x0303
    assert read(hello(versions(0xFAFA)))[1].version == 0x0303
    assert read(hello(versions(0x0A1A)))[1].version == 0x0A1A  # looks like it, and is not


def test_a_damaged_tail_does_not_lose_the_name() -> None:
    block = server_name(b"one.test") + extension(0x23) + u16(5) + u16(900) + b"\x00"
    answer, found = read(hello(block))
    assert (answer, found.anomaly, found.partial) == (Answer.DONE, Anomaly.TLS_EXTENSION, True)
    assert name_of(found) == b"one.test"
    before = u16(5) + u16(900) + server_name(b"one.test")
    assert read(hello(before))[0] == -Anomaly.TLS_EXTENSION


def test_stray_octets_behind_the_extensions() -> None:
    message = hello(server_name(b"one.test") + b"\x00\x00\x00")
    assert read(message)[0] == Answer.DONE
    assert read(message)[1].anomaly == Anomaly.TLS_EXTENSION
    assert read(hello(extension(0x23) + b"\x00\x00\x00"))[0] == -Anomaly.TLS_EXTENSION


@pytest.mark.parametrize("lie", [-9, -1, 1, 9, 60_000])
def test_a_block_length_that_disagrees_with_the_message(lie: int) -> None:
    block = server_name(b"one.test") + extension(0x15, bytes(30))
    message = bytearray(hello(block))
    at = len(message) - len(block) - 2
    message[at : at + 2] = u16(min(len(block) + lie, 0xFFFF))
    answer, found = read(bytes(message))
    assert (answer, found.anomaly) == (Answer.DONE, Anomaly.TLS_EXTENSION)
    assert name_of(found) == b"one.test"
    assert found.ja4("t") == ""
    for end in range(len(message)):
        assert found.parse(bytes(message), 0, end) in (Answer.NEED_MORE, Answer.DONE)


@pytest.mark.parametrize(
    "block",
    [
        extension(0, b"\x00"),
        extension(0, u16(8) + b"\x00" + vector(b"a.test")),
        extension(0, vector(b"\x00" + u16(7) + b"a.test")),
        extension(0, vector(b"\x00" + u16(0))),
        extension(16, b"\x00"),
        extension(16, u16(4) + b"\x02h2"),
        extension(43, b""),
        extension(43, b"\x03\x03\x04\x03"),
        extension(43, b"\x02\x03\x04\x03\x03"),
        extension(13, b"\x00"),
        extension(13, u16(3) + b"\x04\x03\x08"),
        extension(13, u16(4) + b"\x04\x03"),
    ],
)
def test_damage_inside_one_extension_is_counted_only(block: bytes) -> None:
    answer, found = read(hello(block + extension(0xFE0D)))
    assert (answer, found.anomaly) == (Answer.DONE, Anomaly.TLS_EXTENSION)
    assert not found.has_name
    assert found.ech
    assert found.version == 0x0303
    check(found, answer, found.data)


@pytest.mark.parametrize(
    "message",
    [
        b"\x02" + chrome()[1:],
        b"\x02",
        b"\x01\x00\x00\x25" + bytes(37),
        hello(b"", session=bytes(33)),
        hello(b"", ciphers=b"\x13\x01\x13"),
        b"\x01" + vector(u16(0x0303) + bytes(32) + b"\x00" + u16(0xFFFE) + bytes(60), 3),
        b"\x01" + vector(u16(0x0303) + bytes(32) + b"\x00" + vector(bytes(2)) + b"\xff", 3),
    ],
)
def test_what_is_no_hello(message: bytes) -> None:
    assert read(message)[0] == -Anomaly.TLS_HANDSHAKE


def test_a_hello_longer_than_the_limit() -> None:
    named = hello(server_name(b"one.test") + extension(0x29, bytes(HELLO_BYTES_MAX)))
    late = hello(extension(0x29, bytes(HELLO_BYTES_MAX)) + server_name(b"one.test"))
    found = ClientHello()
    assert found.parse(named, 0, HELLO_BYTES_MAX) == Answer.NEED_MORE
    assert name_of(found) == b"one.test"
    answer, found = read(named)
    assert (answer, found.anomaly) == (Answer.DONE, Anomaly.TLS_HELLO_TOO_LONG)
    assert (name_of(found), found.partial) == (b"one.test", True)
    assert read(late)[0] == -Anomaly.TLS_HELLO_TOO_LONG
    room = HELLO_BYTES_MAX - len(hello(extension(0x29)))
    fits = hello(extension(0x29, bytes(room)))
    assert len(fits) == HELLO_BYTES_MAX
    assert read(fits)[0] == Answer.DONE


def test_every_lie_of_every_length_gives_the_name_or_none() -> None:
    name = b"dc1.ksn.kaspersky-labs.com"
    message = chrome(name)
    at = message.index(name)
    ciphers_at = 4 + 34 + 33
    block_at = ciphers_at + 2 + 32 + 2
    fields = [(1, 3), (38, 1), (ciphers_at, 2), (ciphers_at + 34, 1), (block_at, 2)]
    fields += [(at - 7, 2), (at - 5, 2), (at - 2, 2), (at + len(name) + 2, 2)]
    found = ClientHello()
    for position, octets in fields:
        truth = int.from_bytes(message[position : position + octets], "big")
        lies = {*range(max(0, truth - 300), truth + 300), 0x7FFF, 0x8000, 0xFFFF, 0xFFFFFF}
        for lie in sorted(lies - {truth}):
            if lie >= 256**octets:
                continue
            damaged = message[:position] + lie.to_bytes(octets, "big")
            damaged += message[position + octets :]
            answer = found.parse(damaged, 0, len(damaged))
            check(found, answer, damaged)
            assert name_of(found) in (name, None), (position, lie)


def test_the_name_length_must_be_exact() -> None:
    message = hello(server_name(b"www.kaspersky.com.evil.test") + extension(0x23))
    at = message.index(b"www.") - 2
    for lie in range(4_000):
        answer, found = read(message[:at] + u16(lie) + message[at + 2 :])
        assert found.has_name == (lie == 27), lie
        assert answer == Answer.DONE


def test_all_first_octets_of_an_alpn_give_a_ja4() -> None:
    pattern = re.compile(r"t12i1501..(_[0-9a-f]{12}){2}")
    found = ClientHello()
    for first in range(256):
        message = hello(alpn(bytes((first, 0x80))))
        assert found.parse(message, 0, len(message)) == Answer.DONE
        assert pattern.fullmatch(found.ja4("t"))


def test_alpn_of_odd_shapes() -> None:
    assert read(hello(alpn()))[1].alpn() == []
    assert read(hello(alpn(b"", b"h2")))[1].alpn() == [b"", b"h2"]
    assert read(hello(extension(16, vector(b"\x02h2\x09h3"))))[1].alpn() == [b"h2"]
    assert len(read(hello(alpn(*[b"x"] * 100)))[1].alpn()) == 32


@pytest.mark.parametrize("count", [0, 255])
def test_none_and_very_many_extensions(count: int) -> None:
    answer, found = read(hello(b"".join(extension(0x2000 + i) for i in range(count))))
    assert answer == Answer.DONE
    assert found.ja4("q").startswith(f"q12i15{min(count, 99):02d}00_")


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_octets(octets: bytes) -> None:
    found = ClientHello()
    for message in (octets, hello(octets), hello(server_name(b"one.test") + octets)):
        check(found, found.parse(message, 0, len(message)), message)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6))
def test_a_mutated_hello(changes: list[tuple[int, int]]) -> None:
    message = bytearray(chrome())
    for position, octet in changes:
        message[position % len(message)] = octet
    found = ClientHello()
    for start, end in ((0, len(message)), (0, len(message) // 2), (40, len(message) - 40)):
        check(found, found.parse(bytes(message), start, end), bytes(message))


def real_hellos() -> list[bytes]:
    """Up to 50 hellos, each whole in one frame of a real capture."""
    found: dict[bytes, None] = {}
    record = re.compile(rb"\x16\x03[\x00-\x04](?=..\x01\x00..\x03)", re.DOTALL)
    for path in sorted((CAPTURES / "zeek" / "tls").glob("*.pcap")):
        octets = path.read_bytes()
        for match in record.finditer(octets):
            length = int.from_bytes(octets[match.end() : match.end() + 2], "big")
            message = octets[match.end() + 2 : match.end() + 2 + length]
            if read(message)[0] == Answer.DONE and not read(message)[1].partial:
                found[message] = None
    return list(found)[:50]


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="no captures at NETWATCH_CAPTURES")
def test_real_hellos_at_every_truncation() -> None:
    messages = real_hellos()
    assert len(messages) >= 20
    found = ClientHello()
    for message in messages:
        name = name_of(read(message)[1])
        for end in range(len(message)):
            assert found.parse(message, 0, end) == Answer.NEED_MORE
            assert name_of(found) in (None, name)
        assert re.fullmatch(
            r"t(1[0-3]|s3|00)[di]\d{4}[0-9a-z]{2}(_[0-9a-f]{12}){2}", read(message)[1].ja4("t")
        )
