"""Invariant: whatever the list of known endpoints has is claimed by an entry, and is never said to
prove more than that list says. What was left out on purpose stands here with its reason.
"""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.match.notation import answer, asked
from netwatch.match.signatures import load_packs
from netwatch.paths import packs_folder
from netwatch.signature import STRENGTHS

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts" / "kaspersky_endpoints.csv"
LEFT_OUT = {
    "northghost.com": "whose it is rests on memory",
    "pango.co": "the maker of the successor, not the successor",
    "hotspotshield.com": "another product of that maker",
    "kasperskyapi.com": "the one list that has it calls an impostor official",
    "kasperskycontent.com": "the same list",
}
CLAIMED_BY_A_FAMILY = ("ksn-a-stat-geo.kaspersky-labs.com", "ksn-a-p2p-geo.kaspersky-labs.com")
"""Weaker in the list, but no product has another name of this form."""

PACK = load_packs([packs_folder()])
MATCHER = PACK.matcher()


def rows() -> list[dict[str, str]]:
    if not FACTS.is_file():
        return []
    with FACTS.open(newline="") as file:
        return list(csv.DictReader(file))


ROWS = rows()


def judge(text: str, row: dict[str, str]) -> None:
    found = answer(MATCHER, asked(text))
    if row["pattern"] in LEFT_OUT:
        assert found < 0, f"{text} is claimed by {PACK.signatures[found].id}"
        return
    assert found >= 0, f"{text} is nobody's"
    strength = PACK.signatures[found].strength
    if text not in CLAIMED_BY_A_FAMILY:
        assert STRENGTHS.index(strength) >= STRENGTHS.index(row["evidence_strength"]), text


def test_the_list_is_there() -> None:
    if not ROWS:
        pytest.skip(f"no {FACTS.name} beside this clone")
    assert len(ROWS) > 150
    assert {row["match"] for row in ROWS} == {"exact", "suffix", "regex"}
    assert set(LEFT_OUT) <= {row["pattern"] for row in ROWS}


@pytest.mark.parametrize(
    "row", [r for r in ROWS if r["match"] != "regex"], ids=lambda r: r["pattern"]
)
def test_names(row: dict[str, str]) -> None:
    judge(row["pattern"], row)
    if row["match"] == "suffix" and answer(MATCHER, asked(row["pattern"])) >= 0:
        # A name below may be claimed by a wider entry, which proves less.
        judge(f"x1.{row['pattern']}", row)


@pytest.mark.parametrize(
    "row", [r for r in ROWS if r["match"] == "regex"], ids=lambda r: r["pattern"]
)
def test_expressions(row: dict[str, str]) -> None:
    body = row["pattern"].strip("^$").replace(r"\d", "[0-9]")
    for endless in ("[0-9]+", "[0-9]*"):  # numbers of machines: four digits are many
        body = body.replace(endless, "[0-9]{1,2}")

    @settings(derandomize=True, max_examples=40, deadline=None)
    @given(st.from_regex(body, fullmatch=True).filter(lambda text: len(text) < 200))
    def holds(text: str) -> None:
        labels = text.split(".")
        if all(0 < len(label) < 64 for label in labels):
            judge(text, row)

    holds()
