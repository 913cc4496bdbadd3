"""Invariant: a server that answers by the zone as RFC 4592 says treats a name as the matcher does:
blocked if and only if the name's entry was chosen.
"""

import random
import shutil
import subprocess
from pathlib import Path

import pytest
from exchange_referee import Own, claimed_by, tried, written

from netwatch.exchange.choice import NameList, name_list
from netwatch.exchange.found import Found
from netwatch.exchange.rpz import read
from netwatch.match.signatures import Pack

ZONE = """\
$TTL 60
$ORIGIN rpz.example.
@ IN SOA ns.example. (
    root.example. 1 3600
    ; a comment
    600 86400 60 )
@ NS ns.example.
Bad.Example.COM CNAME .
*.bad.example.com 300 IN CNAME *.
other.example.com.rpz.example. IN A 192.0.2.1
    AAAA 2001:db8::1
drop.example.com CNAME rpz-drop.
good.bad.example.com CNAME rpz-passthru.
same.example.com CNAME same.example.com.
32.1.2.0.192.rpz-ip CNAME .
what is this
"""


def zone_of(names: NameList) -> dict[str, str]:
    found = {}
    for line in written("rpz", names, serial=7):
        if line and line[0] not in ";$@":
            owner, _, record = line.partition(" ")
            assert owner not in found, f"{owner} twice"
            found[owner] = record
    return found


def nodes(zone: dict[str, str]) -> set[str]:
    """All names that are in the zone, be it only as a part of another one."""
    return {".".join(o.split(".")[i:]) for o in zone for i in range(o.count(".") + 1)}


def answered(zone: dict[str, str], there: set[str], name: str) -> str:
    """The record that RFC 4592 section 3.3 finds: the name's, or the closest encloser's `*`."""
    if name in there:
        return zone.get(name, "")
    labels = name.split(".")
    parents = (".".join(labels[start:]) for start in range(1, len(labels)))
    encloser = next((parent for parent in parents if parent in there), "")
    return zone.get(f"*.{encloser}", "")


def judge(pack: Pack, names: NameList, trial: list[str]) -> None:
    zone = zone_of(names)
    claimed = claimed_by(pack)
    chosen = {listed.signature.id for listed in names.chosen}
    said = {"": False, "CNAME rpz-passthru.": False, "CNAME .": True}
    there = nodes(zone)
    wide = [
        name for name in trial if said[answered(zone, there, name)] != (claimed(name) in chosen)
    ]
    # What this format cannot say is told in its comments: globs that are not written out.
    unsaid = {listed.signature.id for listed in names.chosen if listed.globs}
    assert [name for name in wide if claimed(name) not in unsaid] == []


def test_the_zone_blocks_what_the_matcher_claims(shipped: Pack, names: NameList) -> None:
    trial = tried(shipped)
    assert len(trial) > 1_000
    judge(shipped, names, trial)


def test_any_pack(own: Own) -> None:
    rng = random.Random(4592)  # noqa: S311 - the same names every time
    labels = ["a", "b", "c"]
    texts = {
        ("*." if rng.random() < 0.4 else "")
        + ".".join([*rng.choices(labels, k=rng.randint(0, 4)), "example", "com"])
        for _ in range(60)
    }
    for number, text in enumerate(sorted(texts)):
        own.add(f"e{number}", f'"{text}"', rng.choice(("strong", "weak")))
    trial = [
        ".".join([*rng.choices(labels, k=rng.randint(0, 6)), "example", "com"])
        for _ in range(2_000)
    ]
    pack = own.pack()
    judge(pack, name_list(pack), trial)


def test_control_without_what_is_written_anew_names_slip_through(
    shipped: Pack, names: NameList
) -> None:
    zone = zone_of(names)
    there = nodes(zone)
    assert answered(zone, there, "y.k.kaspersky-labs.com") == "CNAME ."
    assert answered(zone, there, "ppt-issuer.ksn.kaspersky-labs.com") == "CNAME rpz-passthru."
    assert answered(zone, there, "x.scr.kaspersky-labs.com") == "CNAME rpz-passthru."
    del zone["*.k.kaspersky-labs.com"]
    assert answered(zone, nodes(zone), "y.k.kaspersky-labs.com") == ""
    assert claimed_by(shipped)("y.k.kaspersky-labs.com") == "kaspersky-labs-domain"


def test_a_sinkhole_answers_with_its_addresses(names: NameList) -> None:
    lines = written("rpz", names, sinkholes=("192.0.2.9", "2001:db8::9"), serial=7)
    assert "ds.kaspersky.com A 192.0.2.9" in lines
    assert "ds.kaspersky.com AAAA 2001:db8::9" in lines
    no_hosts = {line.split()[0] for line in lines if line.endswith("CNAME .")}
    assert no_hosts == {
        "*._dmarc.kaspersky-labs.com",
        "*._spf.kaspersky-labs.com",
        "_domainkey.kaspersky-labs.com",
    }
    assert not any(line.startswith(f"{owner} A") for owner in no_hosts for line in lines)
    assert "scr.kaspersky-labs.com CNAME rpz-passthru." in lines


@pytest.mark.skipif(shutil.which("named-checkzone") is None, reason="needs bind9-utils")
@pytest.mark.parametrize("sinkholes", [(), ("192.0.2.9", "2001:db8::9")])
def test_bind_takes_the_zone(names: NameList, tmp_path: Path, sinkholes: tuple[str, ...]) -> None:
    path = tmp_path / "zone"
    path.write_text("\n".join(written("rpz", names, sinkholes=sinkholes, serial=7)) + "\n")
    checked = subprocess.run(
        ["named-checkzone", "-k", "fail", "rpz.example", str(path)],  # as named loads it
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    assert "loaded serial 7" in checked.stdout
    path.write_text(path.read_text() + "ds.kaspersky.com CNAME x.\n")
    broken = subprocess.run(
        ["named-checkzone", "rpz.example", str(path)], capture_output=True, check=False
    )
    assert broken.returncode != 0, "the control: two CNAMEs of one name"


def test_a_zone_is_read() -> None:
    found = Found()
    read(ZONE.encode(), found)
    assert list(found.names) == [
        "bad.example.com",
        "*.bad.example.com",
        "other.example.com",
        "drop.example.com",
    ]
    assert list(found.spared) == ["good.bad.example.com", "same.example.com"]
    assert found.refused == [(16, "found no record, expected an owner, a type and a value")]
    assert found.counts["record about addresses or name servers, left out"] == 1
    assert found.counts["name that comes again, taken once"] == 1


def test_what_is_written_is_read_again(names: NameList) -> None:
    found = Found()
    read("\n".join(written("rpz", names, serial=7)).encode(), found)
    assert found.refused == []
    zone = zone_of(names)
    assert set(found.names) == {owner for owner, record in zone.items() if record == "CNAME ."}
    assert set(found.spared) == set(zone) - set(found.names)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("$INCLUDE other", "found '$INCLUDE', expected records in one file"),
        ("@ CNAME .", "found a record of the zone itself, expected names below it"),
        ("a.example.com", "found no record, expected an owner, a type and a value"),
        ("1.2.3.4 CNAME .", "found '1.2.3.4', expected a name and no address"),
    ],
)
def test_lines_that_cannot_be_taken(line: str, message: str) -> None:
    found = Found()
    read(line.encode(), found)
    ((number, why),) = found.refused
    assert number == 1 and why.startswith(message)
