"""`netwatch signatures list | check | explain`, as a user runs them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from netwatch.cli.main import netwatch
from netwatch.errors import SignatureError
from netwatch.match.signatures import load_packs
from netwatch.paths import packs_folder

PACK = """\
pack: {name: own, version: v7, description: d}
signatures:
  - id: own-update
    service: Own servers
    product: Own product
    purpose: update
    strength: strong
    decoy: true
    names: [upd.own.example, "*.upd.own.example"]
    magics: ["OWN\\\\x00"]
    references: [our own records]
    added: 2026-11-22
    note: A note.
    matches: [a.upd.own.example]
    ignores: [own.example]
  - id: own-rest
    service: All else
    product: Unknown
    purpose: unclassified
    strength: weak
    names: ["*.own.example"]
    ports: [tcp/100-199]
    references: [our own records]
    added: 2026-11-22
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(PACK)
    return path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(
        netwatch, ["signatures", *arguments], catch_exceptions=False, standalone_mode=False
    )
    assert result.exit_code == 0
    assert result.stderr == ""
    return result.stdout


def mistake(*arguments: str) -> SignatureError:
    with pytest.raises(SignatureError) as caught:
        run(*arguments)
    assert caught.value.exit_code == 2
    return caught.value


def test_list_is_a_table_of_80_columns(own: Path) -> None:
    assert run("list", "--signatures", str(own)) == (
        "ID                             PURPOSE       STRENGTH LOOKS FOR\n"
        "own-update                     update*       strong   upd.own.example +2\n"
        "own-rest                       unclassified  weak     *.own.example +1\n"
        "\n"
        "1 pack, 2 signatures:\n"
        "  3 names, 1 magic, 1 port\n"
        "* decoy or shared: proves less alone; `netwatch signatures explain`\n"
    )
    shipped = run("list")
    assert max(len(line) for line in shipped.splitlines()) <= 80
    for signature in load_packs([packs_folder()]).signatures:
        assert f"{signature.id} " in shipped


def test_list_as_json_has_every_field(own: Path) -> None:
    entries = json.loads(run("list", "--signatures", str(own), "--format", "json"))
    assert [entry["id"] for entry in entries] == ["own-update", "own-rest"]
    assert entries[0] == {
        "id": "own-update",
        "service": "Own servers",
        "product": "Own product",
        "purpose": "update",
        "strength": "strong",
        "names": ["upd.own.example", "*.upd.own.example"],
        "paths": [],
        "issuers": [],
        "subjects": [],
        "magics": ["OWN\\x00"],
        "prefixes": [],
        "ports": [],
        "users": [],
        "decoy": True,
        "shared": False,
        "references": ["our own records"],
        "added": "2026-11-22",
        "note": "A note.",
        "matches": ["a.upd.own.example"],
        "ignores": ["own.example"],
        "place": f"{own}:3",
    }


def test_packs_may_be_given_several_times(own: Path) -> None:
    entries = run(
        "list", "--signatures", str(own), "--signatures", str(packs_folder()), "--format", "json"
    )
    ids = [entry["id"] for entry in json.loads(entries)]
    assert ids[:2] == ["own-update", "own-rest"]
    assert "kaspersky-update-https" in ids


def test_check_says_what_is_fine(own: Path) -> None:
    lines = run("check", str(own)).splitlines()
    assert lines[0].startswith("own.yaml v7 (sha256 ")
    assert lines[1:] == ["fine: 1 pack, 2 signatures:", "  3 names, 1 magic, 1 port"]
    shipped = run("check")
    assert "kaspersky-update.yaml " in shipped
    assert "\nfine: " in shipped


def test_check_finds_a_wrong_example_that_a_scan_does_not_try(own: Path) -> None:
    own.write_text(PACK.replace("[own.example]", "[b.upd.own.example]"))
    run("list", "--signatures", str(own))
    assert str(mistake("check", str(own))) == (
        f"{own}:15:15: ignores: found 'b.upd.own.example' claimed by 'own-update', expected it not"
        " to be claimed by 'own-update'"
    )


