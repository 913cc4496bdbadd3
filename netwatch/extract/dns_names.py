"""Compiled. The names of a DNS message, whose tails are shared (RFC 1035 section 4.1.4).

Why no message can cost more than its length (RFC 9267): a pointer must lead to an earlier place
than the piece of name that it ends, and the piece found there must end before that one begins; so
one name reads no octet twice. And because many names may walk the same pieces, one message has a
budget of such steps, in proportion to its length.
"""

from typing import Final

from mypy_extensions import i64

from netwatch.limits import NAME_BYTES_MAX, POINTERS_MAX
from netwatch.model import Anomaly
from netwatch.names import Name

HEADER_BYTES: Final = 12
LABEL_BYTES_MAX: Final = 63
POINTER: Final = 0xC0
"""The two highest bits of the first octet of a pointer."""
BUDGET_PER_OCTET: Final = 4
"""Steps behind pointers that one octet of the message pays for; real answers need less than 1."""


class CompressedNames:
    """The names of the message data[start:end]; `budget` is what is left of its steps."""

    def __init__(self) -> None:
        self.data: bytes = b""
        self.start: i64 = 0
        self.end: i64 = 0
        self.budget: i64 = 0

    def set_message(self, data: bytes, start: i64, end: i64) -> None:
        """The next names lie in data[start:end]."""
        self.data = data
        self.start = start
        self.end = end
        self.budget = (end - start) * BUDGET_PER_OCTET

    def skip_name(self, position: i64) -> i64:
        """The offset behind a name (RFC 1035 section 4.1.4); 0 where it is cut, or negative.

        A pointer is checked for its direction, not followed.
        """
        data = self.data
        end = self.end
        first = position
        while position < end:
            length = i64(data[position])
            if length == 0:
                return position + 1
            if length >= POINTER:
                if position + 1 >= end:
                    return 0
                target = self.start + ((length & 0x3F) << 8) + i64(data[position + 1])
                if target >= first or target < self.start + HEADER_BYTES:
                    return -Anomaly.NAME_POINTER
                return position + 2
            if length > LABEL_BYTES_MAX:
                return -Anomaly.NAME_LABEL
            position += 1 + length
            if position - first >= NAME_BYTES_MAX:
                return -Anomaly.NAME_TOO_LONG
        return 0

    def read_name(self, name: Name, position: i64, limit: i64) -> i64:
        """Put the labels of the name at `position`, whose own octets end at `limit`, into `name`.

        Gives the offset behind the name's own octets; or, and then `name` is empty, 0 where it runs
        over `limit`, or negative.
        A label takes at least 2 of 255 octets, so that all labels have room in `name`.
        """
        data = self.data
        name.data = data
        name.count = 0
        starts = name.starts
        ends = name.ends
        count: i64 = 0
        total: i64 = 1
        first = position
        after: i64 = 0
        pointers: i64 = 0
        while position < limit:
            length = i64(data[position])
            if length == 0:
                name.count = count
                return position + 1 if after == 0 else after
            position += 1
            if length <= LABEL_BYTES_MAX:
                total += length + 1
                if total > NAME_BYTES_MAX:
                    return -Anomaly.NAME_TOO_LONG
                starts[count] = position
                position += length
                ends[count] = position
                count += 1
                if after != 0:
                    self.budget -= 1
            elif length < POINTER:
                return -Anomaly.NAME_LABEL
            elif position >= limit:
                break
            else:
                target = self.start + ((length & 0x3F) << 8) + i64(data[position])
                pointers += 1
                if target >= first or target < self.start + HEADER_BYTES:
                    return -Anomaly.NAME_POINTER
                if after == 0:
                    after = position + 1
                self.budget -= 1
                if pointers > POINTERS_MAX or self.budget < 0:
                    return -Anomaly.NAME_POINTER
                position = target
                limit = first
                first = target
        return 0 if after == 0 else -Anomaly.NAME_POINTER
