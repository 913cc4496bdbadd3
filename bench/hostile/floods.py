"""Floods: more of something than any table holds, with honest clients in the middle of it."""

import struct

from hostile.checks import Outcome
from hostile.crafted import certificate, der, flight, rdn
from hostile.wires import (
    PORTS4,
    PUSH,
    SEQUENCE4,
    SOURCE4,
    SYN,
    Clock,
    Honest,
    Tap,
    client_hello,
    dns,
    generator,
    ipv4,
    ipv6,
    labels,
    tcp,
    udp,
    vary,
)
from netwatch.dissect.udp import YoungQuic
from netwatch.limits import (
    ANSWERED_NAMES_MAX,
    FRAGMENT_BYTES_MAX,
    FRAGMENT_DATAGRAMS_MAX,
    QUIC_BYTES_MAX,
    QUIC_STATES_MAX,
    YOUNG_BYTES_MAX,
    YOUNG_STREAMS_MAX,
)
from netwatch.model import Claim
from netwatch.selftest.quic import initial

BLOCK = 1_000
HONEST = 1_000
MATCHED = "x00000000.honest.example"


def outcome_of(tap: Tap, honest: Honest, notes: str) -> Outcome:
    """The figures that all floods have; every honest name must have been found."""
    outcome = Outcome(tap.packets, tap.seconds, tap.worst_s * 1e3)
    found = tap.found("tls-sni", honest.names)
    outcome.notes = f"{found:,} of {len(honest.names):,} honest names; {notes}"
    outcome.at_least("honest names", found, len(honest.names))
    return outcome


