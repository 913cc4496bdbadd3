"""dnstap: a Frame Streams file of protobuf messages (dnstap.info), as BIND, unbound, Knot write.

Only CLIENT_QUERY and CLIENT_RESPONSE are read: those name the clients. Of the DNS message in them
the header, the first question and the addresses of the answers are looked at. A frame begins with
its length in four octets; length 0 begins a control frame, which has a length of its own.
"""

import struct
from collections.abc import Iterator
from typing import Final

from netwatch.limits import DNS_RECORDS_MAX
from netwatch.logs.entries import Ends, Entries
from netwatch.logs.times import NS_MAX, SECOND_NS, Clock

CONTENT_TYPE: Final = b"protobuf:dnstap.Dnstap"
START: Final = b"\0\0\0\x02"
CLIENT_QUERY: Final = 5
CLIENT_RESPONSE: Final = 6
MESSAGE: Final = 14
VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
TRANSPORTS: Final = {1: 17, 2: 6, 3: 6, 4: 6, 7: 17}
"""Socket protocol -> IP protocol: UDP, TCP, DNS over TLS and HTTPS; DNS over QUIC."""
HEADER_BYTES: Final = 12
LABELS_MAX: Final = 128
IN: Final = 1
A, AAAA = 1, 28
Fields = dict[int, int | bytes]
"""Number of a field -> its value; of a repeated one the last."""


class Dnstap:
    """Reads the frames of dnstap."""

    def __init__(self, clock: Clock, entries: Entries) -> None:
        self._entries = entries
        del clock  # its times are whole

    def line(self, frame: bytes) -> bool:
        """Take one data frame. See the package."""
        message = _fields(frame).get(MESSAGE)
        if not isinstance(message, bytes):
            return True
        fields = _fields(message)
        kind = _number(fields, 1)
        if kind not in (CLIENT_QUERY, CLIENT_RESPONSE):
            return True
        query = kind == CLIENT_QUERY
        seconds, nanoseconds, octets = (8, 9, 10) if query else (12, 13, 14)
        dns = _octets(fields, octets)
        ends = Ends(
            time_ns=_time_ns(_number(fields, seconds), _number(fields, nanoseconds)),
            client=_address(_octets(fields, 4)),
            client_port=_number(fields, 6) & 0xFFFF,
            server=_address(_octets(fields, 5), empty=True),
            server_port=_number(fields, 7) & 0xFFFF,
            transport=TRANSPORTS.get(_number(fields, 3), 0),
        )
        if len(dns) < HEADER_BYTES:
            raise ValueError("a DNS message without its header")
        _, flags, questions, records = struct.unpack_from(">HHHH", dns)
        if questions == 0 or flags >> 11 & 0xF:
            return True  # no question, or no standard query
        name, qtype, place = _question(dns)
        recursive = bool(flags & 0x0100)
        if query:
            self._entries.asked(ends, name, qtype, recursive=recursive)
            return True
        answers = tuple(_addresses(dns, place, records)) if questions == 1 else ()
        self._entries.answered(
            ends, name, qtype, rcode=flags & 0xF, answers=answers, recursive=recursive
        )
        return True


def knows(head: bytes) -> bool:
    """Whether a file with these first octets is dnstap: its first control frame says so."""
    return head[:4] == bytes(4) and head[8:12] == START and CONTENT_TYPE in head[12:512]


def _time_ns(seconds: int, nanoseconds: int) -> int:
    time_ns = seconds * SECOND_NS + nanoseconds
    if not 0 < time_ns <= NS_MAX:
        raise ValueError(time_ns)
    return time_ns


def _address(octets: bytes, *, empty: bool = False) -> bytes:
    if len(octets) not in (4, 16) and not (empty and not octets):
        raise ValueError(octets)
    return octets


def _number(fields: Fields, number: int) -> int:
    value = fields.get(number, 0)
    return value if isinstance(value, int) else 0


def _octets(fields: Fields, number: int) -> bytes:
    value = fields.get(number, b"")
    return value if isinstance(value, bytes) else b""


def _fields(message: bytes) -> Fields:
    """The fields of a protobuf message. ValueError if its lengths do not agree."""
    found: Fields = {}
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            found[number], place = _varint(message, place)
        elif kind == LENGTH:
            size, place = _varint(message, place)
            found[number] = message[place : place + size]
            place += size
        elif kind in (FIXED32, FIXED64):
            size = 4 if kind == FIXED32 else 8
            found[number] = int.from_bytes(message[place : place + size], "little")
            place += size
        else:
            raise ValueError(f"wire type {kind}")
        if place > len(message):
            raise ValueError("a field is longer than its message")
    return found


def _varint(message: bytes, place: int) -> tuple[int, int]:
    """The number at `place`, at most ten octets of seven bits, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(message):
            raise ValueError("a number goes on behind its message")
        octet = message[place]
        place += 1
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, place
    raise ValueError("a number of more than ten octets")


def _question(dns: bytes) -> tuple[bytes, int, int]:
    """Name (as text of master files) and type of the first question, and where it ends."""
    labels: list[bytes] = []
    place = HEADER_BYTES
    while place < len(dns) and dns[place]:
        size = dns[place]
        if size > 63 or len(labels) >= LABELS_MAX:
            raise ValueError("no label of a question")
        label = dns[place + 1 : place + 1 + size]
        labels.append(label.replace(b"\\", b"\\\\").replace(b".", b"\\."))
        place += 1 + size
    if place + 5 > len(dns):
        raise ValueError("a question that is cut")
    (qtype,) = struct.unpack_from(">H", dns, place + 1)
    return b".".join(labels), qtype, place + 5


def _addresses(dns: bytes, place: int, records: int) -> Iterator[bytes]:
    """The addresses of the answers, as far as they can be read."""
    for _ in range(min(records, DNS_RECORDS_MAX)):
        while place < len(dns) and 0 < dns[place] < 0xC0:
            place += 1 + dns[place]
        place += 2 if place < len(dns) and dns[place] >= 0xC0 else 1
        if place + 10 > len(dns):
            return
        kind, of, _, size = struct.unpack_from(">HHIH", dns, place)
        place += 10
        if of == IN and (kind, size) in ((A, 4), (AAAA, 16)) and place + size <= len(dns):
            yield dns[place : place + size]
        place += size
