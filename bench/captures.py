"""Makes the captures of the benchmark: seeded, so that every machine measures the same octets.

Four mixes, each with the truth beside it (one JSON line a name: signal, name, client):
`enterprise` (an office uplink: 790 octets a packet on average, 45 % of the ClientHellos
larger than one segment), `dns`, `handshakes` and `small` (64-octet packets only).
"""

import json
import random
import struct
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from pathlib import Path

SEED = 20240929
FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)
START_US = 1_760_000_000_000_000
SEGMENT = 1_448
CLIENTS = 500
NAMES = 2_000
MATCHED = (
    "s07.upd.kaspersky.com",
    "dnl-03.geo.kaspersky.com",
    "ds.kaspersky.com",
    "ksn-url-geo.kaspersky-labs.com",
)
MATCHED_SHARE = 0.002

Name = tuple[str, str, str]


class Writer:
    """One capture being written: frames in, records out, and the names that are in them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a benchmark, not a secret
        self.records: list[bytes] = []
        self.names: set[Name] = set()
        self.time_us = START_US
        self.packets = 0
        self.octets = 0

    def frame(self, source: int, target: int, protocol: int, payload: bytes) -> None:
        """Add an Ethernet + IPv4 frame around a transport segment."""
        self.time_us += 3
        length = 20 + len(payload)
        header = struct.pack(
            ">BBHHHBBHII", 0x45, 0, length, 0, 0x4000, 64, protocol, 0, source, target
        )
        ethernet = mac(target) + mac(source) + b"\x08\x00"
        size = 14 + length
        stamp = struct.pack("<IIII", *divmod(self.time_us, 1_000_000), size, size)
        self.records.append(stamp + ethernet + header + payload)
        self.packets += 1
        self.octets += size

    def tcp(
        self, ends: tuple[int, int, int, int], numbers: tuple[int, int], flags: int, data: bytes
    ) -> None:
        """Add a TCP segment; ends = source, target and their ports."""
        source, target, source_port, target_port = ends
        self.frame(
            source,
            target,
            6,
            struct.pack(">HHIIBBHHH", source_port, target_port, *numbers, 0x50, flags, 8192, 0, 0)
            + data,
        )

    def udp(self, ends: tuple[int, int, int, int], data: bytes) -> None:
        """Add a UDP datagram."""
        source, target, source_port, target_port = ends
        header = struct.pack(">HHHH", source_port, target_port, 8 + len(data), 0)
        self.frame(source, target, 17, header + data)

    def name(self) -> str:
        """Give a name to ask for; now and then one that a signature has."""
        if self.random.random() < MATCHED_SHARE:
            return self.random.choice(MATCHED)
        number = self.random.randrange(NAMES)
        shapes = ("www.site{}.example.com", "api{}.cdn.example.net", "host-{}.svc.example.org")
        return shapes[number % 3].format(number)

    def saw(self, signal: str, name: str, client: int) -> None:
        """Note a name for the truth."""
        self.names.add((signal, name, str(IPv4Address(client))))


def mac(address: int) -> bytes:
    """Give a MAC for an address: the gateway's for everything outside."""
    if address >> 24 == 10:
        return b"\x02\x00" + address.to_bytes(4, "big")
    return b"\x02\x00\x00\x00\x00\x01"


def client_hello(name: str, size: int, rng: random.Random) -> bytes:
    """Build a ClientHello record of about `size` octets; the rest is a post-quantum key share."""
    host = name.encode()
    server_name = struct.pack(">HHBH", len(host) + 5, len(host) + 3, 0, len(host)) + host
    extensions = struct.pack(">H", 0) + server_name
    extensions += bytes.fromhex("000a000a000811ec001d00170018")
    extensions += bytes.fromhex("000d000e000c040308040401050308050501")
    extensions += bytes.fromhex("0010000e000c02683208687474702f312e31")
    extensions += bytes.fromhex("002b0003020304")
    ciphers = bytes.fromhex("130113021303c02bc02fc02cc030cca9cca8c013c014009c009d002f0035")
    fixed = 4 + 2 + 32 + 33 + 2 + len(ciphers) + 2 + 2 + len(extensions) + 10
    share = max(32, size - fixed - 5)
    extensions += struct.pack(">HHHHH", 51, share + 6, share + 4, 0x11EC, share)
    extensions += rng.randbytes(share)
    body = b"\x03\x03" + rng.randbytes(32) + b"\x20" + rng.randbytes(32)
    body += struct.pack(">H", len(ciphers)) + ciphers + b"\x01\x00"
    body += struct.pack(">H", len(extensions)) + extensions
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + struct.pack(">H", len(message)) + message


SERVER_HELLO = bytes.fromhex(
    "160303005a020000560303" + "a7" * 32 + "00130100002e002b0002030400330024001d0020" + "5c" * 32
)


def dns_message(name: str, number: int, answer: int | None) -> bytes:
    """Build a question, or the answer to it with one address."""
    flags = 0x0100 if answer is None else 0x8180
    labels = b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))
    message = struct.pack(">HHHHHH", number & 0xFFFF, flags, 1, answer is not None, 0, 0)
    message += labels + b"\x00\x00\x01\x00\x01"
    if answer is not None:
        message += b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04" + answer.to_bytes(4, "big")
    return message


