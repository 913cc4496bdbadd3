"""Invariant: a text of a pack either stands for patterns or is refused with what was expected; two
patterns `overlap` exactly if some label fits both.
"""

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.match.patterns import (
    Pattern,
    PatternError,
    class_characters,
    glob_expression,
    glob_pieces,
    is_plain_name,
    name_patterns,
    overlap,
    path_patterns,
    pattern_line,
    plain_fitting,
    plain_key,
    takes,
    within,
)


def labels(text: str) -> tuple[bytes, ...]:
    return tuple(label.encode() for label in text.split("."))


def test_braces_are_written_out() -> None:
    made = name_patterns("{s,p}[01][0-9].upd.kaspersky.{com,}org")
    assert [pattern.labels for pattern in made] == [
        ("s[01][0-9]", "upd", "kaspersky", "comorg"),
        ("s[01][0-9]", "upd", "kaspersky", "org"),
        ("p[01][0-9]", "upd", "kaspersky", "comorg"),
        ("p[01][0-9]", "upd", "kaspersky", "org"),
    ]
    assert {pattern.text for pattern in made} == {"{s,p}[01][0-9].upd.kaspersky.{com,}org"}


def test_a_leading_star_takes_what_is_below_and_not_the_name_itself() -> None:
    (pattern,) = name_patterns("*.kaspersky.com")
    assert pattern.below
    assert takes(pattern, labels("www.kaspersky.com"))
    assert takes(pattern, labels("a.b.c.kaspersky.com"))
    assert not takes(pattern, labels("kaspersky.com"))
    assert not takes(pattern, labels("com"))
    assert not takes(pattern, labels("www.xkaspersky.com"))


def test_a_star_inside_a_label_does_not_cross_a_dot() -> None:
    (pattern,) = name_patterns("ksn-*.kaspersky.com")
    assert takes(pattern, labels("ksn-url.kaspersky.com"))
    assert not takes(pattern, labels("ksn-url.geo.kaspersky.com"))
    (middle,) = name_patterns("a.*.kaspersky.com")
    assert takes(middle, labels("a.x.kaspersky.com"))
    assert not takes(middle, labels("a.x.y.kaspersky.com"))
    assert not takes(middle, labels("a.kaspersky.com"))


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("*.kaspersky.com", "*.upd.kaspersky.com"),
        ("*.kaspersky.com", "www.kaspersky.com"),
        ("*.upd.kaspersky.com", "s*.upd.kaspersky.com"),
        ("s*.upd.kaspersky.com", "s01.upd.kaspersky.com"),
        ("s*.upd.kaspersky.com", "s0*.upd.kaspersky.com"),
        ("s?.upd.kaspersky.com", "s[0-9].upd.kaspersky.com"),
        ("[ab].upd.kaspersky.com", "a*.upd.kaspersky.com"),
        ("a*.b*.kaspersky.com", "a.b*.kaspersky.com"),
    ],
)
def test_which_pattern_is_more_specific(less: str, more: str) -> None:
    assert name_patterns(less)[0].key < name_patterns(more)[0].key


