"""Invariant: every domain that was added passes, in capitals too; most strangers do not, be the
list short or long.
"""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.match.sieve import SMALL_BITS_MAX, DomainSieve, label_hash


def passes(sieve: DomainSieve, second: bytes, top: bytes) -> bool:
    data = b"<" + second + b"." + top + b">"
    middle = 1 + len(second)
    return sieve.passes(data, 1, middle, middle + 1, middle + 1 + len(top))


def sieve_of(domains: list[tuple[bytes, bytes]]) -> DomainSieve:
    sieve = DomainSieve()
    for second, top in domains:
        data = second + b"." + top
        sieve.add(data, 0, len(second), len(second) + 1, len(data))
    sieve.freeze()
    return sieve


def domains(count: int, seed: int) -> list[tuple[bytes, bytes]]:
    rng = random.Random(seed)  # noqa: S311 - the same every time
    letters = b"abcdefghijklmnopqrstuvwxyz0123456789-"
    return [
        (
            bytes(rng.choices(letters, k=rng.randint(3, 14))),
            rng.choice((b"com", b"net", b"example")),
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize(("count", "most"), [(0, 0.0), (1, 0.01), (150, 0.05), (20_000, 0.06)])
def test_all_of_a_list_pass_and_few_strangers(count: int, most: float) -> None:
    added = domains(count, 1)
    sieve = sieve_of(added)
    assert all(passes(sieve, second, top) for second, top in added[:2_000])
    assert all(passes(sieve, second.upper(), top.upper()) for second, top in added[:500])
    strangers = [domain for domain in domains(2_000, 2) if domain not in set(added)]
    assert sum(passes(sieve, *domain) for domain in strangers) <= most * len(strangers)


def test_the_small_table_is_bounded() -> None:
    assert sieve_of(domains(20_000, 1)).small_mask < SMALL_BITS_MAX


LABEL = st.binary(max_size=20)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(st.tuples(LABEL, LABEL), max_size=8), LABEL, LABEL)
def test_any_octets(added: list[tuple[bytes, bytes]], second: bytes, top: bytes) -> None:
    sieve = sieve_of(added)
    assert all(passes(sieve, *domain) for domain in added)
    assert passes(sieve, second, top) in (True, False)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.integers(0, 2**62 - 1), LABEL)
def test_hashes_stay_positive_and_read_nothing_around(parent: int, label: bytes) -> None:
    found = label_hash(parent, b"xx" + label + b"yy", 2, len(label), 0)
    assert found == label_hash(parent, label, 0, len(label), 0)
    assert 0 <= found < 2**62
