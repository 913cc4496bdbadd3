"""Packs as a whole: files and folders, versions, examples; an empty run is refused."""

import hashlib
import pickle
from pathlib import Path

import pytest

from netwatch.errors import SignatureError
from netwatch.match.notation import answer, asked
from netwatch.match.signatures import Pack, load_packs, pack_of_text
from netwatch.names import Name

HEAD = "pack: {{name: p, version: {}, description: d}}\nsignatures:\n"
ENTRY = """\
  - id: {}
    service: s
    product: p
    purpose: update
    strength: weak
    names: [{}]
    references: [r]
    added: 2026-11-22
"""


def write(path: Path, version: str, *entries: tuple[str, str], more: str = "") -> Path:
    text = HEAD.format(version) + "".join(ENTRY.format(*entry) for entry in entries) + more
    path.write_text(text)
    return path


def message_of(*paths: Path, examples: bool = False) -> str:
    with pytest.raises(SignatureError) as caught:
        load_packs(paths, examples)
    return str(caught.value)


def test_a_folder_stands_for_its_packs_in_order(tmp_path: Path) -> None:
    write(tmp_path / "b.yaml", "v2", ("b", "b.example.com"))
    first = write(tmp_path / "a.yml", "v1", ("a", "a.example.com"))
    (tmp_path / "README.md").write_text("no pack")
    (tmp_path / "inside").mkdir()
    write(tmp_path / "inside" / "c.yaml", "v3", ("c", "c.example.com"))
    pack = load_packs([tmp_path])
    assert [signature.id for signature in pack.signatures] == ["a", "b"]
    digest = hashlib.sha256(first.read_bytes()).hexdigest()[:12]
    assert pack.versions[0] == ("a.yml", "v1", digest)
    assert pack.versions[1][:2] == ("b.yaml", "v2")
    again = load_packs([tmp_path / "b.yaml", tmp_path, tmp_path / "b.yaml"])
    assert [signature.id for signature in again.signatures] == ["b", "a"]
    assert pickle.loads(pickle.dumps(pack)) == pack  # noqa: S301 - our own, as workers get it


def test_no_pack_at_all_is_refused(tmp_path: Path) -> None:
    assert message_of() == "signatures: found no pack at all, expected at least one"
    expected = f"{tmp_path}: found no *.yaml in this folder, expected at least one pack"
    assert message_of(tmp_path) == expected
    missing = tmp_path / "none.yaml"
    expected = f"{missing}: cannot read the pack: No such file or directory"
    assert message_of(missing) == expected


def test_an_id_may_be_used_once_in_all_files(tmp_path: Path) -> None:
    one = write(tmp_path / "a.yaml", "v1", ("same", "a.example.com"))
    other = write(tmp_path / "b.yaml", "v1", ("x", "x.example.com"), ("same", "b.example.com"))
    assert message_of(tmp_path) == (
        f"{other}:11:9: id: found 'same' again, first at {one}:3:9; expected every id once"
    )


def test_two_files_may_not_claim_one_name(tmp_path: Path) -> None:
    one = write(tmp_path / "a.yaml", "v1", ("a", "a.example.com"))
    other = write(tmp_path / "b.yaml", "v1", ("b", "b.example.com, '{a,c}.example.com'"))
    assert message_of(tmp_path) == (
        f"{other}:8:28: names: found '{{a,c}}.example.com', which is as specific as"
        f" 'a.example.com' of entry 'a' ({one}:3) for the same names; expected one of them to say"
        " more"
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("    matches: [a.example.com, S.A.example.com.]\n    ignores: [b.example.com]\n", ""),
        (
            "    matches: [a.example.com,\n      b.example.com]\n",
            "12:7: matches: found 'b.example.com' claimed by no entry, expected it to be claimed"
            " by 'a'",
        ),
        (
            "    matches: [x.s.a.example.com]\n",
            "11:15: matches: found 'x.s.a.example.com' claimed by 'b', expected it to be claimed"
            " by 'a'",
        ),
        (
            "    ignores: [tcp/1, s.a.example.com]\n",
            "11:22: ignores: found 's.a.example.com' claimed by 'a', expected it not to be claimed"
            " by 'a'",
        ),
        ("    ignores: [x.s.a.example.com]\n", ""),
        (
            "    ignores: [a b]\n",
            "11:15: ignores: found 'a b', expected a name, a /path, an address, tcp/PORT, udp/PORT,"
            " issuer:NAME, subject:NAME, magic:TEXT or user:NAME",
        ),
    ],
)
def test_examples_are_tried(tmp_path: Path, more: str, message: str) -> None:
    path = tmp_path / "a.yaml"
    names = "a.example.com, '*.a.example.com'"
    other = ENTRY.format("b", "'*.s.a.example.com'")
    path.write_text(HEAD.format("v1") + ENTRY.format("a", names) + more + other)
    load_packs([path])
    if message:
        assert message_of(path, examples=True) == f"{path}:{message}"
    else:
        load_packs([path], examples=True)


