"""Filter lists as AdGuard, uBlock Origin and Pi-hole read them: `||name^`."""

from collections.abc import Collection, Iterator
from typing import Final

from netwatch.exchange.choice import (
    NameList,
    about,
    exceptions,
    preface,
    uncovered,
    unsaid_patterns,
)

_NOTES: Final = (
    "||name^ also takes all names below it",
    "@@ are names inside of a wildcard that other entries claim: they stay allowed, and so does"
    " what lies below them",
    "Pi-hole passes over lines with * or $important",
)


def lines(names: NameList, *_options: object) -> Iterator[str]:
    """The list, with an exception for everything that lies inside of a wildcard and is not meant.

    An exception would also allow a chosen name that lies below it, so such a name is `$important`.
    """
    spared, unsaid = exceptions(names)
    unsaid = [*unsaid_patterns(names, below=False), *unsaid]
    yield "! Title: netwatch"
    for text in preface(names, "adblock", unsaid, _NOTES):
        yield f"! {text}"
    bases = {text.removeprefix("*.") for text in spared}
    exact = uncovered(names)
    for listed in names.chosen:
        own = dict.fromkeys(exact[listed.signature.id])
        if own or listed.below:
            yield f"! {about(listed.signature)}"
        yield from (f"||{name}^{_mark(name, bases)}" for name in own)
        for base in listed.below:
            if base not in own:  # else ||base^ has them
                yield f"||*.{base}^{_mark(base, bases)}"
    for name in spared:
        yield f"@@||{name}^"


def _mark(name: str, bases: Collection[str]) -> str:
    labels = name.split(".")
    inside = any(".".join(labels[start:]) in bases for start in range(len(labels)))
    return "$important" if inside else ""
