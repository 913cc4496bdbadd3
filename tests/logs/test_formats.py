"""What a log is, its lines say. Invariant: of octets at random nothing is ever told but a name."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_samples import FORM_OF, SAMPLES

from netwatch.limits import LOG_HEAD_BYTES, LOG_LINE_BYTES_MAX
from netwatch.logs.formats import FORMATS, FRAMED, PRODUCTS, log_format_of


@pytest.mark.parametrize(("sample", "form"), FORM_OF.items())
def test_every_sample_is_told_by_its_lines(sample: str, form: str) -> None:
    octets = (SAMPLES / sample).read_bytes()
    assert log_format_of(octets) == form
    assert log_format_of(b"\xef\xbb\xbf" + octets) == ("" if form in FRAMED else form)
    if form not in FRAMED:
        assert log_format_of(octets.replace(b"\n", b"\r\n")) == form


def test_every_format_has_a_sample_and_a_product() -> None:
    assert {*FORMATS, *FRAMED} == set(FORM_OF.values()) == set(PRODUCTS)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\0" * 100,
        b"# netwatch\n\nasks dnsmasq for query[A] a.test from 10.0.0.1\n",
        b'10.0.0.1 - - [22/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5\n',
        gzip.compress(b"x", mtime=0),
        b"\n" * LOG_HEAD_BYTES,
        b"x" * (LOG_LINE_BYTES_MAX + 1),
        b'{"a": 1}\n',
    ],
)
def test_what_is_no_log(octets: bytes) -> None:
    assert log_format_of(octets) == ""


def test_a_line_behind_others_is_found_as_far_as_is_looked() -> None:
    line = b"Nov 22 10:00:00 gw dnsmasq[1]: query[A] a.test from 10.0.0.1\n"
    other = b"Nov 22 10:00:00 gw sshd[1]: session opened\n"
    assert log_format_of(other * 1_000 + line) == "dnsmasq"
    assert log_format_of(other * (LOG_HEAD_BYTES // len(other) + 1) + line) == ""


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_octets_at_random(octets: bytes) -> None:
    assert log_format_of(octets) in ("", *PRODUCTS)
