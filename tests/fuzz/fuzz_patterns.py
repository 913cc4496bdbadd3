"""The compiled tree takes exactly the names and paths that a plain reading of the patterns takes.

Lines: the patterns first; behind an empty line the names and paths that are looked up.
"""

from typing import Final

from netwatch.match.matcher import Matcher
from netwatch.match.patterns import (
    Pattern,
    PatternError,
    name_patterns,
    path_patterns,
    pattern_line,
    takes,
)
from netwatch.match.prefixes import PrefixTable
from netwatch.match.suffix import SuffixTree
from netwatch.names import Name

RUNS: Final = 3_000
DEPTHS: Final = ("name", "path", "refused", "nothing", "glob")
reached: set[str] = set()
PATTERNS_MAX: Final = 600


def target(octets: bytes) -> None:
    """Build both trees and look everything up."""
    head, _, rest = octets.partition(b"\n\n")
    patterns: tuple[list[Pattern], list[Pattern]] = ([], [])
    for line in head.split(b"\n"):
        text = line.decode("latin-1")
        is_path = text.startswith("/")
        try:
            patterns[is_path].extend((path_patterns if is_path else name_patterns)(text))
        except PatternError:
            reached.add("refused")
    trees = (tree(patterns[0], True), tree(patterns[1], False))
    prefixes = PrefixTable([(0, -1)], [(0, 0, -1)])
    matcher = Matcher(
        trees[0],
        list(range(len(patterns[0]))),
        trees[1],
        list(range(len(patterns[1]))),
        prefixes,
        bytes(65_536),
        bytes(65_536),
        [],
        [],
        [],
        lambda _subject, _issuer: -1,
        {},
    )
    for asked in rest.split(b"\n"):
        look_up(matcher, patterns, asked)


def tree(patterns: list[Pattern], fold: bool) -> SuffixTree:
    """A tree whose ranks are the places in `patterns`, which is put in order here."""
    del patterns[PATTERNS_MAX:]
    patterns.sort(key=lambda pattern: pattern.key)
    made = SuffixTree(fold)
    separator = "." if fold else "/"
    lines = "".join(f"{pattern_line(pattern, separator)}\n" for pattern in patterns)
    made.build(lines.encode(), ord(separator), list(range(len(patterns))))
    return made


def look_up(matcher: Matcher, patterns: tuple[list[Pattern], list[Pattern]], asked: bytes) -> None:
    """Compare the tree's answer with the patterns that fit; the most specific one must win."""
    if asked.startswith(b"/"):
        labels = tuple(asked[1:].split(b"/"))
        found = matcher.path(b"<" + asked + b">", 1, 1 + len(asked))
        fitting = [pattern for pattern in patterns[1] if takes(pattern, labels)]
        if len(labels) > 128:
            fitting = []
    else:
        name = Name()
        if not name.set_dotted(asked, 0, len(asked)):
            return
        labels = tuple(asked.lower().removesuffix(b".").split(b"."))
        found = matcher.name(name)
        fitting = [pattern for pattern in patterns[0] if takes(pattern, labels)]
    best = max((pattern.key for pattern in fitting), default=None)
    if best is None:
        reached.add("nothing")
        assert found == -1, f"{asked!r} is claimed by number {found}"
        return
    winner = patterns[asked.startswith(b"/")][found]
    reached.add("path" if asked.startswith(b"/") else "name")
    if "*" in winner.text:
        reached.add("glob")
    assert found >= 0 and winner in fitting and winner.key == best, f"{asked!r}: {winner}"
