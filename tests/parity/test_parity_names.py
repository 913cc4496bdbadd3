"""The normal form of names.

Invariant: two names are the same text in it exactly where tshark would print the same text for
both; a name that `netwatch` prints gives its labels back.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parity_names import dns_name, host_name, labels_of, witness_text

from netwatch.names import name_text


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        ([b"www", b"Example", b"COM"], "www.example.com"),
        ([b"a.b", b"c"], "a.b.c"),
        ([b"back\\slash", b"test"], "back\\slash.test"),
        ([b"\x04\x00", b"\x1a\x7f"], "\\004\\000.\\032\\177"),
        ([b"tab\tline\r\n"], "tab\\tline\\r\\n"),
        (["小佛".encode(), b"local"], "小佛.local"),
        ([b"\xc9CLAIR"], "\ufffdclair"),
        ([b"\xff\xfe\xfd", b"\xff"], "\ufffd.\ufffd"),
        (["É".encode()], "É"),
        ([], ""),
    ],
)
def test_what_tshark_prints(labels: list[bytes], text: str) -> None:
    assert witness_text(labels) == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("WWW.Example.com", "www.example.com"),
        ("example.com.", "example.com"),
        ("<Root>", ""),
        ("<Name too long>", ""),
        ("<Unknown extended label>", ""),
        ("<Name contains a pointer that loops>", ""),
        ("<b>.test", "<b>.test"),
        ("a\ufffd\ufffdb", "a\ufffdb"),
    ],
)
def test_names_of_the_witness(text: str, name: str) -> None:
    assert dns_name(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Example.com:8080", "example.com"),
        ("example.com.:443", "example.com"),
        ("example.com:", "example.com"),
        ("HTTP://User@Example.com:80/path?query", "example.com"),
        ("http://example.com?query", "example.com"),
        ("http://http.com/", "http.com"),
        ("[2003::8c00:1]", "2003::8c00:1"),
        ("[2003::8c00:1]:80", "2003::8c00:1"),
        ("2003::8c00:1", "2003::8c00:1"),
        ("/", ""),
        ("/HTTP/1.1", ""),
        ("%s", "%s"),
        ("", ""),
    ],
)
def test_hosts_of_the_witness(text: str, name: str) -> None:
    assert host_name(text) == name


@given(st.lists(st.binary(min_size=1, max_size=63), min_size=1, max_size=6))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_labels_come_back(labels: list[bytes]) -> None:
    wire = b"".join(bytes((len(label),)) + label for label in labels)
    assert labels_of(name_text(wire)) == labels


def test_no_labels() -> None:
    assert labels_of("") == []
