"""Compiled. NetBIOS over UDP: names (RFC 1001 section 14, RFC 1002 section 4) and datagrams.

A name has 16 octets, of which the last says what kind of name it is; each is written as two letters
from A to P. Whose name it is is said in registrations, refreshes, answers and node status: it is a
host's only if it is unique and of the kind "workstation" or "file server". The other kinds are of
users and of groups.
"""

from typing import Final

from librt.strings import read_i16_be
from mypy_extensions import i64

from netwatch.extract.claims import one_interface
from netwatch.extract.device_claim import DeviceClaim, one_host4, trimmed, value
from netwatch.limits import NAME_BYTES_MAX
from netwatch.model import Anomaly, Answer

HEADER_BYTES: Final = 12
ENCODED_BYTES: Final = 32
NAME_OCTETS: Final = 15
TYPE_NB: Final = 0x20
TYPE_STATUS: Final = 0x21
CLASS_IN: Final = 1
OPCODE_QUERY: Final = 0
OPCODE_REGISTRATION: Final = 5
OPCODE_REFRESH: Final = 8
OPCODE_REFRESH_OTHER: Final = 9
"""RFC 1002 says 8 in one place and 9 in another."""
OPCODE_MULTIHOMED: Final = 15
RESPONSE: Final = 0x8000
RCODE: Final = 0x000F
GROUP: Final = 0x8000
WORKSTATION: Final = 0x00
FILE_SERVER: Final = 0x20

DATAGRAM_BYTES: Final = 14
DIRECT_UNIQUE: Final = 0x10
BROADCAST: Final = 0x12
BROWSE: Final = b"\\MAILSLOT\\BROWSE\x00"
HOST_ANNOUNCEMENT: Final = 0x01
LOCAL_MASTER: Final = 0x0F
COMMENT: Final = 32
"""Where the comment stands in an announcement of a host ([MS-BRWS] section 2.2.1)."""
STATUS_ENTRY_BYTES: Final = 18


