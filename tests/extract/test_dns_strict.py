"""Invariant: on a port that is not DNS's own, DNS is taken for DNS and nothing else is.

And with the captures at hand: on DNS's own ports nearly every name is found that tshark found.
"""

import functools
import gzip
import json
import os
import random
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import dpkt
import pytest
from dns_messages import ANSWER, QUERY, header, parse, question, record

from netwatch.extract.dns import DnsMessage, known_type
from netwatch.model import Answer
from netwatch.names import name_wire

CAPTURES = Path(
    os.environ.get("NETWATCH_CAPTURES", Path(__file__).parents[2].parent / "shared" / "captures")
)
TRUTH = CAPTURES / "truth.jsonl.gz"

STRICT_ACCEPTED = {
    "query": QUERY,
    "answer": ANSWER,
    "query with EDNS": header(1, 0, 0, 1)
    + question("a.example")
    + record(b"\x00", 41, b"", 4096, 0),
    "NXDOMAIN": header(flags=0x8183) + question("no.example"),
    "priming": header() + b"\x00\x00\x02\x00\x01",
    "signed": header(1, 0, 0, 1) + question("a.example") + record(b"\x01k\x00", 250, b"x", 255, 0),
    "padded without OPT": header(1, 0, 0, 1)
    + question("2.dnscrypt-cert.example", 16)
    + record(b"\x00", 0, b"\x00\x0c\x00\x04" + bytes(4), 0, 0),
    "version.bind": header() + question("version.bind", 16, 3),
}


@pytest.mark.parametrize("name", STRICT_ACCEPTED)
def test_strict_takes_dns(name: str) -> None:
    assert parse(STRICT_ACCEPTED[name], strict=True)[0] == Answer.DONE


NETBIOS = header(flags=0x0110) + b"\x20" + b"CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" + b"\x00"
STRICT_REFUSED = {
    "empty": b"",
    "zeros": bytes(64),
    "STUN": bytes.fromhex("000100002112a442") + bytes(12),
    "RTP": bytes.fromhex("8000000100000001 00000000") + bytes(160),
    "SOME/IP": bytes.fromhex("ffff8100 00000030 00000001 01010200 c0000000 00000010"),
    "TLS record": bytes.fromhex("160301020001000001fc0303") + bytes(range(200)),
    "NetBIOS name": NETBIOS + b"\x00\x20\x00\x01",
    "NetBIOS status": NETBIOS + b"\x00\x21\x00\x01",
    "two questions": header(2) + question("a.example") * 2,
    "no question": header(0, 1, flags=0x8180) + record(b"\x01a\x00", 1, b"\x01\x02\x03\x04"),
    "opcode": header(flags=0x2100) + question("a.example"),
    "Z": header(flags=0x0140) + question("a.example"),
    "rcode in a query": header(flags=0x0101) + question("a.example"),
    "rcode": header(flags=0x818B) + question("a.example"),
    "truncated query": header(flags=0x0300) + question("a.example"),
    "answer in a query": header(1, 1) + question("a.example") + record(b"\xc0\x0c", 1, bytes(4)),
    "type": header() + question("a.example", 4242),
    "class": header() + question("a.example", 1, 7),
    "multicast class": header() + question("a.example", 1, 0x8001),
    "type OPT": header() + question("a.example", 41),
    "root A": header() + b"\x00\x00\x01\x00\x01",
    "control octet": header() + b"\x03a\x0ab\x00\x00\x01\x00\x01",
    "record type": header(1, 1, flags=0x8180) + question("a.example") + record(b"\x00", 4242, b""),
    "record class": header(1, 1, flags=0x8180)
    + question("a.example")
    + record(b"\x00", 16, b"\x00", 7),
    "TTL": header(1, 1, flags=0x8180)
    + question("a.example")
    + record(b"\x00", 16, b"\x00", 1, 0x80000000),
    "OPT among the answers": header(1, 1, flags=0x8180)
    + question("a.example")
    + record(b"\x00", 41, b""),
    "OPT with an owner": header(1, 0, 0, 1) + question("a.example") + record(b"\x01a\x00", 41, b""),
    "A of 3 octets": header(1, 1, flags=0x8180)
    + question("a.example")
    + record(b"\xc0\x0c", 1, b"abc"),
    "more records than are looked at": header(1, 257, flags=0x8180)
    + question("a.example")
    + record(b"\xc0\x0c", 1, bytes(4)) * 257,
}


@pytest.mark.parametrize("name", STRICT_REFUSED)
def test_strict_refuses_what_is_not_dns(name: str) -> None:
    assert parse(STRICT_REFUSED[name], strict=True)[0] <= 0


