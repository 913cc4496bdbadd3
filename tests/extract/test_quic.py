"""QUIC hellos, and every way in which a hello may come in pieces.

Invariant: whatever arrives, `add` answers DONE, NEED_MORE or one of its anomalies and never raises;
and it says DONE exactly when every octet of the hello has arrived, in whatever order and pieces.
Packets are made here with the keys of `quic_keys`, which are held to the RFCs by their own test.
"""

import itertools
import tracemalloc

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.quic import ATTEMPTS_MAX, QuicHello, initial_begins
from netwatch.extract.quic_keys import InitialOpener, client_keys, salts_of
from netwatch.limits import PIECES_MAX, QUIC_CRYPTO_BYTES_MAX, QUIC_INITIALS_MAX
from netwatch.model import Anomaly, Answer

V1, V2, DRAFT_29 = 0x00000001, 0x6B3343CF, 0xFF00001D
DCID = bytes.fromhex("8394c8f03e515708")
HELLO = b"\x01" + (1_750).to_bytes(3, "big") + bytes(number % 251 for number in range(1_750))
PADDING = bytes(1_200)


def varint(value: int) -> bytes:
    return (value | 0x4000).to_bytes(2, "big") if value < 0x4000 else (value | 2 << 30).to_bytes(4)


def crypto(start: int, stop: int, stream: bytes = HELLO) -> bytes:
    return b"\x06" + varint(start) + varint(stop - start) + stream[start:stop]


def initial(
    plain: bytes,
    number: int = 0,
    dcid: bytes = DCID,
    *,
    version: int = V1,
    keys_of: bytes | None = None,
    token: bytes = b"",
    scid: bytes = b"me",
) -> bytes:
    """One protected Initial; `keys_of` is the id that the keys come from, if not `dcid`."""
    key, iv, hp = client_keys(version, salts_of(version)[0], dcid if keys_of is None else keys_of)
    first = 0xD1 if version == V2 else 0xC1
    header = b"".join(
        (
            bytes((first,)),
            version.to_bytes(4, "big"),
            bytes((len(dcid),)) + dcid + bytes((len(scid),)) + scid,
            varint(len(token)) + token,
            varint(2 + len(plain) + 16),
            number.to_bytes(2, "big"),
        )
    )
    nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
    cipher = AESGCM(key).encrypt(nonce, plain, header)
    mask = Cipher(AES(hp), ECB()).encryptor().update(cipher[2:18])  # noqa: S305 - RFC 9001 5.4.3
    hidden = bytes(a ^ b for a, b in zip(header[-2:], mask[1:], strict=False))
    return bytes((first ^ (mask[0] & 0x0F),)) + header[1:-2] + hidden + cipher


def long_packet(kind: int, version: int = V1, dcid: bytes = DCID) -> bytes:
    """A 0-RTT (1), Handshake (2) or Retry (3) packet that nobody can read here."""
    return b"".join(
        (
            bytes((0xC0 | kind << 4,)),
            version.to_bytes(4, "big"),
            bytes((len(dcid),)) + dcid + b"\x02me" + varint(60) + b"\xaa" * 60,
        )
    )


def add(hello: QuicHello, datagram: bytes, opener: InitialOpener | None = None) -> int:
    return hello.add(datagram, 0, len(datagram), opener or InitialOpener())


WHOLE = initial(crypto(0, len(HELLO)))


# --- does it begin like one ---


@pytest.mark.parametrize("version", [V1, V2, DRAFT_29, 0xFF00001B, 0xFF000020, 0x1A2A3A4A])
def test_initials_begin(version: int) -> None:
    datagram = initial(PADDING, version=version)
    assert initial_begins(datagram, 0, len(datagram))
    assert initial_begins(b"\xff" * 7 + datagram + b"\xff", 7, 7 + len(datagram))
    cleared = bytes((datagram[0] & ~0x40,)) + datagram[1:]  # RFC 9287: the fixed bit may be off
    assert initial_begins(cleared, 0, len(cleared))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xc1",
        WHOLE[:1_199],
        b"\x41" + WHOLE[1:],  # short header
        b"\xd1" + WHOLE[1:],  # 0-RTT of version 1
        b"\xe1" + WHOLE[1:],  # Handshake
        b"\xf1" + WHOLE[1:],  # Retry
        b"\xc1" + V2.to_bytes(4, "big") + WHOLE[5:],  # version 2's Retry
        b"\xc1" + b"Q043" + WHOLE[5:],
        b"\xc1" + bytes(4) + WHOLE[5:],  # version negotiation
        WHOLE[:5] + b"\x00" + WHOLE[6:],
        WHOLE[:5] + b"\x15" + WHOLE[6:],
        WHOLE[:14] + b"\x15" + WHOLE[15:],
        bytes.fromhex("81000001000100000000") + b"a" * 1_400,
    ],
)
def test_other_payloads_do_not_begin_like_one(payload: bytes) -> None:
    assert not initial_begins(payload, 0, len(payload))