NO_GLOB_LAST = (
    "found {!r}, expected a name whose last two labels are plain text"
    " (anything wider claims names of strangers)"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("com", NO_GLOB_LAST.format("com")),
        ("*.com", NO_GLOB_LAST.format("*.com")),
        ("*", NO_GLOB_LAST.format("*")),
        ("*kaspersky*.com", NO_GLOB_LAST.format("*kaspersky*.com")),
        ("kaspersky.*", NO_GLOB_LAST.format("kaspersky.*")),
        ("www.kaspersky.[ab]c", NO_GLOB_LAST.format("www.kaspersky.[ab]c")),
        ("Kaspersky.com", "found the name 'Kaspersky.com', expected lower case"),
        (
            "kaßpersky.com",
            "found the name 'kaßpersky.com', expected ASCII (an IDN in its xn-- form)",
        ),
        (
            "https://kaspersky.com/x",
            "found 'https://kaspersky.com/x', expected a name without scheme, port or path",
        ),
        (
            "kaspersky.com:443",
            "found 'kaspersky.com:443', expected a name without scheme, port or path",
        ),
        ("a..com", "found an empty label in 'a..com', expected labels between dots"),
        (".a.com", "found an empty label in '.a.com', expected labels between dots"),
        ("a.com.", "found an empty label in 'a.com.', expected labels between dots"),
        ("{a,}.b.com", "found an empty label in '{a,}.b.com', expected labels between dots"),
        (
            "a b.com",
            "found the label 'a b' in 'a b.com', expected a-z, 0-9, -, _ and the globs"
            " *, ?, [0-9], {a,b}",
        ),
        (
            "**.b.com",
            "found the label '**' in '**.b.com', expected a-z, 0-9, -, _ and the globs"
            " *, ?, [0-9], {a,b}",
        ),
        (
            "[!a].b.com",
            "found the label '[!a]' in '[!a].b.com', expected a-z, 0-9, -, _ and the globs"
            " *, ?, [0-9], {a,b}",
        ),
        (
            "[].b.com",
            "found the label '[]' in '[].b.com', expected a-z, 0-9, -, _ and the globs"
            " *, ?, [0-9], {a,b}",
        ),
        (
            "x[9-0].b.com",
            "found the class range 9-0 in 'x[9-0].b.com', expected a rising range of digits or"
            " of letters",
        ),
        (
            "x[0-z].b.com",
            "found the class range 0-z in 'x[0-z].b.com', expected a rising range of digits or"
            " of letters",
        ),
        ("{a,b.c.com", "found '{' without its '}' in '{a,b.c.com', expected {a,b}"),
        ("{a,{b,c}}.d.com", "found '{' without its '}' in '{a,{b,c}}.d.com', expected {a,b}"),
        ("a}.d.com", "found '}' without '{' in 'a}.d.com', expected {a,b}"),
        ("x{,.y}.d.com", "found {,.y} in 'x{,.y}.d.com', expected no '.' in braces"),
        ("{a,a}.d.com", "found '{a,a}.d.com', whose braces say one thing twice"),
        (
            "192.0.2.1",
            "found '192.0.2.1', expected a name (addresses go under prefixes)",
        ),
        ("", "found an empty label in '', expected labels between dots"),
    ],
)
def test_what_is_no_name(text: str, message: str) -> None:
    with pytest.raises(PatternError) as caught:
        name_patterns(text)
    assert str(caught.value) == message


def test_limits_of_names() -> None:
    assert name_patterns("a" * 63 + ".kaspersky.com")
    with pytest.raises(PatternError, match=r"found a label of 64 octets in .*, expected <= 63$"):
        name_patterns("a" * 64 + ".kaspersky.com")
    longest = ".".join(["a" * 49] * 5) + ".com"
    assert len(longest) == 253
    assert name_patterns(longest)
    with pytest.raises(PatternError, match=r"found a name of 254 octets, expected <= 253$"):
        name_patterns(longest.replace(".com", ".coms"))
    with pytest.raises(PatternError, match=r"stands for 1000 patterns, expected <= 256$"):
        name_patterns("{0,1,2,3,4,5,6,7,8,9}" * 3 + ".kaspersky.com")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("index/u.xml", "found the path 'index/u.xml', expected it to begin with /"),
        ("//u.xml", "found an empty segment in '//u.xml', expected text between slashes"),
        ("/index/", "found an empty segment in '/index/', expected text between slashes"),
        (
            "/index/u x.xml",
            "found the segment 'u x.xml' in '/index/u x.xml', expected URL characters (no query)"
            " and the globs *, ?, [0-9], {a,b}",
        ),
        (
            "/**/u.xml",
            "found the segment '**' in '/**/u.xml', expected URL characters (no query) and the"
            " globs *, ?, [0-9], {a,b}",
        ),
        ("/*/a?c", "found the path '/*/a?c', expected at least 4 octets that are no glob"),
        ("/" + "/".join(["ab"] * 17), "found a path of 17 segments, expected <= 16"),
        ("/{a/b,c}/defg", "found {a/b,c} in '/{a/b,c}/defg', expected no '/' in braces"),
    ],
)
def test_what_is_no_path(text: str, message: str) -> None:
    with pytest.raises(PatternError) as caught:
        path_patterns(text)
    assert str(caught.value) == message


