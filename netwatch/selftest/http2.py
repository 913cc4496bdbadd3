"""HTTP/2 frames of a client as octets (RFC 9113, RFC 7541), as a careful encoder writes them.

Fields go through the static and the dynamic table; strings are packed where `packed` says so.
"""

from collections.abc import Sequence
from typing import Final

from netwatch.extract.hpack import CODE_BITS, STATIC_FIELDS
from netwatch.extract.http2 import PREFACE

DATA: Final = 0
HEADERS: Final = 1
PRIORITY: Final = 2
SETTINGS: Final = 4
PING: Final = 6
WINDOW_UPDATE: Final = 8
CONTINUATION: Final = 9
END_STREAM: Final = 1
END_HEADERS: Final = 4
ACK: Final = 1

Field = tuple[bytes, bytes]


def frame(kind: int, payload: bytes = b"", *, flags: int = 0, stream: int = 0) -> bytes:
    """One frame (RFC 9113 section 4.1)."""
    head = len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big")
    return head + payload


def beginning() -> bytes:
    """The preface, and the frames that curl sends behind it."""
    settings = bytes.fromhex("000300000064000402000000000200000000")
    window = frame(WINDOW_UPDATE, (0x01FF0001).to_bytes(4, "big"))
    return PREFACE + frame(SETTINGS, settings) + window


def request_fields(authority: str, path: str = "/", *, agent: str = "curl/8.5.0") -> list[Field]:
    """What curl asks."""
    return [
        (b":method", b"GET"),
        (b":path", path.encode()),
        (b":scheme", b"http"),
        (b":authority", authority.encode()),
        (b"user-agent", agent.encode()),
        (b"accept", b"*/*"),
    ]


class Encoder:
    """One connection's lists; it never shrinks its table, so its lists must stay below 4 KiB."""

    def __init__(self, *, packed: bool = True) -> None:
        lines = STATIC_FIELDS.split(b"\n")
        self._static = [
            (name, value) for name, _, value in (line.partition(b" ") for line in lines)
        ]
        self._dynamic: list[Field] = []
        self._packed = packed
        self._stream = -1

    def fields(self, fields: Sequence[Field]) -> bytes:
        """One list."""
        return b"".join(self._field(field) for field in fields)

    def request(self, fields: Sequence[Field], *, pieces: int = 1, body: bytes = b"") -> bytes:
        """The frames of one request: its list in so many frames, and its body in one."""
        self._stream += 2
        octets = self.fields(fields)
        size = -(-len(octets) // pieces)
        parts = [octets[at : at + size] for at in range(0, len(octets), size)]
        frames = []
        for number, part in enumerate(parts):
            flags = END_HEADERS if number == len(parts) - 1 else 0
            if number == 0 and not body:
                flags |= END_STREAM
            kind = HEADERS if number == 0 else CONTINUATION
            frames.append(frame(kind, part, flags=flags, stream=self._stream))
        if body:
            frames.append(frame(DATA, body, flags=END_STREAM, stream=self._stream))
        return b"".join(frames)

    def _field(self, field: Field) -> bytes:
        known = self._static + self._dynamic[::-1]
        if field in known:
            return integer(known.index(field) + 1, 7, 0x80)
        self._dynamic.append(field)
        names = [name for name, _ in known]
        if field[0] in names:
            return integer(names.index(field[0]) + 1, 6, 0x40) + self._string(field[1])
        return b"\x40" + self._string(field[0]) + self._string(field[1])

    def _string(self, octets: bytes) -> bytes:
        if not self._packed:
            return integer(len(octets), 7, 0) + octets
        packed = huffman(octets)
        return integer(len(packed), 7, 0x80) + packed


def integer(number: int, bits: int, first: int) -> bytes:
    """An integer behind the upper bits `first` (RFC 7541 section 5.1)."""
    mask = (1 << bits) - 1
    if number < mask:
        return bytes((first | number,))
    written = [first | mask]
    number -= mask
    while number >= 0x80:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*written, number))


def huffman(octets: bytes) -> bytes:
    """A string in the code of RFC 7541 appendix B, padded with ones."""
    codes = {}
    code = bits = 0
    for symbol in sorted(range(len(CODE_BITS)), key=lambda symbol: (CODE_BITS[symbol], symbol)):
        code <<= CODE_BITS[symbol] - bits
        bits = CODE_BITS[symbol]
        codes[symbol] = f"{code:0{bits}b}"
        code += 1
    text = "".join(codes[octet] for octet in octets)
    text += "1" * (-len(text) % 8)
    return int("1" + text, 2).to_bytes(len(text) // 8 + 1, "big")[1:]
