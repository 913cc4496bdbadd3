"""Invariant: whatever somebody calls himself on the wire, no output of ours does what he wants.

Every string of the corpus goes through every text field of a report into every format, and as the
labels of a name into `netwatch names`. No control character leaves, one record stays one line, JSON
and CSV give back what went in, and no cell is a formula.
"""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest

from netwatch.model import Sighting
from netwatch.names import Name
from netwatch.outputs.csv_rows import COLUMNS, csv_rows
from netwatch.outputs.json_records import json_lines, json_object
from netwatch.outputs.name_rows import name_rows
from netwatch.outputs.page import columns_of
from netwatch.outputs.table import table
from netwatch.report import (
    Assets,
    Capture,
    Coverage,
    Device,
    Evidence,
    Log,
    Netwatch,
    Network,
    Report,
    Time,
    Unattributed,
)

NASTY = (
    # ends of lines and strings
    "\x00",
    "a\x00b.kaspersky.com",
    "a\nb",
    "a\r\nb",
    "a\rb",
    "\x0b\x0c",
    "\x85",
    "\u2028",
    "\u2029",
    "\n[2025-08-21] netwatch: nothing found",
    'a\n{"kind":"device","verdict":"clean"}',
    # terminals
    "\x1b[2J\x1b[H",
    "\x1b]0;owned\x07",
    "\x1b]8;;http://evil.test\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]52;c;cm0gLXJmIH4=\x07",
    "\x1bP+q544e\x1b\\",
    "\x1b[?1049h",
    "\x9b2J",
    "\x9d0;owned\x9c",
    "\x90\x98\x9e\x9f",
    "\x07\x08\x08\x08",
    "\x7f\x7f",
    "\x0e\x0f",
    "visible\x1b[8minvisible",
    # spreadsheets
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.test","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "|calc",
    "%0A=1",
    "';DROP TABLE devices;--",
    "a,b;c\td",
    '"""',
    '"quoted","cells"',
    # markup and templates
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea>",
    "<!channel> <@U123> &amp;",
    "[link](javascript:alert(1))",
    "{{7*7}}",
    "${7*7}",
    "#{7*7}",
    "{name}{server}{0}{host}",
    "%s%n%x%p",
    "%(name)s",
    "[bold red]rich[/bold red]",
    "[/]",
    # JSON
    '"}',
    "\\",
    "\\u0000",
    '\\"},{',
    "a\\.b",
    # letters that deceive
    "\u202egnp.exe",
    "\u2066\u2069\u200e\u200f",
    "\u200b\ufeff\u00ad",
    "k\u0430spersky.com",
    "xn--ksperskycom-5xe.test",
    "xn--",
    "Z\u0300\u0301\u0302\u0303\u0304",
    "日本語.test",
    "\U0001f600\U000e0041",
    "\uffff\ufffe\ufffd",
    "ÿþ\xff\xfe\x80",
    # paths, shells, headers
    "../../../etc/passwd",
    "C:\\Windows\\System32",
    "$(reboot)`reboot`;reboot|reboot&",
    "--output=/etc/passwd",
    "x\r\nBcc: victim@evil.test",
    "CEF:0|a|b|c|d|e|10|src=1",
    # lengths and look-alikes
    "",
    " ",
    "." * 20,
    "a" * 63,
    ".".join(["b" * 63] * 3 + ["c" * 61]),
    "d" * 5_000,
    "kaspersky.com",
    "ds.kaspersky.com.evil.test",
)


def is_text(annotation: Any) -> bool:
    return str in (annotation, *get_args(annotation))


def struct_of(annotation: Any) -> type[msgspec.Struct] | None:
    """The record that a field holds, or holds a list of."""
    kinds = (annotation, *get_args(annotation))
    return next((k for k in kinds if isinstance(k, type) and issubclass(k, msgspec.Struct)), None)


def filled(kind: type[msgspec.Struct], text: str) -> Any:
    """A record with `text` in every field that holds text, in lists and keys as well."""
    values: dict[str, Any] = {}
    for name, annotation in get_type_hints(kind).items():
        if struct := struct_of(annotation):
            inner = filled(struct, text)
            values[name] = [inner] if get_origin(annotation) is list else inner
        elif annotation == list[str]:
            values[name] = [text, text]
        elif annotation == dict[str, int]:
            values[name] = {text: 3}
        elif annotation == dict[str, str]:
            values[name] = {text: text}
        elif annotation == dict[int, int]:
            values[name] = {1: 2}
        elif Time in (annotation, *get_args(annotation)):
            values[name] = Time(1)
        elif Log in get_args(annotation):
            values[name] = filled(Log, text)
        elif is_text(annotation):
            values[name] = text
        else:
            values[name] = 1 if annotation is int or float in get_args(annotation) else True
    return kind(**values)


def filled_report(text: str, verdict: str) -> Report:
    device, finding = filled(Device, text), filled(Unattributed, text)
    device.verdict = finding.verdict = verdict or text
    device.managed.state = {"possible": "managed", "contacted": "unidentified"}.get(verdict, text)
    return Report(
        netwatch=filled(Netwatch, text),
        captures=[filled(Capture, text), filled(Capture, text)],
        devices=[device, filled(Device, text)],
        unattributed=[finding, filled(Unattributed, text)],
        coverage=filled(Coverage, text),
        assets=filled(Assets, text),
    )


def reports() -> Iterator[tuple[str, Report]]:
    for text in NASTY:
        for verdict in ("possible", "contacted", ""):
            yield text, filled_report(text, verdict)


def assert_harmless(text: str) -> None:
    for character in text:
        code = ord(character)
        assert code == 0x0A or (code >= 0x20 and not 0x7F <= code <= 0x9F), repr(text)
        assert not 0x2028 <= code <= 0x202E, repr(text)
        assert not 0x2066 <= code <= 0x2069, repr(text)