def test_paths() -> None:
    made = path_patterns("/v[0-9]/index/u{0607,1313}g.xml{,.klz}")
    assert len(made) == 4
    assert made[0].labels == ("v[0-9]", "index", "u0607g.xml")
    assert takes(made[0], (b"v6", b"index", b"u0607g.xml"))
    assert not takes(made[0], (b"v6", b"index", b"U0607g.xml"))
    assert not takes(made[0], (b"x", b"v6", b"index", b"u0607g.xml"))


GLOB_PART = st.sampled_from(["a", "b", "?", "*", "[ab]", "[bc]"])
GLOB = st.lists(GLOB_PART, min_size=1, max_size=4).map(lambda p: re.sub(r"\*+", "*", "".join(p)))
LABELS = ["".join(letters).encode() for size in range(7) for letters in product("abc", repeat=size)]


@settings(derandomize=True, max_examples=150, deadline=None)
@given(GLOB, GLOB)
def test_overlap_is_to_have_a_label_in_common(one: str, other: str) -> None:
    """Two globs of four parts that meet, meet in a label of at most six octets out of a, b, c."""
    first, second = glob_expression(one), glob_expression(other)
    common = any(first.fullmatch(label) and second.fullmatch(label) for label in LABELS)
    key = (3, 1, 2, 0)
    assert common is overlap(
        Pattern("", (one, "b", "com"), False, key), Pattern("", (other, "b", "com"), False, key)
    )


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a.example.com", True),
        ("*.example.com", True),
        ("_a-.1.e-5", True),
        ("a.b.c1", True),
        ("com", False),
        ("*.com", False),
        ("a.*.com", False),
        ("a?.example.com", False),
        ("{a,b}.example.com", False),
        ("1.2.3.4", False),
        ("a.example.12", False),
        ("A.example.com", False),
        ("a..com", False),
        ("a.example.com\n", False),
        ("x" * 64 + ".com", False),
        ("a." * 126 + "com", False),
    ],
)
def test_plain_names(text: str, plain: bool) -> None:
    assert is_plain_name(text) == plain
    if plain:
        (pattern,) = name_patterns(text)
        assert (pattern.key, pattern_line(pattern, ".")) == (plain_key(text), text)


def test_what_plain_names_fit_a_name() -> None:
    assert plain_fitting((b"a", b"b", b"c")) == ["a.b.c", "*.b.c", "*.c"]
    assert plain_fitting((b"a.b", b"c")) == []
    assert plain_fitting((b"\xff", b"c"))[1:] == ["*.c"]


@pytest.mark.parametrize(
    ("around", "inner", "expected"),
    [
        ("*.a.com", "x.a.com", True),
        ("*.a.com", "x.y.a.com", True),
        ("*.a.com", "*.y.a.com", True),
        ("*.a.com", "s[0-9].a.com", True),
        ("*.a.com", "a.com", False),
        ("*.a.com", "*.a.com", False),
        ("*.a.com", "x.b.com", False),
        ("*.y.a.com", "*.a.com", False),
        ("x*.a.com", "xy.a.com", True),
        ("x*.a.com", "y.a.com", False),
        ("x*.a.com", "b.xy.a.com", False),
        ("x*.a.com", "*.a.com", False),
        ("*.x*.a.com", "*.xy.a.com", True),
        ("*.x*.a.com", "xy.a.com", False),
        ("a.com", "a.com", False),
    ],
)
def test_what_lies_within(around: str, inner: str, expected: bool) -> None:
    (one,), (other,) = name_patterns(around), name_patterns(inner)
    assert within(one, other) == expected


def test_pieces_of_a_glob() -> None:
    assert glob_pieces("a*[0-9b]?.") == ["a", "*", "[0-9b]", "?", "."]
    assert class_characters("[0-9b]") == "0123456789b"
    assert class_characters("x") == "x"
