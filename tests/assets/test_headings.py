"""Headings -> fields: the usual ones, and what `--map` says."""

import pytest

from netwatch.assets.headings import (
    EXPORTS,
    FIELDS,
    HEADINGS,
    KNOWN,
    PRODUCTS,
    Columns,
    letters,
    parse_map,
)
from netwatch.errors import UsageError


def test_spelling_does_not_count() -> None:
    assert {letters(h) for h in ("MAC Address", "mac_address", "macAddress", "MAC-Address")} == {
        "macaddress"
    }


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Device name", "name"),
        ("Wi-Fi MAC", "mac"),
        ("primary_ip4.address", "address"),
        ("general.name", "name"),
        ("name.display_value", "name"),
        ("ip_address.value", "address"),
        ("site.name", ""),
        ("value", ""),
        ("Subnet", ""),
        ("External IP", ""),
        ("Gerätename", "name"),
    ],
)
def test_usual_headings(heading: str, field: str) -> None:
    assert Columns({}).field(heading) == field


def test_every_field_of_the_table_is_one_and_no_heading_has_two() -> None:
    assert set(KNOWN.values()) <= set(FIELDS)
    meanings: dict[str, set[str]] = {}
    for _, text in PRODUCTS.values():
        for pair in text.split("; "):
            heading, _, field = pair.rpartition("=")
            meanings.setdefault(letters(heading), set()).add(field)
    assert {heading for heading, fields in meanings.items() if len(fields) > 1} == set()
    assert list(EXPORTS) == list(HEADINGS) == list(PRODUCTS)
    assert "`Wi-Fi MAC`" in HEADINGS["Intune"]


def test_what_map_says_wins_and_is_missed_where_it_is_nowhere() -> None:
    columns = Columns({"Box": "name", "Name": "ignore"})
    assert columns.field("box") == "name"
    assert set(columns.unmet.values()) == {"Name"}
    assert columns.field("NAME") == "ignore"
    assert columns.unmet == {}
    assert columns.rank("box") < columns.rank("Asset tag") < columns.rank("id")


def test_mistakes_of_map() -> None:
    assert parse_map("My = own=mac") == ("My = own", "mac")
    with pytest.raises(UsageError, match="expected HEADING=FIELD"):
        parse_map("mac")
    with pytest.raises(UsageError, match="expected HEADING=FIELD"):
        parse_map("=mac")
    with pytest.raises(UsageError, match="expected a field: asset, mac"):
        Columns({"Box": "macs"})
