"""Packs as a whole: files and folders, versions, examples; an empty run is refused."""

import hashlib
import pickle
from pathlib import Path

import pytest

from netwatch.errors import SignatureError
from netwatch.match.signatures import Pack, load_packs
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
            " issuer:NAME, subject:NAME or magic:TEXT",
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


def test_explaining_nonsense_is_the_operators_mistake() -> None:
    with pytest.raises(SignatureError) as caught:
        Pack(()).explain("a b")
    assert str(caught.value).startswith("explain: found 'a b', expected a name, a /path,")
