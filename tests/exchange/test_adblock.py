"""Invariant: a filter blocks what the matcher claims for a chosen entry, and what lies below such a
name; it never blocks what another entry claims, unless that lies below a chosen name. What lies
below an excepted name is allowed.
"""

import re
from collections.abc import Callable

import pytest
from exchange_referee import Own, claimed_by, tried, written

from netwatch.exchange.choice import NameList, name_list
from netwatch.match.signatures import Pack


def blocking(lines: list[str]) -> Callable[[str], bool]:
    """What AdGuard makes of the rules for a host name."""

    def any_of(rules: list[str]) -> re.Pattern[str]:
        bodies = [re.escape(rule[2:-1]).replace(r"\*", ".*") for rule in rules]
        return re.compile(rf"(?:.*\.)?(?:{'|'.join(bodies)})" if bodies else r"(?!)")

    rules = [line for line in lines if line.startswith("||")]
    important = any_of([rule.removesuffix("$important") for rule in rules if "$" in rule])
    plain = any_of([rule for rule in rules if "$" not in rule])
    excepted = any_of([line[2:] for line in lines if line.startswith("@@")])
    return lambda name: bool(
        important.fullmatch(name) or (plain.fullmatch(name) and not excepted.fullmatch(name))
    )


def test_what_is_blocked(shipped: Pack, names: NameList) -> None:
    lines = written("adblock", names)
    blocks = blocking(lines)
    claimed = claimed_by(shipped)
    chosen = {listed.signature.id: listed for listed in names.chosen}
    exact = {name for listed in names.chosen for name in (*listed.exact, *listed.written)}
    exact |= {line[4:-1] for line in lines if line.startswith("@@||")}
    unsaid = {name for name, listed in chosen.items() if listed.globs}
    for name in tried(shipped)[::7]:
        labels = name.split(".")
        below = any(".".join(labels[start:]) in exact for start in range(1, len(labels)))
        owner = claimed(name)
        if owner not in unsaid and not below:
            assert blocks(name) == (owner in chosen), name


@pytest.mark.parametrize(
    ("names_", "weak", "expected"),
    [
        ("a.example.com", "b.example.com", ["||a.example.com^"]),
        ('a.example.com, "*.a.example.com"', "b.example.com", ["||a.example.com^"]),
        (
            '"*.example.com"',
            '"*.w.example.com", x.example.com',
            ["||*.example.com^", "@@||*.w.example.com^", "@@||x.example.com^"],
        ),
        (
            '"*.example.com", s.x.example.com',
            "x.example.com",
            ["||s.x.example.com^$important", "||*.example.com^", "@@||x.example.com^"],
        ),
    ],
)
def test_rules(own: Own, names_: str, weak: str, expected: list[str]) -> None:
    own.add("strong", names_)
    own.add("weak", weak, "weak")
    lines = written("adblock", name_list(own.pack()))
    assert [line for line in lines if line and line[0] != "!"] == expected


def test_the_head_is_one_that_readers_of_filter_lists_know(names: NameList) -> None:
    lines = written("adblock", names)
    assert lines[0] == "! Title: netwatch"
    assert all(line.startswith(("!", "||", "@@||")) for line in lines)
    assert any("cannot say them: 4 patterns" in line for line in lines)
