"""What one input may cost: mutated packets, the heaviest packets, and the growth of time with size.

Growth is judged by doubling: an input of twice the size may take at most 2.5 times as long. Times
are those of the thread, the best of several, so that a busy machine does not decide.
"""

import struct
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from hostile.checks import Outcome
from hostile.wires import (
    PUSH,
    SYN,
    Clock,
    Tap,
    client_hello,
    dns,
    generator,
    ipv4,
    labels,
    matcher,
    tcp,
    udp,
)

from netwatch.extract.certificates import read_certificate
from netwatch.extract.dns import DnsMessage
from netwatch.extract.http import HttpRequest, request_begins
from netwatch.extract.http_response import HttpResponse
from netwatch.extract.tls import ClientHello
from netwatch.extract.tls_records import TlsRecords
from netwatch.model import Answer
from netwatch.names import Name
from netwatch.selftest.hellos import counted, extension, message, records

PCAPS = Path(__file__).resolve().parent.parent.parent / "pcaps"
WORST_MS_MAX = 50
GROWTH_MAX = 2.5
INTERESTING = (0, 1, 0x7F, 0x80, 0xFF)


def mutated_packets() -> Outcome:
    """200,000 mutated frames of every capture in pcaps/, one at a time, every exception let out."""
    rng, clock, tap = generator(10), Clock(), Tap(names=True)
    frames = sample_frames()
    costs: list[float] = []
    for number in range(200_000):
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
    worst: dict[str, float] = {}
    for what, segments in heavy_streams().items():
        for number in range(20):
            client, sequence = 0x0A000001 + len(worst) * 100 + number, 1
            frames = [ipv4(client, 9, 6, tcp((40_000, 443), (0, 0), SYN))]
            for data in segments:
                segment = tcp((40_000, 443), (sequence, 1), PUSH, data)
                frames.append(ipv4(client, 9, 6, segment))
                sequence += len(data)
            tap.worst_s = 0.0
            tap.feed_each(clock.record(frame) for frame in frames)
            worst[what] = min(worst.get(what, 1e9), tap.worst_s * 1e3)
    for what, octets in heavy_datagrams().items():
        costs = []
        for number in range(20):
            frame = ipv4(0x0B000001 + number, 9, 17, udp((5_000, 4_000 + number), octets))
            tap.worst_s = 0.0
            tap.feed_each([clock.record(frame)])
            costs.append(tap.worst_s * 1e3)
        worst[what] = min(costs)
    tap.close()
    outcome = Outcome(tap.packets, tap.seconds, max(worst.values()))
    outcome.notes = ", ".join(f"{what} {ms:.1f}" for what, ms in worst.items())
    for what, ms in worst.items():
        outcome.at_most(f"{what}, ms", ms, WORST_MS_MAX)
    hello = tap.found("tls-sni", ["large.honest.example"])
    outcome.at_least("the name in a 65 kB frame", hello, 1)
    return outcome


def heavy_streams() -> dict[str, list[bytes]]:
    """What is dear -> the segments of one connection."""
    request = b"GET /index/u1.xml HTTP/1.1\nHost: a.honest.example\n\n"
    question = labels("a.u1.glob.example") + b"\0\1\0\1"
    asked = b"\0\1\1\0\0\x40\0\0\0\0\0\0" + question * 64
    crumbs = records(client_hello("crumbs.honest.example", 10_000)[5:], *range(1, 12_000))
    wide = b"".join(rdn(3, b"\1" * 500) for _ in range(100))
    return {
        "large hello": [client_hello("large.honest.example", 1_200).ljust(64_000, b"\x17")],
        "requests": [(request * 1_300)[:64_000]],
        "questions": [(counted(2, asked) * 60)[:64_000]],
        "crumbs": [crumbs[:60_000], crumbs[60_000:]],
        "certificates": [flight(certificate(wide, b""))[at : at + 32_000] for at in (0, 32_000)],
        "tails": [fake_tails(40_000)[at : at + 8_000] for at in range(0, 40_000, 8_000)],
        "method": [b"A" * 20 + b" " + b"x" * 63_000, b"y" * 63_000],
    }


def heavy_datagrams() -> dict[str, bytes]:
    """The same for UDP."""
    return {
        "answers": pointer_chain(64_000),
        "names": many_names(64_000),
        "initials": (b"\xc3\0\0\0\1\x08" + bytes(8) + b"\0\0\x40\x20" + bytes(32)) * 1_300,
    }


def fake_tails(size: int) -> bytes:
    """Extensions that nearly are a server_name: the chain behind each breaks only at the end."""
    name = extension(0, counted(2, b"\0" + counted(2, b"a.bc")))
    block = (name * 600)[:8_000] + b"\0\x0a\0\0" * 2_000
    return (block * 9)[: size - 4] + b"\0\x0a\xff\xff"