@pytest.mark.parametrize(
    "make",
    [
        lambda source: source.randbytes(source.randrange(12, 300)),
        lambda source: header() + source.randbytes(source.randrange(300)),
        lambda source: bytes(12) + source.randbytes(40),
        lambda source: bytes((0x40 | source.randrange(64),)) + source.randbytes(200),
        lambda source: b"\x17\x03\x03\x00\x40" + source.randbytes(64),
    ],
    ids=["random", "behind a DNS header", "zeros", "QUIC", "TLS"],
)
def test_strict_refuses_random_octets(make: Callable[[random.Random], bytes]) -> None:
    source = random.Random(53)  # noqa: S311  # a fixed seed, no secret
    message = DnsMessage()
    for _ in range(4000):
        data = make(source)
        assert message.parse(data, 0, len(data), True) <= 0


@pytest.mark.parametrize("data", [QUERY, ANSWER])
def test_strict_refuses_when_any_structural_octet_is_changed(data: bytes) -> None:
    """Every bit of the counts and of the name's length octets bears weight."""
    structural = [4, 5, 6, 7, 8, 9, 10, 11, 12, 19, 23, 33, 37]
    for position in structural:
        for bit in range(8):
            changed = bytearray(data)
            changed[position] ^= 1 << bit
            if parse(bytes(changed), strict=True)[0] > 0:
                assert data is ANSWER  # an additional record may as well be counted elsewhere
                assert position in (7, 9, 11)


def test_known_types() -> None:
    assert all(
        known_type(kind) for kind in (1, 2, 5, 6, 12, 15, 16, 28, 33, 41, 48, 64, 65, 255, 257)
    )
    assert not any(known_type(kind) for kind in (0, 32, 66, 98, 110, 248, 259, 4242, 65535))


DNS_PORTS = {53, 5353, 5355}
Datagram = tuple[str, int, int, int, bytes]


@functools.cache
def datagrams() -> list[Datagram]:
    """(path, frame, source port, destination port, payload) of the plain Ethernet UDP packets."""
    found: list[Datagram] = []
    for line in (CAPTURES / "files.jsonl").read_text().splitlines():
        row = json.loads(line)
        if set(row["linktypes"]) != {"1"} or row["tshark_error"] or "/fuzz-" in row["path"]:
            continue  # in fuzzed files tshark goes by a wrong port, and prints half names
        with (CAPTURES / row["path"]).open("rb") as capture:
            try:
                frames = [frame for _, frame in dpkt.pcap.UniversalReader(capture)]
            except (ValueError, dpkt.Error):
                continue
        for number, frame in enumerate(frames, 1):
            found.extend((row["path"], number, *udp) for udp in plain_udp(frame))
    return found


def plain_udp(frame: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The UDP packet of a whole, untagged IPv4 or IPv6 frame without options or fragments."""
    if frame[12:15] == b"\x08\x00\x45" and len(frame) >= 42 and frame[23] == 17:
        start, whole = 34, struct.unpack(">H", frame[20:22])[0] & 0x3FFF == 0
    elif frame[12:14] == b"\x86\xdd" and len(frame) >= 62 and frame[20] == 17:
        start, whole = 54, True
    else:
        return
    source, target, length = struct.unpack(">3H", frame[start : start + 6])
    payload = frame[start + 8 : start + length]
    if whole and len(payload) == length - 8:
        yield source, target, payload


@functools.cache
def truth() -> dict[tuple[str, int], set[str]]:
    """The names that tshark gives for (path, frame), tunnels and its remarks in "<>" left out."""
    found: dict[tuple[str, int], set[str]] = {}
    with gzip.open(TRUTH, "rt", encoding="utf-8") as rows:
        for line in rows:
            row = json.loads(line)
            if row["encaps"].count(":") == 4 and row["proto"] in ("dns", "mdns", "llmnr"):
                names = found.setdefault((row["path"], row["frame"]), set())
                if not row["name"].startswith("<") and not row.get("answer_only"):
                    names.add(row["name"].lower())
    return found


@pytest.mark.skipif(not TRUTH.exists(), reason="the captures are not here: set NETWATCH_CAPTURES")
def test_strict_invents_no_dns_in_real_captures() -> None:
    message = DnsMessage()
    others = [one for one in datagrams() if not DNS_PORTS & {one[2], one[3]}]
    assert len(others) > 20_000
    taken = [one for one in others if message.parse(one[4], 0, len(one[4]), True) > 0]
    assert len(taken) > 300
    assert [one[:4] for one in taken if one[:2] not in truth()] == []


@pytest.mark.skipif(not TRUTH.exists(), reason="the captures are not here: set NETWATCH_CAPTURES")
def test_names_that_tshark_finds_are_found() -> None:
    """Names of plain ASCII only, since tshark prints others its own way."""
    message = DnsMessage()
    wanted = missing = 0
    for path, frame, _, _, payload in datagrams():
        names = {name for name in truth().get((path, frame), ()) if name.isascii()}
        names = {name for name in names if not set(name) & set("\\ ")}
        if not names:
            continue
        found = set()
        answer = message.parse(payload, 0, len(payload), False)
        while answer == Answer.DONE and message.question.count > 0:
            found.add(message.question.wire())
            answer = message.next_question()
        wanted += len(names)
        missing += len({name_wire(name) for name in names} - found)
    assert wanted > 3_500
    assert missing == 0
