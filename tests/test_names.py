"""Names as the wire has them.

Invariant: whatever the octets, `set_dotted` and `set_wire` never raise; what they accept has labels
of 1 to 63 (of a wire form: 255) octets inside the data, and `wire` of it is accepted again.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.limits import LABELS_MAX
from netwatch.names import Name, host_text, name_text, name_wire

LONGEST = b".".join([b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 61])


def dotted(data: bytes, start: int = 0, end: int | None = None) -> bytes | None:
    """The lasting form of dotted text; None where it is refused."""
    name = Name()
    if not name.set_dotted(data, start, len(data) if end is None else end):
        assert name.count == 0
        return None
    return name.wire()


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        (b"ds.kaspersky.com", b"\x02ds\x09kaspersky\x03com"),
        (b"DS.Kaspersky.COM.", b"\x02ds\x09kaspersky\x03com"),
        (b"localhost", b"\x09localhost"),
        (b"a", b"\x01a"),
        (b"\xc4\x80.\xff", b"\x02\xc4\x80\x01\xff"),
        (b"a\\.b", b"\x02a\\\x01b"),
        (b"_dns._udp", b"\x04_dns\x04_udp"),
    ],
)
def test_dotted_text_becomes_labels(text: bytes, wire: bytes) -> None:
    assert dotted(text) == wire
    assert dotted(b"..." + text + b"...", 3, 3 + len(text)) == wire


@pytest.mark.parametrize(
    "text", [b"", b".", b"..", b".a", b"a..b", b"a..", b"a" * 64, LONGEST + b"x", LONGEST + b"x."]
)
def test_what_is_no_name_is_refused(text: bytes) -> None:
    assert dotted(text) is None


def test_the_longest_name_and_its_root() -> None:
    assert len(LONGEST) == 253
    assert dotted(LONGEST) == dotted(LONGEST + b".")
    assert dotted(b"a" * 63) == b"\x3f" + b"a" * 63


def test_empty_and_inverted_spans_are_refused() -> None:
    assert dotted(b"abc", 1, 1) is None
    assert dotted(b"abc", 2, 1) is None


def test_every_truncation_of_a_name_is_another_name_or_none() -> None:
    text = b"dc1.ksn.kaspersky-labs.com"
    for end in range(len(text)):
        expected = None if end == 0 else name_wire(text[:end].decode())
        assert dotted(text, 0, end) == expected


def test_labels_beyond_the_room_are_refused() -> None:
    name = Name()
    name.begin(b"a")
    assert all(name.add(0, 1) for _ in range(LABELS_MAX))
    assert not name.add(0, 1)
    assert name.count == LABELS_MAX
    assert dotted(b".".join([b"a"] * 127)) == b"\x01a" * 127


def test_begin_forgets() -> None:
    name = Name()
    assert name.set_dotted(b"a.b", 0, 3)
    name.begin(b"c")
    assert (name.count, name.wire()) == (0, b"")


@pytest.mark.parametrize("wire", [b"\x01a\x02bc", b"\xff" + b"x" * 255])
def test_lasting_forms(wire: bytes) -> None:
    name = Name()
    assert name.set_wire(wire)
    assert name.wire() == wire
    for end in range(len(wire)):
        whole = name.set_wire(wire[:end])
        assert whole == (wire[:end] == b"\x01a")
        assert name.count == (1 if whole else 0)


@pytest.mark.parametrize("wire", [b"", b"\x00", b"\x01a\x00", b"\x01", b"\x02a", b"\x01a\x05bc"])
def test_lasting_forms_whose_lengths_lie(wire: bytes) -> None:
    name = Name()
    assert not name.set_wire(wire)
    assert name.count == 0


def test_more_labels_than_there_is_room_for() -> None:
    name = Name()
    assert name.set_wire(b"\x01a" * LABELS_MAX)
    assert not name.set_wire(b"\x01a" * (LABELS_MAX + 1))
    assert name.count == 0


@pytest.mark.parametrize(
    ("wire", "text"),
    [
        (b"\x02ds\x09kaspersky\x03com", "ds.kaspersky.com"),
        (b"\x0dkaspersky.com\x07example", "kaspersky\\.com.example"),
        (b"\x02a\\\x01b", "a\\\\.b"),
        (b"\x04\x1b[2J", "\\027[2J"),
        (b"\x03a b\x01\x7f\x01\xff\x01\x00", "a\\032b.\\127.\\255.\\000"),
        (b"", ""),
    ],
)
def test_text_of_a_name_is_printable_and_tells_labels_apart(wire: bytes, text: str) -> None:
    assert name_text(wire) == text


def test_text_back_to_wire() -> None:
    assert name_wire("DS.Kaspersky.com.") == b"\x02ds\x09kaspersky\x03com"
    assert name_text(name_wire("a.b-c.d_e")) == "a.b-c.d_e"


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 10), st.integers(0, 10))
def test_any_text(data: bytes, before: int, behind: int) -> None:
    name = Name()
    start, end = min(before, len(data)), max(0, len(data) - behind)
    if not name.set_dotted(data, start, end):
        assert name.count == 0
        return
    spans = [(name.starts[i], name.ends[i]) for i in range(name.count)]
    assert spans[0][0] == start
    assert all(start <= first < last <= end and last - first <= 63 for first, last in spans)
    assert b".".join(data[first:last] for first, last in spans) == data[start:end].removesuffix(
        b"."
    )
    again = Name()
    assert again.set_wire(name.wire())
    assert again.wire() == name.wire()


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=63), min_size=1, max_size=4))
def test_no_two_names_have_the_same_text(labels: list[bytes]) -> None:
    wire = b"".join(bytes((len(label),)) + label for label in labels)
    text = name_text(wire)
    assert text.isascii()
    assert text.isprintable()
    assert " " not in text
    assert unescaped(text) == wire


def unescaped(text: str) -> bytes:
    """Read master-file form as RFC 1035 section 5.1 says."""
    labels, label, at = [], bytearray(), 0
    while at < len(text):
        if text[at] == "\\":
            if text[at + 1].isdigit():
                label.append(int(text[at + 1 : at + 4]))
                at += 4
            else:
                label.append(ord(text[at + 1]))
                at += 2
        elif text[at] == ".":
            labels.append(bytes(label))
            label.clear()
            at += 1
        else:
            label.append(ord(text[at]))
            at += 1
    labels.append(bytes(label))
    return b"".join(bytes((len(part),)) + part for part in labels)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"laptop-7", "laptop-7"),
        (b"laptop.corp", "laptop.corp"),
        (b"a b\\\x1b[0m\xff", r"a\032b\\\027[0m\255"),
        (b"\6laptop", r"\006laptop"),
        (b"7up", "7up"),
        (b"", ""),
    ],
)
def test_host_names_are_printable(octets: bytes, text: str) -> None:
    assert host_text(octets) == text