def resolve(writer: Writer, client: int, name: str, address: int) -> None:
    """Ask the site's resolver and be answered."""
    number = writer.random.randrange(65_536)
    port = writer.random.randrange(20_000, 60_000)
    resolver = 0x0A00FF35
    writer.udp((client, resolver, port, 53), dns_message(name, number, None))
    writer.udp((resolver, client, 53, port), dns_message(name, number, address))
    writer.saw("dns-query", name, client)
    writer.saw("dns-answer", name, client)


def handshake(writer: Writer, split_share: float) -> tuple[int, int, int, int, int, int]:
    """Open a TLS connection, up to the server's hello; give its ends and numbers."""
    rng = writer.random
    client = 0x0A000000 + rng.randrange(1, CLIENTS)
    server = 0x2D000000 + rng.randrange(50_000)
    port = rng.randrange(20_000, 60_000)
    name = writer.name()
    out, back = (client, server, port, 443), (server, client, 443, port)
    one, two = rng.randrange(1 << 31), rng.randrange(1 << 31)
    writer.tcp(out, (one, 0), 0x02, b"")
    writer.tcp(back, (two, one + 1), 0x12, b"")
    writer.tcp(out, (one + 1, two + 1), 0x10, b"")
    hello = client_hello(name, 1_800 if rng.random() < split_share else 600, rng)
    for at in range(0, len(hello), SEGMENT):
        writer.tcp(out, (one + 1 + at, two + 1), 0x18, hello[at : at + SEGMENT])
    one += 1 + len(hello)
    flight = SERVER_HELLO + b"\x17\x03\x03\x04\xb0" + rng.randbytes(1_200)
    writer.tcp(back, (two + 1, one), 0x18, flight)
    writer.saw("tls-sni", name, client)
    return client, server, port, one, two + 1 + len(flight), len(flight)


def enterprise(writer: Writer, packets: int) -> None:
    """Fill in what an office uplink carries."""
    rng = writer.random
    bulk = rng.randbytes(SEGMENT * 4)
    while writer.packets < packets:
        if rng.random() < 0.5:
            client = 0x0A000000 + rng.randrange(1, CLIENTS)
            resolve(writer, client, writer.name(), 0x2D000000 + rng.randrange(50_000))
        client, server, port, one, two, _ = handshake(writer, 0.45)
        out, back = (client, server, port, 443), (server, client, 443, port)
        for _ in range(rng.randrange(4, 40)):
            at = rng.randrange(SEGMENT * 3)
            writer.tcp(
                back, (two, one), 0x10, b"\x17\x03\x03\x05\xa3" + bulk[at : at + SEGMENT - 5]
            )
            two += SEGMENT
            if rng.random() < 0.8:
                writer.tcp(out, (one, two), 0x10, b"")
            if rng.random() < 0.08:
                size = rng.randrange(40, 400)
                writer.tcp(out, (one, two), 0x18, b"\x17\x03\x03\x00\xff" + bulk[:size])
                one += size + 5


def dns_only(writer: Writer, packets: int) -> None:
    """Fill in questions and answers."""
    while writer.packets < packets:
        client = 0x0A000000 + writer.random.randrange(1, CLIENTS)
        resolve(writer, client, writer.name(), 0x2D000000 + writer.random.randrange(50_000))


def handshakes(writer: Writer, packets: int) -> None:
    """Fill in TLS handshakes, nothing behind them."""
    while writer.packets < packets:
        handshake(writer, 0.45)


def small(writer: Writer, packets: int) -> None:
    """Fill in frames of 64 octets: established connections that say next to nothing."""
    rng = writer.random
    ends = []
    for _ in range(5_000):
        client = 0x0A000000 + rng.randrange(1, CLIENTS)
        ends.append(
            (client, 0x2D000000 + rng.randrange(50_000), rng.randrange(20_000, 60_000), 443)
        )
    numbers = [1_000] * len(ends)
    while writer.packets < packets:
        flow = rng.randrange(len(ends))
        writer.tcp(ends[flow], (numbers[flow], 7), 0x10, b"\x17\x03\x03\x00\x05hello")
        numbers[flow] += 10


MIXES: dict[str, tuple[Callable[[Writer, int], None], int]] = {
    "enterprise": (enterprise, 600_000),
    "dns": (dns_only, 2_000_000),
    "handshakes": (handshakes, 1_000_000),
    "small": (small, 2_000_000),
}
"""Mix -> how it is filled, and with how many packets."""


def make(folder: Path, mix: str, packets: int = 0) -> tuple[Path, Path]:
    """Write a mix and its truth into `folder` unless they are there; give both paths."""
    fill, standard = MIXES[mix]
    packets = packets or standard
    capture = folder / f"{mix}-{packets}.pcap"
    truth = folder / f"{mix}-{packets}.jsonl"
    if capture.exists() and truth.exists():
        return capture, truth
    folder.mkdir(parents=True, exist_ok=True)
    writer = Writer(SEED)
    fill(writer, packets)
    with capture.open("wb") as file:
        file.write(FILE_HEADER)
        file.writelines(chunks(writer.records))
    truth.write_text("".join(json.dumps(name) + "\n" for name in sorted(writer.names)))
    return capture, truth


def chunks(records: list[bytes]) -> Iterator[bytes]:
    """Join records so that writing is quick."""
    for at in range(0, len(records), 1_000):
        yield b"".join(records[at : at + 1_000])
