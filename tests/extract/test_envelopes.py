"""Hellos inside of what SQL Server and MySQL put before them.

Invariant: what is behind an envelope begins like a hello; without a whole envelope, or with
anything else in it, there is none.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.envelopes import NONE, behind_envelope
from netwatch.extract.tls_records import hello_begins, server_hello_begins
from netwatch.selftest import hellos

HELLO = hellos.records(hellos.Hello(name=b"sql.example").handshake())
FLIGHT = hellos.flight_13()
TDS = b"\x12\x01" + (8 + len(HELLO)).to_bytes(2, "big") + b"\0\0\1\0"
SWITCH = b"\x20\0\0\1\x05\xae\xff\x19\0\0\0\1\xff" + bytes(23)


def behind(octets: bytes) -> int:
    """The same inside of a block, whose other octets must not matter."""
    place = behind_envelope(b"\x12\x20" + octets + HELLO, 2, 2 + len(octets))
    return place - 2 if place != NONE else NONE


@pytest.mark.parametrize(
    ("envelope", "inside"),
    [(TDS, HELLO), (b"\x12\0" + TDS[2:], HELLO), (TDS, FLIGHT), (SWITCH, HELLO)],
)
def test_where_the_hello_begins(envelope: bytes, inside: bytes) -> None:
    whole = envelope + inside
    assert behind(whole) == len(envelope)
    assert behind(whole + b"more") == len(envelope)
    for cut in range(len(whole)):
        assert behind(whole[:cut]) == (len(envelope) if cut > len(envelope) else NONE)


@pytest.mark.parametrize(
    "octets",
    [
        TDS + b"SELECT 1",
        b"\x12\x05" + TDS[2:] + HELLO,
        b"\x12\x01\0\x08" + TDS[4:] + HELLO,
        b"\x04" + TDS[1:] + HELLO,
        SWITCH + b"a user and a password",
        SWITCH[:5] + b"\xa6" + SWITCH[6:] + HELLO,
        b"\x21" + SWITCH[1:] + HELLO,
        SWITCH + FLIGHT,
        HELLO,
    ],
)
def test_what_is_none(octets: bytes) -> None:
    assert behind(octets) == NONE


@settings(derandomize=True, max_examples=300)
@given(st.sampled_from([b"", TDS, SWITCH, TDS[:5], SWITCH[:30]]), st.binary(max_size=60))
def test_what_is_behind_begins_like_a_hello(envelope: bytes, rest: bytes) -> None:
    octets = envelope + rest
    place = behind(octets)
    if place != NONE:
        assert 0 < place < len(octets)
        assert hello_begins(octets, place, len(octets)) or server_hello_begins(
            octets, place, len(octets)
        )
