"""Invariant: some indicator's pattern fits a name if and only if the name's entry was chosen. Ids
are the same for the same entry and name; the bundle is what STIX 2.1 says.
"""

import json
import re
import uuid
from typing import Any

import pytest
from exchange_referee import Own, claimed_by, tried, written

from netwatch.exchange.choice import NameList, name_list
from netwatch.match.signatures import Pack

TERM = r"domain-name:value (=|MATCHES|NOT MATCHES) '((?:[^'\\]|\\.)*)'"
PATTERN = re.compile(rf"\[\(?{TERM}(?: OR {TERM})*\)?(?: AND {TERM})?\]")


def bundle_of(names: NameList) -> dict[str, list[dict[str, Any]]]:
    made: dict[str, list[dict[str, Any]]] = json.loads("\n".join(written("stix", names)))
    return made


def fits(pattern: str, name: str) -> bool:
    found = False
    for operator, literal in re.findall(TERM, pattern):
        text = re.sub(r"\\(.)", r"\1", literal)
        if operator == "=":
            found |= text == name
        elif operator == "MATCHES":
            found |= re.search(text, name) is not None
        else:
            return found and re.search(text, name) is None
    return found


def test_the_patterns_fit_what_was_chosen(shipped: Pack, names: NameList) -> None:
    patterns = [one["pattern"] for one in bundle_of(names)["objects"] if "pattern" in one]
    assert all(PATTERN.fullmatch(pattern) for pattern in patterns)
    claimed = claimed_by(shipped)
    chosen = {listed.signature.id for listed in names.chosen}
    for name in tried(shipped)[::17]:
        found = any(fits(pattern, name) for pattern in patterns)
        assert found == (claimed(name) in chosen), name


def test_the_bundle(names: NameList) -> None:
    made = bundle_of(names)
    creator, *indicators = made["objects"]
    assert str(made["type"]) == "bundle" and creator["type"] == "identity"
    assert "signatures export --format stix" in creator["description"]
    assert len({one["id"] for one in made["objects"]}) == len(made["objects"])
    for one in indicators:
        kind, _, number = one["id"].partition("--")
        assert kind == one["type"] == "indicator" and uuid.UUID(number).version == 5
        assert one["created_by_ref"] == creator["id"] and one["pattern_type"] == "stix"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00\.000Z", one["valid_from"])
        assert one["created"] == one["modified"] == one["valid_from"]
        assert one["external_references"] and one["labels"]


def test_ids_stay(own: Own) -> None:
    own.add("a", "a.example.com")
    before = bundle_of(name_list(own.pack()))["objects"]
    assert before[1]["id"] == "indicator--ff64a962-6808-553f-977b-b8472e0b298f"
    own.add("b", "b.example.com", service="Another")
    after = bundle_of(name_list(own.pack()))["objects"]
    assert [one["id"] for one in after[:2]] == [one["id"] for one in before]


def test_references_and_marks(names: NameList) -> None:
    objects = bundle_of(names)["objects"]
    (ds,) = (one for one in objects if one["name"] == "ds.kaspersky.com")
    assert ds["labels"] == ["telemetry", "strong", "decoy"]
    for one in objects[1:]:
        for reference in one["external_references"]:
            assert set(reference) <= {"source_name", "url", "description", "external_id"}


def test_the_library_of_the_standard_takes_it(names: NameList) -> None:
    stix2 = pytest.importorskip("stix2", reason="needs stix2")
    made = "\n".join(written("stix", names))
    parsed = stix2.parse(made, allow_custom=False)
    assert len(parsed.objects) == len(bundle_of(names)["objects"])
    wrong = made.replace("[domain-name:value = 'ds.kaspersky.com']", "[domain-name:value is 'x']")
    assert wrong != made
    with pytest.raises(stix2.exceptions.STIXError):
        stix2.parse(wrong, allow_custom=False)
