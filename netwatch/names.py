"""Compiled. A name as the wire has it: labels, never a joined string.

`kaspersky.com` inside one label looks like the real domain as soon as labels are joined with dots,
so a name is matched on its labels. `Name` holds spans of somebody else's octets and is reused for
every name; `wire()` makes the lasting form: length-prefixed labels in lower case without the root.
"""

from typing import Final

from librt.strings import BytesWriter
from librt.vecs import vec
from mypy_extensions import i64, u8

from netwatch.limits import LABELS_MAX, NAME_BYTES_MAX

DOT: Final = 0x2E


class Name:
    """Spans of the labels of one name in `data`, leftmost first."""

    def __init__(self) -> None:
        self.data: bytes = b""
        self.count: i64 = 0
        self.starts: vec[i64] = vec[i64]([i64(0)] * LABELS_MAX)
        self.ends: vec[i64] = vec[i64]([i64(0)] * LABELS_MAX)

    def begin(self, data: bytes) -> None:
        """Forget the labels; the next ones lie in `data`."""
        self.data = data
        self.count = 0

    def add(self, start: i64, end: i64) -> bool:
        """Append the label data[start:end]; False when there is no room for one more."""
        count = self.count
        if count >= LABELS_MAX:
            return False
        self.starts[count] = start
        self.ends[count] = end
        self.count = count + 1
        return True

    def set_dotted(self, data: bytes, start: i64, end: i64) -> bool:
        """Take the dotted text data[start:end] (TLS, HTTP); False if it cannot be a name.

        One trailing dot is the root and is dropped. Empty labels, labels over 63 octets and names
        over 253 octets are refused; which octets a label has is not judged here.
        """
        self.begin(data)
        if end > start and data[end - 1] == DOT:
            end -= 1
        if end <= start or end - start > NAME_BYTES_MAX - 2:
            return False
        label = start
        position = start
        while position <= end:
            if position == end or data[position] == DOT:
                if position == label or position - label > 63 or not self.add(label, position):
                    self.count = 0
                    return False
                label = position + 1
            position += 1
        return True

    def set_wire(self, wire: bytes) -> bool:
        """Take a name in its lasting form; False (and no labels) if the lengths do not agree."""
        self.begin(wire)
        position: i64 = 0
        end: i64 = len(wire)
        while position < end:
            length = i64(wire[position])
            label_end = position + 1 + length
            if length == 0 or label_end > end or not self.add(position + 1, label_end):
                self.count = 0
                return False
            position = label_end
        return self.count > 0

    def wire(self) -> bytes:
        """The lasting form: every label lower-cased (ASCII) behind its length octet, no root."""
        data = self.data
        written = BytesWriter()
        i: i64 = 0
        while i < self.count:
            position = self.starts[i]
            end = self.ends[i]
            written.append(u8((end - position) & 0xFF))
            while position < end:
                octet = i64(data[position])
                if 0x41 <= octet <= 0x5A:
                    octet |= 0x20
                written.append(u8(octet))
                position += 1
            i += 1
        return written.getvalue()


def plain(wire: bytes) -> bytes:
    """The labels of a name in its lasting form, joined with dots: plain octets, for a host name."""
    labels: list[bytes] = []
    position: i64 = 0
    while position < len(wire):
        following = position + 1 + i64(wire[position])
        labels.append(wire[position + 1 : following])
        position = following
    return b".".join(labels)


def name_text(wire: bytes) -> str:
    """`wire` as printable ASCII in master-file form (RFC 1035 section 5.1), without the last dot.

    A dot or backslash inside a label is `\\.` or `\\\\`, any octet outside 0x21-0x7e is `\\DDD`;
    so the text is one line, safe for a terminal, and two different names never look the same.
    """
    labels: list[str] = []
    position = 0
    while position < len(wire):
        length = wire[position]
        labels.append(
            "".join(_octet_text(octet) for octet in wire[position + 1 : position + 1 + length])
        )
        position += 1 + length
    return ".".join(labels)


def host_text(octets: bytes) -> str:
    """A host name that was said as plain octets, dots between its labels, as such text."""
    return ".".join("".join(_octet_text(octet) for octet in label) for label in octets.split(b"."))


def _octet_text(octet: int) -> str:
    if octet in (0x2E, 0x5C):
        return "\\" + chr(octet)
    if 0x21 <= octet <= 0x7E:
        return chr(octet)
    return f"\\{octet:03d}"


def name_wire(text: str) -> bytes:
    """The inverse of `name_text` for plain dotted ASCII (no escapes): for signatures and tests."""
    parts: list[bytes] = []
    for label in text.rstrip(".").lower().split("."):
        octets = label.encode("ascii")
        parts.append(bytes((len(octets),)) + octets)
    return b"".join(parts)
