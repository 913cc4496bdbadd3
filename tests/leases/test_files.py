"""Files of leases, told by their content. No text makes a reader raise anything but UsageError."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lease_samples import AT, CAM, DNSMASQ, ISC, KEA, KEA6, NEIGH, NETSH, SECOND, WINDOWS

from netwatch.errors import UsageError
from netwatch.leases import files
from netwatch.leases.files import FORMATS, LeaseFile

Told = Callable[..., LeaseFile]


def test_a_file_of_a_site(told: Told) -> None:
    seen = told(NEIGH, site="berlin=")
    assert {lease.site for lease in seen.leases} == {"berlin"}


@pytest.mark.parametrize(
    ("text", "suffix", "why"),
    [
        ("", "", "no leases found"),
        ("hello\n", "", "no leases found"),
        (NEIGH, "@2025-11-19T11:00:00", "with its zone"),
        (NEIGH, "@noon", "cannot be read"),
        (NEIGH + "x" * 9_000, "", "more than 8,192 characters"),
    ],
)
def test_what_is_refused(told: Told, text: str, suffix: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        told(text, suffix)


def test_only_so_many(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LEASES_MAX", 2)
    with pytest.raises(UsageError, match="more than 2 leases"):
        told(NEIGH)


def test_many_problems_are_counted(told: Told) -> None:
    seen = told(DNSMASQ.partition("duid")[0] + "bad\n" * 9)
    assert len(seen.problems) == files.PROBLEMS_TOLD + 1
    assert seen.problems[-1].endswith("5 more lines that say nothing")


@pytest.mark.parametrize("sample", [ISC, KEA, KEA6, DNSMASQ, WINDOWS, NEIGH, NETSH, CAM])
def test_every_truncation(told: Told, sample: str) -> None:
    whole = told(sample).leases
    for end in range(0, len(sample), 7):
        try:
            seen = told(sample[:end])
        except UsageError:
            continue
        assert seen.leases[:-1] == whole[: max(len(seen.leases) - 1, 0)], "the last may be cut"


LINES = [line for text in (ISC, KEA, DNSMASQ, WINDOWS, NEIGH, CAM) for line in text.splitlines()]


@settings(max_examples=200, derandomize=True)
@given(st.lists(st.sampled_from(LINES) | st.text(max_size=60), max_size=12))
def test_any_lines(lines: list[str]) -> None:
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    for _, is_one, read in FORMATS:
        if is_one(numbered):
            for one in read(iter(numbered), AT * SECOND):
                assert isinstance(one, tuple) or len(one.mac) == 6
