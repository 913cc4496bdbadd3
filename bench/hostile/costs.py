"""What one packet may cost: mutated frames, and the heaviest ones that can be thought of."""

import os
import struct
from pathlib import Path

from hostile.checks import Outcome
from hostile.crafted import certificate, fake_tails, flight, many_names, pointer_chain, rdn
from hostile.wires import PUSH, SYN, Clock, Tap, client_hello, generator, ipv4, labels, tcp, udp
from netwatch.selftest.hellos import counted, records

PCAPS = Path(__file__).resolve().parent.parent.parent / "pcaps"
WORST_MS_MAX = 50
INTERESTING = (0, 1, 0x7F, 0x80, 0xFF)


def mutated_packets() -> Outcome:
    """200,000 mutated frames of every capture in pcaps/, one at a time, every exception let out."""
    rng, clock, tap = generator(10), Clock(), Tap(names=True)
    frames = sample_frames()
    costs: list[float] = []
    for number in range(200_000 * int(os.environ.get("HOSTILE_SCALE", "1"))):
        frame = bytearray(frames[rng.randrange(len(frames))])
        for _ in range(rng.randrange(1, 6)):
            if frame:
                frame[rng.randrange(len(frame))] = rng.choice((*INTERESTING, rng.randrange(256)))
        if number % 5 == 0:
            del frame[rng.randrange(len(frame) + 1) :]
        before = tap.seconds
        tap.feed(clock.record(bytes(frame), rng.choice((1, 10, 1_000)), len(frame) + number % 2))
        costs.append(tap.seconds - before)
    tap.close()
    costs.sort()
    slow = costs[len(costs) * 999 // 1_000] * 1e3
    outcome = Outcome(len(costs), tap.seconds, costs[-1] * 1e3)
    outcome.notes = f"p99.9 {slow:.3f} ms, {tap.sightings:,} sightings"
    outcome.at_most("p99.9, ms", slow, 1)
    outcome.at_most("worst packet, ms", outcome.worst_ms, WORST_MS_MAX)
    outcome.at_least("sightings", tap.sightings, 10_000)
    return outcome


def sample_frames() -> list[bytes]:
    """The frames of the project's own captures with Ethernet frames."""
    frames: list[bytes] = []
    for path in sorted(PCAPS.glob("*/capture.pcap")):
        octets = path.read_bytes()
        at = 24 if octets[20:24] == b"\1\0\0\0" else len(octets)
        while at + 16 <= len(octets):
            (length,) = struct.unpack_from("<I", octets, at + 8)
            frames.append(octets[at + 16 : at + 16 + length])
            at += 16 + length
    return frames


# --- the heaviest packets ---


def heavy_packets() -> Outcome:
    """65 kB frames (segments that the card put together) full of what is dearest to read."""
    clock, tap = Clock(), Tap(names=True)
    outcome = Outcome()
    number = 0
    for what, protocol, ports, payloads in heavy():
        costs = []
        for _ in range(15):
            number += 1
            tap.worst_s = 0.0
            frames = sent(number, protocol, ports, payloads)
            tap.feed_each(clock.record(frame) for frame in frames)
            costs.append(tap.worst_s * 1e3)
        outcome.worst_ms = max(outcome.worst_ms, min(costs))
        outcome.notes += f"{what} {min(costs):.2f}, "
        outcome.at_most(f"{what}, ms", min(costs), WORST_MS_MAX)
    tap.close()
    outcome.packets, outcome.seconds = tap.packets, tap.seconds
    outcome.notes = outcome.notes.removesuffix(", ")
    hello = tap.found("tls-sni", ["large.honest.example", "tail.honest.example"])
    outcome.at_least("names in 65 kB frames", hello, 2)
    outcome.at_least("sightings", tap.sightings, 10_000)
    return outcome


Ports = tuple[int, int]
Heavy = tuple[str, int, Ports, list[bytes]]


def heavy() -> list[Heavy]:
    """(what is dear, IP protocol, ports, payloads); from port 5,000 no SYN comes before."""
    request = b"GET /index/u1.xml HTTP/1.1\nHost: a.honest.example\n\n"
    question = labels("a.u1.glob.example") + b"\0\1\0\1"
    asked = b"\0\1\1\0\0\x40\0\0\0\0\0\0" + question * 64
    crumbs = records(client_hello("crumbs.honest.example", 10_000)[5:], *range(1, 12_000))
    wide = b"".join(rdn(3, b"\1" * 500) for _ in range(100))
    large = client_hello("large.honest.example", 1_200).ljust(64_000, b"\x17")
    tail = client_hello("tail.honest.example", 1_200)[600:]
    initials = b"\xc3\0\0\0\1\x08" + bytes(8) + b"\0\0\x40\x20" + bytes(32)
    return [
        ("large hello", 6, (5, 443), [large]),
        ("requests", 6, (5, 80), [request * 1_200]),
        ("questions", 6, (5, 53), [counted(2, asked) * 30]),
        ("crumbs", 6, (5, 443), [crumbs[:60_000], crumbs[60_000:]]),
        ("certificates", 6, (443, 5), cut(flight(certificate(wide, b"")), 32_000)),
        ("tails", 6, (5_000, 443), [*cut(fake_tails(60_000), 20_000), bytes(20_000)]),
        ("tail", 6, (5_000, 443), [tail, bytes(9), bytes(9), bytes(9), bytes(9)]),
        ("method", 6, (5, 80), [b"A" * 20 + b" " + b"x" * 63_000, b"y" * 63_000]),
        ("answers", 17, (53, 5), [pointer_chain(64_000)]),
        ("names", 17, (53, 5), [many_names(64_000)]),
        ("strict", 17, (5_000, 5_001), [many_names(3_500)]),
        ("initials", 17, (5_000, 443), [initials * 1_300]),
    ]


def cut(data: bytes, size: int) -> list[bytes]:
    """The data in pieces."""
    return [data[at : at + size] for at in range(0, len(data), size)]


def sent(number: int, protocol: int, ports: Ports, payloads: list[bytes]) -> list[bytes]:
    """The frames in which one more client sends the payloads."""
    client, sequence = 0x0A000000 + number, 1
    if protocol == 17:
        return [ipv4(client, 9, 17, udp(ports, data)) for data in payloads]
    frames = [] if ports[0] == 5_000 else [ipv4(client, 9, 6, tcp(ports, (0, 0), SYN))]
    for data in payloads:
        frames.append(ipv4(client, 9, 6, tcp(ports, (sequence, 1), PUSH, data)))
        sequence += len(data)
    return frames