def rdn(kind: int, value: bytes) -> bytes:
    """One attribute of a certificate's name, in a set of its own."""
    attribute = der(0x06, b"\x55\x04" + bytes((kind,))) + der(0x0C, value)
    return der(0x31, der(0x30, attribute))


def der(tag: int, content: bytes) -> bytes:
    """One DER element."""
    size = len(content)
    length = bytes((size,)) if size < 128 else b"\x83" + size.to_bytes(3, "big")
    return bytes((tag,)) + length + content


def certificate(subject: bytes, extensions: bytes) -> bytes:
    """A certificate without anything that nobody reads."""
    fixed = der(0x02, b"\1") + der(0x30, b"") + der(0x30, rdn(10, b"Honest x CA G3"))
    body = fixed + der(0x30, b"") + der(0x30, subject)
    if extensions:
        body += der(0xA3, der(0x30, extensions))
    return der(0x30, der(0x30, body))


def flight(chain: bytes) -> bytes:
    """A TLS 1.2 server's first flight with one certificate."""
    hello = message(2, b"\3\3" + bytes(32) + b"\0\xc0\x30\0")
    return records(hello + message(11, counted(3, counted(3, chain))) + message(14, b""))


# --- growth ---


def pointer_chain(size: int) -> bytes:
    """A DNS answer whose every name points at the one before: the walk would be quadratic."""
    head = b"\0\7\x81\x80\0\1" + min(size // 20, 0xFFFF).to_bytes(2, "big") + b"\0\0\0\0"
    made = bytearray(head + b"\1a\0\0\1\0\1")
    last = 12
    while len(made) < size - 20:
        here = len(made)
        made += b"\1b" + (0xC000 | min(last, 0x3FFF)).to_bytes(2, "big")
        made += b"\0\5\0\1\0\0\0\1\0\2" + (0xC000 | min(last, 0x3FFF)).to_bytes(2, "big")
        last = here
    return bytes(made)


def many_names(size: int) -> bytes:
    """A DNS answer full of CNAMEs that all are one long name."""
    head = b"\0\7\x81\x80\0\1\1\0\0\0\0\0" + labels(".".join(["abc"] * 60)) + b"\0\1\0\1"
    record = b"\xc0\x0c\0\5\0\1\0\0\0\1\0\2\xc0\x0c"
    return (head + record * (size // len(record)))[:size]


def read_dns(octets: bytes) -> None:
    """Read everything that a message gives."""
    reader = DnsMessage()
    if reader.parse(octets, 0, len(octets), False) == Answer.DONE:
        while reader.next_question() == Answer.DONE:
            pass
        while reader.next_record() != Answer.NEED_MORE:
            reader.fill_owner()
    reader.parse(octets, 0, len(octets), True)


def read_request(octets: bytes) -> None:
    """Read one head."""
    request_begins(octets, 0, len(octets))
    HttpRequest().parse(octets, 0, len(octets))


def read_flight(octets: bytes) -> None:
    """Read a server's octets."""
    TlsRecords().server_flight(octets, 0, len(octets))


def read_hello(octets: bytes) -> None:
    """Read a client's octets, and look for a tail in them."""
    TlsRecords().client_hello(octets, 0, len(octets), ClientHello())
    ClientHello().parse_tail(octets, 0, len(octets))


def read_fresh_certificate(octets: bytes) -> None:
    """Read a certificate that is not remembered."""
    read_certificate(octets + next(_fresh).to_bytes(8, "big"))


_fresh = count()


def through_engine(size: int, data: bytes, segment: int) -> Callable[[], float]:
    """The time of one connection that says `data` in segments."""

    def once() -> float:
        clock, tap = Clock(), _tap()
        before = tap.seconds
        source = 0x0A000000 + next(_fresh)
        for at in range(0, size, segment):
            said = tcp((40_000, 443), (1 + at, 1), PUSH, data[at : at + segment])
            tap.feed(clock.record(ipv4(source, 9, 6, said)))
        return tap.seconds - before

    return once


_taps: list[Tap] = []


def _tap() -> Tap:
    if not _taps:
        _taps.append(Tap())
    return _taps[0]


def timed(read: Callable[[bytes], None], octets: bytes) -> Callable[[], float]:
    """The time of reading the same octets 20 times."""

    def once() -> float:
        began = time.thread_time()
        for _ in range(20):
            read(octets)
        return time.thread_time() - began

    return once


def best(once: Callable[[], float]) -> float:
    """The least of several."""
    return min(once() for _ in range(7))


def growths() -> dict[str, Callable[[int], Callable[[], float]]]:
    """What -> size -> how long it takes once. All are whole at 16,000 octets and doubled."""
    hello = client_hello("slow.honest.example", 15_000)[5:]
    san = der(0x30, b"".join(der(0x82, b"%d.a.example" % n) for n in range(4_000)))
    alternative = der(0x30, der(0x06, b"\x55\x1d\x11") + der(0x04, san))
    request = b"GET / HTTP/1.1\r\n"

    def reading(read: Callable[[bytes], None], make: Callable[[int], bytes]):  # noqa: ANN202
        return lambda size: timed(read, make(size))

    def small_segments(data: bytes, segment: int):  # noqa: ANN202
        return lambda size: through_engine(size, data, segment)

    return {
        "dns pointers": reading(read_dns, pointer_chain),
        "dns names": reading(read_dns, many_names),
        "dns questions": reading(
            read_dns, lambda n: (b"\0\1\1\0\xff\xff\0\0\0\0\0\0" + b"\1a\0\0\1\0\1" * 9_999)[:n]
        ),
        "http headers": reading(read_request, lambda n: request + b"a: b\r\n" * (n // 12) + b"\r\n"),
        "http host": reading(read_request, lambda n: request + b"Host: " + b":" * (n // 2)),
        "http method": reading(read_request, lambda n: b"AB " + b"x" * (n // 2)),
        "http blanks": reading(read_request, lambda n: request[:5] + b" " * (n // 2) + b"\n"),
        "http response": reading(
            lambda data: None if HttpResponse().parse(data, 0, len(data)) else None,
            lambda n: b"HTTP/1.1 200 OK\r\n" + b"T: \r\n" * (n // 10),
        ),
        "certificate rdns": reading(
            read_fresh_certificate, lambda n: certificate(rdn(3, b"\1\2") * (n // 15), b"")
        ),
        "certificate text": reading(
            read_fresh_certificate, lambda n: certificate(rdn(3, b"\1" * n), b"")
        ),
        "certificate names": reading(
            read_fresh_certificate, lambda n: certificate(b"", alternative[:n])
        ),
        "certificate oid": reading(
            read_fresh_certificate,
            lambda n: certificate(der(0x31, der(0x30, der(6, b"\x81" * n) + der(12, b"x"))), b""),
        ),
        "hello crumbs": reading(
            read_hello, lambda n: records(hello[: n // 2], *range(1, n // 2))
        ),
        "flight crumbs": reading(
            read_flight, lambda n: records(flight(bytes(60_000))[5 : 5 + n], *range(1, n))
        ),
        "tails": reading(read_hello, lambda n: fake_tails(n // 2)),
        "name": reading(
            lambda data: None if matcher_name(data) else None, lambda n: b"a" * (n // 600)
        ),
        "crumbs in segments": small_segments(records(hello, *range(1, 14_000)), 500),
        "flight in segments": small_segments(flight(bytes(60_000)), 500),
        "head in segments": small_segments(request + b"a: b\r\n" * 9_999, 100),
        "hello backwards": small_segments(b"\x16\3\1\x40\0" + hello, 100),
    }


_matcher = matcher()
_name = Name()


def matcher_name(label: bytes) -> bool:
    """Match a name under the slow patterns."""
    octets = label[:60] + b"." + label[:60] + b".u1a.glob.example"
    return _name.set_dotted(octets, 0, len(octets)) and _matcher.name(_name) >= 0


def growth() -> Outcome:
    """Time at 16 and 32 kB, or at 32 and 64, of every parser on what is worst for it."""
    outcome = Outcome()
    ratios: dict[str, float] = {}
    for what, at_size in growths().items():
        small, large = best(at_size(16_000)), best(at_size(32_000))
        if small < 20e-6:
            small, large = small + 20e-6, large + 20e-6  # too little to tell
        ratios[what] = large / small
        outcome.seconds += small + large
        outcome.at_most(f"{what} at twice the size", large / small, GROWTH_MAX, 0.1)
    outcome.packets = len(ratios)
    slowest = sorted(ratios, key=lambda what: -ratios[what])[:4]
    outcome.notes = ", ".join(f"{what} x{ratios[what]:.2f}" for what in slowest)
    quadratic = best(lambda: quadratic_time(32_000)) / best(lambda: quadratic_time(16_000))
    outcome.at_least("the control, which is quadratic", quadratic, GROWTH_MAX)
    return outcome


def quadratic_time(size: int) -> float:
    """A parser as it should not be: it looks at everything again for every octet."""
    began = time.thread_time()
    data = bytes(size)
    for at in range(0, size, 100):
        data[at:].count(b"x")
        data[:at].count(b"x")
        sum(data[:at:10])
    return time.thread_time() - began
