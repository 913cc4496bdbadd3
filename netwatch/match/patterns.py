"""The glob syntax of the packs: text -> patterns that are checked, without braces, and ordered.

One pattern of a pack, `{s,p}[01][0-9].upd.kaspersky.com`, becomes several here, because braces are
written out: the compiled side then knows `*`, `?` and classes only, and most labels are plain text.
`Pattern.key` is the one order of "more specific": more labels, the name itself over `*.`, more
labels without a glob, more octets fixed by the globs that are left.
"""

import re
from functools import lru_cache
from itertools import product
from string import ascii_lowercase, digits
from typing import Final

import msgspec

from netwatch.limits import (
    PATTERN_EXPANSIONS_MAX,
    PATTERN_LITERALS_MIN,
    PATTERN_SEGMENTS_MAX,
)

GLOB_CHARACTERS: Final = re.compile(r"[*?\[]")
_PLAIN_NAME: Final = re.compile(r"(?:\*\.)?(?:[a-z0-9_-]{1,63}\.)+(?![0-9]+\Z)[a-z0-9-]{2,63}")
_NAME_OCTETS_MAX: Final = 253
_CLASS: Final = r"\[(?:[a-zA-Z0-9](?:-[a-zA-Z0-9])?)+-?\]"
_CLASSES: Final = re.compile(_CLASS)
_LABEL: Final = re.compile(rf"(?:[a-z0-9_-]|\*|\?|{_CLASS})+")
_SEGMENT: Final = re.compile(rf"(?:[A-Za-z0-9._~%!$&'()+,;=:@-]|\*|\?|{_CLASS})+")
_TOKEN: Final = re.compile(rf"\*|\?|{_CLASS}|.")
_ANYTHING: Final = frozenset(range(256))


class PatternError(ValueError):
    """What was found and what was expected, in one sentence."""


class Pattern(msgspec.Struct, frozen=True):
    """One pattern without braces. `labels` are in the order of the text."""

    text: str
    """As the pack has it, with its braces."""
    labels: tuple[str, ...]
    """Of a name (without a leading `*.`), or the segments of a path."""
    below: bool
    """A name with `*.` in front: the names below it, not itself."""
    key: tuple[int, int, int, int]
    """Greater = more specific."""


def is_plain_name(text: str) -> bool:
    """Whether `text` is a name as it stands, without globs but perhaps with `*.` in front.

    Nearly all names of long lists are: they stay texts, and no `Pattern` is made of them.
    """
    return _PLAIN_NAME.fullmatch(text) is not None and len(text) <= _NAME_OCTETS_MAX


def plain_key(text: str) -> tuple[int, int, int, int]:
    """`Pattern.key` of a plain name."""
    below = text.startswith("*.")
    labels = text.count(".") + (not below)
    return labels, not below, labels, 0


def name_patterns(text: str) -> tuple[Pattern, ...]:
    """The patterns of one name of a pack; PatternError if it is none."""
    if is_plain_name(text):
        below = text.startswith("*.")
        labels = tuple(text.removeprefix("*.").split("."))
        return (Pattern(text, labels, below, plain_key(text)),)
    _refuse_wrong_kind(text)
    return tuple(_name_pattern(text, plain) for plain in without_braces(text, "."))


def _refuse_wrong_kind(text: str) -> None:
    """Say at once what the commonest mistakes are, instead of complaining about one octet."""
    if not text.isascii():
        raise PatternError(f"found the name {text!r}, expected ASCII (an IDN in its xn-- form)")
    if text != text.lower():
        raise PatternError(f"found the name {text!r}, expected lower case")
    if "/" in text or ":" in text:
        raise PatternError(f"found {text!r}, expected a name without scheme, port or path")


