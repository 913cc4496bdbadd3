"""What becomes of each thing that lists are full of."""

import pytest

from netwatch.errors import UsageError
from netwatch.exchange.found import Found, lines_of
from netwatch.limits import PATTERNS_MAX


@pytest.mark.parametrize(
    ("text", "names", "counted"),
    [
        ("a.example.com", ["a.example.com"], ""),
        ("A.Example.COM", ["a.example.com"], ""),
        ("a.example.com.", ["a.example.com"], "name with a dot at its end, taken off"),
        ("*.example.com", ["*.example.com"], "wildcard"),
        ("ads*.example.com", ["ads*.example.com"], "wildcard"),
        (
            ".example.com",
            ["example.com", "*.example.com"],
            "name with a dot in front, taken with all names below it",
        ),
        ("_dmarc.example.com", ["_dmarc.example.com"], ""),
        (
            "bücher.example",
            ["xn--bcher-kva.example"],
            "international name, written in its xn-- form",
        ),
    ],
)
def test_what_is_taken(text: str, names: list[str], counted: str) -> None:
    found = Found()
    found.add(1, text)
    assert list(found.names) == names
    assert found.refused == []
    assert list(found.counts) == ([counted] if counted else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", "a name and no address (addresses go under prefixes)"),
        ("2001:db8::1", "a name and no address (addresses go under prefixes)"),
        ("https://a.example.com/x", "a name without scheme, port or path"),
        ("a.example.com:443", "a name without scheme, port or path"),
        ("localhost", "a name of two labels or more"),
        ("*.com", "a name of two labels or more"),
        ("a..example.com", "a name: letters, digits, - and _ between dots"),
        ("a b.example.com", "a name: letters, digits, - and _ between dots"),
        ("s[0-9].example.com", "a name: letters, digits, - and _ between dots"),
        ("s[0-9]*.example.com", "a name: letters, digits, - and _ between dots"),
        ("a\0.example.com", "a name: letters, digits, - and _ between dots"),
        ("x" * 64 + ".example.com", "a name: letters, digits, - and _ between dots"),
        ("ü" * 64 + ".example", "a name: letters, digits, - and _ between dots"),
        ("\u202e.example.com", "a name: letters, digits, - and _ between dots"),
        ("", "a name: letters, digits, - and _ between dots"),
    ],
)
def test_what_is_refused(text: str, expected: str) -> None:
    found = Found()
    found.add(7, text)
    assert not found.names
    ((number, why),) = found.refused
    assert number == 7 and why.endswith(f", expected {expected}")
    assert why.isprintable() and len(why) < 200


def test_names_come_once_and_keep_their_first_line() -> None:
    found = Found()
    for number, text in enumerate(["b.example.com", "a.example.com", "B.example.com."], 1):
        found.add(number, text)
    assert found.names == {"b.example.com": 1, "a.example.com": 2}
    assert found.counts["name that comes again, taken once"] == 1


def test_a_name_cannot_be_both_listed_and_excepted() -> None:
    found = Found()
    found.add(1, "a.example.com")
    found.add(2, "a.example.com", spared=True)
    assert found.spared == {}
    assert found.refused == [(2, "found 'a.example.com' both listed and excepted")]


def test_there_is_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PATTERNS_MAX >= 100_000
    monkeypatch.setattr("netwatch.exchange.found.PATTERNS_MAX", 2)
    found = Found()
    found.add(1, "a.example.com")
    found.add(2, "b.example.com")
    with pytest.raises(UsageError, match="line 3: found more than 2 names"):
        found.add(3, "c.example.com")


@pytest.mark.parametrize(
    "octets",
    [
        b"a\r\nb\r\n\r\nc",
        b"\xef\xbb\xbfa\nb\n\nc",
        b"\xff\xfea\0\r\0\n\0b\0\n\0\n\0c\0",
        b"\xfe\xff\0a\0\n\0b\0\n\0\n\0c",
    ],
)
def test_lines_of_any_system(octets: bytes) -> None:
    found = Found()
    assert list(lines_of(octets, found)) == [(1, "a"), (2, "b"), (3, ""), (4, "c")]
    assert found.refused == []


def test_a_line_that_is_no_utf8_is_refused_alone() -> None:
    found = Found()
    assert [text for _, text in lines_of(b"a\nb\xe9\nc\n", found)] == ["a", "c", ""]
    assert found.refused == [(2, "found octet 0xe9, expected UTF-8")]