# --- one packet ---


@pytest.mark.parametrize("version", [V1, V2, DRAFT_29, 0xFF000017, 0xFF000022, 0xBABABABA])
def test_a_whole_hello(version: int) -> None:
    hello = QuicHello()
    datagram = initial(crypto(0, len(HELLO)), version=version)
    assert add(hello, datagram) == Answer.DONE
    assert hello.handshake() == HELLO
    assert (hello.crypto_whole, hello.initials, hello.version) == (True, 1, version)
    assert add(hello, datagram) == Answer.DONE
    assert hello.initials == 1


@pytest.mark.parametrize(
    "tail", [b"\x00", bytes(200), b"\x40" * 40, b"\xff" * 99, long_packet(1), WHOLE[:80]]
)
def test_trailing_octets_do_not_matter(tail: bytes) -> None:
    hello = QuicHello()
    datagram = b"\x99" * 3 + WHOLE + tail
    assert hello.add(datagram, 3, len(datagram), InitialOpener()) == Answer.DONE
    assert hello.handshake() == HELLO


def test_every_truncation_is_an_anomaly() -> None:
    opener = InitialOpener()
    for cut in range(1, len(WHOLE)):
        hello = QuicHello()
        assert add(hello, WHOLE[:cut], opener) == -Anomaly.QUIC_HEADER
        assert hello.handshake() == b""
    assert add(QuicHello(), b"") == Answer.NEED_MORE


def test_other_frames_are_stepped_over() -> None:
    ack = bytes.fromhex("02" + "04" + "00" + "01" + "00" + "0102")
    ecn = bytes.fromhex("03" + "04" + "00" + "00" + "00" + "010203")
    close = bytes.fromhex("1c" + "0a" + "06" + "03") + b"bye"
    plain = b"\x01\x00" + ack + crypto(9, 1754) + ecn + b"\x00\x00" + crypto(0, 9) + close + b"\x01"
    hello = QuicHello()
    assert add(hello, initial(plain)) == Answer.DONE
    assert hello.handshake() == HELLO


@pytest.mark.parametrize(
    "tail",
    [
        b"\x08\x00\x01",  # STREAM is not allowed in an Initial
        b"\x02\xff",
        b"\x1c\x00",
        b"\x06",
        b"\x06\x40\x40",
        b"\x06\x00\x40",
        b"\x06\x00\x44\x00abc",
    ],
)
def test_wrong_frames_are_an_anomaly_and_the_octets_before_them_stay(tail: bytes) -> None:
    hello = QuicHello()
    assert add(hello, initial(crypto(0, 900) + tail)) == -Anomaly.QUIC_CRYPTO
    assert hello.handshake() == HELLO[:900]
    assert add(hello, initial(crypto(900, len(HELLO)), 1)) == Answer.DONE


def test_another_message_is_no_client_hello() -> None:
    server_hello = b"\x02" + HELLO[1:]
    hello = QuicHello()
    assert add(hello, initial(crypto(0, 500, server_hello))) == -Anomaly.QUIC_CRYPTO
    assert not hello.crypto_whole


# --- pieces ---


def test_every_order_of_frames_and_of_datagrams() -> None:
    cuts = ((0, 3), (3, 700), (700, 1_200), (1_200, len(HELLO)))
    opener = InitialOpener()
    for order in itertools.permutations(cuts):
        frames = [crypto(*cut) for cut in order]
        hello = QuicHello()
        assert add(hello, initial(PADDING.join(frames)), opener) == Answer.DONE
        assert hello.handshake() == HELLO
        datagrams = [initial(frame + PADDING, number) for number, frame in enumerate(frames)]
        hello = QuicHello()
        answers = [add(hello, datagram, opener) for datagram in datagrams]
        assert answers == [Answer.NEED_MORE] * 3 + [Answer.DONE]
        assert hello.handshake() == HELLO


