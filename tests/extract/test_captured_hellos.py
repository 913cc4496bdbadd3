"""Real captures against independent truth: QUIC hellos by connection, HTTP requests by frame.

The captures are read in place (NETWATCH_CAPTURES) and with dpkt, so that no decoder of ours is
between them and the parsers. What tshark says is the truth but for the differences listed here.
"""

import gzip
import json
import os
import re
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import dpkt
import pytest

from netwatch.extract.http import HttpRequest
from netwatch.extract.http_begins import request_begins
from netwatch.extract.quic import QuicHello, initial_begins
from netwatch.extract.quic_keys import InitialOpener
from netwatch.model import Answer

TREE = Path(__file__).resolve().parents[2]
CAPTURES = Path(os.environ.get("NETWATCH_CAPTURES", TREE / "../shared/captures"))

pytestmark = pytest.mark.skipif(
    not (CAPTURES / "truth.jsonl.gz").is_file(), reason=f"no captures in {CAPTURES}"
)

LINK_HEADER_BYTES = {0: 4, 9: 2, 12: 0, 101: 0, 108: 4, 113: 16, 276: 20}


class Segment(NamedTuple):
    frame: int
    client: str
    flow: bytes
    payload: bytes


def network(link: int, frame: bytes) -> bytes:
    """The IP packet of a frame; empty if this small reader finds none."""
    if link in LINK_HEADER_BYTES:
        return frame[LINK_HEADER_BYTES[link] :]
    at = 12
    while frame[at : at + 2] == b"\x81\x00":
        at += 4
    return frame[at + 2 :] if link == 1 else b""


def segments(path: Path, protocol: int) -> Iterator[Segment]:
    """Payloads of TCP (6) or UDP (17) without tunnels and fragments."""
    with path.open("rb") as file:
        pcapng = file.read(4) == b"\n\r\r\n"
        file.seek(0)
        reader = dpkt.pcapng.Reader(file) if pcapng else dpkt.pcap.UniversalReader(file)
        for number, (_, frame) in enumerate(reader, 1):
            packet = network(reader.datalink(), frame)
            if len(packet) < 40:
                continue
            if packet[0] >> 4 == 4 and packet[9] == protocol:
                start, end = (packet[0] & 15) * 4, struct.unpack_from("!H", packet, 2)[0]
                addresses, family = packet[12:20], socket.AF_INET
            elif packet[0] >> 4 == 6 and packet[6] == protocol:
                start, end = 40, 40 + struct.unpack_from("!H", packet, 4)[0]
                addresses, family = packet[8:40], socket.AF_INET6
            else:
                continue
            transport = packet[start : end if end > start else None]
            if len(transport) < 20:
                continue
            header = 8 if protocol == 17 else (transport[12] >> 4) * 4
            client = socket.inet_ntop(family, addresses[: len(addresses) // 2])
            yield Segment(number, client, addresses + transport[:4], transport[header:])


def truth(*protocols: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of these protocols, by capture."""
    rows: dict[str, list[dict[str, Any]]] = {}
    with gzip.open(CAPTURES / "truth.jsonl.gz", "rt") as lines:
        for line in lines:
            row = json.loads(line)
            if row["proto"] in protocols and not row.get("decrypted"):
                rows.setdefault(row["path"], []).append(row)
    return rows


def server_name(hello: bytes) -> str:
    """SNI of a complete ClientHello (RFC 8446 section 4.1.2); empty if it has none."""
    at = 4 + 2 + 32
    at += 1 + hello[at]
    at += 2 + int.from_bytes(hello[at : at + 2], "big")
    at += 1 + hello[at] + 2
    while at + 4 <= len(hello):
        length = int.from_bytes(hello[at + 2 : at + 4], "big")
        if hello[at : at + 2] == b"\x00\x00":
            return hello[at + 9 : at + 4 + length].decode().lower()
        at += 4 + length
    return ""


def test_every_quic_name_is_read() -> None:
    opener = InitialOpener()
    expected: set[tuple[str, str, str]] = set()
    found: set[tuple[str, str, str]] = set()
    for path, rows in truth("quic").items():
        expected |= {(path, row["name"].lower(), row["src"]) for row in rows}
        hellos: dict[bytes, QuicHello] = {}
        for segment in segments(CAPTURES / path, 17):
            end = len(segment.payload)
            if not initial_begins(segment.payload, 0, end):
                continue
            hello = hellos.setdefault(segment.flow, QuicHello())
            if hello.add(segment.payload, 0, end, opener) == Answer.DONE:
                found.add((path, server_name(hello.handshake()), segment.client))
    assert len(expected) > 120
    assert found == expected


def normal(row: dict[str, Any]) -> str:
    """A truth name without scheme, path, port and brackets."""
    name = str(row["name"]).lower()
    if row["proto"] == "http-absolute":
        name = name.split("://", 1)[1].split("/", 1)[0]
    return re.sub(r":\d+$", "", name).strip("[]")


def request_names(payload: bytes) -> set[tuple[str, str]]:
    """(protocol of the truth, name) of every request in a segment, one behind the other."""
    request, names, at = HttpRequest(), set(), 0
    while request_begins(payload, at, len(payload)):
        answer = request.parse(payload, at, len(payload))
        proto = "http-connect" if request.connect else "http-absolute"
        for kind, start, end in (
            ("http", request.host_start, request.host_end),
            (proto, request.authority_start, request.authority_end),
        ):
            if end > start:
                names.add((kind, payload[start:end].decode("latin-1").lower()))
        if answer != Answer.DONE:
            break
        at = request.head_end + max(request.content_length, 0)
    return names


# Mutated octets, which tshark cuts in its own way; and lines without HTTP/1.x, no requests to us.
NOT_COMPARED = ("ndpi/fuzz", "zeek/http/methods.pcap")


def test_every_http_name_is_read_in_its_frame() -> None:
    compared, missed = 0, []
    for path, rows in truth("http", "http-absolute", "http-connect").items():
        if path.startswith(NOT_COMPARED):
            continue
        named: dict[int, list[tuple[str, str]]] = {}
        for row in rows:
            named.setdefault(row["frame"], []).append((row["proto"], normal(row)))
        for segment in segments(CAPTURES / path, 6):
            if segment.frame in named and request_begins(segment.payload, 0, len(segment.payload)):
                names = request_names(segment.payload)
                compared += len(named[segment.frame])
                missed += [
                    (path, segment.frame, *pair)
                    for pair in named[segment.frame]
                    if pair not in names
                ]
    assert compared > 1_300
    assert missed == []