def syn_flood() -> Outcome:
    """2 M SYNs from forged addresses, 1,000 of them between any two packets of an honest client."""
    rng, clock, tap = generator(1), Clock(), Tap()
    honest = Honest(clock, HONEST)
    frame = ipv4(0, 0x2D000001, 6, tcp((0, 443), (0, 0), SYN))
    waiting = [honest.packets(number) for number in range(HONEST)]
    for number in range(2_000):
        block = clock.copies(frame, BLOCK, 10)
        vary(block, BLOCK, SOURCE4, rng.randbytes(4 * BLOCK))
        vary(block, BLOCK, PORTS4, rng.randbytes(2 * BLOCK))
        vary(block, BLOCK, SEQUENCE4, rng.randbytes(4 * BLOCK))
        for client in waiting[max(0, number - 7) // 2 : number // 2 + 1]:
            if client:
                block += clock.record(client.pop(0))
        tap.feed(block)
    for client in waiting:
        for left in client:
            tap.feed(clock.record(left))
    seen = tap.close()
    outcome = outcome_of(tap, honest, f"{seen.coverage.flows_evicted:,} flows evicted")
    outcome.at_least("flows evicted", seen.coverage.flows_evicted, 1_000_000)
    return outcome


def half_hellos() -> Outcome:
    """100,000 half hellos that go on by an octet now and then; after that, 20 s of silence."""
    rng, clock, tap = generator(2), Clock(), Tap()
    honest = Honest(clock, HONEST)
    half = client_hello(MATCHED)[:600]
    flows = 100_000
    begun = ipv4(0, 0x2D000001, 6, tcp((0, 443), (1, 1), PUSH, half))
    drip = ipv4(0, 0x2D000001, 6, tcp((0, 443), (601, 1), PUSH, b"\0"))
    held = 0
    for number in range(0, flows, BLOCK):
        sources, ports = rng.randbytes(4 * BLOCK), rng.randbytes(2 * BLOCK)
        for turn in range(5):
            block = clock.copies(begun if turn == 0 else drip, BLOCK, 40)
            vary(block, BLOCK, SOURCE4, sources)
            vary(block, BLOCK, PORTS4, ports)
            if turn:
                vary(block, BLOCK, SEQUENCE4, (600 + turn).to_bytes(4, "big") * BLOCK)
            tap.feed(block)
        for client in range(number * HONEST // flows, (number + BLOCK) * HONEST // flows):
            for record in honest.records(client):
                tap.feed(record + bytes(clock.copies(drip, 100)))
        held = max(held, int(tap.engine.tcp.young.streams.held_bytes))
    young = len(tap.engine.tcp.young.streams.streams)
    clock.us += 20_000_000
    tap.feed_each(clock.record(ipv4(n, 9, 6, tcp((n, 443), (1, 1), PUSH, half))) for n in range(99))
    tap.close()
    outcome = outcome_of(tap, honest, f"{held / 2**20:.1f} MiB in {young:,} young streams")
    outcome.at_most("octets of young streams", held, YOUNG_BYTES_MAX + 65_536)
    outcome.at_most("young streams", young, YOUNG_STREAMS_MAX)
    outcome.at_most("worst packet, ms", outcome.worst_ms, 50)
    return outcome


def crumbs_behind_gaps() -> Outcome:
    """10,000 streams with 120 pieces of one octet each, which cost more than their octets."""
    clock, tap = Clock(), Tap()
    honest = Honest(clock, 100)
    half = client_hello(MATCHED)[:300]
    sources = b"".join((0x0B000000 + n).to_bytes(4, "big") for n in range(BLOCK))
    held = 0
    for number in range(10):
        begun = ipv4(0, 0x2D000001 + number, 6, tcp((5, 443), (1, 1), PUSH, half))
        block = clock.copies(begun, BLOCK, 1)
        vary(block, BLOCK, SOURCE4, sources)
        tap.feed(block)
        for piece in range(120):
            numbers = (303 + 2 * piece, 1)
            crumb = ipv4(0, 0x2D000001 + number, 6, tcp((5, 443), numbers, PUSH, b"x"))
            block = clock.copies(crumb, BLOCK, 1)
            vary(block, BLOCK, SOURCE4, sources)
            tap.feed(block)
        held = max(held, int(tap.engine.tcp.young.streams.held_bytes))
        for client in range(number * 10, number * 10 + 10):
            tap.feed(b"".join(honest.records(client)))
    tap.close()
    outcome = outcome_of(tap, honest, f"{held / 2**20:.1f} MiB in young streams")
    outcome.at_most("octets of young streams", held, YOUNG_BYTES_MAX + 65_536)
    return outcome


def growing_streams() -> Outcome:
    """Streams that are all begun at first and then grow to 64 kB each: none begins any more."""
    clock, tap = Clock(), Tap()
    honest = Honest(clock, 100)
    half = client_hello(MATCHED, 15_000)[:100]
    held = 0
    for turn in range(5):
        data, first = (bytes(13_000), 101 + 13_000 * (turn - 1)) if turn else (half, 1)
        frame = ipv4(0, 0x2D000001, 6, tcp((5, 443), (first + (turn > 0), 1), PUSH, data))
        for number in range(90):
            block = clock.copies(frame, 100, 1)
            sources = range(0x0B000000 + 100 * number, 0x0B000000 + 100 * number + 100)
            vary(block, 100, SOURCE4, b"".join(n.to_bytes(4, "big") for n in sources))
            tap.feed(block)
            held = max(held, int(tap.engine.tcp.young.streams.held_bytes))
        for client in range(turn * 20, turn * 20 + 20):
            tap.feed(b"".join(honest.records(client)))
    tap.close()
    outcome = outcome_of(tap, honest, f"{held / 2**20:.1f} MiB in young streams")
    outcome.at_most("octets of young streams", held, YOUNG_BYTES_MAX + 1_000_000)
    return outcome


def certificates() -> Outcome:
    """3,000 chains of 60 kB, all different and full of names: what is remembered is bounded."""
    clock, tap = Clock(), Tap()
    honest = Honest(clock, 100)
    names = b"".join(der(0x82, b".".join([b"%062d" % n] * 3 + [b"%040d" % n])) for n in range(256))
    listed = der(0x30, der(0x06, b"\x55\x1d\x11") + der(0x04, der(0x30, names)))
    for number in range(3_000):
        subject = rdn(3, str(number).encode()) + rdn(10, "\U0001f600".encode() * 300)
        said = flight(certificate(subject, listed))
        for at in range(0, len(said), 30_000):
            segment = tcp((443, 5), (1 + at, 1), PUSH, said[at : at + 30_000])
            tap.feed(clock.record(ipv4(0x2D000001, 0x0A000001 + number, 6, segment), 1_000))
        if number % 30 == 0:
            tap.feed(b"".join(honest.records(number // 30)))
    tap.close()
    outcome = outcome_of(tap, honest, f"{tap.seconds / 3_000 * 1e3:.2f} ms for each chain")
    outcome.at_least("certificates matched", tap.found("tls-certificate", [""]), 1)
    outcome.at_least("sightings", tap.sightings, 3_000)
    return outcome


def quic_garbage() -> Outcome:
    """200,000 Initials with random connection ids in 10 s, names of other kinds in between."""
    rng, clock, tap = generator(3), Clock(), Tap()
    honest = Honest(clock, HONEST)
    packets = 200_000
    initial_head = b"\xc3\0\0\0\1\x08" + bytes(8) + b"\x08" + bytes(8) + b"\0\x44\x96"
    datagram = udp((40_000, 443), (initial_head + rng.randbytes(1_200))[:1_200])
    frame = ipv4(0, 0x2D000001, 17, datagram)
    asked = [f"q{number}.honest.example" for number in range(HONEST)]
    count = BLOCK // 5
    for number in range(0, packets, count):
        block = clock.copies(frame, count, 50)
        vary(block, count, SOURCE4, rng.randbytes(4 * count))
        vary(block, count, 42 + 6, rng.randbytes(8 * count))
        name = asked[number * HONEST // packets]
        question = ipv4(0x0A000001, 0x0A000035, 17, udp((5_000, 53), dns(name)))
        block += clock.record(question)
        tap.feed(block)
        for record in honest.records(number * HONEST // packets):
            tap.feed(record)
    seen = tap.close()
    skipped = seen.coverage.anomalies.get("quic-budget", 0)
    outcome = outcome_of(tap, honest, f"{skipped:,} Initials skipped by budget")
    outcome.at_least("questions found", tap.found("dns-query", asked), HONEST)
    outcome.at_least("skipped by budget", skipped, 50_000)
    outcome.at_least("unreadable", seen.coverage.anomalies.get("quic-unreadable", 0), 50_000)
    return outcome


def quic_unfinished() -> Outcome:
    """20,000 readable Initials of 16 kB that never make a hello: only their first octet lacks."""
    rng, clock, tap = generator(4), Clock(), Tap()
    honest = Honest(clock, 100)
    held = 0
    for number in range(20_000):
        crypto = [(1 + at, bytes(4_000)) for at in range(0, 16_000, 4_000)]
        datagram = initial(crypto, dcid=rng.randbytes(8))
        frame = ipv4(number + 1, 0x2D000001, 17, udp((40_000, 443), datagram))
        tap.feed(clock.record(frame, 400))
        if number % 200 == 0:
            for record in honest.records(number // 200):
                tap.feed(record)
        if number % 500 == 0:
            held = max(held, sum(young.hello.crypto.held_bytes for young in udp_young(tap)))
    young = len(tap.engine.udp.young)
    clock.us += 20_000_000
    frame = ipv4(7, 0x2D000001, 17, udp((40_000, 443), initial([(1, b"x")], dcid=bytes(8))))
    tap.feed_each([clock.record(frame)])
    tap.close()
    outcome = outcome_of(tap, honest, f"{held / 2**20:.1f} MiB in {young:,} young connections")
    outcome.at_most("octets of young connections", held, QUIC_BYTES_MAX + 65_536)
    outcome.at_most("young connections", young, QUIC_STATES_MAX)
    outcome.at_most("worst packet, ms", outcome.worst_ms, 50)
    return outcome


def udp_young(tap: Tap) -> list[YoungQuic]:
    """The young QUIC connections."""
    return list(tap.engine.udp.young.values())


def dns_answers() -> Outcome:
    """5 M random addresses in 500,000 answers; a fifth is for names that match, all different."""
    rng, clock, tap = generator(5), Clock(), Tap()
    honest = Honest(clock, 500)
    answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + bytes(4)
    for number in range(500):
        matched = number % 5 == 0
        message = dns(MATCHED if matched else MATCHED.replace("honest", "other_"), answer * 10, 10)
        frame = ipv4(0x0A000035, 0x0A000001, 17, udp((53, 5_000), message))
        block = clock.copies(frame, BLOCK, 20)
        for which in range(10):
            vary(block, BLOCK, len(frame) - 160 + 16 * which + 12, rng.randbytes(4 * BLOCK))
        vary(block, BLOCK, 42 + 14, rng.randbytes(4 * BLOCK).hex().encode())
        tap.feed(block)
        for record in honest.records(number):
            tap.feed(record)
    known = len(tap.engine.dns.answered)
    seen = tap.close()
    outcome = outcome_of(tap, honest, f"{known:,} answered names kept of {tap.sightings:,}")
    outcome.at_most("answered names", known, ANSWERED_NAMES_MAX)
    outcome.at_least("sightings", tap.sightings, 100_000)
    outcome.at_least("table-full", seen.coverage.anomalies.get("table-full", 0), 10_000)
    return outcome


def fragments() -> Outcome:
    """500,000 fragments that are never whole, of four kinds; honest questions in two pieces."""
    rng, clock, tap = generator(6), Clock(), Tap()
    honest = Honest(clock, 100)
    asked = [f"f{number}.{'l' * 60}.honest.example" for number in range(500)]
    table = tap.engine.fragments
    held = datagrams = 0
    piece = bytearray(ipv4(0, 0x2D000001, 17, bytes(1_400)))
    for number in range(500):
        piece[20:22] = struct.pack(">H", (0x2000, 0x2010, 0x00B0, 0x3FF0)[number % 4])
        block = clock.copies(bytes(piece), BLOCK, 20)
        vary(block, BLOCK, SOURCE4 - (8 if number % 3 else 0), rng.randbytes(2 * BLOCK))
        if number % 3 == 0:
            vary(block, BLOCK, 18, rng.randbytes(2 * BLOCK))
        tap.feed(block)
        held, datagrams = max(held, table.held_bytes), max(datagrams, len(table.datagrams))
        tap.feed(b"".join(clock.record(half) for half in in_two(asked[number], number)))
        if number % 5 == 0:
            for record in honest.records(number // 5):
                tap.feed(record)
    tap.close()
    outcome = outcome_of(tap, honest, f"{held / 2**20:.1f} MiB in {datagrams:,} datagrams")
    outcome.at_most("octets of fragments", held, FRAGMENT_BYTES_MAX + 65_536, 1_000_000)
    outcome.at_most("datagrams", datagrams, FRAGMENT_DATAGRAMS_MAX)
    outcome.at_least("questions found", tap.found("dns-query", asked), len(asked))
    return outcome


def in_two(name: str, number: int) -> list[bytes]:
    """A question in two fragments, the second one first."""
    payload = udp((5_000, 53), dns(name))
    halves = []
    for offset, end in ((48, len(payload)), (0, 48)):
        frame = bytearray(ipv4(0x0A000001, 0x0A000035, 17, payload[offset:end]))
        more = 0x2000 if offset == 0 else 0
        frame[18:22] = struct.pack(">HH", number, offset // 8 | more)
        halves.append(bytes(frame))
    return halves


def claims() -> Outcome:
    """1 M ARP claims and DHCP requests from random MACs for random addresses."""
    rng, clock, tap = generator(7), Clock(), Tap()
    honest = Honest(clock, 100)
    arp = bytes.fromhex("ffffffffffff 020000000000 0806 0001 0800 06 04 0001 020000000000")
    arp += b"\x0a" + bytes(3 + 6 + 4)
    options = b"\x63\x82\x53\x63\x35\1\3" + b"\x0c\xff" + b"h" * 255 + b"\x3d\xff" + b"c" * 255
    options += b"\x3c\xff" + b"v" * 255 + b"\x37\xff" + b"p" * 255 + b"\xff"
    bootp = b"\1\1\6\0" + bytes(24) + b"\2\0\0\0\0\0" + bytes(202) + options
    dhcp = ipv4(0, 0xFFFFFFFF, 17, udp((68, 67), bootp))
    kept: list[Claim] = []
    for number in range(1_000):
        frame, mac = (dhcp, 42 + 28) if number % 4 == 0 else (arp, 22)
        block = clock.copies(frame, BLOCK, 20)
        vary(block, BLOCK, mac + 2, rng.randbytes(4 * BLOCK))
        if frame is arp:
            vary(block, BLOCK, 29, rng.randbytes(3 * BLOCK))
        tap.feed(block)
        kept += tap.claims  # as a scan does
        if number % 10 == 0:
            for record in honest.records(number // 10):
                tap.feed(record)
    seen = tap.close()
    full = seen.coverage.anomalies.get("table-full", 0)
    outcome = outcome_of(tap, honest, f"{len(kept):,} claims kept, {full:,} refused")
    outcome.at_least("claims refused", full, 100_000)
    outcome.at_least("claims kept", len(kept), 35_000)
    return outcome


def chosen_keys() -> Outcome:
    """50,000 IPv6 addresses that collide as numbers, against as many random ones."""
    rng = generator(8)
    prime = (1 << 61) - 1  # Python's hash of an int is the int modulo this
    chosen = [((1 << 125) // prime + 1 + number) * prime for number in range(50_000)]
    rng.shuffle(chosen)
    random_keys = [1 << 125 | rng.getrandbits(120) for _ in chosen]
    half = client_hello(MATCHED)[:600]
    costs = []
    for keys in (random_keys, chosen, random_keys, chosen):
        clock, tap = Clock(), Tap()
        for key in keys:
            source = key.to_bytes(16, "big")
            target = b"\x20\1" + bytes(14)
            tap.feed(
                clock.record(ipv6(source, target, 6, tcp((40_000, 443), (1, 1), PUSH, half)))
                + clock.record(ipv6(source, target, 17, udp((5_000, 53), dns(MATCHED))))
                + clock.record(ipv6(source, target, 44, b"\x11\0\0\1\0\0\0\7" + bytes(48)))
            )
        tap.close()
        costs.append(tap.seconds)
    ratio = min(costs[1::2]) / min(costs[::2])
    outcome = Outcome(4 * 150_000, sum(costs), notes=f"{ratio:.2f} x the time of random keys")
    outcome.at_most("time against random keys", ratio, 2.0)
    return outcome


def random_names() -> Outcome:
    """1 M questions for random names under patterns that are slow to refuse, all names wanted."""
    rng, clock, tap = generator(9), Clock(), Tap(names=True)
    honest = Honest(clock, 100)
    name = "a" * 63 + "." + "abcd" * 15 + ".u12345678.glob.example"
    frame = ipv4(0x0A000001, 0x0A000035, 17, udp((5_000, 53), dns(name)))
    place = frame.index(labels(name)) + 1
    for number in range(500):
        block = clock.copies(frame, BLOCK, 20)
        vary(block, BLOCK, place, rng.randbytes(16 * BLOCK).hex().encode())
        tap.names.clear()
        tap.feed(block)
        if number >= 400:
            for record in honest.records(number - 400):
                tap.feed(record)
                honest_found = tap.found("tls-sni", honest.names)
    outcome = Outcome(tap.packets, tap.seconds, notes=f"{tap.sightings:,} sightings")
    tap.close()
    outcome.at_least("sightings", tap.sightings, 500_000)
    outcome.at_least("honest names in the last block", honest_found, 1)
    return outcome
