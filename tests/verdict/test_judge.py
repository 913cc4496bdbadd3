"""The policy by itself.

Invariants: every combination of strength, purpose, signal and seat has an answer; one more piece of
evidence never lowers a verdict, except that a suspected carrier stays at `possible`; behind a
carrier nothing adds up.
"""

from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.charge import SEATS, Seat, Watch
from netwatch.model import VERDICTS, Signal
from netwatch.signature import PURPOSES, STRENGTHS
from netwatch.verdict.evidence import Piece
from netwatch.verdict.judge import (
    BEHIND,
    CAPS,
    LADDER,
    OWN_FIELD,
    THRESHOLDS,
    VISITED,
    Subject,
    ceiling,
    judge,
    piece_level,
)

SIGNALS = [value for name, value in vars(Signal).items() if not name.startswith("_")]
HOUR = 3_600_000_000_000
STRONG = frozenset({("strong", "update", Signal.TLS_SNI, Seat.ENDPOINT)})


def piece(signature: str = "s", at_hours: float = 0, **more: object) -> Piece:
    """A strong, two-way, followed piece, unless told otherwise."""
    fields: dict[str, object] = {
        "signature": signature,
        "product": "Kaspersky product",
        "purpose": "update",
        "name": b"\x01a",
        "kinds": STRONG,
        "first_ns": int(at_hours * HOUR),
        "last_ns": int(at_hours * HOUR),
        "followed": True,
        "two_way": True,
        "connected": True,
        **more,
    }
    return msgspec.convert(fields, Piece)


def verdict(*pieces: Piece, **subject: object) -> tuple[str, str | None]:
    judgement = judge(pieces, msgspec.convert(subject, Subject))
    return judgement.verdict, judgement.cap


def test_the_ceiling_is_total() -> None:
    for kind in product((*STRENGTHS, "new"), (*PURPOSES, "new"), (*SIGNALS, "new"), (*SEATS, "x")):
        strength, purpose, signal, seat = kind
        top = ceiling(*kind)
        assert top in ("contacted", "possible", "likely", "running"), kind
        if purpose in OWN_FIELD | VISITED or signal == Signal.ADDRESS_PREFIX:
            assert top == "contacted", kind
        if strength in ("weak", "new"):
            assert top == "contacted", kind
        if strength == "medium" or signal == Signal.PORT_PROFILE:
            assert top in ("contacted", "possible"), kind
        if seat in BEHIND:
            assert top != "running", kind


def test_every_kind_of_piece_has_a_verdict() -> None:
    marks = ("followed", "two_way", "acked", "browser", "decoy", "address_only")
    for values in product((False, True), repeat=len(marks)):
        for strength in STRENGTHS:
            kinds = frozenset({(strength, "update", Signal.TLS_SNI, Seat.ENDPOINT)})
            flags: dict[str, Any] = dict(zip(marks, values, strict=True))
            one = piece(kinds=kinds, **flags)
            level, cap = piece_level(one)
            judgement = judge([one], Subject())
            assert (judgement.verdict, judgement.cap) == (level, cap)
            assert judgement.verdict in VERDICTS
            assert cap is None or cap in CAPS
            if level == "possible":
                assert judgement.reasons[-1].startswith("not more, because"), one


def test_a_piece_without_kinds_is_worth_nothing() -> None:
    assert piece_level(piece(kinds=frozenset())) == ("contacted", None)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([piece()], ("likely", None)),
        ([piece(), piece("other")], ("running", None)),
        ([piece(), piece(at_hours=1), piece(at_hours=2)], ("running", None)),
        ([piece(), piece(at_hours=0.5), piece(at_hours=1.5)], ("likely", None)),
        ([piece(), piece(at_hours=9)], ("likely", None)),
        ([piece(), piece("other", two_way=False)], ("likely", None)),
        ([piece(two_way=False), piece("other", followed=False)], ("possible", "one-way")),
        ([piece(two_way=False, acked=True), piece("b", two_way=False, acked=True)],
         ("likely", "one-way")),
        ([piece(browser=True), piece("b", decoy=True)], ("possible", "browser")),
        ([piece(seat=Seat.BEHIND_NAT), piece("b", seat=Seat.BEHIND_NAT)], ("likely", None)),
    ],
)  # fmt: skip
def test_what_pieces_prove_together(pieces: list[Piece], expected: tuple[str, str | None]) -> None:
    assert verdict(*pieces) == expected


def test_merely_asked_needs_a_hidden_leg_an_answer_and_two_signatures() -> None:
    asked = [piece(followed=False), piece("b", followed=False)]
    assert verdict(*asked, connections_hidden=True) == ("likely", "merely-asked")
    assert verdict(*asked) == ("possible", "merely-asked")
    assert verdict(asked[0], connections_hidden=True) == ("possible", "merely-asked")
    forged = piece("b", followed=False, two_way=False)
    assert verdict(asked[0], forged, connections_hidden=True)[0] == "possible"


