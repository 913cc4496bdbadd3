"""Compiled. HPACK (RFC 7541): the lists of fields in which HTTP/2 says what a head of HTTP/1 says.

A listener must keep the same dynamic table as the receiver, so every field of a connection is read
from its first one on; where one cannot be read, nothing behind it can be trusted.
"""

from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

from netwatch.limits import HTTP_HEAD_BYTES_MAX

TABLE_BYTES_MAX: Final = 4_096
"""SETTINGS_HEADER_TABLE_SIZE unless the receiver says more (RFC 9113 section 6.5.2), and no client
takes more than that of its own accord."""
ENTRY_BYTES: Final = 32
"""What an entry counts beside its octets (RFC 7541 section 4.1)."""
INTEGER_BITS_MAX: Final = 28
END_OF_STRING: Final = 256
CODE_BITS_MIN: Final = 5
CODE_BITS_MAX: Final = 30
CODES: Final = 257

STATIC_FIELDS: Final = (
    b":authority\n:method GET\n:method POST\n:path /\n:path /index.html\n:scheme http\n"
    b":scheme https\n:status 200\n:status 204\n:status 206\n:status 304\n:status 400\n"
    b":status 404\n:status 500\naccept-charset\naccept-encoding gzip, deflate\naccept-language\n"
    b"accept-ranges\naccept\naccess-control-allow-origin\nage\nallow\nauthorization\n"
    b"cache-control\ncontent-disposition\ncontent-encoding\ncontent-language\ncontent-length\n"
    b"content-location\ncontent-range\ncontent-type\ncookie\ndate\netag\nexpect\nexpires\nfrom\n"
    b"host\nif-match\nif-modified-since\nif-none-match\nif-range\nif-unmodified-since\n"
    b"last-modified\nlink\nlocation\nmax-forwards\nproxy-authenticate\nproxy-authorization\nrange\n"
    b"referer\nrefresh\nretry-after\nserver\nset-cookie\nstrict-transport-security\n"
    b"transfer-encoding\nuser-agent\nvary\nvia\nwww-authenticate"
)
"""Appendix A, in its order: a name and, behind a blank, a value."""
CODE_BITS: Final = (
    b"\x0d\x17\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x18\x1e\x1c\x1c\x1e\x1c\x1c"
    b"\x1c\x1c\x1c\x1c\x1c\x1c\x1e\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x1c"
    b"\x06\x0a\x0a\x0c\x0d\x06\x08\x0b\x0a\x0a\x08\x0b\x08\x06\x06\x06"
    b"\x05\x05\x05\x06\x06\x06\x06\x06\x06\x06\x07\x08\x0f\x06\x0c\x0a"
    b"\x0d\x06\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07"
    b"\x07\x07\x07\x07\x07\x07\x07\x07\x08\x07\x08\x0d\x13\x0d\x0e\x06"
    b"\x0f\x05\x06\x05\x06\x05\x06\x06\x06\x05\x07\x07\x06\x06\x06\x05"
    b"\x06\x07\x06\x05\x05\x06\x07\x07\x07\x07\x07\x0f\x0b\x0e\x0d\x1c"
    b"\x14\x16\x14\x14\x16\x16\x16\x17\x16\x17\x17\x17\x17\x17\x18\x17"
    b"\x18\x18\x16\x17\x18\x17\x17\x17\x17\x15\x16\x17\x16\x17\x17\x18"
    b"\x16\x15\x14\x16\x16\x17\x17\x15\x17\x16\x16\x18\x15\x16\x17\x17"
    b"\x15\x15\x16\x15\x17\x16\x17\x17\x14\x16\x16\x16\x17\x16\x16\x17"
    b"\x1a\x1a\x14\x13\x16\x17\x16\x19\x1a\x1a\x1a\x1b\x1b\x1a\x18\x19"
    b"\x13\x15\x1a\x1b\x1b\x1a\x1b\x18\x15\x15\x1a\x1a\x1c\x1b\x1b\x1b"
    b"\x14\x18\x14\x15\x16\x15\x15\x17\x16\x16\x19\x19\x18\x18\x1a\x17"
    b"\x1a\x1b\x1a\x1a\x1b\x1b\x1b\x1b\x1b\x1c\x1b\x1b\x1b\x1b\x1b\x1a\x1e"
)
"""Appendix B: bits of the code of each octet, and of the end of a string. The codes follow from
them: they are canonical, shorter ones first and equally long ones in the order of the octets."""


class HpackTables:
    """What all connections share: the static table, and the codes in their canonical order."""

    def __init__(self) -> None:
        self.names: list[bytes] = []
        self.values: list[bytes] = []
        for line in STATIC_FIELDS.split(b"\n"):
            name, _, value = line.partition(b" ")
            self.names.append(name)
            self.values.append(value)
        self.counts: vec[i64] = vec[i64]([i64(0)] * (CODE_BITS_MAX + 1))
        """How many codes have so many bits."""
        self.symbols: vec[i64] = vec[i64]([i64(0)] * CODES)
        """Octets in the order of their codes."""
        place: i64 = 0
        bits: i64 = CODE_BITS_MIN
        while bits <= CODE_BITS_MAX:
            symbol: i64 = 0
            while symbol < CODES:
                if i64(CODE_BITS[symbol]) == bits:
                    self.counts[bits] = self.counts[bits] + 1
                    self.symbols[place] = symbol
                    place += 1
                symbol += 1
            bits += 1

    def decode(self, data: bytes, start: i64, end: i64) -> bytes | None:
        """Give the octets of the Huffman string data[start:end] (section 5.2); None if it is none.

        It must end in less than an octet of the end-of-string's first bits.
        """
        octets: list[int] = []
        counts = self.counts
        bit = start * 8
        last = end * 8
        while True:
            begun = bit
            code: i64 = 0
            first: i64 = 0
            place: i64 = 0
            length: i64 = 0
            ones = True
            while True:
                if bit == last:
                    return bytes(octets) if ones and last - begun < 8 else None
                one = (i64(data[bit >> 3]) >> (7 - (bit & 7))) & 1
                bit += 1
                length += 1
                code = code * 2 + one
                if one == 0:
                    ones = False
                count = counts[length]
                if code - first < count:
                    break
                place += count
                first = (first + count) * 2
            symbol = self.symbols[place + code - first]
            if symbol == END_OF_STRING:
                return None
            octets.append(symbol)