def test_the_matcher_answers_with_the_place_in_the_pack(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", "v1", ("a", "a.example.com"), ("b", "'*.example.com'"))
    pack = load_packs([tmp_path])
    name = Name()
    for text, expected in ((b"a.example.com", "a"), (b"b.example.com", "b")):
        name.set_dotted(text, 0, len(text))
        assert pack.signatures[pack.matcher().name(name)].id == expected


def test_ten_thousand_names_are_found_again(tmp_path: Path) -> None:
    for part in range(4):
        names = ", ".join(f"host{n}.d{n % 977}.example" for n in range(part, 10_000, 4))
        write(tmp_path / f"{part}.yaml", "v1", (f"p{part}", names))
    pack = load_packs([tmp_path])
    matcher = pack.matcher()
    name = Name()
    for number in (0, 1, 5_002, 9_999):
        text = f"host{number}.d{number % 977}.example".encode()
        name.set_dotted(text, 0, len(text))
        assert matcher.name(name) == number % 4
        name.set_dotted(b"x" + text, 0, len(text) + 1)
        assert matcher.name(name) == -1


def claimed(pack: Pack, text: str) -> str:
    name = Name()
    assert name.set_dotted(text.encode(), 0, len(text))
    found = pack.matcher().name(name)
    return pack.signatures[found].id if found >= 0 else ""


def test_a_later_path_overrides_by_id(tmp_path: Path) -> None:
    (tmp_path / "shipped").mkdir()
    write(tmp_path / "shipped" / "a.yaml", "v1", ("a", "a.example.com"), ("b", "b.example.com"))
    ours = write(tmp_path / "ours.yaml", "v2", ("a", "x.example.com"), ("c", "c.example.com"))
    pack = load_packs([tmp_path / "shipped", ours])
    assert [signature.id for signature in pack.signatures] == ["b", "a", "c"]
    assert pack.signatures[1].place == f"{ours}:3"
    assert [signature.names for signature in pack.replaced] == [("a.example.com",)]
    assert [claimed(pack, f"{n}.example.com") for n in "axbc"] == ["", "a", "b", "c"]
    backwards = load_packs([ours, tmp_path / "shipped"])
    assert claimed(backwards, "a.example.com") == "a" and claimed(backwards, "x.example.com") == ""
    assert [version for _, version, _ in pack.versions] == ["v1", "v2"]


def test_an_override_is_no_way_to_claim_what_others_have(tmp_path: Path) -> None:
    one = write(tmp_path / "a.yaml", "v1", ("a", "a.example.com"), ("b", "b.example.com"))
    other = write(tmp_path / "b.yaml", "v1", ("a", "b.example.com"))
    assert message_of(one, other).startswith(
        f"{other}:8:13: names: found 'b.example.com', which is"
    )


FAMILY = (("wide", "'*.example.com'"), ("site", "www.example.com"), ("upd-1", "u1.example.com"))


@pytest.mark.parametrize(
    ("choice", "enabled", "disabled"),
    [
        ("disable: [site]", ["wide", "upd-1"], ["site"]),
        ("disable: [upd-*, site]", ["wide"], ["site", "upd-1"]),
        ("only: [site]", ["site"], ["wide", "upd-1"]),
        ("only: ['*']", ["wide", "site", "upd-1"], []),
        ("only: [site, upd-1]\ndisable: ['upd*']", ["site"], ["wide", "upd-1"]),
    ],
)
def test_disable_and_only(
    tmp_path: Path, choice: str, enabled: list[str], disabled: list[str]
) -> None:
    write(tmp_path / "a.yaml", "v1", *FAMILY)
    head = "pack: {name: site, version: v9, description: d}\n"
    (tmp_path / "site.yaml").write_text(head + choice + "\n")
    pack = load_packs([tmp_path], examples=True)
    assert [signature.id for signature in pack.signatures] == enabled
    assert [signature.id for signature in pack.disabled] == disabled
    assert pack.versions[1][:2] == ("site.yaml", "v9")
    # What a disabled entry claims is nobody's: it must not fall to a wider entry.
    for text, owner in (("www", "site"), ("u1", "upd-1"), ("x", "wide")):
        expected = owner if owner in enabled else ""
        assert claimed(pack, f"{text}.example.com") == expected
        winner = pack.explain(f"{text}.example.com").winner
        assert winner is not None
        assert (winner.signature.id, winner.disabled) == (owner, owner in disabled)
    assert pickle.loads(pickle.dumps(pack)) == pack  # noqa: S301 - our own, as workers get it


def test_every_kind_of_pattern_can_be_disabled(tmp_path: Path) -> None:
    kinds = (
        "    paths: [/index/u1.xml]\n    ports: [tcp/13000]\n    prefixes: [192.0.2.0/24]\n"
        "    magics: [KLZF]\n    issuers: [O=Example Lab]\n"
    )
    path = write(
        tmp_path / "a.yaml", "v1", ("b", "b.example.com"), ("a", "a.example.com"), more=kinds
    )
    asked_ = ("/index/u1.xml", "tcp/13000", "192.0.2.1", "magic:KLZF", "issuer:O=Example Lab")
    matcher = load_packs([path]).matcher()
    assert [answer(matcher, asked(text)) for text in asked_] == [1] * 5
    path.write_text(path.read_text() + "disable: [a]\n")
    matcher = load_packs([path]).matcher()
    assert [answer(matcher, asked(text)) for text in asked_] == [-1] * 5


@pytest.mark.parametrize(
    ("choice", "place", "message"),
    [
        (
            "disable: [sit]",
            "2:11",
            "disable: found 'sit', which is the id of no entry here (did you mean 'site'?)",
        ),
        ("only: [zzz-*]", "2:8", "only: found 'zzz-*', which is the id of no entry here"),
        ("disable: [site, SITE]", "2:17", "disable: found 'SITE', expected an id, or ids with *"),
        ("disable: [site, site]", "2:17", "disable: found 'site' twice, expected it once"),
        ("only: []", "2:7", "only: found an empty list, expected at least one"),
        ("only: site", "2:7", "only: found text, expected a list"),
        (
            "disable: ['*']",
            "2:11",
            "found that `disable` and `only` leave none of 3 signatures, expected at least one",
        ),
        ("enable: [site]", "2:1", "found the unknown key 'enable'; did you mean 'disable'?"),
    ],
)
def test_mistakes_in_disable_and_only(
    tmp_path: Path, choice: str, place: str, message: str
) -> None:
    write(tmp_path / "a.yaml", "v1", *FAMILY)
    path = tmp_path / "site.yaml"
    path.write_text(f"pack: {{name: s, version: v, description: d}}\n{choice}\n")
    assert message_of(tmp_path) == f"{path}:{place}: {message}"


def test_a_run_without_any_signature_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("pack: {name: s, version: v, description: d}\ndisable: [a]\n")
    assert message_of(path).endswith("2:11: disable: found 'a', which is the id of no entry here")


def test_two_packs_live_side_by_side(tmp_path: Path) -> None:
    """What a sensor needs to take a new pack while the old one still runs: nothing is global."""
    old = load_packs([write(tmp_path / "a.yaml", "v1", ("a", "a.example.com"))])
    first = old.matcher()
    new = load_packs(
        [write(tmp_path / "a.yaml", "v2", ("b", "b.example.com"), ("a", "c.example.com"))]
    )
    second = new.matcher()
    name = Name()
    for text, expected in (
        (b"a.example.com", (0, -1)),
        (b"b.example.com", (-1, 0)),
        (b"c.example.com", (-1, 1)),
    ):
        name.set_dotted(text, 0, len(text))
        assert (first.name(name), second.name(name)) == expected
        assert (first.name(name), second.name(name)) == expected
    assert (old.versions[0][1], new.versions[0][1]) == ("v1", "v2")
    with pytest.raises(AttributeError):
        old.signatures = new.signatures  # type: ignore[misc]  # what the test is about


def test_a_pack_that_is_no_file_yet() -> None:
    text = HEAD.format("v1") + ENTRY.format("a", "a.example.com") + "    matches: [b.example.com]\n"
    with pytest.raises(SignatureError, match=r"^own\.yaml:11:15: matches: found 'b.example.com'"):
        pack_of_text(text.encode(), "own.yaml")
    pack = pack_of_text(text.replace("matches: [b", "matches: [a").encode(), "own.yaml")
    assert claimed(pack, "a.example.com") == "a"


def test_explaining_nonsense_is_the_operators_mistake() -> None:
    with pytest.raises(SignatureError) as caught:
        Pack(()).explain("a b")
    assert str(caught.value).startswith("explain: found 'a b', expected a name, a /path,")
