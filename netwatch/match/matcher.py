"""Compiled. All that the engine asks of the packs: whose name, path, address, port, file is this?

One object, immutable once `Pack.matcher()` has built it. Every answer is an index into
`Pack.signatures`, or -1. The ordinary answer is -1 and must be cheap: each kind has a sieve first.
"""

from collections.abc import Callable
from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

from netwatch.match.prefixes import PrefixTable
from netwatch.match.suffix import SuffixTree
from netwatch.names import Name

SLASH: Final = 0x2F
TCP: Final = 6
UDP: Final = 17


class Matcher:
    """The most specific signature of anything seen.

    Made of parts by `match.index`: trees with the signature of each rank, prefixes, two tables of
    65,536 octets (number of the entry + 1 in `port_signatures`, 0 = none), magics from long to
    short, and a callable for certificates, which are rare and text.
    """

    def __init__(
        self,
        names: SuffixTree,
        name_signatures: list[int],
        paths: SuffixTree,
        path_signatures: list[int],
        prefixes: PrefixTable,
        ports_tcp: bytes,
        ports_udp: bytes,
        port_signatures: list[int],
        magics: list[bytes],
        magic_signatures: list[int],
        certificates: Callable[[str, str], int],
        users: dict[bytes, int],
    ) -> None:
        self.names = names
        self.name_signatures: vec[i64] = vec[i64]([i64(n) for n in name_signatures])
        self.paths = paths
        self.path_signatures: vec[i64] = vec[i64]([i64(n) for n in path_signatures])
        self.prefixes = prefixes
        self.ports_tcp = ports_tcp
        self.ports_udp = ports_udp
        self.port_signatures: vec[i64] = vec[i64]([i64(n) for n in port_signatures])
        self.magics = magics
        self.magic_signatures: vec[i64] = vec[i64]([i64(n) for n in magic_signatures])
        self.magic_firsts: vec[i64] = vec[i64]([i64(0)] * 256)
        for magic in magics:
            self.magic_firsts[i64(magic[0])] = 1
        self.certificates = certificates
        self.users = users
        self.segments = Name()
        self.has_paths: bool = len(path_signatures) > 0
        self.has_ports: bool = len(port_signatures) > 0
        self.has_magics: bool = len(magics) > 0

    def name(self, name: Name) -> i64:
        """Of a name, by its labels, with capitals (ASCII) as small letters."""
        rank = self.names.find(name)
        if rank < 0:
            return -1
        return self.name_signatures[rank]

    def path(self, data: bytes, start: i64, end: i64) -> i64:
        """Of the HTTP path data[start:end] without its query; case and escapes are as they are."""
        if start < 0 or end <= start or end > len(data) or i64(data[start]) != SLASH:
            return -1
        # Nearly every request is told apart by the last segment alone.
        last = end
        while i64(data[last - 1]) != SLASH:
            last -= 1
        if not self.paths.may_end(data, last, end):
            return -1
        segments = self.segments
        segments.begin(data)
        position = start + 1
        segment = position
        while position <= end:
            if position == end or i64(data[position]) == SLASH:
                if not segments.add(segment, position):
                    return -1
                segment = position + 1
            position += 1
        rank = self.paths.find(segments)
        if rank < 0:
            return -1
        return self.path_signatures[rank]

    def address(self, data: bytes, start: i64, length: i64) -> i64:
        """Of the packed address data[start:start+length], 4 or 16 octets."""
        return self.prefixes.find(data, start, length)

    def port(self, transport: i64, port: i64) -> i64:
        """Of a server's port; `transport` is the IP protocol number, 6 or 17."""
        if port < 0 or port > 0xFFFF:
            return -1
        entry: i64 = 0
        if transport == TCP:
            entry = i64(self.ports_tcp[port])
        elif transport == UDP:
            entry = i64(self.ports_udp[port])
        if entry == 0:
            return -1
        return self.port_signatures[entry - 1]

    def magic(self, data: bytes, start: i64, end: i64) -> i64:
        """Of a file that begins at `start`; nothing from `end` on is read."""
        if start < 0 or start >= end or end > len(data):
            return -1
        if self.magic_firsts[i64(data[start])] == 0:
            return -1
        number: i64 = 0
        while number < len(self.magics):
            if _begins_with(data, start, end, self.magics[number]):
                return self.magic_signatures[number]
            number += 1
        return -1

    def user(self, data: bytes, start: i64, end: i64) -> i64:
        """Of the account data[start:end] that an FTP client says; case counts."""
        if len(self.users) == 0 or start < 0 or end <= start or end > len(data):
            return -1
        return self.users.get(data[start:end], -1)

    def magic_cut(self, data: bytes, start: i64, end: i64) -> bool:
        """Whether data[start:end] is the beginning of a magic that is longer."""
        if start < 0 or start >= end or end > len(data):
            return False
        if self.magic_firsts[i64(data[start])] == 0:
            return False
        length = end - start
        number: i64 = 0
        while number < len(self.magics):
            magic = self.magics[number]
            if length < len(magic) and _begins_with(magic, 0, length, data[start:end]):
                return True
            number += 1
        return False

    def certificate(self, subject: str, issuer: str) -> int:
        """Of a server certificate, both names as text (RFC 4514; the order of parts is free)."""
        return self.certificates(subject, issuer)


def _begins_with(data: bytes, start: i64, end: i64, magic: bytes) -> bool:
    if end - start < len(magic):
        return False
    position: i64 = 0
    while position < len(magic):
        if data[start + position] != magic[position]:
            return False
        position += 1
    return True