def _name_pattern(text: str, plain: str) -> Pattern:
    below = plain.startswith("*.")
    labels = tuple((plain[2:] if below else plain).split("."))
    for label in labels:
        if not label:
            raise PatternError(f"found an empty label in {text!r}, expected labels between dots")
        if "**" in label or not _LABEL.fullmatch(label):
            raise PatternError(
                f"found the label {label!r} in {text!r}, expected a-z, 0-9, -, _ and the globs"
                " *, ?, [0-9], {a,b}"
            )
        if not GLOB_CHARACTERS.search(label) and len(label) > 63:
            raise PatternError(f"found a label of {len(label)} octets in {text!r}, expected <= 63")
    if len(labels) < 2 or any(GLOB_CHARACTERS.search(label) for label in labels[-2:]):
        raise PatternError(
            f"found {text!r}, expected a name whose last two labels are plain text"
            " (anything wider claims names of strangers)"
        )
    if labels[-1].isdigit():
        raise PatternError(f"found {text!r}, expected a name (addresses go under prefixes)")
    if len(plain) > _NAME_OCTETS_MAX:
        raise PatternError(f"found a name of {len(plain)} octets, expected <= {_NAME_OCTETS_MAX}")
    _check_classes(text)
    literals, fixed = _weight(labels)
    return Pattern(text, labels, below, (len(labels), not below, literals, fixed))


def path_patterns(text: str) -> tuple[Pattern, ...]:
    """The patterns of one path of a pack; PatternError if it is none."""
    if not text.startswith("/"):
        raise PatternError(f"found the path {text!r}, expected it to begin with /")
    return tuple(_path_pattern(text, plain) for plain in without_braces(text, "/"))


def _path_pattern(text: str, plain: str) -> Pattern:
    segments = tuple(plain[1:].split("/"))
    for segment in segments:
        if not segment:
            raise PatternError(f"found an empty segment in {text!r}, expected text between slashes")
        if "**" in segment or not _SEGMENT.fullmatch(segment):
            raise PatternError(
                f"found the segment {segment!r} in {text!r}, expected URL characters (no query)"
                " and the globs *, ?, [0-9], {a,b}"
            )
    if len(segments) > PATTERN_SEGMENTS_MAX:
        raise PatternError(
            f"found a path of {len(segments)} segments, expected <= {PATTERN_SEGMENTS_MAX}"
        )
    fixed_octets = sum(len(step) == 1 and step not in "*?" for step in _TOKEN.findall(plain))
    if fixed_octets - len(segments) < PATTERN_LITERALS_MIN:
        raise PatternError(
            f"found the path {text!r}, expected at least {PATTERN_LITERALS_MIN} octets"
            " that are no glob"
        )
    _check_classes(text)
    literals, fixed = _weight(segments)
    return Pattern(text, segments, False, (len(segments), 1, literals, fixed))


def _check_classes(text: str) -> None:
    for first, last in re.findall(r"([a-zA-Z0-9])-([a-zA-Z0-9])", "".join(_CLASSES.findall(text))):
        alike = any(first in kind and last in kind for kind in (digits, ascii_lowercase))
        if first > last or not (alike or (first.isupper() and last.isupper())):
            raise PatternError(
                f"found the class range {first}-{last} in {text!r}, expected a rising range of"
                " digits or of letters"
            )


def _weight(labels: tuple[str, ...]) -> tuple[int, int]:
    """How many labels are plain text, and how much the globs in the others fix."""
    globs = [label for label in labels if GLOB_CHARACTERS.search(label)]
    fixed = 0
    for label in globs:
        for step in _TOKEN.findall(label):
            fixed += {"*": 0, "?": 1}.get(step, 2 if len(step) > 1 else 3)
    return len(labels) - len(globs), fixed


def without_braces(text: str, separator: str) -> list[str]:
    """Every text that the braces of `text` stand for, in order."""
    parts: list[list[str]] = []
    rest = text
    while rest:
        before, opened, behind = rest.partition("{")
        if "}" in before:
            raise PatternError(f"found '}}' without '{{' in {text!r}, expected {{a,b}}")
        parts.append([before])
        if not opened:
            break
        inner, closed, rest = behind.partition("}")
        if not closed or "{" in inner:
            raise PatternError(f"found '{{' without its '}}' in {text!r}, expected {{a,b}}")
        if separator in inner:
            raise PatternError(
                f"found {{{inner}}} in {text!r}, expected no {separator!r} in braces"
            )
        parts.append(inner.split(","))
    count = 1
    for part in parts:
        count *= len(part)
    if count > PATTERN_EXPANSIONS_MAX:
        raise PatternError(
            f"found {text!r}, which stands for {count} patterns,"
            f" expected <= {PATTERN_EXPANSIONS_MAX}"
        )
    texts = ["".join(choice) for choice in product(*parts)]
    if len(set(texts)) != count:
        raise PatternError(f"found {text!r}, whose braces say one thing twice")
    return texts


