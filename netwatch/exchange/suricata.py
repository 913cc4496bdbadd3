"""Suricata rules (6 and newer): for every pattern one each on dns.query, tls.sni and http.host.

A glob is said with `content` for its plain end, which is quick, and `pcre` for the rest; what other
entries claim inside of it is taken out with a negated `pcre`. http.host is lower case already, and
Suricata refuses `nocase` there.

The sid of a rule is made of the entry's id, which is never used again, of its pattern and of the
buffer: it stays the same from export to export. Should two meet, the entry that was added later
moves on.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

import msgspec

from netwatch.exchange.choice import NameList, one_line, preface
from netwatch.match.patterns import (
    GLOB_CHARACTERS,
    Pattern,
    glob_pieces,
    is_plain_name,
    name_patterns,
    within,
)
from netwatch.signature import Signature

SID_FIRST: Final = 1_100_000_000
SID_COUNT: Final = 900_000_000
"""Nobody has these; all fit into 31 bits, which is what some consoles have room for."""
RULE_CHARACTERS_MAX: Final = 8_000
"""Suricata reads rules of up to 8,192."""
ALERT_SECONDS: Final = 3_600
"""One alert in so long for each rule and client."""
_DAY_ZERO: Final = date(2020, 1, 1).toordinal()
_ESTABLISHED: Final = "flow:established,to_server; "
_BUFFERS: Final = (
    ("dns", "dns.query", "", True),
    ("tls", "tls.sni", _ESTABLISHED, True),
    ("http", "http.host", _ESTABLISHED, False),
)
"""(protocol, buffer, flow, whether case has to be told not to matter)."""
_NOT_IN_QUOTES: Final = str.maketrans('";\\|', "',//")
_URL: Final = re.compile(r"https?://([A-Za-z0-9_./?=-]+)")


class Wanted(msgspec.Struct, frozen=True):
    """One thing to look for, to become a rule for each buffer."""

    signature: Signature
    text: str
    """The pattern as the pack has it; two, if a name and its wildcard are one rule."""
    patterns: tuple[Pattern, ...]
    """Without braces; any of them."""
    whole: bool = False
    """A domain with all that is below it."""


def lines(names: NameList, *_options: object) -> Iterator[str]:
    """The rules, one a line."""
    wanted = [one for listed in names.chosen for one in _wanted(listed.signature)]
    keys = [(one, buffer) for one in wanted for _, buffer, _, _ in _BUFFERS]
    numbers = sids((one.signature.added, _key(one, buffer)) for one, buffer in keys)
    newest = max(listed.signature.added for listed in names.chosen)
    revision = max(date.fromisoformat(newest).toordinal() - _DAY_ZERO, 1)
    spared = [pattern for pattern, _ in names.spared]
    rules: list[str] = []
    unsaid: list[str] = []
    for one in wanted:
        inner = [p for p in spared if any(within(pattern, p) for pattern in one.patterns)]
        for protocol, buffer, flow, nocase in _BUFFERS:
            number = numbers[_key(one, buffer)]
            test = _test(one, inner, nocase)
            rule = _rule(one.signature, protocol, f"{flow}{buffer}; {test}", number, revision)
            if len(rule) > RULE_CHARACTERS_MAX:
                unsaid.append(f"{len(inner)} exceptions of {one.text} ({buffer})")
                test = _test(one, [], nocase)
                rule = _rule(one.signature, protocol, f"{flow}{buffer}; {test}", number, revision)
            rules.append(rule)
    notes = [f"sid {SID_FIRST} to {SID_FIRST + SID_COUNT - 1}: {len(rules)} rules"]
    yield from (f"# {text}" for text in preface(names, "suricata", unsaid, notes))
    yield from rules


def _wanted(signature: Signature) -> Iterator[Wanted]:
    """A name and its wildcard become one; all else stands alone."""
    names = frozenset(signature.names)
    for text in signature.names:
        base = text.removeprefix("*.")
        both = is_plain_name(text) and base in names and f"*.{base}" in names
        if not both:
            yield Wanted(signature, text, name_patterns(text))
        elif text == base:
            patterns = name_patterns(text) + name_patterns(f"*.{text}")
            yield Wanted(signature, f"{text} *.{text}", patterns, whole=True)


def _key(one: Wanted, buffer: str) -> str:
    return f"{one.signature.id}\n{one.text}\n{buffer}"


def sids(keys: Iterable[tuple[str, str]], count: int = SID_COUNT) -> dict[str, int]:
    """(day added, key) -> the key's number; older ones choose first, so they keep it."""
    numbers: dict[str, int] = {}
    taken: set[int] = set()
    for _, key in sorted(keys):
        digest = hashlib.sha256(key.encode()).digest()
        number = int.from_bytes(digest[:8]) % count
        while number in taken:
            number = (number + 1) % count
        taken.add(number)
        numbers[key] = SID_FIRST + number
    return numbers