def test_duplicates_and_overlaps_never_make_it_whole() -> None:
    first, second = initial(crypto(0, 900)), initial(crypto(400, 1_300), 1)
    hello, opener = QuicHello(), InitialOpener()
    for _ in range(5):
        assert add(hello, first, opener) == Answer.NEED_MORE
        assert add(hello, second, opener) == Answer.NEED_MORE
    assert add(hello, initial(crypto(0, 900), 7), opener) == Answer.NEED_MORE
    assert hello.initials == 3  # copies of a packet are known without decrypting them
    assert hello.handshake() == HELLO[:1_300]
    assert add(hello, initial(crypto(1_754 - 500, 1_754), 8), opener) == Answer.DONE
    assert hello.handshake() == HELLO


def test_several_packets_in_one_datagram() -> None:
    first, second = initial(crypto(700, len(HELLO))), initial(crypto(0, 700), 1)
    for datagram in (first + second, first + long_packet(1) + long_packet(2) + second):
        hello = QuicHello()
        assert add(hello, datagram) == Answer.DONE
        assert hello.initials == 2
    hello = QuicHello()
    assert add(hello, first + long_packet(3) + second) == Answer.NEED_MORE
    assert add(hello, long_packet(1)) == Answer.NEED_MORE
    assert add(hello, long_packet(1, 0x51303433)) == -Anomaly.QUIC_VERSION


# --- keys ---


def test_a_later_initial_has_the_servers_id_and_the_first_ones_keys() -> None:
    later = initial(crypto(900, len(HELLO)), 1, b"server-1", keys_of=DCID)
    hello = QuicHello()
    assert add(hello, initial(crypto(0, 900))) == Answer.NEED_MORE
    assert add(hello, later) == Answer.DONE
    assert add(QuicHello(), later) == -Anomaly.QUIC_UNREADABLE


@pytest.mark.parametrize("retried", [b"retried-", b"r", b""])
def test_after_a_retry_the_hello_is_said_again_under_other_keys(retried: bytes) -> None:
    hello, opener = QuicHello(), InitialOpener()
    assert add(hello, initial(crypto(0, 900)), opener) == Answer.NEED_MORE
    again = initial(crypto(900, len(HELLO)), 1, retried, token=b"token")
    assert add(hello, again, opener) == Answer.NEED_MORE
    assert hello.handshake() == b""
    last = initial(crypto(0, 900), 2, b"server-1", keys_of=retried, token=b"token")
    assert add(hello, last, opener) == Answer.DONE
    assert hello.handshake() == HELLO


def test_another_connection_on_the_same_ports() -> None:
    other = b"\x01" + HELLO[1:900] + HELLO[4:858]
    hello = QuicHello()
    assert add(hello, initial(crypto(0, 900))) == Answer.NEED_MORE
    assert add(hello, initial(crypto(0, 1_754, other), 0, b"another1")) == Answer.DONE
    assert hello.handshake() == other


def test_a_negotiated_version_keeps_the_stream() -> None:
    hello = QuicHello()
    assert add(hello, initial(crypto(0, 900))) == Answer.NEED_MORE
    assert add(hello, initial(crypto(900, 1_754), 1, b"s", version=V2, keys_of=DCID)) == Answer.DONE
    assert hello.version == V2


def test_a_servers_initial_is_unreadable_and_without_an_id_costs_nothing() -> None:
    def never(_version: int, _dcid: bytes, _packet: bytes, _pn_offset: int) -> bytes | None:
        raise AssertionError("asked")

    server = initial(crypto(0, 900), 0, b"client", keys_of=b"something-else")
    assert QuicHello().add(server, 0, len(server), never) == -Anomaly.QUIC_UNREADABLE
    server = initial(crypto(0, 900), 0, b"client-1", keys_of=b"something-else")
    hello = QuicHello()
    assert add(hello, server) == -Anomaly.QUIC_UNREADABLE
    assert (hello.attempts, hello.initials) == (1, 0)
    assert add(hello, WHOLE) == Answer.DONE


# --- bounds ---


def test_initials_and_attempts_are_bounded() -> None:
    hello, opener = QuicHello(), InitialOpener()
    for number in range(QUIC_INITIALS_MAX):
        assert add(hello, initial(b"\x01" + PADDING, number), opener) == Answer.NEED_MORE
    assert add(hello, initial(crypto(0, 1_754), 99), opener) == -Anomaly.QUIC_BUDGET
    hello = QuicHello()
    for number in range(ATTEMPTS_MAX):
        assert add(hello, initial(PADDING, number, keys_of=b"x"), opener) < 0
    assert hello.attempts == ATTEMPTS_MAX
    assert add(hello, WHOLE, opener) == -Anomaly.QUIC_BUDGET


