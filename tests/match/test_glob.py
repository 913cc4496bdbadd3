"""Invariant: a glob takes exactly the octets that the same glob, as a regular expression, takes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.match.glob import GlobTable
from netwatch.match.patterns import glob_expression


def matches(glob: str, octets: bytes, fold: bool = False) -> bool:
    """Ask with octets before and behind, which must not count, and with another glob beside."""
    table = GlobTable()
    table.add(b"[a-z]x?")
    number = table.add(glob.encode())
    table.add(b"*")
    answer = table.matches(number, b"*a" + octets + b"z?", 2, 2 + len(octets), fold)
    assert table.matches(number, octets, 0, len(octets), fold) is answer
    return answer


@pytest.mark.parametrize(
    ("glob", "octets", "expected"),
    [
        ("dnl", b"dnl", True),
        ("dnl", b"dn", False),
        ("dnl", b"dnl0", False),
        ("dnl-[0-9][0-9]", b"dnl-07", True),
        ("dnl-[0-9][0-9]", b"dnl-0a", False),
        ("dnl-[0-9][0-9]", b"dnl-0", False),
        ("[ace0-3-]", b"e", True),
        ("[ace0-3-]", b"-", True),
        ("[ace0-3-]", b"3", True),
        ("[ace0-3-]", b"b", False),
        ("[ace0-3-]", b"\xe5", False),
        ("?", b"", False),
        ("?", b"\x00", True),
        ("?", b"ab", False),
        ("*", b"", True),
        ("*", b"anything at all", True),
        ("ksn-?*-geo", b"ksn-a-geo", True),
        ("ksn-?*-geo", b"ksn--geo", False),
        ("ksn-?*-geo", b"ksn-a-geo-geo", True),
        ("ksn-?*-geo", b"ksn-geo", False),
        ("a*b*c", b"abcbc", True),
        ("a*b*c", b"abcb", False),
        ("*a*", b"bbb", False),
    ],
)
def test_a_glob_takes_the_whole_label_or_nothing(glob: str, octets: bytes, expected: bool) -> None:
    assert matches(glob, octets) is expected


def test_capitals_count_only_where_they_are_not_folded() -> None:
    assert matches("k[a-c]*", b"KBX", fold=True)
    assert not matches("k[a-c]*", b"KBX", fold=False)
    assert not matches("k", b"\xcb", fold=True)  # 0xcb is no capital K with another bit


@settings(derandomize=True, max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b", "-", "?", "*", "[ab]", "[b-d]"]), min_size=1, max_size=7),
    st.lists(st.sampled_from([b"a", b"b", b"c", b"-", b"\xff"]), max_size=8),
)
def test_agrees_with_a_regular_expression(parts: list[str], octets: list[bytes]) -> None:
    glob = "".join(parts).replace("**", "*")
    label = b"".join(octets)
    assert matches(glob, label) is (glob_expression(glob).fullmatch(label) is not None)


def test_many_stars_do_not_explode() -> None:
    """Octets times length of the glob, not exponential: this would not end otherwise."""
    assert not matches("*a" * 30 + "b", b"a" * 4_000)
