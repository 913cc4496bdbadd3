"""A log in blocks of any size. Invariant: however it is cut, whatever is in it, nothing is raised,
the same is found, and every line is counted once.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_samples import FORM_OF, SAMPLES, Read, all_forms, read_lines, read_sample

from netwatch.limits import LOG_LINE_BYTES_MAX

LINE = b"[1795341600] unbound[7:0] info: 10.0.0.1 a.test. A IN"


@pytest.mark.parametrize("sample", FORM_OF)
@pytest.mark.parametrize("block", [1, 7, 100])
def test_blocks_of_any_size_give_the_same(sample: str, block: int) -> None:
    whole, cut = read_sample(sample), read_sample(sample, block=block)
    assert cut.told() == whole.told()
    assert cut.log.lines == whole.log.lines
    assert cut.log.notes() == whole.log.notes()


@pytest.mark.parametrize("sample", [name for name, form in FORM_OF.items() if form != "dnstap"])
def test_truncations_give_what_stands_before_the_last_line(sample: str) -> None:
    octets = (SAMPLES / sample).read_bytes()
    whole = read_sample(sample).told()
    for cut in range(0, len(octets), 17):
        read = Read(FORM_OF[sample], octets[:cut])
        before = [told for told in read.told() if int(told[0].split()[0]) < read.log.lines]
        assert before == whole[: len(before)]


def test_the_last_line_may_lack_its_end() -> None:
    assert len(Read("unbound", LINE).found) == 1
    assert Read("unbound", LINE + b"\r\n\r\n").log.lines == 2


def test_a_line_that_is_too_long_is_passed_over_and_counted() -> None:
    long = LINE + b" " * LOG_LINE_BYTES_MAX
    for block in (1 << 20, 4_096):
        read = Read("unbound", b"\n".join((LINE, long, LINE, b"")), block=block)
        assert [s.frame for s in read.found] == [1, 3]
        assert (read.log.lines, read.log.skipped) == (3, 1)
    assert Read("unbound", long * 3, block=4_096).log.skipped == 1


def test_lines_that_mean_nothing_are_told() -> None:
    broken = LINE.replace(b"10.0.0.1", b"10.0.0.999")
    assert read_lines("unbound", LINE, broken).log.notes() == ["1 line was not understood (line 2)"]
    many = read_lines("unbound", *[broken] * 20).log
    assert many.notes() == ["20 lines were not understood (lines 1, 2, 3, 4, 5, 6, 7, 8, ...)"]


@pytest.mark.parametrize("form", all_forms())
@settings(derandomize=True, max_examples=100, deadline=None)
@given(octets=st.binary(max_size=400))
def test_octets_at_random_raise_nothing(form: str, octets: bytes) -> None:
    read = Read(form, octets)
    assert read.log.lines <= octets.count(b"\n") + 1 + len(octets) // 4
    assert read.log.skipped <= read.log.lines
