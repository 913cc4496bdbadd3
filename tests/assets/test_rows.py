"""What every format becomes."""

from netwatch.assets.rows import Row, Rows


def test_rows_and_what_was_none() -> None:
    rows = Rows("csv")
    rows.rows.append(Row(2, [("Name", "PC1")]))
    rows.skip(3, "why")
    assert rows.format == "csv" and rows.rows[0].line == 2
    assert [(row.line, row.why) for row in rows.skipped] == [(3, "why")]
