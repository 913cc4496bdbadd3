"""Octets of lists as text: each encoding that exports come in, with and without its mark."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.assets.encodings import decoded

TEXT = "Name;Gerät\r\nPC1;Büro\r\n"


@pytest.mark.parametrize(
    ("octets", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "utf-32-le"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1252"), "cp1252"),
    ],
)
def test_each_encoding_gives_the_same_text(octets: bytes, encoding: str) -> None:
    assert decoded(octets) == (TEXT, encoding)


def test_control_plain_letters_are_not_wide() -> None:
    assert decoded(b"Name,MAC\n") == ("Name,MAC\n", "utf-8")
    assert decoded(b"") == ("", "utf-8")


@given(st.binary(max_size=200))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_nothing_fails(octets: bytes) -> None:
    """Any octets become some text."""
    text, encoding = decoded(octets)
    assert isinstance(text, str) and encoding
