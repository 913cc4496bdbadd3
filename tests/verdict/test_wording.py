"""What is said of a device: plain words, the strongest first, every `possible` explained."""

import msgspec
import pytest

from netwatch.charge import Role
from netwatch.names import name_wire
from netwatch.verdict import wording
from netwatch.verdict.evidence import Piece
from netwatch.verdict.judge import CAPS


def piece(name: str, seconds: int = 0, **more: object) -> Piece:
    fields: dict[str, object] = {
        "signature": name,
        "product": "Kaspersky product",
        "purpose": "update",
        "name": name_wire(name),
        "kinds": frozenset(),
        "first_ns": seconds * 1_000_000_000,
        "last_ns": seconds * 1_000_000_000,
        **more,
    }
    return msgspec.convert(fields, Piece)


def said(*pieces: Piece) -> tuple[str, ...]:
    return wording.evidence([(one, "likely") for one in pieces])


def test_the_sentence_of_the_manual() -> None:
    name, marks = "dnl-03.geo.kaspersky.com", {"asked": True, "connected": True, "reached": True}
    assert said(piece(name, **marks), piece(name, 2_460, **marks)) == (
        "asked for and connected to dnl-03.geo.kaspersky.com (update) twice within 41 minutes",
    )


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ({"asked": True}, "asked for a.b (update)"),
        ({"connected": True, "reached": True}, "connected to a.b (update)"),
        ({"connected": True}, "tried to connect to a.b (update)"),
        ({"asked": True, "blocked": True}, "asked for a.b (update), and was blocked"),
        ({}, "sent packets to a.b (update)"),
    ],
)
def test_the_verb_says_what_was_seen(marks: dict[str, bool], words: str) -> None:
    assert said(piece("a.b", **marks)) == (words,)


def test_a_name_cannot_break_the_line() -> None:
    evil = msgspec.structs.replace(piece("a.b", connected=True), name=b"\x06evil\n\x1b")
    (sentence,) = said(evil)
    assert sentence.isprintable()
    assert sentence.isascii()


def test_without_a_name_the_signature_is_named() -> None:
    ports = msgspec.structs.replace(piece("ksc-agent", connected=True), name=b"")
    assert said(ports) == ("tried to connect to a server as ksc-agent describes it (update)",)


def test_many_signatures_are_not_all_told() -> None:
    sentences = said(*(piece(f"n{n}.example", n, asked=True) for n in range(8)))
    assert sentences[0] == "asked for n0.example (update)"
    assert sentences[-1] == "and 3 more kinds of name"
    assert len(sentences) == wording.SENTENCES_MAX + 1


def test_what_proves_most_is_told_first() -> None:
    weak, strong = piece("weak.example"), piece("strong.example", 9)
    told = wording.evidence([(weak, "contacted"), (strong, "likely")])
    assert "strong.example" in told[0]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (70, "70 s"), (119, "119 s"), (120, "2 minutes"), (7_199, "119 minutes"),
     (7_200, "2 h"), (172_800, "2 days")],
)  # fmt: skip
def test_durations(seconds: int, text: str) -> None:
    assert wording.duration(seconds) == text


def test_every_cap_is_explained() -> None:
    for cap in CAPS:
        (reason,) = wording.why_not_more("possible", cap, "it answers DNS questions itself")
        assert reason.startswith("not more, because")
    assert wording.why_not_more("running", None, "") == ()
    assert wording.why_not_more("contacted", None, "") == ()
    assert wording.why_not_more("likely", None, "")[0].startswith("not more, because")


def test_the_share_of_public_dns_is_told_when_it_says_something() -> None:
    assert wording.public_dns(6, 6)[0].startswith("6 of the 6 questions")
    assert wording.public_dns(1, 1) == ()
    assert wording.public_dns(6, 100) == ()


def test_products() -> None:
    own = piece("own.example", product="KES")
    shared = piece("shared.example", oem_shared=True)
    oem = piece("oem.example", purpose="oem")
    assert wording.products([own, shared, oem]) == ("KES",)
    assert wording.products([shared, oem]) == (wording.OEM_PRODUCT,)
    assert wording.products([shared]) == (wording.MAYBE_OEM_PRODUCT,)
    assert wording.products([]) == ()


def test_purposes_come_in_one_order() -> None:
    pieces = [piece("a.b", purpose="web"), piece("c.d", purpose="update")]
    assert wording.purposes(pieces) == ("update", "web")


def test_short_looks() -> None:
    assert wording.too_short(70, 1, 1) == "nothing in 70 s"
    assert wording.too_short(90_000, 3, 2) == "nothing in 25 h, with traffic in 3 h on 2 days"


def test_every_carrier_has_a_way_to_be_seen_through() -> None:
    assert set(wording.HOW_TO_NAME) == {Role.RESOLVER, Role.PROXY, Role.NAT}


def test_a_few_origins_are_named() -> None:
    assert wording.told_origins([]) == ""
    assert wording.told_origins(["10.0.0.1", "::2"]).endswith("origin: 10.0.0.1, ::2")
    assert wording.told_origins(["10.0.0.1"] * 10).endswith("10.0.0.1 and 2 more")
