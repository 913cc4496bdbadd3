"""Two entries must not claim the same thing with the same weight: each way to do so is refused."""

import msgspec
import pytest

from netwatch.errors import SignatureError
from netwatch.match.signatures import Pack
from netwatch.signature import Signature

Fields = dict[str, tuple[str, ...]]


def pack_of(*entries: Fields) -> Pack:
    return Pack(
        tuple(
            Signature(
                id=f"e{number}",
                service="s",
                product="p",
                purpose="web",
                strength="weak",
                place=f"p.yaml:{number}",
                **fields,  # type: ignore[arg-type]  # only fields that hold texts
            )
            for number, fields in enumerate(entries)
        )
    )


def refused(*entries: Fields) -> str:
    with pytest.raises(SignatureError) as caught:
        pack_of(*entries).matcher()
    return str(caught.value)


SAY_MORE = "for the same {}; expected one of them to say more"


@pytest.mark.parametrize(
    ("field", "one", "other", "message"),
    [
        (
            "names",
            ("a.example.com",),
            ("{a,b}.example.com",),
            "p.yaml:1: names: found '{a,b}.example.com', which is as specific as 'a.example.com' of"
            " entry 'e0' (p.yaml:0) " + SAY_MORE.format("names"),
        ),
        (
            "names",
            ("*.example.com",),
            ("*.example.com",),
            "p.yaml:1: names: found '*.example.com', which is as specific as '*.example.com' of"
            " entry 'e0' (p.yaml:0) " + SAY_MORE.format("names"),
        ),
        (
            "names",
            ("a*.example.com",),
            ("*b.example.com",),
            "p.yaml:1: names: found '*b.example.com', which is as specific as 'a*.example.com' of"
            " entry 'e0' (p.yaml:0) " + SAY_MORE.format("names"),
        ),
        (
            "names",
            ("*.a*.example.com",),
            ("*.?*.b.example.com", "*.*a.example.com"),
            "p.yaml:1: names: found '*.*a.example.com', which is as specific as '*.a*.example.com'"
            " of entry 'e0' (p.yaml:0) " + SAY_MORE.format("names"),
        ),
        (
            "paths",
            ("/*/index/u1.xml",),
            ("/index/*/u1.xml",),
            "p.yaml:1: paths: found '/index/*/u1.xml', which is as specific as '/*/index/u1.xml' of"
            " entry 'e0' (p.yaml:0) " + SAY_MORE.format("paths"),
        ),
        (
            "prefixes",
            ("192.0.2.7",),
            ("192.0.2.0/24", "192.0.2.7/32"),
            "p.yaml:1: prefixes: found '192.0.2.7/32', which entry 'e0' (p.yaml:0) has as well",
        ),
        (
            "ports",
            ("tcp/100-199",),
            ("tcp/150-249",),
            "p.yaml:1: ports: found ports that meet 100-199 of entry 'e0' (p.yaml:0) and are as"
            " wide",
        ),
        (
            "ports",
            ("tcp/100",),
            ("tcp/100-100",),
            "p.yaml:1: ports: found 'tcp/100-100', which entry 'e0' (p.yaml:0) has as well",
        ),
        (
            "issuers",
            ("O=Kaspersky, CN=x",),
            ("CN={y,x}, o=Kaspersky",),
            "p.yaml:1: issuers: found 'CN={y,x}, o=Kaspersky', which entry 'e0' (p.yaml:0) has as"
            " well",
        ),
    ],
)
def test_ties_between_entries(
    field: str, one: tuple[str, ...], other: tuple[str, ...], message: str
) -> None:
    assert refused({field: one}, {field: other}) == message
    pack_of({field: one}).matcher()
    pack_of({field: other}).matcher()


def test_what_is_no_tie() -> None:
    pack_of(
        {"names": ("a*.example.com", "a?.example.com", "b*.example.com", "aa*.example.com")},
        {"names": ("c*.example.com", "*.example.com", "a*.example.org", "ab.example.com")},
        {"names": ("d*.*.example.com",)},
        {"names": ("e*.*.example.com",)},
        {"paths": ("/*/index/u1.xml",)},
        {"paths": ("/*/other/u1.xml", "/a*/index/u1.xml", "/*/*/index/u1.xml")},
        {"prefixes": ("192.0.2.0/24",)},
        {"prefixes": ("192.0.2.0/25", "192.0.2.128/25")},
        {"ports": ("tcp/100-199", "udp/150-249")},
        {"ports": ("tcp/200-299", "tcp/120-129", "udp/100-149")},
    ).matcher()


def test_magics_that_two_entries_have() -> None:
    one, other = pack_of({}, {}).signatures
    first = msgspec.structs.replace(one, magics=(b"KLZF",))
    second = msgspec.structs.replace(other, magics=(b"KLZFx", b"KLZF"))
    with pytest.raises(SignatureError) as caught:
        Pack((first, second)).matcher()
    expected = "p.yaml:1: magics: found the magic b'KLZF', which entry 'e0' (p.yaml:0) has as well"
    assert str(caught.value) == expected


def test_at_most_255_entries_may_have_ports() -> None:
    entries: list[Fields] = [{"ports": (f"tcp/{number + 1}",)} for number in range(255)]
    matcher = pack_of(*entries).matcher()
    assert [matcher.port(6, port) for port in (0, 1, 255, 256)] == [-1, 0, 254, -1]
    message = refused(*entries, {"ports": ("tcp/1000",)})
    assert message == "p.yaml:255: ports: expected ports in at most 255 entries"


def test_a_wrong_pattern_made_by_hand_names_its_entry() -> None:
    expected = "p.yaml:0: names: found the name 'A.com', expected lower case"
    assert refused({"names": ("A.com",)}) == expected


def test_patterns_are_bounded_with_their_braces_written_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("netwatch.match.index.PATTERNS_MAX", 6)
    full: Fields = {"names": ("{a,b,c,d}.example.com",)}
    pack_of(full, {"names": ("{x,y}.example.com",)}).matcher()
    assert refused(full, {"names": ("{x,y,z}.example.com",)}) == (
        "p.yaml:1: names: found more than 6 patterns, expected fewer"
    )
    pack_of(full, {"paths": ("/{x,y,z}/abcdef",)}).matcher()


def test_a_plain_name_and_braces_tie_in_either_order() -> None:
    plain: Fields = {"names": ("a.example.com",)}
    braces: Fields = {"names": ("{a,b}.example.com",)}
    found = "p.yaml:1: names: found {!r}, which is as specific as {!r} of entry 'e0' (p.yaml:0) "
    found += SAY_MORE.format("names")
    texts = ("a.example.com", "{a,b}.example.com")
    assert refused(plain, braces) == found.format(*reversed(texts))
    assert refused(braces, plain) == found.format(*texts)
    both: Fields = {"names": ("a.example.com", "{a,b}.example.com")}
    assert pack_of(both).explain("a.example.com").winner is not None


def test_disabled_entries_still_take_part_in_conflicts() -> None:
    one, other = pack_of({"names": ("a.example.com",)}, {"names": ("a.example.com",)}).signatures
    with pytest.raises(
        SignatureError, match=r"^p\.yaml:1: names: found 'a.example.com', which is as"
    ):
        Pack((one,), disabled=(other,)).matcher()
