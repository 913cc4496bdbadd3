"""The comparison itself, on captures that never were.

Invariant: it has no problem to tell exactly when every difference is in the table, every line of
the table occurs, every name of ours alone is proven, no capture made the engine fail, and recall is
what was promised.
"""

from pathlib import Path

import parity_compare
import parity_page
import pytest
from parity_compare import Comparison, compare
from parity_known import Group
from parity_ours import CaptureOurs, Ours
from parity_page import figures, page, summary
from parity_truth import CaptureTruth, Key, Seen

from netwatch.selftest import messages
from netwatch.selftest.files import pcap
from netwatch.selftest.wire import Site, Wire

ALICE = Site(3).host(11)
RIGHT = Key("dns-query", "right.test", ALICE.ip)
LOST = Key("dns-query", "lost.test", ALICE.ip)
EXTRA = Key("dns-query", "extra.test", ALICE.ip)


def truth_of(*keys: Key, outside: str = "") -> dict[str, CaptureTruth]:
    told = {key: Seen(key, 1, outside) for key in keys}
    return {"a.pcap": CaptureTruth(told, frozenset({("alias.test", ALICE.ip)}))}


def ours_of(*keys: Key, error: str = "", code: int = 0, bugs: int = 0) -> dict[str, CaptureOurs]:
    seen = {key: Ours(key, [part.encode() for part in key.name.split(".")], 1) for key in keys}
    return {"a.pcap": CaptureOurs(seen, error, code, bugs)}


def tabled(monkeypatch: pytest.MonkeyPatch, *groups: Group) -> None:
    for module in (parity_compare, parity_page):
        monkeypatch.setattr(module, "GROUPS", groups)


