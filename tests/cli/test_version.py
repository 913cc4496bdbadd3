"""What `--version` says of engine and packs, also where something is wrong."""

from pathlib import Path

import pytest

import netwatch
from netwatch.cli.version import loaded_pack, pack_versions, version_text, who_looked
from netwatch.errors import SignatureError
from netwatch.match.signatures import Pack


def test_packs_are_named_with_version_and_digest() -> None:
    pack = Pack((), (("a.yaml", "1", "abc"), ("b.yaml", "2", "def"), ("a.yaml", "3", "fff")))
    assert pack_versions(pack) == {"a.yaml": "1+abc", "b.yaml": "2+def", "a.yaml (2)": "3+fff"}


def test_the_head_of_a_report() -> None:
    who = who_looked(Pack((), (("a.yaml", "1", "abc"),)))
    assert who.version == netwatch.__version__
    assert who.engine in ("compiled", "interpreted")
    assert who.packs == {"a.yaml": "1+abc"}


def test_which_engine_runs_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netwatch.cli.version.engine_kind", lambda: "compiled")
    assert version_text().splitlines()[1] == "engine: compiled"
    monkeypatch.setattr("netwatch.cli.version.engine_kind", lambda: "interpreted")
    assert version_text().splitlines()[1].startswith("engine: interpreted (slow;")


def test_unreadable_packs_do_not_hide_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_paths: object) -> Pack:
        raise SignatureError("a.yaml:1:1", "wrong\nline")

    monkeypatch.setattr("netwatch.cli.version.loaded_pack", refuse)
    assert version_text().splitlines()[2] == "packs: unreadable (a.yaml:1:1: wrong\\x0aline)"


def test_the_shipped_packs_are_taken_unless_others_are_named(tmp_path: Path) -> None:
    assert len(loaded_pack(()).signatures) > 10
    with pytest.raises(SignatureError):
        loaded_pack([str(tmp_path / "absent.yaml")])
