"""The table of known differences is in order, and the real captures agree with it."""

from pathlib import Path

import pytest
from parity_compare import compare, known_differences
from parity_known import GROUPS
from parity_ours import read_ours
from parity_page import page, summary
from parity_truth import COMPARED, TREE, captures, captures_folder, read_truth

from netwatch.build import engine_kind


def test_every_difference_stands_once_and_has_a_reason() -> None:
    known = known_differences()
    assert len(known) == len(set(known))
    assert {difference.signal for difference in known} <= set(COMPARED)
    titles = [(group.alone, group.title) for group in GROUPS]
    assert len(titles) == len(set(titles))
    for group in GROUPS:
        assert group.rows
        assert all(group.rows.values())
        assert group.reason.endswith(".")


def test_real_captures() -> None:
    folder: Path = captures_folder()
    if not (folder / "truth.jsonl.gz").is_file():
        pytest.skip(f"there are no captures with truth in {folder}")
    if engine_kind() == "interpreted":
        pytest.skip(
            "takes minutes; the compiled suite does it, `make same` proves both engines one"
        )
    result = compare(folder, read_truth(folder), read_ours(folder, captures(folder)))
    assert result.problems == [], summary(result)
    assert (TREE / "docs" / "parity.md").read_text(encoding="utf-8") == page(result)