def group_of(alone: bool, key: Key, encrypted: bool = False) -> Group:
    return Group(alone, "Title", "Reason.", {"a.pcap": ((key.signal, key.name, 1),)}, encrypted)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a capture whose frame 1 asks for extra.test."""
    wire = Wire("2024-06-03T08:00:00+00:00")
    wire.look_up(ALICE, Site(3).resolver, "extra.test", messages.addresses("192.0.2.1"))
    (tmp_path / "a.pcap").write_bytes(pcap(wire.shown))
    return tmp_path


def test_nothing_differs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tabled(monkeypatch)
    result = compare(folder, truth_of(RIGHT), ours_of(RIGHT))
    assert (result.problems, result.differences) == ([], [])
    assert (result.told.total(), result.found.total(), result.captures) == (1, 1, 1)


def test_a_name_that_is_missing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tabled(monkeypatch)
    truth = truth_of(RIGHT, LOST)
    found = compare(folder, truth, ours_of(RIGHT)).problems
    assert found == [
        "not in parity_known.py: tshark alone: a.pcap frame 1: dns-query 'lost.test'",
        "recall is 50.00%, less than 99.9%",
    ]
    tabled(monkeypatch, group_of(False, LOST))
    assert compare(folder, truth, ours_of(RIGHT)).problems == found[1:]
    assert compare(folder, truth, ours_of(RIGHT, LOST)).problems == [
        "occurs no longer, take it out of parity_known.py: "
        "tshark alone: a.pcap frame 1: dns-query 'lost.test'"
    ]


def test_where_the_witness_is_mistaken_no_recall_is_asked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tabled(monkeypatch, group_of(False, LOST)._replace(mistaken=True))
    result = compare(folder, truth_of(RIGHT, LOST), ours_of(RIGHT))
    assert (result.problems, result.mistaken.total()) == ([], 1)
    assert "| dns-query | 2 | 1 | 1 | 100.00 % | 0 |" in figures(result)
    assert "### Title (tshark is mistaken)" in page(result)


def test_a_name_of_ours_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tabled(monkeypatch)
    ours = ours_of(RIGHT, EXTRA)
    assert compare(folder, truth_of(RIGHT), ours).problems == [
        "not in parity_known.py: netwatch alone: a.pcap frame 1: dns-query 'extra.test'"
    ]
    tabled(monkeypatch, group_of(True, EXTRA))
    assert compare(folder, truth_of(RIGHT), ours).problems == []


def test_an_invented_name_is_told_although_it_is_in_the_table(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invented = Key("dns-query", "invented.test", ALICE.ip)
    tabled(monkeypatch, group_of(True, invented))
    assert compare(folder, truth_of(RIGHT), ours_of(RIGHT, invented)).problems == [
        "not in the frame, invented? netwatch alone: a.pcap frame 1: dns-query 'invented.test'"
    ]
    tabled(monkeypatch, group_of(True, invented, encrypted=True))
    assert compare(folder, truth_of(RIGHT), ours_of(RIGHT, invented)).problems == []


def test_another_client_is_another_sighting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tabled(monkeypatch)
    other = EXTRA._replace(client="10.3.0.99")
    assert len(compare(folder, truth_of(EXTRA), ours_of(other)).differences) == 2


def test_aliases_are_counted_apart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tabled(monkeypatch)
    alias = Key("dns-answer", "alias.test", ALICE.ip)
    result = compare(folder, truth_of(RIGHT), ours_of(RIGHT, alias))
    assert (result.aliases, result.problems) == (1, [])
    for wrong in (alias._replace(client="10.3.0.99"), alias._replace(signal="dns-query")):
        assert compare(folder, truth_of(RIGHT), ours_of(RIGHT, wrong)).problems != []


def test_other_layers_are_counted_apart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tabled(monkeypatch)
    result = compare(folder, truth_of(RIGHT, LOST, outside="gre"), ours_of(RIGHT))
    assert (result.outside, result.outside_found) == ({"gre": 2}, {"gre": 1})
    assert (result.told.total(), result.differences) == (0, [])


@pytest.mark.parametrize(
    ("ours", "problem"),
    [
        (ours_of(RIGHT, bugs=2), "2 exceptions in the engine: a.pcap"),
        (ours_of(RIGHT, error="cut at octet 7", code=4), "exit code 4: a.pcap: cut at octet 7"),
        (ours_of(RIGHT, error="something", code=3), "does not say where: a.pcap: something"),
    ],
)
def test_bad_endings(
    folder: Path, monkeypatch: pytest.MonkeyPatch, ours: dict[str, CaptureOurs], problem: str
) -> None:
    tabled(monkeypatch)
    assert compare(folder, truth_of(RIGHT), ours).problems == [problem]


def test_a_good_ending_of_a_damaged_capture(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tabled(monkeypatch)
    ours = ours_of(RIGHT, error="cut at octet 7", code=3)
    result = compare(folder, truth_of(RIGHT), ours)
    assert (result.problems, result.damaged) == ([], 1)


# --- the page ---


def result_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Comparison:
    odd = Key("http-host", "odd|`\u5c0f.test", ALICE.ip)
    tabled(monkeypatch, group_of(False, LOST), group_of(True, EXTRA), group_of(False, odd))
    return compare(folder, truth_of(RIGHT, LOST, odd), ours_of(RIGHT, EXTRA))


def test_figures(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert figures(result_of(folder, monkeypatch)).splitlines()[2:] == [
        "| dns-query | 2 | 0 | 1 | 50.00 % | 1 |",
        "| http-host | 1 | 0 | 0 | 0.00 % | 0 |",
        "| all | 3 | 0 | 1 | 33.33 % | 1 |",
    ]


def test_recall_is_not_rounded_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = result_of(folder, monkeypatch)
    result.told["dns-query"], result.found["dns-query"] = 100_000, 99_999
    assert "| dns-query | 100,000 | 0 | 99,999 | 99.99 % | 1 |" in figures(result)


def test_every_difference_stands_on_the_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = page(result_of(folder, monkeypatch)).splitlines()
    for row in (
        "| `a.pcap` | 1 | dns-query | `lost.test` |",
        "| `a.pcap` | 1 | dns-query | `extra.test` |",
        "| `a.pcap` | 1 | http-host | `odd\\|'?.test` |",
    ):
        assert row in lines
    missing, alone = (lines.index(f"## What {who} not") for who in WHO)
    assert missing < lines.index("| `a.pcap` | 1 | dns-query | `lost.test` |") < alone
    assert alone < lines.index("| `a.pcap` | 1 | dns-query | `extra.test` |")


WHO = ("tshark has and netwatch has", "netwatch has and tshark has")


def test_summary(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = summary(result_of(folder, monkeypatch))
    assert "   1 tshark alone: Title" in text
    assert "   0 of 1 captures damaged" in text
    assert text.endswith("recall is 33.33%, less than 99.9%")
