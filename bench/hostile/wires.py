"""Frames by the million: one template copied, its varying octets written over all copies at once.

Slices with a step do this at C speed, so that what is measured is netwatch. `Tap` is an engine
that is fed blocks of records, hands over what it found, and is timed without the making of them.
"""

import random
import struct
import time
from array import array
from collections.abc import Iterable

from netwatch.capture.pcap import PcapRecords
from netwatch.match.matcher import Matcher
from netwatch.match.signatures import Pack
from netwatch.model import Claim, Observation, Sighting
from netwatch.names import name_text
from netwatch.observe import build_engine, observation, take
from netwatch.signature import Signature

FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)
START_US = 1_760_000_000_000_000
RECORD_HEADER = 16
ETHERNET4 = bytes.fromhex("0200000000010200000000020800")
ETHERNET6 = ETHERNET4[:12] + b"\x86\xdd"
SOURCE4, PORTS4, SEQUENCE4 = 14 + 12, 34, 38
"""Offsets in an Ethernet frame with IPv4 and TCP."""
SYN, SYN_ACK, ACK, PUSH = 0x02, 0x12, 0x10, 0x18

PACK = Pack(
    (
        Signature(
            id="honest",
            service="s",
            product="p",
            purpose="update",
            strength="strong",
            names=("*.honest.example", "*.u[0-9]*.glob.example", "{a,b}*c*d*.glob.example"),
            paths=("/index/u*.xml", "/*a*b*c*/x*y*z"),
            issuers=("O=Honest * CA*G3", "CN=*a*b*c*honest"),
            magics=(b"HONEST",),
        ),
    )
)


def matcher() -> Matcher:
    """A matcher that knows the honest names only, and some patterns that are slow to refuse."""
    return PACK.matcher()


class Tap:
    """An engine on a mirror."""

    def __init__(self, *, names: bool = False) -> None:
        self.engine = build_engine(matcher(), names=names, strict=True)
        self.records = PcapRecords()
        self.names: set[str] = set()
        self.sightings = 0
        self.claims: list[Claim] = []
        """Of the last block."""
        self.seconds = 0.0
        self.worst_s = 0.0
        self.packets = 0
        self.feed(FILE_HEADER)

    def feed(self, block: bytes | bytearray) -> None:
        """Hand over a block of whole records."""
        self.records.begin(0)
        octets = bytes(block)
        began = time.thread_time()
        self.engine.feed(octets, self.records)
        sightings, _, self.claims = take(self.engine)
        self.seconds += time.thread_time() - began
        if self.records.position != len(octets):
            raise SystemExit(f"a record was cut: {self.records.position} of {len(octets)}")
        self.packets = int(self.records.packets)
        self._keep(sightings)

    def feed_each(self, frames: Iterable[bytes]) -> None:
        """Hand over one record a time, and note the slowest."""
        for frame in frames:
            before = self.seconds
            self.feed(frame)
            self.worst_s = max(self.worst_s, self.seconds - before)

    def _keep(self, sightings: list[Sighting]) -> None:
        self.sightings += len(sightings)
        self.names.update(f"{sighting.signal} {name_text(sighting.name)}" for sighting in sightings)

    def close(self) -> Observation:
        """The capture ends."""
        began = time.thread_time()
        seen = observation(self.engine)
        self.seconds += time.thread_time() - began
        self._keep(seen.sightings)
        return seen

    def found(self, signal: str, names: Iterable[str]) -> int:
        """How many of these names were seen so."""
        return len({f"{signal} {name}" for name in names} & self.names)


