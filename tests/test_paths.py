from pathlib import Path

import pytest

from netwatch.errors import SignatureError
from netwatch.paths import packs_folder


def pack(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "one.yaml").write_text("")
    return folder


def test_the_packs_of_this_very_package_are_found() -> None:
    assert list(packs_folder().glob("*.yaml"))


def test_in_a_wheel_they_are_inside_the_package(tmp_path: Path) -> None:
    inside = pack(tmp_path / "netwatch" / "signatures")
    pack(tmp_path / "signatures")
    (tmp_path / "pyproject.toml").touch()
    assert packs_folder(tmp_path / "netwatch") == inside


def test_in_the_tree_they_are_beside_it(tmp_path: Path) -> None:
    beside = pack(tmp_path / "signatures")
    (tmp_path / "pyproject.toml").touch()
    assert packs_folder(tmp_path / "netwatch") == beside


def test_a_folder_beside_an_installed_package_is_nobodys(tmp_path: Path) -> None:
    pack(tmp_path / "signatures")
    with pytest.raises(SignatureError, match=r"found no \*\.yaml"):
        packs_folder(tmp_path / "netwatch")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "netwatch" / "signatures").mkdir(parents=True)
    with pytest.raises(SignatureError, match="expected the shipped signatures") as caught:
        packs_folder(tmp_path / "netwatch")
    assert caught.value.place == str(tmp_path / "netwatch" / "signatures")