def test_the_corpus_is_large_and_each_string_is_there_once() -> None:
    assert len(NASTY) >= 60
    assert len(set(NASTY)) == len(NASTY)


def test_every_text_field_is_filled() -> None:
    """Negative control: a field that the walk forgets would never be tested."""
    for kind in (Netwatch, Capture, Evidence, Device, Unattributed, Coverage, Network, Assets):
        record = msgspec.to_builtins(filled(kind, "MARK"), str_keys=True, enc_hook=int)
        for name, annotation in get_type_hints(kind).items():
            if "str" in str(annotation) or "Evidence" in str(annotation):
                assert "MARK" in str(record[name]), f"{kind.__name__}.{name}"


def test_the_table_stays_a_table() -> None:
    for text, report in reports():
        for show_all in (False, True):
            page = table(report, show_all=show_all)
            assert_harmless(page)
            assert all(columns_of(line) <= 80 for line in page.split("\n")), repr(text)
            lines = len(page.split("\n"))
            assert lines < 120 + 2 * len(text), f"{lines} lines for {text!r}"


def test_a_coloured_table_has_no_escape_but_ours() -> None:
    for _, report in reports():
        page = table(report, colour=True)
        for ours in ("\x1b[1m", "\x1b[1;31m", "\x1b[33m", "\x1b[0m"):
            page = page.replace(ours, "")
        assert_harmless(page)


def test_json_gives_back_what_went_in() -> None:
    for _, report in reports():
        written = b"".join(json_object(report))
        text = written.decode("ascii")
        assert_harmless(text)
        read = json.loads(text)
        given = msgspec.to_builtins(report, str_keys=True, enc_hook=int)
        for key in ("netwatch", "captures", "devices", "unattributed", "coverage", "assets"):
            assert without_times(read[key]) == without_times(given[key])


def without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: without_times(inner)
            for key, inner in value.items()
            if not key.endswith(("time", "_seen"))
        }
    return [without_times(inner) for inner in value] if isinstance(value, list) else value


def test_one_record_is_one_line_of_json() -> None:
    for _, report in reports():
        lines = b"".join(json_lines(report)).decode("ascii").split("\n")
        assert lines.pop() == ""
        for line in lines:
            assert_harmless(line)
        kinds = [json.loads(line)["kind"] for line in lines]
        assert kinds == [
            "netwatch", "capture", "capture", "device", "device", "unattributed", "unattributed",
            "coverage", "assets",
        ]  # fmt: skip


def test_one_device_is_one_row_and_no_cell_is_a_formula() -> None:
    for text, report in reports():
        written = b"".join(csv_rows(report.devices, report.unattributed)).decode("utf-8")
        assert_harmless(written)
        assert written.count("\n") == 5, repr(text)
        head, *rows = csv.reader(io.StringIO(written, newline=""))
        assert tuple(head) == COLUMNS
        assert len(rows) == 4
        for row in rows:
            assert len(row) == len(COLUMNS)
            assert not any(cell.startswith(tuple("=+-@\t\r|%")) for cell in row)
            assert not any(cell.strip().startswith(tuple("=+-@|%")) for cell in row)


def wire_of(text: str) -> bytes:
    """`text` as one label after another of at most 63 octets: dots stay inside their label."""
    octets = text.encode("utf-8", "surrogatepass")[:200]
    labels = [octets[at : at + 63] for at in range(0, len(octets), 63)]
    return b"".join(bytes((len(label),)) + label for label in labels)


@pytest.mark.parametrize("number", range(len(NASTY)))
def test_a_name_is_one_line_of_printable_ascii(number: int) -> None:
    wire = wire_of(NASTY[number])
    sighting = Sighting(time_ns=1, frame=1, signal="dns-query", name=wire)
    written = name_rows([sighting, sighting], "a.pcap", [])
    lines = written.decode("ascii").splitlines()
    assert len(lines) == 2
    for line in lines:
        assert all(" " <= character <= "~" for character in line)
        name = json.loads(line)["name"]
        assert wire_from_text(name) == wire, "the escapes can be undone"


def wire_from_text(text: str) -> bytes:
    """The inverse of `name_text`, as RFC 1035 section 5.1 reads it."""
    labels: list[bytes] = []
    label = b""
    at = 0
    while at < len(text):
        if text[at] == "\\":
            if text[at + 1].isdigit():
                label += bytes((int(text[at + 1 : at + 4]),))
                at += 4
            else:
                label += text[at + 1].encode()
                at += 2
            continue
        if text[at] == ".":
            labels.append(label)
            label = b""
        else:
            label += text[at].encode()
        at += 1
    if text:
        labels.append(label)
    return b"".join(bytes((len(one),)) + one for one in labels)


def test_a_dot_inside_a_label_is_told_from_one_between_labels() -> None:
    name = Name()
    assert name.set_dotted(b"ds.kaspersky.com", 0, 16)
    real = Sighting(time_ns=1, frame=1, signal="tls-sni", name=name.wire())
    fake = Sighting(time_ns=1, frame=1, signal="tls-sni", name=b"\x10ds.kaspersky.com")
    names = [json.loads(name_rows([one], "a", []))["name"] for one in (real, fake)]
    assert names == ["ds.kaspersky.com", "ds\\.kaspersky\\.com"]


def test_the_checks_themselves_can_fail() -> None:
    """Negative control: raw text would be caught."""
    for text in ("\x1b[2J", "\x9b2J", "a\rb", "\u202e", "\x7f"):
        with pytest.raises(AssertionError):
            assert_harmless(text)
