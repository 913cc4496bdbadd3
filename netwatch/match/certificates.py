"""Server certificates against issuer and subject rules.

A rule names parts of a distinguished name, `O=Kaspersky, CN=Kaspersky * CA*G3`; it fits a name
that has all of them, in whatever order, because tools do not agree on the order. Certificates are
few and text, so this stays interpreted.
"""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from netwatch.limits import PATTERN_LITERALS_MIN
from netwatch.match.patterns import PatternError, without_braces

_PART: Final = re.compile(r"([A-Za-z][A-Za-z0-9.-]*)=(.*)", re.DOTALL)
_NEXT_PART: Final = re.compile(r",\s*(?=[A-Za-z][A-Za-z0-9.-]*=)")


class CertificateRule(msgspec.Struct, frozen=True):
    """One rule without braces."""

    text: str
    """As the pack has it."""
    parts: tuple[tuple[str, str], ...]
    """(attribute in capitals, glob of its value)."""
    key: tuple[int, int, int]
    """Greater = more specific: subject over issuer, more parts, more characters fixed."""


def certificate_rules(text: str, of_subject: bool) -> tuple[CertificateRule, ...]:
    """The rules of one issuer or subject of a pack; PatternError if it is none."""
    rules: list[CertificateRule] = []
    for plain in without_braces(text, "\0"):
        parts: list[tuple[str, str]] = []
        for part in _NEXT_PART.split(plain):
            found = _PART.fullmatch(part.strip())
            if found is None:
                raise PatternError(
                    f"found {part!r} in {text!r}, expected ATTRIBUTE=value, as in O=X"
                )
            parts.append((found[1].upper(), found[2]))
        fixed = sum(len(value) - value.count("*") - value.count("?") for _, value in parts)
        if fixed < PATTERN_LITERALS_MIN:
            raise PatternError(
                f"found {text!r}, expected at least {PATTERN_LITERALS_MIN} characters that are no"
                " glob"
            )
        rules.append(CertificateRule(text, tuple(parts), (of_subject, len(parts), fixed)))
    return tuple(rules)


def name_parts(text: str) -> list[tuple[str, str]]:
    """The parts of a distinguished name (RFC 4514), escapes undone; what is none is left out."""
    pieces: list[str] = [""]
    position = 0
    while position < len(text):
        character = text[position]
        if character == "\\" and position + 1 < len(text):
            octet = re.compile("[0-9A-Fa-f]{2}").match(text, position + 1)
            pieces[-1] += chr(int(octet[0], 16)) if octet else text[position + 1]
            position += 3 if octet else 2
            continue
        if character in ",+":
            pieces.append("")
        else:
            pieces[-1] += character
        position += 1
    found = [_PART.fullmatch(piece.strip()) for piece in pieces]
    return [(part[1].upper(), part[2]) for part in found if part is not None]


def fits(rule: CertificateRule, parts: Iterable[tuple[str, str]]) -> bool:
    """Whether a name with these parts has all that the rule asks for."""
    have = list(parts)
    return all(
        any(name == attribute and _value_fits(glob, value) for name, value in have)
        for attribute, glob in rule.parts
    )


def _value_fits(glob: str, value: str) -> bool:
    expression = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.DOTALL) is not None


class CertificateRules:
    """All rules of a pack, the most specific first."""

    def __init__(self, rules: list[tuple[CertificateRule, int]]) -> None:
        self._rules = sorted(rules, key=lambda item: item[0].key, reverse=True)

    def find(self, subject: str, issuer: str) -> int:
        """The signature of the most specific rule that fits either name, or -1."""
        names = (name_parts(issuer), name_parts(subject))
        for rule, signature in self._rules:
            if fits(rule, names[rule.key[0]]):
                return signature
        return -1
