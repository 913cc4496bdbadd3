"""Commands of FTP.

Invariant: only whole lines give a value, whatever else the client says around them.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.ftp import HOST, USER, FtpCommands, ftp_begins
from netwatch.limits import FTP_LINE_BYTES_MAX
from netwatch.model import Answer

LINES = b"HOST ftp.example.test\r\nAUTH SSL\r\nuser  kavdumps \nPASS secret\r\n"


def read(octets: bytes) -> tuple[list[tuple[int, bytes]], int]:
    data = b"USER before\r\n" + octets + b"behind\r\n"
    commands = FtpCommands()
    commands.begin(data, 13, 13 + len(octets))
    found = []
    while commands.next() == Answer.DONE:
        found.append((commands.verb, data[commands.value_start : commands.value_end]))
    return found, commands.position - 13


def test_lines() -> None:
    assert read(LINES) == ([(HOST, b"ftp.example.test"), (USER, b"kavdumps")], len(LINES))


def test_every_truncation() -> None:
    first, second = LINES.index(b"\n") + 1, LINES.index(b" \n") + 2
    for end in range(len(LINES)):
        found, position = read(LINES[:end])
        assert len(found) == (end >= first) + (end >= second)
        assert position == LINES.rfind(b"\n", 0, end) + 1


@pytest.mark.parametrize("line", [b"USER\r\n", b"USER  \r\n", b"USERS x\r\n", b"\r\n"])
def test_lines_that_name_nobody(line: bytes) -> None:
    assert read(line) == ([], len(line))


def test_how_it_begins() -> None:
    for line in (b"USER x", b"host x", b"HOST [::1]"):
        assert ftp_begins(b"x" + line, 1, 1 + len(line))
        assert not any(ftp_begins(line, 0, end) for end in range(5))
    for line in (b"USER\r\n", b"PASS x", b"HOSTS x", b"GET / "):
        assert not ftp_begins(line, 0, len(line))


def test_a_line_that_never_ends_is_given_up() -> None:
    short = b"USER " + b"x" * (FTP_LINE_BYTES_MAX - 5)
    assert read(short) == ([], 0)
    assert read(short + b"x") == ([], len(short) + 1)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([b"", b"USER ", b"HOST a\r\nUSER "]))
def test_any_octets(octets: bytes, head: bytes) -> None:
    found, position = read(head + octets)
    assert 0 <= position <= len(head + octets)
    for _, value in found:
        assert value and b"\n" not in value and value in head + octets