def test_every_command_refuses_a_wrong_pack(own: Path) -> None:
    own.write_text(PACK.replace("strength: strong", "strength: strnog"))
    expected = f"{own}:7:15: strength: found 'strnog', expected one of strong, medium, weak"
    assert str(mistake("check", str(own))) == expected
    assert str(mistake("list", "--signatures", str(own))) == expected
    assert str(mistake("explain", "a.example", "--signatures", str(own))) == expected


def test_explain_says_who_wins_and_who_lost(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(own.parent)
    assert run("explain", "a.upd.own.example", "--signatures", own.name).splitlines() == [
        "a.upd.own.example (name)",
        "  matches  own-update",
        "           *.upd.own.example (the most specific that fits)",
        "  at       own.yaml:3",
        "  service  Own servers",
        "  product  Own product",
        "  proves   update, strong, decoy",
        "  note     A note.",
        "  source   our own records",
        "  lost     own-rest",
        "           *.own.example (2 labels, the winner 3)",
    ]


def test_explain_without_a_match(own: Path) -> None:
    text = run("explain", "tcp/99", "--signatures", str(own))
    assert text == "tcp/99 (port)\n  no entry matches\n"
    answer = json.loads(run("explain", "tcp/99", "--signatures", str(own), "--format", "json"))
    assert answer == {"asked": "tcp/99", "kind": "port", "winner": None, "losers": []}


def test_explain_as_json(own: Path) -> None:
    answer = json.loads(
        run("explain", "upd.own.example", "--signatures", str(own), "--format", "json")
    )
    assert answer["kind"] == "name"
    assert answer["winner"]["pattern"] == "upd.own.example"
    assert answer["winner"]["signature"]["id"] == "own-update"
    assert [loser["signature"]["id"] for loser in answer["losers"]] == ["own-rest"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("ds.kaspersky.com", "kaspersky-ksn-ds"),
        ("/v6/index/u1313g.xml", "kaspersky-update-index"),
        ("37.203.128.9", "kaspersky-network-services"),
        ("2a03:2480:68::1", "kaspersky-network-services"),
        ("tcp/13000", "kaspersky-ksc-agent"),
        ("issuer:O=Kaspersky, CN=Kaspersky Root CA G3", "kaspersky-private-ca"),
        ("magic:KLZF", "kaspersky-update-file"),
    ],
)
def test_explain_knows_every_kind(asked: str, expected: str) -> None:
    text = run("explain", asked)
    assert f"  matches  {expected}\n" in text
    assert max(len(line) for line in text.splitlines() if "http" not in line) <= 80


def test_explain_refuses_nonsense() -> None:
    message = str(mistake("explain", "no name"))
    assert message.startswith("explain: found 'no name', expected a name, a /path, an address,")


def test_what_is_asked_cannot_reach_the_terminal(own: Path) -> None:
    text = run("explain", "\x1b[31m.example", "--signatures", str(own))
    assert text == "\\x1b[31m.example (name)\n  no entry matches\n"


def test_packs_of_ones_own_beside_the_shipped_ones(own: Path, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    head = "pack: {name: site, version: v, description: d}\n"
    text = own.read_text().partition("signatures:\n")[2].replace("own-rest", "kaspersky-push")
    site.write_text(f"{head}disable: [kaspersky-web-*]\nsignatures:\n{text}")
    told = run("check", "shipped", str(own)).splitlines()
    assert told[-1].startswith("  ") and not any("overridden" in line for line in told)
    site.write_text(site.read_text().replace("ports: [tcp/100-199]", "prefixes: [192.0.2.0/24]"))
    listed = run("list", "--signatures", "shipped", "--signatures", str(site))
    assert "overridden: kaspersky-push (kaspersky-account.yaml:" in listed
    assert "disabled: kaspersky-web-script (kaspersky-web.yaml:" in listed
    assert "kaspersky-web-script  " not in listed
    explained = run(
        "explain", "x.scr.kaspersky-labs.com", "--signatures", "shipped", "--signatures", str(site)
    )
    assert "  disabled: no entry claims it; without `disable` or `only`\n" in explained
    assert "  matches  kaspersky-web-script\n" in explained
    as_json = run(
        "explain",
        "x.scr.kaspersky-labs.com",
        "--signatures",
        "shipped",
        "--signatures",
        str(site),
        "--format",
        "json",
    )
    assert json.loads(as_json)["winner"]["disabled"] is True