class Clock:
    """The time of the next record, in microseconds."""

    def __init__(self) -> None:
        self.us = START_US

    def record(self, frame: bytes, step_us: int = 1, wire_bytes: int = 0) -> bytes:
        """One record, `step_us` later."""
        self.us += step_us
        stamp = divmod(self.us, 1_000_000)
        return struct.pack("<IIII", *stamp, len(frame), wire_bytes or len(frame)) + frame

    def copies(self, frame: bytes, count: int, step_us: int = 1) -> bytearray:
        """A block of `count` records of the same frame, each `step_us` later; see `vary`."""
        size = len(frame)
        block = bytearray(struct.pack("<IIII", 0, 0, size, size) + frame) * count
        times = range(self.us + step_us, self.us + step_us * (count + 1), step_us or 1)
        if not step_us:
            times = [self.us] * count  # type: ignore[assignment]  # bench is not type-checked
        self.us += step_us * count
        seconds = array("I", [now // 1_000_000 for now in times]).tobytes()
        micros = array("I", [now % 1_000_000 for now in times]).tobytes()
        stride = RECORD_HEADER + size
        for octet in range(4):
            block[octet::stride] = seconds[octet::4]
            block[4 + octet :: stride] = micros[octet::4]
        return block


def vary(block: bytearray, count: int, offset: int, values: bytes) -> None:
    """Write values (as many octets for each copy as there are) at `offset` of every frame."""
    stride, width = len(block) // count, len(values) // count
    for octet in range(width):
        block[RECORD_HEADER + offset + octet :: stride] = values[octet::width]


def ipv4(source: int, target: int, protocol: int, payload: bytes) -> bytes:
    """An Ethernet frame with an IPv4 packet."""
    length = min(20 + len(payload), 0xFFFF)
    header = struct.pack(">BBHHHBBHII", 0x45, 0, length, 0, 0, 64, protocol, 0, source, target)
    return ETHERNET4 + header + payload


def ipv6(source: bytes, target: bytes, protocol: int, payload: bytes) -> bytes:
    """The same with IPv6."""
    header = struct.pack(">IHBB", 0x60000000, len(payload) & 0xFFFF, protocol, 255)
    return ETHERNET6 + header + source + target + payload


def tcp(ports: tuple[int, int], numbers: tuple[int, int], flags: int, data: bytes = b"") -> bytes:
    """A TCP segment without options."""
    return struct.pack(">HHIIBBHHH", *ports, *numbers, 0x50, flags, 8192, 0, 0) + data


def udp(ports: tuple[int, int], data: bytes) -> bytes:
    """A UDP datagram."""
    return struct.pack(">HHHH", *ports, min(8 + len(data), 0xFFFF), 0) + data


def client_hello(name: str, filler: int = 1_200) -> bytes:
    """A ClientHello in one record, its name behind `filler` octets of key share."""
    host = name.encode()
    share = struct.pack(">HHHHH", 51, filler + 6, filler + 4, 0x11EC, filler) + bytes(filler)
    server_name = struct.pack(">HHHBH", 0, len(host) + 5, len(host) + 3, 0, len(host)) + host
    extensions = share + server_name
    body = b"\x03\x03" + bytes(32) + b"\0" + b"\0\2\x13\1" + b"\1\0"
    body += struct.pack(">H", len(extensions)) + extensions
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + struct.pack(">H", len(message)) + message


def labels(name: str) -> bytes:
    """A name as DNS writes it, with its root."""
    return b"".join(bytes((len(part),)) + part.encode() for part in name.split(".")) + b"\0"


def dns(name: str, answers: bytes = b"", count: int = 0) -> bytes:
    """A question, or an answer with `count` records."""
    flags = 0x8180 if count else 0x0100
    head = struct.pack(">HHHHHH", 7, flags, 1, count, 0, 0)
    return head + labels(name) + b"\0\1\0\1" + answers


class Honest:
    """Clients that go about their business: a TLS hello in two segments each."""

    def __init__(self, clock: Clock, count: int) -> None:
        self.names = [f"h{number}.honest.example" for number in range(count)]
        self._clock = clock

    def packets(self, number: int, turn: int = 0) -> list[bytes]:
        """The frames of one connection, from its SYN on; each turn is another one."""
        client, server = 0x0A000000 + 1 + number, 0x2D000000 + 1 + number
        ports = (20_000 + (number + 7 * turn) % 40_000, 443)
        hello = client_hello(self.names[number])
        half = len(hello) // 2
        first = (number + turn) * 77_777 & 0x7FFFFFFF
        said = [
            tcp(ports, (first, 0), SYN),
            tcp(ports, (first + 1, 1), PUSH, hello[:half]),
            tcp(ports, (first + 1 + half, 1), PUSH, hello[half:]),
        ]
        heard = tcp(ports[::-1], (0, first + 1), SYN_ACK)
        sent = [ipv4(client, server, 6, segment) for segment in said]
        return [sent[0], ipv4(server, client, 6, heard), sent[1], sent[2]]

    def records(self, number: int) -> list[bytes]:
        """The same as records."""
        return [self._clock.record(frame) for frame in self.packets(number)]


def generator(number: int) -> random.Random:
    """Random numbers that are the same in every run."""
    return random.Random(8_121 + number)  # noqa: S311 - reproducible on purpose
