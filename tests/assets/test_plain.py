"""Plain lists: one thing a line, /etc/hosts, /etc/ethers, comments; what is none of it."""

import pytest

from netwatch.assets.plain import read_plain


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("00:11:22:33:44:55", [("mac", "00:11:22:33:44:55")]),
        ("10.0.0.1", [("address", "10.0.0.1")]),
        ("2001:db8::/48", [("prefix", "2001:db8::/48")]),
        ("PC-1.corp.example  # the old one", [("name", "PC-1.corp.example")]),
        ("10.0.0.1\tpc1 pc1.b", [("address", "10.0.0.1"), ("name", "pc1"), ("name", "pc1.b")]),
        ("0:11:22:33:44:55 pc1", [("mac", "0:11:22:33:44:55"), ("name", "pc1")]),
    ],
)  # fmt: skip
def test_lines(line: str, cells: list[tuple[str, str]]) -> None:
    (row,) = read_plain(f"# a list\n\n{line}\n").rows
    assert (row.line, row.cells) == (3, cells)


@pytest.mark.parametrize("line", ["Bob Smith", "a=b", "http://x/", "--", "pc1,pc2"])
def test_what_is_told(line: str) -> None:
    rows = read_plain(f"pc1\n{line}\n")
    assert len(rows.rows) == 1
    assert [row.line for row in rows.skipped] == [2]
