"""IPv4 and IPv6 headers.

Invariant: for any octets `ipv4` and `ipv6` answer DONE, FRAGMENT or an anomaly and never raise;
after DONE the payload lies inside the frame, and the addresses are those of the header.
"""

import ipaddress
import random
import struct
from collections.abc import Callable

import pytest

from netwatch.decode.network import FRAGMENT, Piece, ipv4, ipv6
from netwatch.decode.packet import Packet
from netwatch.limits import IPV6_HEADERS_MAX
from netwatch.model import Anomaly, Answer
from netwatch.selftest import frames

SOURCE, TARGET = bytes((10, 0, 0, 1)), bytes((93, 184, 216, 34))
SOURCE6 = ipaddress.ip_address("fd00::1").packed
TARGET6 = ipaddress.ip_address("2001:db8::5").packed
PAYLOAD = bytes(range(24))


def header4(
    payload: bytes = PAYLOAD,
    *,
    total: int = -1,
    words: int = 5,
    fragment: int = 0,
    protocol: int = 6,
) -> bytes:
    total = words * 4 + len(payload) if total < 0 else total
    head = struct.pack(">BBHHHBBH", 0x40 | words, 0, total, 0xBEEF, fragment, 61, protocol, 0)
    return head + SOURCE + TARGET + b"\x01" * (words * 4 - 20) + payload


def header6(payload: bytes = PAYLOAD, *, following: int = 6, length: int = -1) -> bytes:
    length = len(payload) if length < 0 else length
    return struct.pack(">IHBB", 6 << 28 | 7, length, following, 255) + SOURCE6 + TARGET6 + payload


