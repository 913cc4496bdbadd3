"""hosts files, both ways."""

import pytest
from exchange_referee import claimed_by, written

from netwatch.exchange.choice import NameList
from netwatch.exchange.found import Found
from netwatch.exchange.hosts import read
from netwatch.match.signatures import Pack

FILE = b"""\
# a list
127.0.0.1 localhost localhost.localdomain
::1 ip6-localhost
0.0.0.0 0.0.0.0
0.0.0.0 a.example.com b.example.com # two
fe80::1%lo0 localhost
192.0.2.1\tC.Example.com
0.0.0.0
example.com 0.0.0.0
0.0.0.0 *.example.com https://d.example.com/
"""


def test_every_line_is_a_name_of_a_chosen_entry(shipped: Pack, names: NameList) -> None:
    lines = written("hosts", names)
    claimed = claimed_by(shipped)
    chosen = {listed.signature.id for listed in names.chosen}
    said = [line.split(" ") for line in lines if line and line[0] != "#"]
    assert {address for address, _ in said} == {"0.0.0.0"}  # noqa: S104 - what is written there
    assert {claimed(name) for _, name in said} <= chosen
    assert len({name for _, name in said}) == len(said) > 2_000
    assert "0.0.0.0 ds.kaspersky.com" in lines and "0.0.0.0 s07.upd.kaspersky.com" in lines


def test_what_it_cannot_say_is_counted_and_listed(names: NameList) -> None:
    lines = written("hosts", names)
    assert any("this format cannot say them: 14 patterns" in line for line in lines)
    assert "#   *.upd.kaspersky.com (kaspersky-update-family)" in lines


def test_a_file_is_read() -> None:
    found = Found()
    read(FILE, found)
    names = ["a.example.com", "b.example.com", "c.example.com", "*.example.com"]
    assert list(found.names) == names
    assert found.refused == [
        (8, "found only '0.0.0.0', expected names behind it"),
        (9, "found 'example.com', expected an address and names"),
        (10, "found 'https://d.example.com/', expected a name without scheme, port or path"),
    ]
    assert found.counts == {"name of the machine itself": 5, "wildcard": 1}


def test_what_is_written_is_read_again(names: NameList) -> None:
    found = Found()
    read("\n".join(written("hosts", names)).encode(), found)
    said = {name for listed in names.chosen for name in (*listed.exact, *listed.written)}
    assert set(found.names) == said and not found.refused


@pytest.mark.parametrize("text", [b"", b"# nothing\n\n", b"\xff\xfe"])
def test_nothing_is_nothing(text: bytes) -> None:
    found = Found()
    read(text, found)
    assert not found.names
