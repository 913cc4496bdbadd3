"""Invariant: whatever names were taken, and whatever was said of them, the pack that is written is
read back with exactly these names.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.exchange.found import Found
from netwatch.exchange.pack_text import Meaning, pack_text
from netwatch.match.signatures import pack_of_text

NAME = st.from_regex(r"(\*\.)?([a-z0-9_-]{1,8}\.){1,3}[a-z0-9-]{2,5}", fullmatch=True)
TEXT = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=30
).filter(str.strip)


def meaning(**fields: str) -> Meaning:
    said = {"service": "S", "product": "P", "purpose": "update", "strength": "medium"}
    return Meaning(
        id_prefix="own", references=("r: x",), added="2026-11-22", source="l", **{**said, **fields}
    )


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(NAME, min_size=1, max_size=8), st.lists(NAME, max_size=3), TEXT, TEXT)
def test_it_is_read_back(names: list[str], spared: list[str], service: str, product: str) -> None:
    found = Found()
    for number, name in enumerate(names):
        found.add(number, name)
    for number, name in enumerate(spared):
        found.add(number, name, spared=True)
    if not found.names:
        return
    text = pack_text(found, meaning(service=service, product=product))
    first, *rest = pack_of_text(text.encode(), "own.yaml").signatures
    assert first.names == tuple(found.names)
    assert (first.id, first.purpose, first.strength) == ("own-names", "update", "medium")
    assert first.service == " ".join(service.split()).strip()
    assert tuple(name for one in rest for name in one.names) == tuple(found.spared)
    assert all((one.id, one.purpose) == ("own-excepted", "exempt") for one in rest)


def test_names_that_yaml_would_read_as_something_else() -> None:
    found = Found()
    for name in ("1.e-5", "*.example.com", "-.ab", "_a.example.com", "y.no", "0.ab"):
        found.add(1, name)
    assert len(found.names) == 6
    (signature,) = pack_of_text(pack_text(found, meaning()).encode(), "own.yaml").signatures
    assert signature.names == tuple(found.names)
