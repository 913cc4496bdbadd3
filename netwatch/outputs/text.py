"""Values as text, safe where they are going: a terminal, a log line, a cell of a spreadsheet.

Whatever came off the wire leaves as printable ASCII on one line. What the operator gave (paths)
keeps its letters, also the ones that are not English, but never a control or direction mark.
"""

import socket
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS_MIN: Final = -719_162
"""0001-01-01, the first day that RFC 3339 can write."""
_DAYS_MAX: Final = 2_932_896
"""9999-12-31, the last one."""
_DAY_NS: Final = 86_400_000_000_000
_FORMULA_STARTS: Final = frozenset("=+-@\t\r\n|%")
"""A cell that begins so is a formula or a command (DDE) to a spreadsheet."""


def time_text(time_ns: int) -> str:
    """RFC 3339 in UTC with nine decimals; a time outside the years 1 to 9999 is held at its end."""
    days, rest = divmod(time_ns, _DAY_NS)
    if days < _DAYS_MIN:
        days, rest = _DAYS_MIN, 0
    elif days > _DAYS_MAX:
        days, rest = _DAYS_MAX, _DAY_NS - 1
    seconds, ns = divmod(rest, 1_000_000_000)
    minutes, second = divmod(seconds, 60)
    return f"{_day_text(days)}T{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}.{ns:09d}Z"


@lru_cache(maxsize=64)
def _day_text(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).date().isoformat()


@lru_cache(maxsize=4096)
def address_text(address: bytes) -> str:
    """A packed IPv4 or IPv6 address as text (RFC 5952); empty for none, hex for any other size."""
    if len(address) == 4:
        return f"{address[0]}.{address[1]}.{address[2]}.{address[3]}"
    if len(address) == 16:
        return socket.inet_ntop(socket.AF_INET6, address)
    return address.hex()


@lru_cache(maxsize=4096)
def mac_text(mac: bytes) -> str:
    """A MAC as lower-case octets joined by colons; empty for none."""
    return mac.hex(":") if mac else ""


def ascii_text(text: str) -> str:
    """One line of printable ASCII: anything else is `\\xNN`, `\\uNNNN` or `\\UNNNNNNNN`.

    A backslash stays: names come here already escaped. For whatever was on the wire.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if " " <= c <= "~" else _escape(c) for c in text)


def line_text(text: str) -> str:
    """One line with the letters of any language, for paths and messages of the system.

    Controls, line ends, direction marks and octets that were no UTF-8 are escaped.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # os.fsdecode: an octet of a file name that was no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def cell_text(text: str) -> str:
    """`text` for one CSV cell: one line, and with `'` before it where it would be a formula."""
    line = line_text(text)
    if text[:1] in _FORMULA_STARTS or line.lstrip()[:1] in _FORMULA_STARTS:
        return "'" + line
    return line


def shortened(text: str, width: int) -> str:
    """`text` in at most `width` characters: the middle of a long one gives way to `...`.

    The end of a name says whose it is, so two thirds of what is left belong to the end.
    """
    if len(text) <= width:
        return text
    kept = max(width - 3, 2)
    tail = (kept * 2 + 2) // 3
    return text[: kept - tail] + "..." + text[-tail:]
