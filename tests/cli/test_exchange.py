"""`netwatch signatures export | import`, as a user runs them."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from netwatch.cli.main import netwatch
from netwatch.errors import NetwatchError
from netwatch.exchange.formats import EXPORTS
from netwatch.match.signatures import load_packs

MEANING = (
    "--id-prefix",
    "acme",
    "--service",
    'Acme\'s "list"',
    "--purpose",
    "update",
    "--strength",
    "medium",
)
LIST = b"""\
\xef\xbb\xbf# hosts\r
127.0.0.1 localhost\r
0.0.0.0 A.example.com b.example.com.\r
0.0.0.0 a.example.com\r
0.0.0.0 b\xc3\xbccher.example\r
what is this\r
0.0.0.0 https://c.example.com/\r
"""


def run(*arguments: str, code: int = 0, stdin: bytes = b"") -> Result:
    result = CliRunner().invoke(
        netwatch,
        ["signatures", *arguments],
        input=stdin,
        catch_exceptions=False,
        standalone_mode=False,
    )
    assert (result.return_value or 0) == code, result.stderr
    return result


def mistake(*arguments: str) -> str:
    with pytest.raises(NetwatchError) as caught:
        run(*arguments)
    assert caught.value.exit_code in (2, 4)
    return str(caught.value)


@pytest.mark.parametrize("form", EXPORTS)
def test_every_format_is_written(form: str, tmp_path: Path) -> None:
    text = run("export", "--format", form, "--purpose", "activation").stdout
    assert "activation-v2.kaspersky.com" in text and "ds.kaspersky.com" not in text
    assert text.endswith("\n") and "strength strong or medium, purpose activation" in text
    path = tmp_path / "list"
    serial = ("--serial", "7") if form == "rpz" else ()
    for _ in range(2):
        run("export", "--format", form, "--purpose", "activation", *serial, "-o", str(path))
        assert text.splitlines()[3:9] == path.read_text().splitlines()[3:9]
    assert path.stat().st_size > 500


def test_zones_have_a_serial_and_sinkholes() -> None:
    arguments = ("export", "--format", "rpz", "--service", "KSN (ds)")
    text = run(*arguments, "--serial", "7", "--sinkhole", "192.0.2.1", "--sinkhole", "::1").stdout
    assert "@ SOA localhost. nobody.invalid. 7 " in text
    assert "ds.kaspersky.com A 192.0.2.1\nds.kaspersky.com AAAA ::1\n" in text
    serial = int(run(*arguments).stdout.partition("invalid. ")[2].split()[0])
    assert serial > 1_700_000_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "hosts", "--sinkhole", "192.0.2.1"), "are for --format rpz"),
        (("--format", "rpz", "--sinkhole", "x"), "--sinkhole x: expected an IPv4 or IPv6 address"),
        (("--format", "hosts", "--purpose", "impostor"), "to have them: --strength weak"),
        (("--format", "hosts", "--signatures", "none.yaml"), "none.yaml: cannot read the pack"),
    ],
)
def test_mistakes_of_export(arguments: tuple[str, ...], message: str) -> None:
    assert message in mistake("export", *arguments)


def test_a_list_becomes_a_pack(tmp_path: Path) -> None:
    source, pack = tmp_path / "list.txt", tmp_path / "acme.yaml"
    source.write_bytes(LIST)
    result = run("import", str(source), *MEANING, "-o", str(pack), code=3)
    assert result.stdout == ""
    assert result.stderr == (
        f"{source}:6: found 'what', expected an address and names; passed over\n"
        f"{source}:7: found 'https://c.example.com/', expected a name without scheme, port or path;"
        " passed over\n"
        f"{source}: read as hosts, 3 names taken, 2 passed over\n"
        "  1 x international name, written in its xn-- form\n"
        "  1 x name of the machine itself\n"
        "  1 x name that comes again, taken once\n"
        "  1 x name with a dot at its end, taken off\n"
    )
    assert "fine: 1 pack, 1 signature:\n  3 names\n" in run("check", str(pack)).stdout
    (signature,) = load_packs([pack]).signatures
    assert signature.names == ("a.example.com", "b.example.com", "xn--bcher-kva.example")
    assert (signature.id, signature.service) == ("acme-names", 'Acme\'s "list"')
    assert (signature.product, signature.strength) == ('Acme\'s "list"', "medium")
    assert signature.references[0].startswith("imported from list.txt (sha256 ")


def test_standard_input_and_output() -> None:
    result = run(
        "import", "-", *MEANING, "--product", "P", "--reference", "r", stdin=b"a.example.com"
    )
    assert "    - a.example.com\n" in result.stdout and 'product: "P"' in result.stdout
    assert result.stderr == "-: read as plain, 1 names taken\n"


def test_names_of_other_packs_are_left_out(tmp_path: Path) -> None:
    source, pack = tmp_path / "list", tmp_path / "acme.yaml"
    source.write_text("ds.kaspersky.com\nnew.kaspersky.com\n")
    plain = run("import", str(source), *MEANING, "-o", str(pack))
    assert "2 names taken" in plain.stderr
    assert "which is as specific as 'ds.kaspersky.com'" in mistake("check", "shipped", str(pack))
    told = run("import", str(source), *MEANING, "--signatures", "shipped", "-o", str(pack))
    assert "1 x name that the packs have already, left out" in told.stderr
    run("list", "--signatures", "shipped", "--signatures", str(pack))
    source.write_text("ds.kaspersky.com\n")
    message = mistake("import", str(source), *MEANING, "--signatures", "shipped")
    assert message == "the packs have all of these names already"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("--id-prefix", "A b"), "--id-prefix A b: expected small letters, digits and single"),
        (("--purpose", "exempt"), "--strength medium: expected weak for the purpose exempt"),
        (("--service", "\x07"), "service: found a character that cannot be printed"),
        (("--format", "misp"), "found no name in this list, read as misp; line 1: found no col"),
    ],
)
def test_mistakes_of_import(change: tuple[str, ...], message: str, tmp_path: Path) -> None:
    source, pack = tmp_path / "list", tmp_path / "acme.yaml"
    source.write_text("a.example.com\n")
    assert message in mistake("import", str(source), *MEANING, *change, "-o", str(pack))
    assert not pack.exists()


def test_a_list_that_is_not_there_or_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "none: cannot read: No such file" in mistake("import", str(tmp_path / "none"), *MEANING)
    (tmp_path / "list").write_text("a.example.com\n")
    monkeypatch.setattr("netwatch.cli.exchange.IMPORT_BYTES_MAX", 5)
    assert "more than 5 octets" in mistake("import", str(tmp_path / "list"), *MEANING)
