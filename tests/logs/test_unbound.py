"""unbound's query log, as unbound 1.17 wrote it."""

import pytest
from log_samples import read_lines, read_sample

from netwatch.logs.unbound import knows

WANTED = [
    ("dns-query", "dnl-03.geo.kaspersky.com", "10.20.0.7"),
    ("dns-answer", "dnl-03.geo.kaspersky.com", "10.20.0.7"),
    ("dns-query", "activation-v2.kaspersky.com", "10.20.0.8"),
    ("dns-answer", "activation-v2.kaspersky.com", "10.20.0.8"),
    ("dns-query", "x.example.org", "10.20.0.8"),
    ("dns-answer", "x.example.org", "10.20.0.8"),
]


@pytest.mark.parametrize("sample", ["unbound-epoch.log", "unbound-ascii.log"])
def test_a_log_of_unbound_itself(sample: str) -> None:
    read = read_sample(sample)
    assert [told[1:4] for told in read.told()] == WANTED
    assert [s.blocked for s in read.found] == [False] * 5 + [True]
    assert [s.two_way for s in read.found] == [False, True] * 3
    assert not read.log.skipped


@pytest.mark.parametrize(
    "line",
    [
        b"Nov 22 10:00:00 host unbound[7]: [7:0] info: 10.0.0.1 a.test. A IN",
        b"2026-11-22T10:00:00.5+00:00 unbound[7:0] info: 10.0.0.1 a.test. A IN",
        b"[1795341600] unbound[7:0] query: 10.0.0.1 a.test. A IN",
    ],
)
def test_every_head(line: bytes) -> None:
    assert knows(line)
    assert read_lines("unbound", line).told()[0] == (
        "1 2026-11-22T10:00:00", "dns-query", "a.test", "10.0.0.1", "",
    )  # fmt: skip


def test_other_words_are_no_damage_and_half_ones_are() -> None:
    read = read_lines(
        "unbound",
        b"[1795341600] unbound[7:0] info: service stopped (unbound 1.17.1).",
        b"[1795341600] unbound[7:0] query: 10.0.0.1 a.test",
        b"[1795341600] unbound[7:0] info: 10.0.0.999 a.test. A IN",
    )
    assert (read.found, read.log.skipped) == ([], 2)
    assert not knows(b"[1795341600] unbound[7:0] info: service stopped (unbound 1.17.1).")
