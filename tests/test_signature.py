"""The words that a signature may use, against the packs that use them."""

import pytest

from netwatch.match.signatures import load_packs
from netwatch.paths import packs_folder
from netwatch.signature import PURPOSES, STRENGTHS, Signature


def test_purposes_and_strengths_are_told_apart() -> None:
    """No word stands twice, and none is both a purpose and a strength."""
    words = PURPOSES + STRENGTHS
    assert len(set(words)) == len(words)


def test_every_strength_is_used_and_every_used_word_is_known() -> None:
    """The shipped packs speak this language and all of its strengths."""
    signatures = load_packs([packs_folder()]).signatures
    assert {signature.strength for signature in signatures} == set(STRENGTHS)
    assert {signature.purpose for signature in signatures} <= set(PURPOSES)


def test_a_signature_cannot_be_changed() -> None:
    """A pack is shared by everybody who matches; nobody may write into it."""
    signature = Signature(id="a", service="s", product="p", purpose="web", strength="weak")
    with pytest.raises(AttributeError):
        signature.strength = "strong"  # type: ignore[misc] # what the test is about