class NetbiosMessage:
    """What one message says; valid until the next reading.

    `name`: the 15 octets that are asked for or claimed, without the blanks at their end; `suffix`
    their 16th. `question`: somebody asks for the name. `claim`: whose name it is (`hostname`,
    `address`, `mac`), where the answer was DONE and it is no question.
    """

    def __init__(self) -> None:
        self.name: bytes = b""
        self.suffix: i64 = 0
        self.question: bool = False
        self.claim: DeviceClaim = DeviceClaim()
        self.position: i64 = 0

    def read(self, data: bytes, start: i64, end: i64) -> i64:
        """Read the name service message data[start:end] (RFC 1002 section 4.2).

        DONE: a question for a name, or a claim of one; NEED_MORE: neither; -NBNS: it is damaged.
        """
        self.claim.clear()
        self.question = False
        self.name = b""
        if end - start < HEADER_BYTES:
            return -Anomaly.NBNS
        flags = i64(read_i16_be(data, start + 2)) & 0xFFFF
        questions = i64(read_i16_be(data, start + 4)) & 0xFFFF
        answers = i64(read_i16_be(data, start + 6)) & 0xFFFF
        extra = i64(read_i16_be(data, start + 10)) & 0xFFFF
        opcode = (flags >> 11) & 15
        if flags & RESPONSE != 0:
            if flags & RCODE != 0 or questions != 0 or answers != 1 or opcode == 7:
                return Answer.NEED_MORE
            return self._record(data, start + HEADER_BYTES, end)
        if questions != 1:
            return -Anomaly.NBNS
        if not self._name(data, start + HEADER_BYTES, end) or self.position + 4 > end:
            return -Anomaly.NBNS
        kind = i64(read_i16_be(data, self.position)) & 0xFFFF
        self.position += 4
        if opcode == OPCODE_QUERY:
            self.question = kind == TYPE_NB and len(self.name) > 0
            return Answer.DONE if self.question else Answer.NEED_MORE
        if opcode not in (
            OPCODE_REGISTRATION,
            OPCODE_REFRESH,
            OPCODE_REFRESH_OTHER,
            OPCODE_MULTIHOMED,
        ):
            return Answer.NEED_MORE
        return self._record(data, self.position, end) if extra == 1 else -Anomaly.NBNS

    def _name(self, data: bytes, position: i64, end: i64) -> bool:
        """First-level decoding (RFC 1001 section 14.1), past the scope; False if it is damaged."""
        if position + 1 + ENCODED_BYTES >= end or i64(data[position]) != ENCODED_BYTES:
            return False
        octets: list[int] = []
        i: i64 = 1
        while i <= ENCODED_BYTES:
            high = i64(data[position + i]) - 0x41
            low = i64(data[position + i + 1]) - 0x41
            if high < 0 or high > 15 or low < 0 or low > 15:
                return False
            octets.append(int(high << 4 | low))
            i += 2
        self.suffix = octets[NAME_OCTETS]
        name = trimmed(bytes(octets[:NAME_OCTETS]))
        self.name = b"" if name == b"*" else name
        first = position
        position += 1 + ENCODED_BYTES
        while position < end and data[position] != 0:
            label = i64(data[position])
            if label > 63 or position - first > NAME_BYTES_MAX:
                return False
            position += 1 + label
        self.position = position + 1
        return position < end

    def _record(self, data: bytes, position: i64, end: i64) -> i64:
        """A resource record: its name, whole or as a pointer to the question's, and its rdata."""
        if position + 2 <= end and i64(data[position]) & 0xC0 == 0xC0:
            if len(self.name) == 0:
                return -Anomaly.NBNS
            self.position = position + 2
        elif not self._name(data, position, end):
            return -Anomaly.NBNS
        position = self.position
        if position + 10 > end:
            return -Anomaly.NBNS
        kind = i64(read_i16_be(data, position)) & 0xFFFF
        length = i64(read_i16_be(data, position + 8)) & 0xFFFF
        position += 10
        if position + length > end:
            return -Anomaly.NBNS
        if kind == TYPE_STATUS:
            return self._status(data, position, position + length)
        if kind != TYPE_NB or length < 6:
            return Answer.NEED_MORE
        group = i64(read_i16_be(data, position)) & GROUP
        if group != 0 or not self.is_host() or not one_host4(data, position + 2):
            return Answer.NEED_MORE
        self.claim.hostname = self.name
        self.claim.address = data[position + 2 : position + 6]
        return Answer.DONE

    def _status(self, data: bytes, position: i64, end: i64) -> i64:
        """All names of a node, then its MAC (RFC 1002 section 4.2.18)."""
        if position >= end:
            return -Anomaly.NBNS
        count = i64(data[position])
        position += 1
        if position + count * STATUS_ENTRY_BYTES > end:
            return -Anomaly.NBNS
        while count > 0:
            self.suffix = i64(data[position + NAME_OCTETS])
            flags = i64(read_i16_be(data, position + 16)) & 0xFFFF
            self.name = trimmed(data[position : position + NAME_OCTETS])
            if flags & GROUP == 0 and self.is_host() and len(self.claim.hostname) == 0:
                self.claim.hostname = self.name
            position += STATUS_ENTRY_BYTES
            count -= 1
        if position + 6 <= end and one_interface(data, position):
            self.claim.mac = data[position : position + 6]
        return Answer.DONE if len(self.claim.hostname) > 0 else Answer.NEED_MORE

    def is_host(self) -> bool:
        """Whether the name is of the kind that hosts have, and one that they can have."""
        if self.suffix != WORKSTATION and self.suffix != FILE_SERVER:
            return False
        return len(self.name) > 0 and i64(self.name[0]) > 0x20

    def read_datagram(self, data: bytes, start: i64, end: i64) -> i64:
        """Read the datagram data[start:end] of port 138 (RFC 1002 section 4.4.1).

        DONE: it says whose it is, and in a host announcement the comment of that host. NEED_MORE:
        an error, or a later fragment; -NBNS: it is damaged.
        """
        self.claim.clear()
        self.question = False
        self.name = b""
        if end - start < DATAGRAM_BYTES:
            return -Anomaly.NBNS
        if not DIRECT_UNIQUE <= i64(data[start]) <= BROADCAST:
            return Answer.NEED_MORE
        if i64(read_i16_be(data, start + 12)) != 0:
            return Answer.NEED_MORE
        if not self._name(data, start + DATAGRAM_BYTES, end):
            return -Anomaly.NBNS
        if not self.is_host() or not one_host4(data, start + 4):
            return Answer.NEED_MORE
        self.claim.hostname = self.name
        self.claim.address = data[start + 4 : start + 8]
        self._announcement(data[self.position : end])
        return Answer.DONE

    def _announcement(self, rest: bytes) -> None:
        """The comment of a host announcement, if that is what the mail slot was sent."""
        at: i64 = rest.find(BROWSE)
        if at < 0:
            return
        at += len(BROWSE)
        if len(rest) <= at + COMMENT or i64(rest[at]) not in (HOST_ANNOUNCEMENT, LOCAL_MASTER):
            return
        stop: i64 = rest.find(b"\0", at + COMMENT)
        self.claim.description = value(rest, at + COMMENT, stop if stop >= 0 else len(rest))