def test_pieces_are_bounded() -> None:
    frames = b"".join(crypto(2 * number, 2 * number + 1) for number in range(PIECES_MAX + 1))
    hello = QuicHello()
    assert add(hello, initial(frames)) == -Anomaly.QUIC_BUDGET
    assert len(hello.crypto.pieces) == PIECES_MAX
    assert add(hello, initial(crypto(0, 1), 1)) == Answer.NEED_MORE


def test_a_hello_that_is_too_long_is_given_up() -> None:
    claimed = b"\x01" + (QUIC_CRYPTO_BYTES_MAX - 3).to_bytes(3, "big") + bytes(900)
    assert add(QuicHello(), initial(crypto(0, 900, claimed))) == -Anomaly.QUIC_BUDGET


@pytest.mark.parametrize("offset", [QUIC_CRYPTO_BYTES_MAX, 0xFFFFF, (1 << 62) - 1])
def test_claimed_offsets_allocate_nothing(offset: int) -> None:
    frame = b"\x06" + (offset | 3 << 62).to_bytes(8, "big") + b"\x40\x01x"
    datagram, hello, opener = initial(frame + PADDING), QuicHello(), InitialOpener()
    add(QuicHello(), WHOLE, opener)
    tracemalloc.start()
    try:
        assert add(hello, datagram, opener) == -Anomaly.QUIC_BUDGET
        assert tracemalloc.get_traced_memory()[1] < 64 * 1024
    finally:
        tracemalloc.stop()
    assert hello.crypto.pieces == []


# --- properties ---


class Unsealed:
    """An opener for packets that are not encrypted: the payload stands behind the sample."""

    def __call__(self, _version: int, _dcid: bytes, packet: bytes, pn_offset: int) -> bytes | None:
        return packet[pn_offset + 20 :]


def unsealed(plain: bytes, number: int) -> bytes:
    """An Initial for `Unsealed`; the number makes its sample unlike others."""
    header = b"\xc1" + V1.to_bytes(4, "big") + b"\x08" + DCID + b"\x00\x00"
    return header + varint(20 + len(plain)) + number.to_bytes(20, "big") + plain


SHORT = b"\x01\x00\x00\x3c" + bytes(range(60))
SPANS = st.tuples(st.integers(0, len(SHORT)), st.integers(0, len(SHORT))).map(sorted)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(st.lists(SPANS, max_size=6), max_size=QUIC_INITIALS_MAX))
def test_done_exactly_when_all_octets_are_there(datagrams: list[list[list[int]]]) -> None:
    hello = QuicHello()
    there: set[int] = set()
    for number, spans in enumerate(datagrams):
        plain = b"".join(crypto(start, stop, SHORT) for start, stop in spans)
        there.update(*(range(start, stop) for start, stop in spans))
        datagram = number.to_bytes(2, "big") + unsealed(plain, number)
        answer = hello.add(datagram, 2, len(datagram), Unsealed())
        gap = min(set(range(len(SHORT) + 1)) - there)
        assert hello.handshake() == SHORT[:gap]
        assert answer == (Answer.DONE if gap == len(SHORT) else Answer.NEED_MORE)


ANSWERS = {Answer.DONE, Answer.NEED_MORE} | {
    -Anomaly.QUIC_HEADER,
    -Anomaly.QUIC_VERSION,
    -Anomaly.QUIC_UNREADABLE,
    -Anomaly.QUIC_CRYPTO,
    -Anomaly.QUIC_BUDGET,
}
FRAMES = st.sampled_from(
    [b"\x00", b"\x01", b"\x02\x00\x00\x00\x00", b"\x06\x00\x04\x01\x00\x00\x02"]
)


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.lists(st.lists(FRAMES | st.binary(max_size=12), max_size=8), max_size=4))
def test_any_frames(datagrams: list[list[bytes]]) -> None:
    hello = QuicHello()
    for number, frames in enumerate(datagrams):
        datagram = unsealed(b"".join(frames), number)
        assert hello.add(datagram, 0, len(datagram), Unsealed()) in ANSWERS
        assert sum(map(len, hello.crypto.pieces)) <= QUIC_CRYPTO_BYTES_MAX


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 80), st.binary(max_size=3))
def test_any_datagram(octets: bytes, cut: int, head: bytes) -> None:
    for datagram in (octets, WHOLE[:cut] + octets + WHOLE[cut + len(octets) :], head + octets):
        assert add(QuicHello(), datagram) in ANSWERS
        initial_begins(datagram, 0, len(datagram))
        initial_begins(datagram + bytes(1_200), 0, len(datagram) + 1_200)
