"""Invariant: whatever the octets, a name is read inside its bounds, within 255 octets, in steps
that grow with the message, and a pointer that does not lead strictly back is refused.
"""

import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.dns_names import BUDGET_PER_OCTET, HEADER_BYTES, CompressedNames
from netwatch.model import Anomaly
from netwatch.names import Name, name_wire

HEADER = bytes(HEADER_BYTES)
LABELS_MAX_STEPS = 128


def read(body: bytes, position: int = 0, before: bytes = b"") -> tuple[int, bytes]:
    """Read the name at `position` of the octets behind a header; offsets count from the body."""
    names = CompressedNames()
    name = Name()
    data = before + HEADER + body
    origin = len(before)
    names.set_message(data, origin, len(data))
    first = origin + HEADER_BYTES + position
    after = names.read_name(name, first, len(data))
    skipped = names.skip_name(first)
    if after > 0:
        assert skipped == after
        return after - origin - HEADER_BYTES, name.wire()
    assert name.count == 0
    return after, b""


def test_plain_name_lower_cased() -> None:
    assert read(b"\x03DNL\x09kaspersky\x03com\x00") == (19, name_wire("dnl.kaspersky.com"))


def test_octets_behind_the_name_stay_untouched() -> None:
    assert read(b"\x01a\x00\x01b\x00") == (3, b"\x01a")


def test_root() -> None:
    assert read(b"\x00") == (1, b"")


def test_every_truncation_is_cut() -> None:
    whole = b"\x03dnl\x09kaspersky\x03com\x00"
    assert [read(whole[:size])[0] for size in range(len(whole))] == [0] * len(whole)


def test_pointer_to_the_tail_of_an_earlier_name() -> None:
    body = b"\x01a\x07example\x03com\x00\x01b\xc0\x0e"
    assert read(body, 15) == (19, name_wire("b.example.com"))


def test_pointers_count_from_the_start_of_the_message() -> None:
    body = b"\x01a\x00\xc0\x0c"
    assert read(body, 3, before=b"other octets") == (5, b"\x01a")


def test_pointer_to_a_pointer() -> None:
    assert read(b"\x01a\x00\xc0\x0c\xc0\x0f", 5) == (7, b"\x01a")


@pytest.mark.parametrize(
    ("body", "position"),
    [
        (b"\xc0\x0c", 0),  # at itself
        (b"\x01a\xc0\x0c", 0),  # at the name that it ends
        (b"\xc0\x0e\x01a\x00", 0),  # forwards
        (b"\xc0\x0e\xc0\x0c", 0),  # two that point at each other, from the first
        (b"\xc0\x0e\xc0\x0c", 2),  # and from the second
        (b"\x01a\x00\xc0\x0b", 3),  # into the header
        (b"\x01a\x00\xc0\x00", 3),
        (b"\x01a\x00\xff\xff", 3),  # beyond the message
        (b"\x01a\x03\xc0\x0c\x00", 3),  # back, but the piece there runs over this one
        (b"\x02a\xc0\x0c\x00", 2),  # back into a label that runs on into the pointer
    ],
)
def test_pointer_that_does_not_lead_strictly_back(body: bytes, position: int) -> None:
    assert read(body, position) == (-Anomaly.NAME_POINTER, b"")


def test_pointer_cut_in_its_middle() -> None:
    assert read(b"\x01a\x00\xc0", 3) == (0, b"")


@pytest.mark.parametrize("octet", [0x40, 0x41, 0x7F, 0x80, 0xBF])
def test_label_type_that_is_not_in_use(octet: int) -> None:
    assert read(bytes((octet,)) + bytes(80)) == (-Anomaly.NAME_LABEL, b"")


def test_longest_label() -> None:
    assert read(b"\x3f" + b"a" * 63 + b"\x00") == (65, b"\x3f" + b"a" * 63)


def test_longest_name_is_255_octets_with_its_root() -> None:
    longest = (b"\x3f" + b"a" * 63) * 3 + b"\x3d" + b"b" * 61 + b"\x00"
    assert len(longest) == 255
    assert read(longest) == (255, longest[:-1])
    assert read(b"\x01c" + longest) == (-Anomaly.NAME_TOO_LONG, b"")
    assert read(b"\x01a" * 127 + b"\x00") == (255, b"\x01a" * 127)
    assert read(b"\x01a" * 128 + b"\x00") == (-Anomaly.NAME_TOO_LONG, b"")


