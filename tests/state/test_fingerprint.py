"""Keyed fingerprints.

Invariant: every fingerprint is a number from 0 to 2^62 - 1 (of an address or flow: odd, so never
0), computed as if numbers had no end and cut to 62 bits, so that the compiled engine, whose numbers
end at 64, gives the same ones.
"""

import ipaddress
import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.state.fingerprint import (
    M62,
    MULTIPLIER,
    SEED,
    address_hash,
    flow_hash,
    is_public,
    mix,
    mix_octets,
)

KEY = 0x1B873593CC9E2D51
NUMBERS = st.integers(0, M62)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(NUMBERS, NUMBERS)
def test_mix_is_arithmetic_without_end_cut_to_62_bits(state: int, value: int) -> None:
    product = ((state ^ value) * MULTIPLIER) % (1 << 62)
    assert mix(state, value) == product ^ product >> 29


@pytest.mark.parametrize(
    ("state", "value", "expected"),
    [
        (0, 0, 0),
        (0, 1, 0x1E3779B98EF1B1DE),
        (M62, 0, 0x21C886478EF1B1DF),
        (KEY, 0x0A000001, 0x34346A5613AF252D),
    ],
)
def test_vectors(state: int, value: int, expected: int) -> None:
    """Both engines must give these very numbers; the third product is among the largest."""
    assert mix(state, value) == expected


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.binary(max_size=40), NUMBERS)
def test_octets_one_by_one(octets: bytes, state: int) -> None:
    expected = state
    for octet in octets:
        expected = mix(expected, octet)
    assert mix_octets(state, b"--" + octets + b"--", 2, 2 + len(octets)) == expected
    assert 0 <= expected <= M62


def test_addresses_are_told_apart_by_octets_length_and_key() -> None:
    four = [struct.pack(">I", number) for number in range(1, 2_001)]
    six = [bytes(12) + octets for octets in four] + [octets + bytes(12) for octets in four]
    seen = {address_hash(KEY, octets, 0, len(octets)) for octets in four + six}
    assert len(seen) == 6_000
    assert all(value & 1 and value <= M62 for value in seen)
    assert not seen & {address_hash(KEY ^ 1 << 40, octets, 0, 4) for octets in four}
    assert address_hash(KEY, b"xx" + four[7] + b"yy", 2, 4) == address_hash(KEY, four[7], 0, 4)


def test_a_flow_has_the_same_fingerprint_from_both_sides() -> None:
    chance = random.Random(5)  # noqa: S311 - a fixed seed is the point
    seen = set()
    for _ in range(2_000):
        one, other = chance.randrange(M62), chance.randrange(M62)
        assert flow_hash(one, other, 6) == flow_hash(other, one, 6)
        assert flow_hash(one, other, 6) != flow_hash(one, other, 17)
        seen |= {flow_hash(one, other, 6), flow_hash(one, other, 17)}
    assert len(seen) == 4_000
    assert all(value & 1 and value <= M62 for value in seen)
    assert flow_hash(SEED, SEED, 6) & 1


def test_neighbouring_addresses_spread_over_the_sets_of_a_table() -> None:
    """A /16 of clients must not meet in a few sets, whatever the key: 8 ways a set."""
    for key in (KEY, 1, SEED):
        sets = [0] * 4_096
        for number in range(16_384):
            octets = struct.pack(">I", 0x0A000000 + number)
            sets[mix(address_hash(key, octets, 0, 4), 0) >> 3 & 4_095] += 1
        assert max(sets) < 24
        assert sets.count(0) < 200


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("0.0.0.0", False),  # noqa: S104 - an address like others here
        ("9.255.255.255", True),
        ("10.0.0.1", False),
        ("11.0.0.0", True),
        ("100.63.255.255", True),
        ("100.64.0.1", False),
        ("100.127.255.255", False),
        ("100.128.0.0", True),
        ("127.0.0.1", False),
        ("169.254.7.7", False),
        ("169.253.0.1", True),
        ("172.15.0.1", True),
        ("172.16.0.1", False),
        ("172.31.255.255", False),
        ("172.32.0.1", True),
        ("192.167.0.1", True),
        ("192.168.0.1", False),
        ("193.168.0.1", True),
        ("223.255.255.255", True),
        ("224.0.0.251", False),
        ("255.255.255.255", False),
        ("2a02:6b8::1", True),
        ("3fff::1", True),
        ("::1", False),
        ("4000::", False),
        ("fd00::1", False),
        ("fe80::1", False),
        ("ff02::fb", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    octets = ipaddress.ip_address(address).packed
    assert is_public(b"before" + octets, 6, len(octets)) == public