def extension(following: int, octets: int = 8) -> bytes:
    return bytes((following, octets // 8 - 1)) + bytes(octets - 2)


def fragment_header(following: int, offset: int, more: bool, number: int = 0xCAFE_BABE) -> bytes:
    return struct.pack(">BBHI", following, 0, offset | more, number)


def run(
    octets: bytes, decoder: Callable[[Packet, Piece], int], before: bytes = b"", behind: bytes = b""
) -> tuple[int, Packet, Piece]:
    packet, piece = Packet(), Piece()
    packet.begin(before + octets + behind, len(before), len(before + octets))
    return decoder(packet, piece), packet, piece


def read(octets: bytes) -> Packet:
    """A packet of either version inside a block; it must be DONE."""
    decoder = ipv4 if octets[0] >> 4 == 4 else ipv6
    answer, packet, _ = run(octets, decoder, b"before", b"behind")
    assert answer == Answer.DONE
    return packet


def payload_of(packet: Packet) -> bytes:
    return packet.data[packet.start : packet.end]


@pytest.mark.parametrize("words", [5, 6, 15])
def test_ipv4(words: int) -> None:
    packet = read(header4(words=words))
    assert payload_of(packet) == PAYLOAD
    assert (packet.source_address(), packet.target_address()) == (SOURCE, TARGET)
    assert (packet.protocol, packet.ttl, packet.cut, packet.missing) == (6, 61, False, 0)


def test_ipv6() -> None:
    packet = read(header6())
    assert payload_of(packet) == PAYLOAD
    assert (packet.source_address(), packet.target_address()) == (SOURCE6, TARGET6)
    assert (packet.protocol, packet.ttl, packet.cut) == (6, 255, False)


@pytest.mark.parametrize("octets", [header4(words=7), header6()], ids=["4", "6"])
def test_every_truncation(octets: bytes) -> None:
    decoder = ipv4 if octets[0] >> 4 == 4 else ipv6
    header = len(octets) - len(PAYLOAD)
    for end in range(len(octets)):
        answer, packet, _ = run(octets[:end], decoder)
        if end < header:
            assert answer == -Anomaly.IP_HEADER
        else:
            assert answer == Answer.DONE
            assert packet.cut
            assert packet.missing == len(octets) - end
            assert payload_of(packet) == octets[header:end]


def authentication(following: int, words: int) -> bytes:
    return bytes((following, words - 2)) + bytes(words * 4 - 2)


@pytest.mark.parametrize("words", [3, 6, 257])
def test_the_authentication_header_of_ipv4(words: int) -> None:
    """RFC 4302 section 2; two of them, as in a tunnel's transport, are passed over as well."""
    once = authentication(6, words)
    twice = authentication(51, words) + once
    for headers in (once, twice):
        octets = header4(headers + PAYLOAD, protocol=51)
        packet = read(octets)
        assert (packet.protocol, payload_of(packet)) == (6, PAYLOAD)
        for end in range(20, 20 + len(headers)):
            assert run(octets[:end], ipv4)[0] == -Anomaly.IP_HEADER
    endless = authentication(51, 3) * (IPV6_HEADERS_MAX + 1) + PAYLOAD
    assert run(header4(endless, protocol=51), ipv4)[0] == -Anomaly.TOO_DEEP


def test_ipv4_has_no_other_extension_headers() -> None:
    for protocol in (0, 43, 44, 60, 135):
        packet = read(header4(protocol=protocol))
        assert (packet.protocol, payload_of(packet)) == (protocol, PAYLOAD)
    packet = read(header4(authentication(60, 3) + PAYLOAD, protocol=51))
    assert (packet.protocol, payload_of(packet)) == (60, PAYLOAD)


@pytest.mark.parametrize("octets", [header4(), header6()], ids=["4", "6"])
def test_padding_behind_the_packet_is_no_payload(octets: bytes) -> None:
    packet = read(octets + b"\xee" * 18)
    assert payload_of(packet) == PAYLOAD
    assert not packet.cut


@pytest.mark.parametrize("octets", [header4(total=0), header6(length=0)], ids=["4", "6"])
def test_length_0_means_as_far_as_the_frame_goes(octets: bytes) -> None:
    packet = read(octets)
    assert payload_of(packet) == PAYLOAD
    assert not packet.cut


@pytest.mark.parametrize("octets", [header4(total=65_535), header6(length=65_495)], ids=["4", "6"])
def test_a_length_beyond_the_capture_is_a_cut(octets: bytes) -> None:
    packet = read(octets)
    assert payload_of(packet) == PAYLOAD
    assert packet.cut
    assert packet.missing == 65_535 - len(octets)


@pytest.mark.parametrize(
    ("octets", "anomaly"),
    [
        (header4(total=19), Anomaly.IP_LENGTH),
        (header4(total=1), Anomaly.IP_LENGTH),
        (header4(words=6, total=23), Anomaly.IP_LENGTH),
        (b"\x44" + header4()[1:], Anomaly.IP_HEADER),
        (b"\x55" + header4()[1:], Anomaly.IP_HEADER),
        (b"\x65" + header4()[1:], Anomaly.IP_HEADER),
    ],
)
def test_ipv4_headers_that_lie(octets: bytes, anomaly: int) -> None:
    assert run(octets, ipv4)[0] == -anomaly


def test_an_ipv6_header_of_another_version() -> None:
    assert run(b"\x45" + header6()[1:], ipv6)[0] == -Anomaly.IP_HEADER


def test_jumbo_frames() -> None:
    packet = read(header4(b"j" * 65_515))
    assert packet.end - packet.start == 65_515
    packet = read(header6(b"j" * 65_535))
    assert packet.end - packet.start == 65_535
    packet = read(header4(b"j" * 200_000, total=0))
    assert packet.end - packet.start == 200_000


@pytest.mark.parametrize("flags", [0x2000, 0x2001, 0x0001, 0x1FFF])
def test_ipv4_fragments(flags: int) -> None:
    answer, packet, piece = run(header4(fragment=flags), ipv4)
    assert answer == FRAGMENT
    assert (piece.identifier, piece.offset, piece.more) == (
        0xBEEF,
        (flags & 0x1FFF) * 8,
        flags >= 0x2000,
    )
    assert payload_of(packet) == PAYLOAD


@pytest.mark.parametrize("flags", [0x0000, 0x4000, 0x8000])
def test_ipv4_that_may_not_be_cut_or_has_the_evil_bit_is_whole(flags: int) -> None:
    assert run(header4(fragment=flags), ipv4)[0] == Answer.DONE


@pytest.mark.parametrize("kind", [0, 43, 60, 135, 139, 140])
def test_extension_headers_are_passed_over(kind: int) -> None:
    chain = extension(60, 16) + extension(17)
    packet = read(header6(chain + PAYLOAD, following=kind))
    assert packet.protocol == 17
    assert payload_of(packet) == PAYLOAD


def test_authentication_headers_count_in_words() -> None:
    chain = bytes((6, 4)) + bytes(22)
    packet = read(header6(chain + PAYLOAD, following=51))
    assert (packet.protocol, payload_of(packet)) == (6, PAYLOAD)


def test_extension_headers_by_scapy() -> None:
    packet = read(frames.udp("fd00::1", "2001:db8::5", (5000, 53), b"hop by hop", options=True))
    assert packet.protocol == 17
    assert payload_of(packet)[8:] == b"hop by hop"


def test_ipv6_fragments() -> None:
    chain = extension(44) + fragment_header(60, 1_232, True) + PAYLOAD
    answer, packet, piece = run(header6(chain, following=0), ipv6)
    assert answer == FRAGMENT
    assert (piece.identifier, piece.offset, piece.more) == (0xCAFE_BABE, 1_232, True)
    assert (packet.protocol, payload_of(packet)) == (60, PAYLOAD)


def test_an_atomic_fragment_is_whole() -> None:
    packet = read(header6(fragment_header(6, 0, False) + PAYLOAD, following=44))
    assert (packet.protocol, payload_of(packet)) == (6, PAYLOAD)


@pytest.mark.parametrize("count", [IPV6_HEADERS_MAX, IPV6_HEADERS_MAX + 1, 200])
def test_nested_extension_headers_end(count: int) -> None:
    chain = extension(60) * (count - 1) + extension(6)
    answer, packet, _ = run(header6(chain + PAYLOAD, following=60), ipv6)
    if count > IPV6_HEADERS_MAX:
        assert answer == -Anomaly.TOO_DEEP
    else:
        assert (answer, payload_of(packet)) == (Answer.DONE, PAYLOAD)


def test_extension_headers_that_run_out() -> None:
    chain = extension(60, 16) + extension(6)
    octets = header6(chain, following=0)
    for end in range(40, len(octets)):
        assert run(octets[:end], ipv6)[0] == -Anomaly.IP_HEADER
    assert run(octets, ipv6)[0] == Answer.DONE
    beyond = header6(bytes((6, 255)) + bytes(14), following=0)
    assert run(beyond, ipv6)[0] == -Anomaly.IP_HEADER


def test_any_octets() -> None:
    chance = random.Random(7)  # noqa: S311 - a fixed seed is the point
    samples = [
        header4(words=6, fragment=0x2003),
        header4(),
        header6(extension(44) + fragment_header(60, 8, True) + extension(6), following=0),
        header6(extension(51) + bytes((6, 1)) + bytes(10) + PAYLOAD, following=60),
    ]
    for number in range(8_000):
        octets = bytearray(samples[number % 4])
        for _ in range(chance.randrange(1, 5)):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        end = chance.randrange(len(octets) + 1)
        for decoder in (ipv4, ipv6):
            answer, packet, piece = run(bytes(octets[:end]), decoder, b"x")
            assert answer in (Answer.DONE, FRAGMENT) or -Anomaly.BUG < answer < 0
            assert 1 <= packet.start <= packet.end <= end + 1 or answer < 0
            assert 0 <= piece.offset <= 0xFFF8