def test_name_that_grows_too_long_by_pointers() -> None:
    names = CompressedNames()
    name = Name()
    data = HEADER + (b"\x3f" + b"a" * 63) * 3 + b"\x00\x3f" + b"b" * 63 + b"\xc0\x0c"
    names.set_message(data, 0, len(data))
    assert names.read_name(name, HEADER_BYTES + 193, len(data)) == -Anomaly.NAME_TOO_LONG


def chain(length: int) -> bytes:
    """A root, then `length` pointers, each to the one before it."""
    body = b"\x00"
    for i in range(length):
        target = HEADER_BYTES + (0 if i == 0 else 1 + 2 * (i - 1))
        body += bytes((0xC0 | target >> 8, target & 0xFF))
    return body


def test_chain_of_pointers_has_an_end() -> None:
    assert read(chain(128), 1 + 2 * 127) == (257, b"")
    names = CompressedNames()
    data = HEADER + chain(129)
    names.set_message(data, 0, len(data))
    assert names.read_name(Name(), len(data) - 2, len(data)) == -Anomaly.NAME_POINTER


def test_many_names_that_walk_one_chain_stay_within_the_budget() -> None:
    data = HEADER + chain(100) + b"".join(bytes((0xC0 | 211 >> 8, 211)) for _ in range(3000))
    names = CompressedNames()
    names.set_message(data, 0, len(data))
    answers = [
        names.read_name(Name(), position, len(data)) for position in range(213, len(data), 2)
    ]
    assert answers[0] > 0
    assert answers[-1] == -Anomaly.NAME_POINTER
    granted = len(data) * BUDGET_PER_OCTET
    assert granted - names.budget <= granted + len(answers)


LABEL = st.binary(min_size=1, max_size=12)
NAME = st.lists(LABEL, min_size=1, max_size=6).map(tuple)


def encode(names: list[tuple[bytes, ...]]) -> list[bytes]:
    """The names one behind the other from octet 12 on, each pointing to the longest tail before."""
    places: dict[tuple[bytes, ...], int] = {}
    position = 12
    encoded = []
    for name in names:
        octets = b""
        for i in range(len(name)):
            place = places.get(name[i:])
            if place is not None:
                octets += struct.pack(">H", 0xC000 | place)
                break
            places[name[i:]] = position + len(octets)
            octets += bytes((len(name[i]),)) + name[i]
        else:
            octets += b"\x00"
        encoded.append(octets)
        position += len(octets)
    return encoded


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(NAME, min_size=1, max_size=8))
def test_compressed_names_come_back(wanted: list[tuple[bytes, ...]]) -> None:
    data = HEADER + b"".join(encode(wanted))
    names = CompressedNames()
    names.set_message(data, 0, len(data))
    name = Name()
    position = HEADER_BYTES
    for labels in wanted:
        assert names.skip_name(position) == names.read_name(name, position, len(data))
        position = names.read_name(name, position, len(data))
        assert name.wire() == b"".join(bytes((len(one),)) + one.lower() for one in labels)
    assert position == len(data)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(min_size=1, max_size=6),
            st.integers(0, 63).map(lambda octet: bytes((0xC0, octet))),
            st.sampled_from([b"\x00", b"\x01a", b"\x03abc\x00"]),
        ),
        max_size=24,
    ).map(b"".join),
    st.integers(0, 60),
)
def test_any_octets(body: bytes, position: int) -> None:
    names = CompressedNames()
    name = Name()
    data = HEADER + body + b"behind"
    end = HEADER_BYTES + len(body)
    names.set_message(data, 0, end)
    first = min(HEADER_BYTES + position, end)
    after = names.read_name(name, first, end)
    assert after <= end
    if after > 0:
        assert names.skip_name(first) == after
        for i in range(name.count):
            assert HEADER_BYTES <= name.starts[i] < name.ends[i] <= end
        assert len(name.wire()) <= 254
    assert end * BUDGET_PER_OCTET - names.budget <= end * BUDGET_PER_OCTET + LABELS_MAX_STEPS


def test_random_octets_make_no_endless_name() -> None:
    random_octets = random.Random(20_240_601)  # noqa: S311  # a fixed seed, no secret
    names = CompressedNames()
    name = Name()
    for _ in range(2000):
        data = HEADER + random_octets.randbytes(random_octets.randrange(80))
        names.set_message(data, 0, len(data))
        for position in range(HEADER_BYTES, len(data)):
            assert names.read_name(name, position, len(data)) <= len(data)
