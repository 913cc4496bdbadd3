"""Signatures -> examples: each is claimed by its own entry, each pattern has one."""

import msgspec

from netwatch.match.notation import answer, asked
from netwatch.match.signatures import Pack, load_packs
from netwatch.paths import packs_folder
from netwatch.selftest.examples import Example, examples
from netwatch.signature import Signature

PLAIN = Signature(id="", service="s", product="p", purpose="update", strength="strong")


def entry(number: int, **fields: tuple[object, ...]) -> Signature:
    return msgspec.structs.replace(PLAIN, id=f"e{number}", **fields)


def made(*signatures: Signature) -> tuple[list[Example], list[str]]:
    return examples(signatures, Pack(signatures).matcher())


def test_every_kind_of_pattern_gives_examples() -> None:
    found, barren = made(
        entry(
            0,
            names=("s[01][0-9].{a,b}.example.org", "*.x?.example.net"),
            paths=("/*/u{1,2}g.xml",),
            issuers=("O=Acme, CN=Acme * CA",),
            subjects=("CN=acme.example",),
            magics=(b"KLZ\x01\\",),
            prefixes=("192.0.2.0/24", "2001:db8::/32"),
            ports=("tcp/13000", "udp/100-199"),
        )
    )
    assert barren == []
    assert [(one.kind, one.text) for one in found] == [
        ("name", "s00.a.example.org"),
        ("name", "s00.b.example.org"),
        ("name", "selftest.xs.example.net"),
        ("path", "/selftest/u1g.xml"),
        ("path", "/selftest/u2g.xml"),
        ("issuer", "issuer:O=Acme, CN=Acme selftest CA"),
        ("subject", "subject:CN=acme.example"),
        ("magic", "magic:KLZ\\x01\\x5c"),
        ("address", "192.0.2.0"),
        ("address", "192.0.2.255"),
        ("address", "2001:db8::"),
        ("address", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("port", "tcp/13000"),
        ("port", "udp/100"),
        ("port", "udp/199"),
    ]


def test_what_a_narrower_entry_claims_is_no_example() -> None:
    wide = entry(0, names=("x[0-9].example.org",))
    narrow = entry(1, names=("x0.example.org", "x1.example.org"))
    found, barren = made(wide, narrow)
    assert barren == []
    assert [one.text for one in found if one.signature == 0] == ["x2.example.org"]


def test_a_pattern_that_others_cover_is_told() -> None:
    found, barren = made(
        entry(0, names=("x[01].example.org",)),
        entry(1, names=("x0.example.org", "x1.example.org")),
    )
    assert barren == ["e0: x[01].example.org"]
    assert {one.signature for one in found} == {1}


def test_the_author_s_examples_are_among_them() -> None:
    found, _ = made(entry(0, names=("*.example.org",), matches=("a.b.example.org",)))
    assert Example(0, "name", "a.b.example.org") in found


def test_the_shipped_packs_have_no_barren_pattern() -> None:
    pack = load_packs([packs_folder()])
    matcher = pack.matcher()
    found, barren = examples(pack.signatures, matcher)
    assert barren == []
    assert {one.signature for one in found} == set(range(len(pack.signatures)))
    assert all(answer(matcher, asked(one.text)) == one.signature for one in found)
