"""What unfinished conversations hold is bounded in octets, not only in number.

Invariant: the engine's account of held octets is what is really held, and never far above its
bound, however the octets are spread; and after a silence no packet pays for all that grew old.
"""

from collections.abc import Iterator

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.engine import Engine
from netwatch.extract.dhcp import DhcpClaim
from netwatch.limits import (
    CLAIMS_BYTES_MAX,
    PIECE_BYTES,
    QUIC_BYTES_MAX,
    SETTLED_BYTES_MAX,
    SETTLED_BYTES_MIN,
    YOUNG_AGE_NS_MAX,
    YOUNG_BYTES_MAX,
)
from netwatch.match.signatures import Pack
from netwatch.observe import build_engine
from netwatch.selftest import frames
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.hellos import Hello, records
from netwatch.selftest.quic import initial
from netwatch.signature import Signature

MATCHER = Pack(
    (
        Signature(
            id="found",
            service="found",
            product="Test",
            purpose="update",
            strength="strong",
            names=("*.found.test",),
        ),
    )
).matcher()
START_NS = 1_700_000_000_000_000_000
HALF = records(Hello(name=b"ds.found.test", post_quantum=True).handshake())[:600]
TEMPLATE = frames.on_link(
    frames.tcp("10.0.0.0", "192.0.2.1", (40_000, 443), "PA", (1, 1), b""),
    frames.ETHERNET,
    "00:16:3e:00:00:01",
    "00:16:3e:00:00:02",
    (),
)
QUIC = frames.on_link(
    frames.udp("10.0.0.0", "192.0.2.1", (40_000, 443), b""),
    frames.ETHERNET,
    "00:16:3e:00:00:01",
    "00:16:3e:00:00:02",
    (),
)


def engine_of() -> Engine:
    return build_engine(MATCHER, strict=True)


def filled(template: bytes, client: int, payload: bytes, sequence: int = 1) -> bytes:
    """The template with another client, payload and sequence number; its length says "all"."""
    frame = bytearray(template + payload)
    frame[16:18] = b"\0\0"
    frame[26:30] = (0x0A000000 + client).to_bytes(4, "big")
    if frame[23] == 6:
        frame[38:42] = sequence.to_bytes(4, "big")
    else:
        frame[38:40] = b"\0\0"
    return bytes(frame)


def feed(engine: Engine, octets: Iterator[bytes] | list[bytes], late_ns: int = 0) -> None:
    engine.feed(pcap([Frame(START_NS + late_ns, frame) for frame in octets]), PcapRecords())


def test_streams_that_grow_after_the_last_one_began() -> None:
    engine = engine_of()
    clients = YOUNG_BYTES_MAX // 60_000 + 100
    feed(engine, [filled(TEMPLATE, client, HALF) for client in range(clients)])
    young = engine.tcp.young.streams
    assert len(young.streams) == clients, "all are small"
    highest = 0
    for client in range(clients):
        feed(engine, [filled(TEMPLATE, client, bytes(60_000), 700)])
        highest = max(highest, young.held_bytes)
    assert YOUNG_BYTES_MAX - 61_000 < highest <= YOUNG_BYTES_MAX + 61_000
    assert young.held_bytes == sum(stream.held_bytes for stream in young.streams.values())


def test_a_piece_costs_more_than_its_octets() -> None:
    engine = engine_of()
    feed(engine, [filled(TEMPLATE, 1, HALF)])
    feed(engine, [filled(TEMPLATE, 1, b"x", 701 + 2 * piece) for piece in range(50)])
    assert engine.tcp.young.streams.held_bytes == len(HALF) + 50 * (1 + PIECE_BYTES)


def test_not_everything_that_is_too_old_goes_with_one_packet() -> None:
    engine = engine_of()
    feed(engine, [filled(TEMPLATE, client, HALF) for client in range(1_000)])
    late_ns = YOUNG_AGE_NS_MAX + 1_000
    at_once = SETTLED_BYTES_MAX // (len(HALF) + SETTLED_BYTES_MIN) + 1
    feed(engine, [filled(TEMPLATE, 2_000, HALF)], late_ns)
    assert len(engine.tcp.young.streams.streams) == 1_000 - at_once + 1
    feed(engine, [filled(TEMPLATE, 3_000 + n, HALF) for n in range(1_000 // at_once)], late_ns)
    left = len(engine.tcp.young.streams.streams)
    assert left == 1 + 1_000 // at_once, "only the new ones are left"


def test_quic_connections_that_are_never_whole() -> None:
    engine = engine_of()
    highest = 0
    for client in range(QUIC_BYTES_MAX // 15_000 + 200):
        lacking_its_first = [(1, bytes(15_000))]
        datagram = initial(lacking_its_first, dcid=client.to_bytes(8, "big"))
        feed(engine, [filled(QUIC, client, datagram)], client * 1_000_000)
        highest = max(highest, engine.udp.held_bytes)
    assert QUIC_BYTES_MAX - 16_000 < highest <= QUIC_BYTES_MAX + 16_000
    held = [young.hello.crypto.held_bytes for young in engine.udp.young.values()]
    assert engine.udp.held_bytes == sum(held) == len(held) * (15_000 + PIECE_BYTES)
    engine.finish()
    assert engine.udp.held_bytes == 0


@pytest.mark.parametrize("end", ["whole", "damaged"])
def test_quic_connections_that_end_are_off_the_account(end: str) -> None:
    engine = engine_of()
    hello = Hello(name=b"ds.found.test", quic=True).handshake()
    start = [(10, hello[10:])]
    rest = [(0, hello[:10])] if end == "whole" else [(0, b"\2" * 10)]
    for number, pieces in enumerate((start, rest)):
        datagram = initial(pieces, dcid=bytes(8), number=number)
        feed(engine, [filled(QUIC, 1, datagram)])
        if number == 0:
            assert engine.udp.held_bytes == len(hello) - 10 + PIECE_BYTES
    assert (engine.udp.young, engine.udp.held_bytes) == ({}, 0)
    assert len(engine.sightings.found) == (end == "whole")


def test_dhcp_claims_are_bounded_in_octets_and_arp_goes_on() -> None:
    engine = engine_of()
    heard = 0

    def talkative(payload: bytes, _mac: bytes) -> DhcpClaim:
        nonlocal heard
        heard += 1
        return DhcpClaim(kind="dhcp-request", mac=payload[28:34], parameters=bytes(100_000))

    engine.claims.read_dhcp = talkative
    request = frames.dhcp_request("00:16:3e:00:00:01", "host", "10.0.0.7")
    sent = CLAIMS_BYTES_MAX // 100_000 + 50
    for number in range(sent):
        frame = bytearray(request)
        frame[42 + 30 : 42 + 34] = number.to_bytes(4, "big")
        feed(engine, [bytes(frame)])
    kept = len(engine.claims.found)
    assert heard == sent and sent - 50 <= kept <= sent - 48
    feed(engine, [frames.arp("00:16:3e:00:00:01", "10.0.0.1", "10.0.0.2")])
    assert len(engine.claims.found) == kept + 1
