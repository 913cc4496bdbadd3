"""DNS messages piece by piece, lies included: what the tests of their reader are made of."""

import struct

from netwatch.extract.dns import DnsMessage
from netwatch.names import name_wire

# An A question for dnl-01.geo.kaspersky.com, and its answer: CNAME, two A, EDNS.
QUERY = bytes.fromhex(
    "1a2b0100000100000000000006646e6c2d303103 67656f 096b6173706572736b7903636f6d00 0001 0001"
)
ANSWER = bytes.fromhex(
    "1a2b81800001000300000001"
    "06646e6c2d303103 67656f 096b6173706572736b7903636f6d00 0001 0001"
    "c00c 0005 0001 0000003c 0008 0567656f3031c013"
    "c036 0001 0001 0000003c 0004 04030201"
    "c036 0001 0001 0000003c 0004 04030202"
    "00 0029 04d0 00000000 0000"
)


def header(
    questions: int = 1,
    answers: int = 0,
    authorities: int = 0,
    additionals: int = 0,
    flags: int = 0x0100,
) -> bytes:
    return struct.pack(">6H", 0x1234, flags, questions, answers, authorities, additionals)


def question(name: str, kind: int = 1, by_class: int = 1) -> bytes:
    return name_wire(name) + b"\x00" + struct.pack(">2H", kind, by_class)


def record(owner: bytes, kind: int, rdata: bytes, by_class: int = 1, ttl: int = 60) -> bytes:
    return owner + struct.pack(">2HIH", kind, by_class, ttl, len(rdata)) + rdata


def parse(data: bytes, strict: bool = False) -> tuple[int, DnsMessage]:
    message = DnsMessage()
    return message.parse(data, 0, len(data), strict), message
