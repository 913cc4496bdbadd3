"""Invariant: the tree gives the highest rank of all patterns that take a name, and nothing for a
name that none takes; it compares labels, never text, and never reads outside the labels' spans.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.limits import LABELS_MAX
from netwatch.match.patterns import Pattern, name_patterns, pattern_line, takes
from netwatch.match.suffix import SuffixTree
from netwatch.names import Name


def tree_of(patterns: list[Pattern], fold: bool = True) -> SuffixTree:
    """The rank is the place in the list."""
    tree = SuffixTree(fold)
    lines = "".join(f"{pattern_line(pattern, '.')}\n" for pattern in patterns)
    tree.build(lines.encode(), ord("."), list(range(len(patterns))))
    return tree


def sorted_patterns(*texts: str) -> list[Pattern]:
    found = [pattern for text in texts for pattern in name_patterns(text)]
    return sorted(found, key=lambda pattern: pattern.key)


def name_of(labels: list[bytes]) -> Name:
    """Labels in the middle of other octets, without anything between them."""
    name = Name()
    data = b"www." + b"".join(labels) + b".com"
    name.begin(data)
    position = 4
    for label in labels:
        assert name.add(position, position + len(label))
        position += len(label)
    return name


def found(patterns: list[Pattern], dotted: str) -> str | None:
    rank = tree_of(patterns).find(name_of([label.encode() for label in dotted.split(".")]))
    return patterns[rank].text if rank >= 0 else None


PATTERNS = sorted_patterns(
    "kaspersky.com",
    "*.kaspersky.com",
    "*.upd.kaspersky.com",
    "s[01][0-9].upd.kaspersky.com",
    "downloads.upd.kaspersky.com",
    "d*.upd.kaspersky.com",
    "*.x?.kaspersky.com",
    "deep.xa.kaspersky.com",
    "*.ksn.kaspersky-labs.com",
)


@pytest.mark.parametrize(
    ("dotted", "expected"),
    [
        ("kaspersky.com", "kaspersky.com"),
        ("KASPERSKY.Com", "kaspersky.com"),
        ("www.kaspersky.com", "*.kaspersky.com"),
        ("upd.kaspersky.com", "*.kaspersky.com"),
        ("a.upd.kaspersky.com", "*.upd.kaspersky.com"),
        ("a.b.c.upd.kaspersky.com", "*.upd.kaspersky.com"),
        ("s07.upd.kaspersky.com", "s[01][0-9].upd.kaspersky.com"),
        ("S07.UPD.kaspersky.com", "s[01][0-9].upd.kaspersky.com"),
        ("s27.upd.kaspersky.com", "*.upd.kaspersky.com"),
        ("a.s07.upd.kaspersky.com", "*.upd.kaspersky.com"),
        ("downloads.upd.kaspersky.com", "downloads.upd.kaspersky.com"),
        ("dl.upd.kaspersky.com", "d*.upd.kaspersky.com"),
        ("deep.xa.kaspersky.com", "deep.xa.kaspersky.com"),
        ("deep.xb.kaspersky.com", "*.x?.kaspersky.com"),
        ("a.deep.xa.kaspersky.com", "*.x?.kaspersky.com"),
        ("xa.kaspersky.com", "*.kaspersky.com"),
        ("dc1.ksn.kaspersky-labs.com", "*.ksn.kaspersky-labs.com"),
        ("ksn.kaspersky-labs.com", None),
        ("com", None),
        ("kaspersky", None),
        ("xkaspersky.com", None),
        ("kaspersky.com.example", None),
        ("kaspersky.comm", None),
        ("kaspersky.org", None),
        ("kasperskz.com", None),
    ],
)
def test_the_most_specific_pattern_wins(dotted: str, expected: str | None) -> None:
    assert found(PATTERNS, dotted) == expected


def test_a_dot_inside_a_label_is_no_dot() -> None:
    tree = tree_of(PATTERNS)
    assert tree.find(name_of([b"www", b"kaspersky", b"com"])) >= 0
    assert tree.find(name_of([b"www", b"kaspersky.com"])) == -1
    assert tree.find(name_of([b"www.kaspersky", b"com"])) == -1
    assert tree.find(name_of([b"a", b"upd.kaspersky", b"com"])) == -1


def test_a_name_without_labels_or_with_empty_ones_matches_nothing() -> None:
    tree = tree_of(PATTERNS)
    assert tree.find(Name()) == -1
    assert tree.find(name_of([b"", b""])) == -1
    assert tree.find(name_of([b"kaspersky", b""])) == -1
    assert tree.find(name_of([b"", b"com"])) == -1
    assert tree_of([]).find(name_of([b"kaspersky", b"com"])) == -1


def test_the_labels_may_stand_at_the_very_end_of_the_octets() -> None:
    name = Name()
    name.begin(b"acom")
    name.add(0, 1)
    name.add(1, 4)
    assert tree_of(sorted_patterns("a.com")).find(name) == 0


def test_as_many_labels_as_a_name_can_have() -> None:
    labels = [b"a"] * (LABELS_MAX - 2) + [b"kaspersky", b"com"]
    tree = tree_of(PATTERNS)
    rank = tree.find(name_of(labels))
    assert PATTERNS[rank].text == "*.kaspersky.com"


def test_thousands_of_names_are_all_found_and_their_neighbours_are_not() -> None:
    patterns = sorted_patterns(*(f"host{n}.d{n % 97}.example" for n in range(3_000)))
    tree = tree_of(patterns)
    for rank in range(0, 3_000, 7):
        labels = [label.encode() for label in patterns[rank].labels]
        assert tree.find(name_of(labels)) == rank
        assert tree.find(name_of([labels[0] + b"x", *labels[1:]])) == -1
        assert tree.find(name_of([b"x", *labels])) == -1


LABEL = st.sampled_from(["a", "b", "ab", "abcdefgh", "abcdefgx", "com"])
GLOB = st.sampled_from(["*", "a*", "?", "*b", "[ab]", "a?"])
PATTERN = st.builds(
    lambda below, front, last: ("*." if below else "") + ".".join([*front, *last]),
    st.booleans(),
    st.lists(LABEL | GLOB, max_size=3),
    st.lists(LABEL, min_size=2, max_size=2),
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.lists(PATTERN, min_size=1, max_size=12, unique=True),
    st.lists(st.lists(LABEL, min_size=1, max_size=6), min_size=1, max_size=8),
)
def test_agrees_with_trying_every_pattern(texts: list[str], names: list[list[str]]) -> None:
    patterns = sorted_patterns(*texts)
    tree = tree_of(patterns)
    for labels in names:
        octets = tuple(label.encode() for label in labels)
        keys = [pattern.key for pattern in patterns if takes(pattern, octets)]
        rank = tree.find(name_of([octet.upper() for octet in octets]))
        assert (patterns[rank].key if rank >= 0 else None) == (max(keys) if keys else None)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=70), max_size=12))
def test_no_octets_raise(labels: list[bytes]) -> None:
    assert -1 <= tree_of(PATTERNS).find(name_of(labels)) < len(PATTERNS)


def test_paths_keep_their_case_and_may_have_globs_last() -> None:
    tree = SuffixTree(fold=False)
    tree.build(b"index/u*.xml\n", ord("/"), [0])
    assert tree.find(name_of([b"index", b"u1.xml"])) == 0
    assert tree.find(name_of([b"Index", b"u1.xml"])) == -1
    assert tree.may_end(b"/anything", 1, 9)
    plain = SuffixTree(fold=False)
    plain.build(b"index/u1.xml\n", ord("/"), [0])
    assert plain.may_end(b"xu1.xmlx", 1, 7)
    assert not plain.may_end(b"xu2.xmlx", 1, 7)
    assert not plain.may_end(b"xu1.xmlx", 1, 8)
    assert not plain.may_end(b"", 0, 0)