def pattern_line(pattern: Pattern, separator: str) -> str:
    """The pattern as text without its braces: what the compiled tree is built of."""
    labels = separator.join(pattern.labels)
    return f"*.{labels}" if pattern.below else labels


def overlap(one: Pattern, other: Pattern) -> bool:
    """Whether some name (or path) fits both; only asked of patterns with equal keys."""
    return len(one.labels) == len(other.labels) and all(
        _meet(a, b) for a, b in zip(one.labels, other.labels, strict=True)
    )


def _meet(one: str, other: str) -> bool:
    """Whether some label fits both globs: walk both at once, a set of places at a time."""
    if one == other:
        return True
    first, second = _steps(one), _steps(other)
    waiting = [(0, 0)]
    known = {(0, 0)}
    while waiting:
        i, j = waiting.pop()
        if i == len(first) and j == len(second):
            return True
        a = first[i] if i < len(first) else frozenset[int]()
        b = second[j] if j < len(second) else frozenset[int]()
        ways: list[tuple[int, int]] = []
        if a is None:
            ways += [(i + 1, j)] if b is None or not b else [(i + 1, j), (i, j + 1)]
        if b is None:
            ways += [(i, j + 1)] if a is None or not a else [(i, j + 1), (i + 1, j)]
        if a and b and a & b:
            ways.append((i + 1, j + 1))
        waiting += [way for way in ways if way not in known]
        known.update(ways)
    return False


def within(around: Pattern, inner: Pattern) -> bool:
    """Whether `inner` is the more specific of two names and takes some that `around` takes too."""
    surplus = len(inner.labels) - len(around.labels)
    if inner.key <= around.key or surplus < 0:
        return False
    if around.below:
        if surplus == 0 and not inner.below:
            return False  # the name itself is not below itself
    elif surplus > 0 or inner.below:
        return False
    return all(_meet(a, b) for a, b in zip(around.labels, inner.labels[surplus:], strict=True))


def glob_pieces(text: str) -> list[str]:
    """A glob in pieces: `*`, `?`, a class, or one character."""
    return _TOKEN.findall(text)


def class_characters(piece: str) -> str:
    """The characters that a class (or one character) stands for."""
    if len(piece) == 1:
        return piece
    return "".join(c for c in map(chr, range(128)) if re.fullmatch(piece, c))


@lru_cache(maxsize=4096)
def _steps(glob: str) -> tuple[frozenset[int] | None, ...]:
    """The octets that each place of a glob takes; None for `*`."""
    steps: list[frozenset[int] | None] = []
    for step in _TOKEN.findall(glob):
        if step == "*":
            steps.append(None)
        elif step == "?":
            steps.append(_ANYTHING)
        elif len(step) == 1:
            steps.append(frozenset(step.encode()))
        else:
            steps.append(frozenset(o for o in range(128) if re.fullmatch(step, chr(o))))
    return tuple(steps)


@lru_cache(maxsize=4096)
def glob_expression(glob: str) -> re.Pattern[bytes]:
    """The same glob as an expression of our own making, for `explain` and as a referee in tests."""
    texts = {"*": ".*", "?": "."}
    expression = "".join(
        texts.get(step, step if len(step) > 1 else re.escape(step)) for step in _TOKEN.findall(glob)
    )
    return re.compile(expression.encode(), re.DOTALL)


def takes(pattern: Pattern, labels: tuple[bytes, ...]) -> bool:
    """Whether `pattern` takes these labels (or segments); slow, plain, and independent."""
    surplus = len(labels) - len(pattern.labels)
    if surplus < 0 or (surplus == 0) == pattern.below:
        return False
    return all(
        glob_expression(glob).fullmatch(label)
        for glob, label in zip(pattern.labels, labels[surplus:], strict=True)
    ) and (pattern.below or surplus == 0)


def plain_fitting(labels: tuple[bytes, ...]) -> list[str]:
    """Every plain name that a pack could have for these labels: the name, and `*.` of its ends."""
    texts = [label.decode("ascii", "replace") for label in labels]
    if any("." in text for text in texts):
        return []
    below = ("*." + ".".join(texts[start:]) for start in range(1, len(texts)))
    return [".".join(texts), *below]
