"""STIX 2.1: a bundle of indicators, one for each name or wildcard, with ids that never change.

A wildcard is said with MATCHES, and what other entries claim inside of it with NOT MATCHES; so
nothing is left out. Ids are UUIDs of version 5 (STIX 2.1 section 2.9), of the entry and the name.
"""

import uuid
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from netwatch.exchange.choice import NameList, one_line, preface
from netwatch.exchange.suricata import expression
from netwatch.match.patterns import Pattern, name_patterns, within
from netwatch.signature import Signature

NAMESPACE: Final = uuid.UUID("6d9b0f5e-2f0c-5d0b-9a53-6f2f5e3c7a11")
"""Ours alone; with another one every id would be another."""
CONFIDENCES: Final = {"strong": 85, "medium": 50, "weak": 15}
"""Strength on STIX's scale from 0 to 100 (section 3.2, appendix A: high, medium, low)."""
_CREATOR_ADDED: Final = "2026-11-22"


def lines(names: NameList, *_options: object) -> Iterator[str]:
    """The bundle, as JSON with two spaces; the preface is its creator's description."""
    spared = [pattern for pattern, _ in names.spared]
    notes = ["decoy and shared indicators carry these words as labels, and prove less"]
    creator = {
        **_object("identity", "netwatch", _CREATOR_ADDED),
        "name": "netwatch",
        "identity_class": "system",
        "description": "\n".join(preface(names, "stix", (), notes)),
    }
    indicators = [
        _indicator(listed.signature, text, _pattern(text, spared), str(creator["id"]))
        for listed in names.chosen
        for text in listed.signature.names
    ]
    objects = [creator, *indicators]
    said = "\n".join(str(one["id"]) for one in objects)
    bundle = {"type": "bundle", "id": f"bundle--{uuid.uuid5(NAMESPACE, said)}", "objects": objects}
    yield msgspec.json.format(msgspec.json.encode(bundle), indent=2).decode()


def _object(kind: str, said: str, added: str) -> dict[str, Any]:
    moment = f"{added}T00:00:00.000Z"
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{uuid.uuid5(NAMESPACE, said)}",
        "created": moment,
        "modified": moment,
    }


def _indicator(signature: Signature, text: str, pattern: str, creator: str) -> dict[str, Any]:
    marks = [mark for mark in ("decoy", "shared") if getattr(signature, mark)]
    made = _object("indicator", f"{signature.id}\n{text}", signature.added)
    return {
        **made,
        "created_by_ref": creator,
        "name": text,
        "description": f"{one_line(signature.service)}. {one_line(signature.product)}.",
        "indicator_types": ["anomalous-activity"],
        "pattern": pattern,
        "pattern_type": "stix",
        "valid_from": made["created"],
        "labels": [signature.purpose, signature.strength, *marks],
        "confidence": CONFIDENCES[signature.strength],
        "external_references": [
            {"source_name": "netwatch", "external_id": signature.id},
            *(_reference(reference) for reference in signature.references),
        ],
    }


def _reference(text: str) -> dict[str, str]:
    url, _, rest = one_line(text).partition(" ")
    if not url.startswith(("http://", "https://")):
        return {"source_name": "reference", "description": one_line(text)}
    found = {"source_name": url.split("/")[2], "url": url}
    return {**found, "description": rest} if rest else found


def _pattern(text: str, spared: list[Pattern]) -> str:
    """One name of a pack in STIX's pattern language (section 9)."""
    tests: list[str] = []
    patterns = name_patterns(text)
    inner = [p for p in spared if any(within(pattern, p) for pattern in patterns)]
    for pattern in patterns:
        name = ".".join(pattern.labels)
        if pattern.below or pattern.key[2] < len(pattern.labels):
            tests.append(f"domain-name:value MATCHES {_literal(f'^{expression(pattern)}$')}")
        else:
            tests.append(f"domain-name:value = {_literal(name)}")
    said = " OR ".join(tests)
    if inner:
        said = f"({said})" if len(tests) > 1 else said
        spare = "|".join(expression(pattern) for pattern in inner)
        said += f" AND domain-name:value NOT MATCHES {_literal(f'^(?:{spare})$')}"
    return f"[{said}]"


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
