"""A plain list -> rows: a MAC, an address, a prefix or a host name in each line.

Several in one line are one machine if one of them is a MAC or an address, as in /etc/hosts,
/etc/ethers and tables of leases. `#` begins a comment.
"""

import re
from typing import Final

from netwatch.assets.cells import is_address, is_mac, shown
from netwatch.assets.rows import Row, Rows

_BETWEEN: Final = re.compile(r"[\s,;|\"]+")
_NAME: Final = re.compile(r"(?=.*[^\W_])[\w.-]{1,253}\$?", re.ASCII)


def read_plain(text: str) -> Rows:
    """Each line as a row; what is nothing of these is skipped."""
    rows = Rows("plain")
    for number, line in enumerate(text.splitlines(), 1):
        words = [word for word in _BETWEEN.split(line.partition("#")[0]) if word]
        cells = [(_kind(word), word) for word in words]
        kinds = {kind for kind, _ in cells}
        if not cells:
            continue
        if "" in kinds:
            wrong = next(word for kind, word in cells if not kind)
            rows.skip(number, f"found {shown(wrong)}, expected a MAC, address, prefix or host name")
        elif len(cells) > 1 and kinds == {"name"}:
            found = shown(line.strip())
            rows.skip(number, f"found {found}, expected one host name, or a MAC or address with it")
        else:
            rows.rows.append(Row(number, cells))
    return rows


def _kind(word: str) -> str:
    if is_mac(word):
        return "mac"
    if is_address(word):
        return "prefix" if "/" in word else "address"
    return "name" if _NAME.fullmatch(word) else ""
