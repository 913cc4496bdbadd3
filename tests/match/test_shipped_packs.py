"""What is shipped: every example holds, every entry says where it is known from, and the names that
decide between an accusation and a visit to a web site are where they belong.
"""

import pytest

from netwatch.match.notation import answer, asked
from netwatch.match.signatures import load_packs
from netwatch.paths import packs_folder
from netwatch.signature import Signature

PACK = load_packs([packs_folder()], examples=True)
MATCHER = PACK.matcher()


def claimed(text: str) -> Signature | None:
    found = answer(MATCHER, asked(text))
    return PACK.signatures[found] if found >= 0 else None


@pytest.mark.parametrize("signature", PACK.signatures, ids=lambda signature: signature.id)
def test_every_entry_has_examples_for_both_sides(signature: Signature) -> None:
    assert signature.matches
    assert signature.ignores
    if len(signature.names) + len(signature.ports) + len(signature.prefixes) > 1:
        assert len(signature.matches) > 1


@pytest.mark.parametrize("signature", PACK.signatures, ids=lambda signature: signature.id)
def test_nothing_that_rests_on_hearsay_is_strong(signature: Signature) -> None:
    sources = [text for text in signature.references if "from memory" not in text]
    found_again = [text for text in sources if "address not recorded" not in text]
    assert signature.references
    if signature.strength == "strong":
        assert found_again
    if not sources:
        assert signature.strength == "weak"


def test_visits_links_and_analytics_are_never_more_than_weak() -> None:
    for signature in PACK.signatures:
        if signature.purpose in ("web", "certificate", "exempt", "impostor", "successor"):
            assert signature.strength == "weak", signature.id
        if signature.prefixes or signature.ports:
            assert signature.strength == "weak", signature.id


@pytest.mark.parametrize(
    ("text", "purpose", "strength"),
    [
        ("s00.upd.kaspersky.com", "update", "strong"),
        ("p19.upd.kaspersky.com", "update", "strong"),
        ("downloads.upd.kaspersky.com", "update", "strong"),
        ("cm.k.kaspersky-labs.com", "update", "strong"),
        ("dnl-07.geo.kaspersky.com", "update", "strong"),
        ("/v6/index/u1313g.xml", "update", "strong"),
        ("ds.kaspersky.com", "telemetry", "strong"),
        ("dc1-st.ksn.kaspersky-labs.com", "telemetry", "strong"),
        ("ksn-verdict-geo.kaspersky-labs.com", "telemetry", "strong"),
        ("ksn-dc1-st.geoksn.kaspersky.com", "telemetry", "strong"),
        ("activation-v2.kaspersky.com", "activation", "strong"),
        ("touch.kaspersky.com", "connectivity", "strong"),
        ("39.ucp-ntfy.kaspersky-labs.com", "portal", "strong"),
        ("kavdumps.kaspersky.com", "diagnostics", "strong"),
        ("unheard-of.kaspersky-labs.com", "unclassified", "medium"),
        ("unheard-of.kaspersky.com", "unclassified", "weak"),
        ("www.kaspersky.com", "web", "weak"),
        ("www.kaspersky.co.uk", "web", "weak"),
        ("gc.kis.v2.scr.kaspersky-labs.com", "web", "weak"),
        ("ppt-issuer.ksn.kaspersky-labs.com", "mobile", "weak"),
        ("mx12.kaspersky-labs.com", "unclassified", "weak"),
        ("kaspersky-labs.com", "unclassified", "weak"),
        ("crl.kaspersky.com", "certificate", "weak"),
        ("my.kaspersky.com", "portal", "weak"),
        ("opentip.kaspersky.com", "exempt", "weak"),
        ("securelist.com", "exempt", "weak"),
        ("update.kaspersky.com", "update", "weak"),
        ("kav8.zonealarm.com", "oem", "medium"),
        ("www.ultraav.com", "successor", "weak"),
        ("kasperskyupdate.com", "impostor", "weak"),
        ("api.kaspersky.one", "impostor", "weak"),
        ("tcp/13000", "management", "weak"),
        ("tcp/23150", "management", "weak"),
        ("37.203.128.9", "unclassified", "weak"),
        ("issuer:CN=Kaspersky Server Authentication CA G3,O=Kaspersky", "connectivity", "strong"),
    ],
)
def test_what_the_names_prove(text: str, purpose: str, strength: str) -> None:
    signature = claimed(text)
    assert signature is not None
    assert (signature.purpose, signature.strength) == (purpose, strength)


@pytest.mark.parametrize(
    "text",
    [
        "www.example.com",
        "kaspersky",
        "kaspersky.example",
        "kasperskyapi.com",
        "kasperskycontent.com",
        "mykaspersky.com",
        "kaspersky-fans.org",
        "kaspersky.com.evil.example",
        "s00.upd.kaspersky.com.evil.example",
        "zonealarm.com",
        "checkpoint.com",
        "hotspotshield.com",
        "pango.co",
        "/index.html",
        "/index/u.xml",
        "8.8.8.8",
        "2a03:2880::1",
        "tcp/443",
        "tcp/8080",
        "udp/443",
        "issuer:CN=R11,O=Let's Encrypt,C=US",
        "magic:PK\\x03\\x04",
    ],
)
def test_what_is_nobodys(text: str) -> None:
    assert claimed(text) is None


def test_the_marks_stand_where_they_must() -> None:
    decoys = {name for s in PACK.signatures if s.decoy for name in s.names}
    assert decoys == {
        "ds.kaspersky.com",
        "ksn-ds.geoksn.kaspersky.com",
        "dc1-file.ksn.kaspersky-labs.com",
        "ksn-dc1-file.geoksn.kaspersky.com",
        "{update,updater,downloads}.kaspersky.com",
    }
    for text in (
        "dnl-01.geo.kaspersky.com",
        "ksn-crypto-url-geo.kaspersky-labs.com",
        "ksn-crypto-unheard-geo.kaspersky-labs.com",
        "ksn-url.geoksn.kaspersky.com",
        "/index/u1313g.xml",
        "magic:KLZF",
    ):
        signature = claimed(text)
        assert signature is not None
        assert signature.shared, text
    for text in ("s01.upd.kaspersky.com", "ksn-url-geo.kaspersky-labs.com", "ds.kaspersky.com"):
        signature = claimed(text)
        assert signature is not None
        assert not signature.shared, text


def test_one_question_and_its_alias_are_one_signature() -> None:
    """Seen in a real capture; two signatures would look like two pieces of evidence."""
    for question, alias in (
        ("ds.kaspersky.com", "ksn-ds.geoksn.kaspersky.com"),
        ("dc1-st.ksn.kaspersky-labs.com", "ksn-dc1-st.geoksn.kaspersky.com"),
        ("touch.kaspersky.com", "touch.geo.kaspersky.com"),
        ("activation-v2.kaspersky.com", "activation-v2.geo.kaspersky.com"),
    ):
        assert claimed(question) == claimed(alias)
