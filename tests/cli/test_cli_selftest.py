"""`netwatch selftest`: exit codes, and what it prints."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netwatch.cli.selftest import lines
from netwatch.selftest import checkup
from netwatch.selftest.checkup import Checkup

PACK = """\
pack: {name: acme, version: 1.0.0, description: d}
signatures:
  - id: acme-update
    service: s
    product: p
    purpose: update
    strength: strong
    names: ["s[01].acme.example"]
    references: [r]
    added: 2026-11-22
    matches: [s0.acme.example]
    ignores: [s2.acme.example]
"""


@pytest.fixture
def own_pack(tmp_path: Path) -> Path:
    path = tmp_path / "acme.yaml"
    path.write_text(PACK)
    return path


def test_an_own_pack_is_tried(shell: Any, own_pack: Path) -> None:
    result = shell.here("selftest", "--signatures", str(own_pack))
    assert result.code == 0
    assert result.err == b""
    told = result.text.splitlines()
    assert told[0].split() == ["signal", "signatures", "checks", "missed"]
    assert "tls-sni" in {line.split()[0] for line in told}
    assert told[-1].endswith("nothing would be missed")
    assert told[-1].startswith("1 signature")
    assert all(len(line) <= 80 for line in told)


def test_a_miss_is_exit_1(shell: Any, own_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check: Callable[..., Checkup] = checkup.check_up

    def worse(pack: object) -> Checkup:
        result = check(pack)
        result.missed.append(("tls-sni", "acme-update by s0.acme.example"))
        return result

    monkeypatch.setattr(checkup, "check_up", worse)
    result = shell.here("selftest", "--signatures", str(own_pack))
    assert result.code == 1
    assert "missed: tls-sni: acme-update by s0.acme.example" in result.text
    assert result.text.splitlines()[-1].endswith("1 thing would be missed")


def test_a_wrong_pack_is_exit_2(shell: Any, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("signatures: 7\n")
    result = shell.here("selftest", "--signatures", str(path))
    assert result.code == 2
    assert result.out == b""
    assert str(path).encode() in result.err


def test_what_came_from_a_pack_is_printed_safely() -> None:
    result = Checkup(missed=[("tls-sni", "a\x1b[2J\nb")], left_out=["c\x7f"])
    assert lines(result, 1)[:2] == ["missed: tls-sni: a\\x1b[2J\\x0ab", "left out: c\\x7f"]