def _test(one: Wanted, spared: list[Pattern], nocase: bool) -> str:
    """The keywords behind the buffer."""
    case = " nocase;" if nocase else ""
    flag = "i" if nocase else ""
    pattern = one.patterns[0]
    name = ".".join(pattern.labels)
    plain = len(one.patterns) == 1 and not GLOB_CHARACTERS.search(name)
    if one.whole:
        said = f'dotprefix; content:".{name}"; endswith;{case}'
    elif plain and pattern.below:
        said = f'content:".{name}"; endswith;{case}'
    elif plain:
        return f'content:"{name}"; startswith; endswith;{case}'
    else:
        tail = _plain_end(one.patterns)
        content = f'content:"{tail}"; endswith;{case} ' if tail else ""
        said = f'{content}pcre:"/^{_any(one.patterns)}$/{flag}";'
    return f'{said} pcre:!"/^{_any(spared)}$/{flag}";' if spared else said


def _plain_end(patterns: tuple[Pattern, ...]) -> str:
    """The longest text with which all of them end, from a dot on."""
    tails: list[str] = []
    for pattern in patterns:
        count = 0
        while count < len(pattern.labels) and not GLOB_CHARACTERS.search(
            pattern.labels[-1 - count]
        ):
            count += 1
        tails.append(
            "".join(f".{label}" for label in pattern.labels[len(pattern.labels) - count :])
        )
    shortest = min(tails, key=len)
    while shortest and not all(tail.endswith(shortest) for tail in tails):
        shortest = shortest[shortest.find(".", 1) :] if "." in shortest[1:] else ""
    return shortest


def _any(patterns: Iterable[Pattern]) -> str:
    """One of the patterns, as an expression."""
    texts = [expression(pattern) for pattern in patterns]
    return texts[0] if len(texts) == 1 else f"(?:{'|'.join(texts)})"


def expression(pattern: Pattern) -> str:
    """A pattern of names as an expression for the whole of a dotted name (PCRE)."""
    below = r"(?:[^.]+\.)+" if pattern.below else ""
    return below + r"\.".join(
        "".join({"*": "[^.]*", "?": "[^.]"}.get(piece, piece) for piece in glob_pieces(label))
        for label in pattern.labels
    )


def _rule(signature: Signature, protocol: str, test: str, sid: int, revision: int) -> str:
    marks = [mark for mark in ("decoy", "shared") if getattr(signature, mark)]
    kind = ", ".join([signature.purpose, signature.strength, *marks])
    message = _quoted(f"netwatch {signature.id}: {signature.product} ({kind})")
    found = (_URL.match(text) for text in signature.references)
    reference = next((f"reference:url,{url[1]}; " for url in found if url), "")
    metadata = [
        f"netwatch_id {signature.id}",
        f"purpose {signature.purpose}",
        f"strength {signature.strength}",
        *(f"{mark} yes" for mark in marks),
        f"created_at {signature.added.replace('-', '_')}",
    ]
    return (
        f'alert {protocol} any any -> any any (msg:"{message}"; {test}'
        f" threshold:type limit,track by_src,count 1,seconds {ALERT_SECONDS};"
        f" {reference}classtype:policy-violation; metadata:{', '.join(metadata)};"
        f" sid:{sid}; rev:{revision};)"
    )


def _quoted(text: str) -> str:
    """Text of a pack inside of a rule's quotes: printable ASCII without what ends an option."""
    plain = one_line(text).translate(_NOT_IN_QUOTES)
    return plain.encode("ascii", "replace").decode()
