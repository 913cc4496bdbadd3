"""Zeek's table: what its reader needs, and names that are a chosen entry's own."""

from exchange_referee import claimed_by, written

from netwatch.exchange.choice import NameList
from netwatch.exchange.zeek_intel import source_url
from netwatch.match.signatures import Pack


def test_the_table(shipped: Pack, names: NameList) -> None:
    lines = [line for line in written("zeek-intel", names) if line]
    rows = [line.split("\t") for line in lines if not line.startswith("# ")]
    header, *rows = rows
    assert header == [
        "#fields",
        "indicator",
        "indicator_type",
        "meta.source",
        "meta.desc",
        "meta.url",
    ]
    claimed = claimed_by(shipped)
    chosen = {listed.signature.id for listed in names.chosen}
    for row in rows:
        assert len(row) == 5 and all(row), row
        assert row[1:3] == ["Intel::DOMAIN", "netwatch"]
        assert claimed(row[0]) in chosen
        assert row[3].startswith(f"{claimed(row[0])}: ")
    assert len({row[0] for row in rows}) == len(rows) > 2_000


def test_marks_and_wildcards_are_told(names: NameList) -> None:
    lines = written("zeek-intel", names)
    (ds,) = (line for line in lines if line.startswith("ds.kaspersky.com\t"))
    assert "telemetry, strong, decoy: circumvention tools say it too" in ds
    assert any("cannot say them: 14 patterns" in line for line in lines)


def test_the_first_address_among_the_references(shipped: Pack) -> None:
    (https,) = (s for s in shipped.signatures if s.id == "kaspersky-update-https")
    assert source_url(https) == "https://support.kaspersky.com/KESWin/11.6.0/de-DE/202507.htm"
    assert all(" " not in source_url(signature) for signature in shipped.signatures)