def test_sessions_with_a_proven_server_are_proof() -> None:
    ports = frozenset({("weak", "management", Signal.PORT_PROFILE, Seat.ENDPOINT)})
    sessions = [piece(at_hours=n, kinds=ports, server_proven=True) for n in range(3)]
    assert verdict(*sessions) == ("running", None)
    assert verdict(*sessions[:2]) == ("contacted", None)
    assert verdict(*sessions, suspected="x") == ("possible", "suspected-carrier")
    assert judge(sessions, Subject()).products == ("Kaspersky product",)
    assert judge(sessions[:2], Subject()).products == ()


def test_an_address_adds_up_within_its_time_only() -> None:
    apart = [piece(), piece("b", at_hours=8)]
    assert verdict(*apart) == ("running", None)
    assert verdict(*apart, address_only=True) == ("likely", None)
    reasons = judge(apart, Subject(address_only=True)).reasons
    assert "too far apart in time" in reasons[-1]
    assert "too far apart" not in judge(apart[:1], Subject(address_only=True)).reasons[-1]
    assert verdict(*apart, piece("c", at_hours=7.9), address_only=True) == ("running", None)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, ""),
        ({"hours": 7}, "nothing in"),
        ({"days": 1}, "1 day"),
        ({"connections_named": 94}, "94 of its 100"),
        ({"connections": 0, "connections_named": 0}, "none of its connections"),
        ({"loss": 0.02}, "lost about 2.0 %"),
        ({"one_direction": True}, "one direction"),
    ],
)
def test_what_it_takes_to_be_clean(changes: dict[str, object], word: str) -> None:
    fields = {
        "seconds": 99_999, "hours": 8, "days": 2, "connections": 100, "connections_named": 95,
        **changes,
    }  # fmt: skip
    subject = Subject(watch=msgspec.convert(fields, Watch))
    judgement = judge([], subject)
    assert judgement.verdict == ("unknown" if word else "clean")
    assert word in judgement.reasons[0]
    carrier = msgspec.structs.replace(subject, carrier=True)
    assert judge([], carrier).verdict == "unknown"


pieces = st.builds(
    Piece,
    signature=st.sampled_from("abcd"),
    product=st.just("p"),
    purpose=st.sampled_from(PURPOSES),
    kinds=st.frozensets(
        st.tuples(
            st.sampled_from(STRENGTHS),
            st.sampled_from(PURPOSES),
            st.sampled_from(SIGNALS),
            st.sampled_from(SEATS),
        ),
        max_size=3,
    ),
    first_ns=st.integers(0, 40).map(lambda n: n * HOUR // 2),
    last_ns=st.just(0),
    seat=st.sampled_from(SEATS),
    followed=st.booleans(),
    two_way=st.booleans(),
    acked=st.booleans(),
    browser=st.booleans(),
    decoy=st.booleans(),
    address_only=st.booleans(),
    server_proven=st.booleans(),
)
subjects = st.builds(
    Subject,
    suspected=st.sampled_from(["", "why"]),
    address_only=st.booleans(),
    connections_hidden=st.booleans(),
)


@given(st.lists(pieces, min_size=1, max_size=8), st.lists(pieces, max_size=4), subjects)
@settings(derandomize=True, max_examples=400, deadline=None)
def test_more_evidence_never_lowers(some: list[Piece], more: list[Piece], subject: Subject) -> None:
    few, many = judge(some, subject), judge([*some, *more], subject)
    assert LADDER.index(many.verdict) >= LADDER.index(few.verdict)
    backwards = judge(some[::-1], subject)
    assert (backwards.verdict, backwards.cap) == (few.verdict, few.cap)
    assert judge([*some, *some], subject).verdict == few.verdict
    if subject.suspected:
        assert many.verdict in ("possible", "contacted", "unknown")


def test_presence_of_a_browser_or_decoy_demotes() -> None:
    for mark in ("browser", "decoy"):
        assert verdict(piece(), piece("b")) == ("running", None)
        flag: dict[str, Any] = {mark: True}
        marked = [piece(**flag), piece("b", **flag)]
        assert verdict(*marked)[0] == "possible", mark


def test_the_thresholds_are_those_of_the_design() -> None:
    assert THRESHOLDS.followed_ns == 60_000_000_000
    assert (THRESHOLDS.signatures, THRESHOLDS.half_hours, THRESHOLDS.span_ns) == (2, 3, 2 * HOUR)
    assert THRESHOLDS.address_only_ns == 8 * HOUR
    assert (THRESHOLDS.watched_hours, THRESHOLDS.watched_days) == (8, 2)
    assert (THRESHOLDS.named_share, THRESHOLDS.loss_share) == (0.95, 0.01)
