"""Plain lists: one name a line; `#`, `;` or `!` begins a comment."""

import re
from typing import Final

from netwatch.exchange.found import Found, lines_of

_COMMENT: Final = re.compile(r"(?:^|\s)[#;!].*")


def read(octets: bytes, found: Found) -> None:
    """Every line's name."""
    for number, text in lines_of(octets, found):
        words = _COMMENT.sub("", text).split()
        if len(words) == 1:
            found.add(number, words[0])
        elif words:
            found.refuse(number, f"found {len(words)} words, expected one name")
