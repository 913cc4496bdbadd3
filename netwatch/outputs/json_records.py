"""A report as JSON: one indented object, or one object a line.

Both are plain ASCII: JSON itself would let U+009B and U+202E through to a terminal as they are.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from netwatch.outputs.text import time_text
from netwatch.report import Report, Time

_NOT_ASCII: Final = re.compile("[^\x20-\x7e\n]")


def json_object(report: Report) -> Iterator[bytes]:
    """The whole report as one indented object, with a line end; keys in the order of the fields.

    In pieces, a record each: as one piece it would lie in memory three times.
    """
    opening = b"{"
    for field in report.__struct_fields__:
        yield b'%s\n  "%s": ' % (opening, field.encode())
        opening = b","
        value = getattr(report, field)
        if not isinstance(value, list) or not value:
            yield _indented(value, 1)
            continue
        between = b"[\n    "
        for record in value:
            yield between + _indented(record, 2)
            between = b",\n    "
        yield b"\n  ]"
    yield b"\n}\n"


def _indented(record: object, depth: int) -> bytes:
    text = _ascii(msgspec.json.format(_ENCODER.encode(record), indent=2))
    return text.replace(b"\n", b"\n" + b"  " * depth)  # inside a string no line ends


def json_lines(report: Report) -> Iterator[bytes]:
    """One object a line; `kind` is netwatch, capture, device, unattributed, coverage or assets."""
    yield _line("netwatch", report.netwatch)
    for capture in report.captures:
        yield _line("capture", capture)
    for device in report.devices:
        yield _line("device", device)
    for finding in report.unattributed:
        yield _line("unattributed", finding)
    yield _line("coverage", report.coverage)
    if report.assets is not None:
        yield _line("assets", report.assets)


def _line(kind: str, record: msgspec.Struct) -> bytes:
    # A Struct has fields, so after its brace there is always something to put a comma before.
    return b'{"kind":"%s",%s\n' % (kind.encode(), _ascii(_ENCODER.encode(record))[1:])


def _encode_time(value: object) -> str:
    if isinstance(value, Time):
        return time_text(value)
    raise TypeError(f"a report holds no {type(value).__name__}")


_ENCODER: Final = msgspec.json.Encoder(enc_hook=_encode_time)


def _ascii(encoded: bytes) -> bytes:
    """The same JSON with every character beyond ASCII, and DEL, as `\\uXXXX`.

    Such characters stand only inside strings, where the escape means the same.
    """
    if encoded.isascii() and b"\x7f" not in encoded:
        return encoded
    return _NOT_ASCII.sub(_escaped, encoded.decode("utf-8")).encode("ascii")


def _escaped(found: re.Match[str]) -> str:
    units = found.group().encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
