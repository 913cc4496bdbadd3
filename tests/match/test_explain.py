"""Invariant: what `explain` calls the winner is what the matcher answers, for every kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.match.explain import explain
from netwatch.match.index import Index
from netwatch.match.notation import answer, asked
from netwatch.match.signatures import load_packs
from netwatch.paths import packs_folder

PACK = load_packs([packs_folder()])
INDEX = Index(PACK.signatures)
MATCHER = INDEX.matcher()
EXAMPLES = [text for s in PACK.signatures for text in (*s.matches, *s.ignores)]


def winner(text: str) -> int:
    explanation = explain(INDEX, asked(text))
    return -1 if explanation.winner is None else explanation.winner.index


@pytest.mark.parametrize("text", sorted(set(EXAMPLES)))
def test_the_winner_is_the_matchers_answer(text: str) -> None:
    assert winner(text) == answer(MATCHER, asked(text))


WORDS = sorted({label for text in EXAMPLES if "/" not in text for label in text.split(".")})
LABEL = st.sampled_from([word for word in WORDS if word and word.isascii() and " " not in word])


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.lists(LABEL, max_size=3),
    st.sampled_from(["kaspersky.com", "kaspersky-labs.com", "kaspersky.de", "example.com"]),
)
def test_the_winner_is_the_matchers_answer_for_any_name(labels: list[str], domain: str) -> None:
    text = ".".join([*labels, domain])
    question = asked(text)
    if question.kind == "name":
        assert winner(text) == answer(MATCHER, question)


def test_who_lost_and_why() -> None:
    explanation = PACK.explain("s01.upd.kaspersky.com")
    assert explanation.winner is not None
    assert explanation.winner.signature.id == "kaspersky-update-https"
    assert explanation.winner.pattern == "s[01][0-9].upd.kaspersky.com"
    assert [(loser.signature.id, loser.pattern, loser.why) for loser in explanation.losers] == [
        ("kaspersky-update-family", "*.upd.kaspersky.com", "3 labels, the winner 4"),
        ("kaspersky-domain", "*.kaspersky.com", "2 labels, the winner 4"),
    ]
    globs = PACK.explain("ksn-crypto-url-geo.kaspersky-labs.com")
    assert [loser.why for loser in globs.losers] == [
        "2 labels without a glob, the winner 3",
        "2 labels without a glob, the winner 3",
        "2 labels, the winner 3",
    ]
    account = PACK.explain("user:kavdumps").winner
    assert account is not None and account.signature.id == "kaspersky-crash-dumps"
    assert PACK.explain("www.example.com").winner is None
    assert PACK.explain("www.example.com").losers == ()
