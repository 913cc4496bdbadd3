"""Octets of a list -> text: exports come in UTF-8 with or without a mark, UTF-16, or cp1252."""

import codecs
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""The longer mark first where one begins like another."""
_LOOKED_AT: Final = 1_024


def decoded(octets: bytes) -> tuple[str, str]:
    """(text, name of the encoding). Never fails: what an encoding does not have is U+FFFD."""
    for mark, encoding in _MARKS:
        if octets.startswith(mark):
            return octets[len(mark) :].decode(encoding, "replace"), encoding
    if encoding := _unmarked_wide(octets[:_LOOKED_AT]):
        return octets.decode(encoding, "replace"), encoding
    try:
        return octets.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace"), "cp1252"


def _unmarked_wide(start: bytes) -> str:
    """UTF-16 without a mark: of plain letters every other octet is zero."""
    pairs = len(start) // 2
    if pairs < 2:
        return ""
    if start[1::2].count(0) > pairs * 3 // 4 and not start[0::2].count(0):
        return "utf-16-le"
    if start[0::2].count(0) > pairs * 3 // 4 and not start[1::2].count(0):
        return "utf-16-be"
    return ""