class Hpack:
    """One connection's table, and the fields of the last list that matter to anybody here.

    A field that was not there is empty; of several with one name the first counts.
    """

    def __init__(self, tables: HpackTables) -> None:
        self.tables: HpackTables = tables
        self.names: list[bytes] = []
        """Of the dynamic table, oldest first."""
        self.values: list[bytes] = []
        self.held_bytes: i64 = 0
        self.limit: i64 = TABLE_BYTES_MAX
        self.position: i64 = 0
        self.number: i64 = 0
        self.name: bytes = b""
        self.value: bytes = b""
        self.method: bytes = b""
        self.authority: bytes = b""
        self.path: bytes = b""
        self.host: bytes = b""
        self.agent: bytes = b""
        self.forwarded_for: bytes = b""
        self.forwarded: bytes = b""

    def read(self, data: bytes, start: i64, end: i64) -> bool:
        """Read the whole list data[start:end]; False where it breaks: nothing more can be read."""
        self.method = self.authority = self.path = self.host = b""
        self.agent = self.forwarded_for = self.forwarded = b""
        if end - start > HTTP_HEAD_BYTES_MAX:
            return False
        self.position = start
        while self.position < end:
            first = i64(data[self.position])
            if first & 0xE0 == 0x20:
                if not self.integer(data, end, 5) or self.number > TABLE_BYTES_MAX:
                    return False
                self.limit = self.number
                self.shrink(0)
            elif not self.field(data, end, first):
                return False
        return True

    def field(self, data: bytes, end: i64, first: i64) -> bool:
        """Read the field that begins with the octet `first` (section 6); False if it breaks."""
        if first & 0x80 != 0:
            if not self.integer(data, end, 7) or not self.entry(self.number):
                return False
            self.take()
            return True
        keep = first & 0x40 != 0
        if not self.integer(data, end, 6 if keep else 4):
            return False
        if self.number > 0:
            if not self.entry(self.number):
                return False
        elif self.string(data, end):
            self.name = self.value
        else:
            return False
        if not self.string(data, end):
            return False
        self.take()
        if keep:
            self.keep()
        return True

    def integer(self, data: bytes, end: i64, bits: i64) -> bool:
        """Read an integer with a prefix of so many bits (section 5.1) into `number`."""
        if self.position >= end:
            return False
        mask = (0x100 >> (8 - bits)) - 1
        self.number = i64(data[self.position]) & mask
        self.position += 1
        if self.number < mask:
            return True
        factor: i64 = 1
        shift: i64 = 0
        while shift < INTEGER_BITS_MAX and self.position < end:
            octet = i64(data[self.position])
            self.position += 1
            self.number += (octet & 0x7F) * factor
            if octet < 0x80:
                return True
            factor *= 0x80
            shift += 7
        return False

    def string(self, data: bytes, end: i64) -> bool:
        """Read a string (section 5.2) into `value`."""
        if self.position >= end:
            return False
        packed = i64(data[self.position]) & 0x80 != 0
        if not self.integer(data, end, 7) or self.number > end - self.position:
            return False
        start = self.position
        self.position += self.number
        if not packed:
            self.value = data[start : self.position]
            return True
        octets = self.tables.decode(data, start, self.position)
        if octets is None:
            return False
        self.value = octets
        return True

    def entry(self, index: i64) -> bool:
        """Take name and value from the static or the dynamic table (section 2.3.3)."""
        tables = self.tables
        fixed: i64 = len(tables.names)
        if index == 0 or index > fixed + len(self.names):
            return False
        if index <= fixed:
            self.name = tables.names[index - 1]
            self.value = tables.values[index - 1]
        else:
            place = fixed + len(self.names) - index
            self.name = self.names[place]
            self.value = self.values[place]
        return True

    def keep(self) -> None:
        """Add the field to the dynamic table (section 4.4)."""
        size = len(self.name) + len(self.value) + ENTRY_BYTES
        self.shrink(size)
        if size <= self.limit:
            self.names.append(self.name)
            self.values.append(self.value)
            self.held_bytes += size

    def shrink(self, room: i64) -> None:
        """Drop the oldest entries until there is room for so many octets (section 4.3)."""
        gone: i64 = 0
        while gone < len(self.names) and self.held_bytes + room > self.limit:
            self.held_bytes -= len(self.names[gone]) + len(self.values[gone]) + ENTRY_BYTES
            gone += 1
        if gone > 0:
            self.names = self.names[gone:]
            self.values = self.values[gone:]

    def take(self) -> None:
        """Note the field if anybody wants it."""
        name = self.name
        value = self.value
        if name == b":authority" and len(self.authority) == 0:
            self.authority = value
        elif name == b":path" and len(self.path) == 0:
            self.path = value
        elif name == b":method" and len(self.method) == 0:
            self.method = value
        elif name == b"host" and len(self.host) == 0:
            self.host = value
        elif name == b"user-agent" and len(self.agent) == 0:
            self.agent = value
        elif name == b"x-forwarded-for":
            self.forwarded_for = value
        elif name == b"forwarded":
            self.forwarded = value
